"""Paths into a message: `state.battery`, `axes.0.x`, or a JSON pointer (RFC 6901) `/state/battery`.

A path begins at the record at hand, the element of `each`; `$` is the whole message and `$.time` a field of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias


class Record(NamedTuple):
    """What is read: the whole message, the element at hand (the same without `each`), and the topic's parts."""

    message: object
    element: object
    parts: dict[str, str]


class _Missing:
    """Stands for what is not there; null is missing too."""

    def __repr__(self) -> str:
        return "missing"


MISSING = _Missing()
Read: TypeAlias = Callable[[Record], object]


def compiled_path(text: str) -> Read:
    """The function that reads a path; it gives MISSING where there is nothing. Raises ValueError for no path."""
    steps, from_message = _steps(text)

    def read(record: Record) -> object:
        value = record.message if from_message else record.element
        for step in steps:
            if isinstance(value, dict):
                value = value.get(step, MISSING)
            elif isinstance(value, list) and step.isdecimal() and step.isascii():
                value = value[int(step)] if len(step) < 10 and int(step) < len(value) else MISSING
            else:
                return MISSING
        return MISSING if value is None else value

    return read


def _steps(text: str) -> tuple[list[str], bool]:
    if not text:
        raise ValueError("an empty path: write $ for the whole message")
    if text.startswith("/"):
        return [part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/")], False
    first, *others = text.split(".")
    if "" in (first, *others):
        raise ValueError(f"path '{text}' has an empty part: write a.b, or /a/b where names hold dots")
    return (others, True) if first == "$" else ([first, *others], False)
