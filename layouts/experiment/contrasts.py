"""Effects as weighted sums of cells: main effects of each value, and interactions of two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from layouts.experiment.design import Design
from layouts.what_if.curve import value_text
from layouts.what_if.play_points import ROUNDING
from layouts.what_if.spec import Axis

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Contrast:
    """An effect's changes and factors, and the weight (cells,) of each cell in it; see `Effect`."""

    changes: tuple[str, ...]
    factors: tuple[str, ...]
    weights: Floats
    aliases: tuple[str, ...] = ()


def contrasts_of(design: Design) -> tuple[Contrast, ...]:
    """All main effects, each against the factor's first value, then all interactions of two that can be told.

    Cells are averaged over all other factors. Interactions with the same weights are one contrast, that of their sum.
    """
    changes = [_changes(factor, design.table[:, place]) for place, factor in enumerate(design.factors)]
    main = [change for factor in changes for change in factor]
    pairs = [
        _together(one, other)
        for first, second in combinations(changes, 2)
        for one in first
        for other in second
    ]
    return (*(each.contrast() for each in main), *_merged(pairs))


def told(contrast: Contrast, values: Floats) -> list[float]:
    """The contrast (n,) of values (cells, n), replication by replication; 0 where rounding alone makes it differ."""
    sums = (contrast.weights[:, np.newaxis] * values).sum(axis=0)
    floor = ROUNDING * np.abs(values).max(axis=0)
    settled: list[float] = np.where(np.abs(sums) <= floor, 0.0, sums).tolist()
    return settled


@dataclass(frozen=True, kw_only=True, eq=False)
class _Change:
    """From a factor's first value to another one: the cells (cells,) that have it, and those that have the first."""

    factor: str
    name: str
    after: npt.NDArray[np.bool_]
    before: npt.NDArray[np.bool_]

    def contrast(self) -> Contrast:
        return Contrast(
            changes=(self.name,), factors=(self.factor,), weights=_mean(self.after) - _mean(self.before)
        )


def _changes(factor: Axis, column: npt.NDArray[np.int64]) -> list[_Change]:
    first, *others = map(value_text, factor.values)
    return [
        _Change(
            factor=factor.name,
            name=f"{factor.name} {first} → {other}",
            after=column == number,
            before=column == 0,
        )
        for number, other in enumerate(others, start=1)
    ]


def _together(one: _Change, other: _Change) -> Contrast:
    after = _mean(one.after & other.after) - _mean(one.before & other.after)
    before = _mean(one.after & other.before) - _mean(one.before & other.before)
    return Contrast(
        changes=(one.name, other.name), factors=(one.factor, other.factor), weights=after - before
    )


def _mean(cells: npt.NDArray[np.bool_]) -> Floats:
    return cells.astype(np.float64) / np.count_nonzero(cells)


def _merged(pairs: Sequence[Contrast]) -> Iterator[Contrast]:
    groups: dict[bytes, list[Contrast]] = {}
    for pair in pairs:
        groups.setdefault(np.round(pair.weights, 12).tobytes(), []).append(pair)
    for first, *others in groups.values():
        yield Contrast(
            changes=first.changes,
            factors=first.factors,
            weights=first.weights,
            aliases=tuple(" × ".join(other.changes) for other in others),
        )
