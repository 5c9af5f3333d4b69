"""A fault of a layout: the key that it is at, and what is wrong with the bound and the remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from spatial.errors import BadDataError

KeyPath: TypeAlias = tuple[str | int, ...]

FAULTS_TOLD = 20


@dataclass(frozen=True)
class LayoutFault:
    """What is wrong at a key of the layout file; `path` is ("blocks", 0, "rows") for the rows of the first block."""

    path: KeyPath
    message: str

    def __str__(self) -> str:
        """`blocks.0.rows: …`, or the message alone for the layout as a whole."""
        return f"{'.'.join(map(str, self.path))}: {self.message}" if self.path else self.message


class LayoutError(BadDataError):
    """A layout cannot be read or built: one line for each of its `faults`, the first FAULTS_TOLD of them."""

    def __init__(self, faults: Iterable[LayoutFault], lines: Iterable[str] | None = None) -> None:
        self.faults = tuple(islice(faults, FAULTS_TOLD))
        super().__init__("\n".join(map(str, self.faults) if lines is None else lines))


def raise_faults(faults: Iterator[LayoutFault]) -> None:
    """LayoutError if there is any fault."""
    with suppress(StopIteration):
        first = next(faults)
        raise LayoutError([first, *islice(faults, FAULTS_TOLD - 1)])


def unknown(name: str, what: str, known: Iterable[str]) -> str:
    """The message for a name that leads nowhere."""
    names = list(known)
    listed = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
    return (
        f"there is no {what} {name!r}: choose one of {listed}"
        if names
        else f"there is no {what} {name!r} yet"
    )
