"""Which combinations of the factors' values are simulated: all of them, or a two-level fraction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import prod
from typing import Literal

import numpy as np
import numpy.typing as npt

from layouts.what_if.spec import Axis
from layouts.what_if.variables import Value

Kind = Literal["full", "screening"]

MOST_CELLS = 256
MOST_SCREENED = 16
"""Factors that 32 cells screen with main effects clear of two-factor interactions."""

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Design:
    """`rows` tells for each cell the place of its value among those of each factor.

    `words` name the design; `resolution` is None where nothing is aliased, 4 where main effects are clear of
    two-factor interactions but those are not of each other, 5 where these are clear of each other too.
    """

    kind: Kind
    factors: tuple[Axis, ...]
    rows: tuple[tuple[int, ...], ...]
    words: str
    resolution: int | None = None

    def values(self) -> Iterator[dict[str, Value]]:
        """The values of each cell by factor."""
        for row in self.rows:
            yield {factor.name: factor.values[at] for factor, at in zip(self.factors, row, strict=True)}

    @property
    def table(self) -> Whole:
        """The rows as an array (cells, factors)."""
        return np.array(self.rows, dtype=np.int64)


def full_design(factors: Sequence[Axis]) -> Design:
    """Every combination; the last factor changes fastest. Raises ValueError beyond `MOST_CELLS` of them."""
    _check(factors)
    cells = prod(len(factor.values) for factor in factors)
    if cells > MOST_CELLS:
        sizes = " × ".join(str(len(factor.values)) for factor in factors)
        raise ValueError(
            f"{sizes} = {cells} cells are more than {MOST_CELLS}: give fewer values, or two of each and "
            "--design screening"
        )
    rows = tuple(product(*(range(len(factor.values)) for factor in factors)))
    return Design(kind="full", factors=tuple(factors), rows=rows, words=f"full factorial, {cells} cells")


def screening_design(factors: Sequence[Axis]) -> Design:
    """A regular two-level fraction 2^(k-p) whose main effects are clear of two-factor interactions.

    Box and Hunter (1961), "The 2^(k-p) fractional factorial designs", Technometrics 3, 311-351. The first factors
    make a full factorial; each further one is the product of an odd number of them, which gives resolution IV; five
    factors take the product of four, resolution V. Up to three factors need no fraction. Raises ValueError beyond 16
    factors, and for one that has not exactly two values.
    """
    _check(factors)
    for factor in factors:
        if len(factor.values) != 2:
            raise ValueError(
                f"{factor.name} has {len(factor.values)} values: a screening design takes two of each, such as the "
                "lowest and the highest"
            )
    count = len(factors)
    if count <= 3:
        return full_design(factors)
    if count > MOST_SCREENED:
        raise ValueError(f"{count} factors are more than {MOST_SCREENED}: leave some out")
    base = 3 if count == 4 else 4 if count <= 8 else 5
    generators = _generators(base, count)
    corners = np.array(list(product((-1, 1), repeat=base)), dtype=np.int64)
    columns = [corners[:, list(letters)].prod(axis=1) for letters in generators]
    rows = tuple(tuple(row) for row in ((np.stack(columns, axis=1) + 1) // 2).tolist())
    resolution = 5 if count == 5 else 4
    return Design(
        kind="screening",
        factors=tuple(factors),
        rows=rows,
        words=f"2^({count}-{count - base}) fractional factorial, {len(rows)} cells, resolution "
        f"{'V' if resolution == 5 else 'IV'} (Box and Hunter 1961)",
        resolution=resolution,
    )


def _generators(base: int, count: int) -> list[tuple[int, ...]]:
    """The factors as products of the first `base` ones."""
    if (base, count) == (4, 5):
        return [(0,), (1,), (2,), (3,), (0, 1, 2, 3)]
    odd = (letters for size in (1, 3, 5) for letters in combinations(range(base), size))
    return [letters for letters, _ in zip(odd, range(count), strict=False)]


def _check(factors: Sequence[Axis]) -> None:
    names = [factor.name for factor in factors]
    if len(names) < 2:
        raise ValueError(
            f"{len(names)} factor makes no experiment: give at least two, or use simulate --what-if"
        )
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"{twice[0]} is given twice: give all its values in one factor")
