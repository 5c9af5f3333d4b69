"""When orders or jobs were released, due and done, as columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from layouts.events import Floats


class Times(NamedTuple):
    """When an order or a job was released, due and done, in seconds; None for what is not known or never came."""

    released_s: float | None = None
    due_s: float | None = None
    done_s: float | None = None


@dataclass(frozen=True, eq=False)
class Timetable(Mapping[str, Times]):
    """Times (N,) as columns, NaN where there is none; as a mapping it holds the `Times` of each of `names`.

    Raises ValueError for columns of different lengths.
    """

    names: tuple[str, ...]
    released_s: Floats
    due_s: Floats
    done_s: Floats

    def __post_init__(self) -> None:
        counts = [len(self.names), len(self.released_s), len(self.due_s), len(self.done_s)]
        if min(counts) != max(counts):
            raise ValueError(
                f"names, released_s, due_s and done_s have lengths {counts}: give as many of each"
            )

    @staticmethod
    def of(times: Mapping[str, Times]) -> Timetable:
        """The columns of these times."""
        if isinstance(times, Timetable):
            return times
        rows = list(times.values())
        columns = (np.array([row[i] for row in rows], np.float64) for i in range(3))  # None becomes NaN
        return Timetable(tuple(times), *columns)

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Where in the columns each name is."""
        return {name: i for i, name in enumerate(self.names)}

    def __getitem__(self, name: str) -> Times:
        row = self.place[name]
        values = (float(column[row]) for column in (self.released_s, self.due_s, self.done_s))
        return Times(*(None if np.isnan(value) else value for value in values))

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Timetable):
            return dict(self) == other
        return self.names == other.names and all(
            np.array_equal(one, another, equal_nan=True)
            for one, another in (
                (self.released_s, other.released_s),
                (self.due_s, other.due_s),
                (self.done_s, other.done_s),
            )
        )

    __hash__ = None  # type: ignore[assignment]
