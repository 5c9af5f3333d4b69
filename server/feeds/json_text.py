"""Messages in JSON, as whoever sent them wrote it."""

from __future__ import annotations

from typing import Any

import msgspec


def read_json(payload: bytes) -> Any:
    """The value that the bytes hold. Raises ValueError for what is no JSON, or is nested too deeply."""
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"this is no JSON: {error}") from error
    except RecursionError as error:
        raise ValueError("this JSON is nested too deeply") from error
