"""Who gets how much of what is too little: whole units, in proportion to what each asks for."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from layouts.compiled import compiled

Ints = npt.NDArray[np.int64]


@compiled
def ration(asked: Ints, members: Ints, start: int, end: int, available: int, turn: int, wanted: Ints) -> None:
    """Cut what the `members` from `start` to `end` have `asked` for down to what is `available`.

    Each gets its share, rounded down; units that are left go one by one to those who lack some, from another one
    each `turn`. `wanted` is room for notes, as long as there are members.
    """
    total = 0
    for i in range(start, end):
        total += asked[members[i]]
    if total <= available:
        return
    left, share = available, available / total
    for i in range(start, end):
        member = members[i]
        wanted[i - start] = asked[member]
        asked[member] = min(left, math.floor(asked[member] * share))
        left -= asked[member]
    i = turn % (end - start)
    while left > 0:
        if asked[members[start + i]] < wanted[i]:
            asked[members[start + i]] += 1
            left -= 1
        i = (i + 1) % (end - start)


@compiled
def split(
    wanted: int, shares: npt.NDArray[np.float64], start: int, end: int, offset: float, asked: Ints
) -> None:
    """Ask for `wanted` units over the routes from `start` to `end`, by their shares, which sum to 1 or are all 0.

    The rounding of running sums is shifted by `offset` (above 0, below 1), so that over days with evenly spread
    offsets each route is asked for its share, whatever the amounts.
    """
    last = end - 1
    while last > start and shares[last] <= 0.0:
        asked[last] = 0
        last -= 1
    before, upto = 0, 0.0
    for a in range(start, last):
        upto += shares[a]
        now = min(wanted, math.floor(wanted * upto + offset))
        asked[a] = now - before
        before = now
    asked[last] = wanted - before
