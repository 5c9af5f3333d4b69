"""How a token reads, and text in which none can be read."""

from __future__ import annotations

import re

TOKEN = re.compile(r"atw_(?P<id>[0-9a-f]{12})_(?P<secret>[A-Za-z0-9_-]{43})")

_TELLING = re.compile(
    r"atw_[A-Za-z0-9_-]+|(?P<head>\b(?:bearer|basic)\s+|\b(?:password|passwd|secret|token|api_?key)\s*[=:]\s*)\S+",
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """The text with `…` for anything that looks like a token, a password or what follows `Bearer`."""
    return _TELLING.sub(lambda found: f"{found['head'] or 'atw_'}…", text)
