"""Cells of a network's tables as values; what is wrong is told with file, row, column and what was expected."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, NoReturn, TypeVar

from spatial.errors import BadDataError

Name = TypeVar("Name", bound=str)

MOST_UNITS = 10**12


class Cells(NamedTuple):
    """A row of a table or an element of a GraphML file: `place` says where it stands."""

    place: str
    values: Mapping[str, str]

    def fail(self, column: str, expected: str) -> NoReturn:
        """Raise BadDataError for the cell."""
        raise BadDataError(
            f"{self.place} column '{column}' is '{self.values.get(column, '')}': expected {expected}"
        )

    def text(self, column: str, default: str = "") -> str:
        """The cell, the default where it is empty or not there."""
        return self.values.get(column) or default

    def word(self, column: str, known: Sequence[Name], default: Name | None = None) -> Name:
        """One of `known`."""
        text = self.text(column) or default
        found = next((each for each in known if each == text), None)
        if found is None:
            self.fail(column, f"one of {', '.join(known)}")
        return found

    def number(self, column: str, default: float, *, least: float = 0.0) -> float:
        """A finite number of at least `least`."""
        found = self.maybe(column, least=least)
        return default if found is None else found

    def maybe(self, column: str, *, least: float = 0.0) -> float | None:
        """A finite number of at least `least`, None for an empty cell."""
        text = self.text(column)
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or number < least:
            self.fail(column, "a number" if least == -math.inf else f"a number, {least:g} or more")
        return number

    def whole(self, column: str, default: int, *, least: int = 0) -> int:
        """A whole number of units."""
        number = self.number(column, float(default), least=least)
        if number != math.floor(number) or number > MOST_UNITS:
            self.fail(column, "whole units: choose a smaller unit where parts of one matter")
        return int(number)

    def capacity(self, column: str) -> float:
        """Whole units a day; infinite where the cell is empty."""
        return float(self.whole(column, 0)) if self.text(column) else math.inf
