"""The one form in which tours are searched, bounded and proven: from a first place to a last one over all others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Lengths = npt.NDArray[np.float64]
Relation = npt.NDArray[np.bool_]

SAME = 1e-9
"""Lengths that differ by less than this share of the longest one are the same."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FixedEnds:
    """Start in row 0, end in row m − 1, visit every row between once.

    `places[row]` are the places of the caller's table that lie in this row: more than one where they coincide,
    and the start both first and last where the tour is closed. `length_m` (m, m) is finite: a leg that is
    `blocked_m` or longer does not exist, and is longer than every tour without such a leg. `before` (m, m) is
    transitive; `before[i, j]` says that row i is visited before row j. It leaves out the two ends.
    """

    length_m: Lengths
    before: Relation
    places: tuple[tuple[int, ...], ...]
    blocked_m: float

    @property
    def is_closed(self) -> bool:
        """Whether the tour ends where it starts."""
        return self.places[0][0] == self.places[-1][0]

    @property
    def is_symmetric(self) -> bool:
        """Whether the length of a tour is that of its reverse, and none must keep to an order."""
        return not self.before.any() and bool((self.length_m == self.length_m.T).all())

    def total_m(self, order: npt.NDArray[np.int64]) -> float:
        """Length of the rows in this order."""
        return float(self.length_m[order[:-1], order[1:]].sum())

    def visited(self, order: npt.NDArray[np.int64]) -> tuple[int, ...]:
        """The caller's places in the order of the rows: start first, end last."""
        head, *between, tail = (self.places[row] for row in order.tolist())
        return (*head, *(place for row in between for place in row), *reversed(tail))


def fixed_ends(
    length_m: Lengths, *, start: int = 0, end: int | None = None, before: Iterable[tuple[int, int]] = ()
) -> FixedEnds:
    """The caller's table with start and end at its borders, and places that coincide in one row.

    `length_m` (n, n): metres from row to column, inf where there is no way; the diagonal does not count, nor
    do the ways into the start and out of the end where these differ. `end` is the start if None. `before` are
    pairs (i, j): i is visited before j. ValueError for a table that is not square, empty, negative or NaN, a place
    that nothing leads to or from, an index outside, or pairs that contradict each other.
    """
    table = checked_lengths(length_m)
    n = len(table)
    end = start if end is None else end
    for name, place in (("start", start), ("end", end)):
        if not 0 <= place < n:
            raise ValueError(f"{name} {place} is outside the table's places 0 … {n - 1}")
    if start != end:
        table[:, start], table[end, :] = table[start, :], table[:, end]
        table[end, start] = table[start, end]
    np.fill_diagonal(table, 0.0)
    _reachable(table, start, end)
    order = _closure(n, before, start, end)
    finite = np.isfinite(table)
    blocked = 1.0 + 2.0 * float(np.where(finite, table, 0.0).max(axis=1).sum())
    table[~finite] = blocked
    longest = float(table[finite].max())
    if np.abs(table - table.T).max() <= SAME * longest:
        table = np.maximum(table, table.T)
    places = _together(table, order, start, end, SAME * longest)
    rows = [row[0] for row in places]
    return FixedEnds(
        length_m=np.ascontiguousarray(table[np.ix_(rows, rows)]),
        before=np.ascontiguousarray(order[np.ix_(rows, rows)]),
        places=places,
        blocked_m=blocked,
    )


def checked_lengths(length_m: Lengths) -> Lengths:
    """A copy of a table of lengths; ValueError unless it is square, not empty, and holds no NaN and no negative."""
    table = np.array(length_m, np.float64)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or table.size == 0:
        raise ValueError(f"length_m has shape {table.shape}: expected (n, n) with n ≥ 1")
    np.fill_diagonal(table, 0.0)
    wrong = np.argwhere(~(table >= 0))
    if len(wrong):
        i, j = wrong[0].tolist()
        raise ValueError(
            f"length_m[{i}, {j}] is {table[i, j]}: expected metres, 0 or more, or inf where no way leads"
        )
    return table


def _reachable(table: Lengths, start: int, end: int) -> None:
    """Raise ValueError for the first place that no way enters or leaves."""
    n = len(table)
    if n == 1:
        return
    ways = np.isfinite(table) & ~np.eye(n, dtype=bool)
    for place in range(n):
        if place != start or start == end:
            _check_way(bool(ways[:, place].any()), f"place {place} cannot be reached", "into it")
        if place != end or start == end:
            _check_way(bool(ways[place, :].any()), f"place {place} cannot be left", "out of it")


def _check_way(exists: bool, fault: str, direction: str) -> None:
    if not exists:
        raise ValueError(f"{fault}: every length {direction} is inf; drop the place or open a way")


def _closure(n: int, before: Iterable[tuple[int, int]], start: int, end: int) -> Relation:
    """The transitive closure of the pairs among the places that are neither start nor end."""
    order = np.zeros((n, n), np.bool_)
    for i, j in before:
        if not (0 <= i < n and 0 <= j < n) or i == j:
            raise ValueError(f"before holds ({i}, {j}): expected two different places between 0 and {n - 1}")
        if j == start or (i == end and start != end):
            raise ValueError(
                f"before holds ({i}, {j}), but the tour starts at {start} and ends at {end}: drop the pair"
            )
        order[i, j] = i != start and j != end
    for via in np.flatnonzero(order.any(axis=0) & order.any(axis=1)).tolist():
        order |= order[:, via, None] & order[None, via, :]
    circle = np.flatnonzero(np.diagonal(order))
    if len(circle):
        raise ValueError(f"before lets place {circle[0]} come before itself: drop one of its pairs")
    return order


def _together(
    table: Lengths, order: Relation, start: int, end: int, tolerance_m: float
) -> tuple[tuple[int, ...], ...]:
    """Rows of places: the start's, those between, the end's; places that coincide share one.

    Places coincide where nothing lies between them, all lengths to and from them agree, and no order is asked
    of them. They are visited in one go, which is optimal only where no detour by the place is shorter than the
    direct way: that is checked too, as not every table is one of shortest ways.
    """
    n = len(table)
    rows = {start: [start], end: [end]}
    close = (table <= tolerance_m) & (tolerance_m >= table.T)
    close[order.any(axis=0) | order.any(axis=1)] = False
    for place in range(n):
        if place in (start, end):
            continue
        near = [row for row in np.flatnonzero(close[place]).tolist() if row in rows]
        at = next((row for row in near if _coincide(table, place, row, tolerance_m)), place)
        if at == place:
            rows[place] = [place]
        else:
            rows[at].append(place)
    between = [tuple(row) for first, row in rows.items() if first not in (start, end)]
    last = (start,) if start == end else tuple(rows[end])
    return (tuple(rows[start]), *between, last)


def _coincide(table: Lengths, place: int, row: int, tolerance_m: float) -> bool:
    if np.abs(table[place] - table[row]).max() > tolerance_m:
        return False
    if np.abs(table[:, place] - table[:, row]).max() > tolerance_m:
        return False
    detour = table[:, place, None] + table[None, place, :]
    return bool((detour >= table - tolerance_m).all())
