"""Texts with braces: `agent/{name}` with parts of the topic, `{site}` of the feed, or paths into the message."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from server.feeds.mapping.paths import MISSING, Read, Record, compiled_path

_BRACES = re.compile(r"\{([^{}]*)\}")


def compiled_template(text: str, parts: Collection[str]) -> Callable[[Record], str]:
    """The function that fills the template; it raises ValueError where a value is missing or neither text nor whole
    number. Raises ValueError for a template that is none.
    """
    pieces = _BRACES.split(text)
    if any(set(piece) & set("{}") for piece in pieces[::2]):
        raise ValueError(f"template '{text}' has a brace without its other: write {{name}}")
    reads = [(name, _reader(name, parts)) for name in pieces[1::2]]

    def fill(record: Record) -> str:
        filled = [pieces[0]]
        for (name, read), after in zip(reads, pieces[2::2], strict=True):
            filled += [_text(name, read(record)), after]
        return "".join(filled)

    return fill


def _reader(name: str, parts: Collection[str]) -> Read:
    if name in parts:
        return lambda record: record.parts[name]
    return compiled_path(name)


def _text(name: str, value: object) -> str:
    if value is MISSING:
        raise ValueError(f"{name} is missing")
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        raise ValueError(f"{name} {value!r:.60} is neither text nor a whole number")
    return str(value)
