"""Log lines: JSON on standard error for machines, or plain for people; never with a secret."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from server.access.secret_text import without_secrets
from server.observing.requests import REQUEST_ID

FIELDS = ("status", "ms", "who", "feed", "seq", "count")
"""What a line may carry beside its text, given as `extra`."""
LONGEST = 8_000
PLAIN = "%(levelname)s %(name)s: %(message)s"


class JsonLines(logging.Formatter):
    """One object a line: at, level, logger, message, request, the FIELDS that are given, and the error."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line of JSON."""
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _clean(record.getMessage()),
        }
        if (request := REQUEST_ID.get()) is not None:
            told["request"] = request
        told |= {name: _value(given) for name in FIELDS if (given := getattr(record, name, None)) is not None}
        if record.exc_info:
            told["error"] = _clean(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=True)


class PlainLines(logging.Formatter):
    """Lines for people, one a record, errors excepted."""

    def __init__(self) -> None:
        super().__init__(PLAIN)

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        return without_secrets(super().format(record))


def log_to(stream: TextIO | None = None, *, is_json: bool, level: int = logging.INFO) -> logging.Handler:
    """Send all log lines to `stream`, by default standard error; for the program's start, not for libraries.

    Called again it replaces what it set up before. uvicorn's own loggers, set to propagate, come along.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.name = "aisletwin"
    handler.setFormatter(JsonLines() if is_json else PlainLines())
    root = logging.getLogger()
    for other in [one for one in root.handlers if one.name == "aisletwin"]:
        root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(level)
    for name in ("httpx", "httpcore", "asyncio"):  # they tell whole URLs
        logging.getLogger(name).setLevel(logging.WARNING)
    return handler


def _value(given: object) -> object:
    return given if isinstance(given, int | float | bool) else _clean(str(given))


def _clean(text: str) -> str:
    clean = without_secrets(text)
    return clean if len(clean) <= LONGEST else f"{clean[: LONGEST - 1]}…"
