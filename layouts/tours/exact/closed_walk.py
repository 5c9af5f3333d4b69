"""A closed walk along every leg of a connected multigraph of even degrees, or of one-way legs, once each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

_NOTHING = -1


@njit(cache=True)
def closed_walk(
    tail: npt.NDArray[np.int64], head: npt.NDArray[np.int64], places: int, origin: int, one_way: bool
) -> npt.NDArray[np.int64]:
    """The legs (E,) in the order they are walked from `origin` back to it, in the manner of Hierholzer (1873).

    Leg e joins the places tail[e] and head[e]; it may be walked either way unless `one_way`, when as many legs must
    end at each place as start there. Only what is connected with `origin` is walked.
    """
    legs = len(tail)
    first = np.full(places, _NOTHING, np.int64)
    following = np.empty(2 * legs, np.int64)
    for leg in range(legs - 1, -1, -1):
        following[2 * leg], first[tail[leg]] = first[tail[leg]], 2 * leg
        if not one_way:
            following[2 * leg + 1], first[head[leg]] = first[head[leg]], 2 * leg + 1
    walked = np.zeros(legs, np.bool_)
    at = np.empty(legs + 1, np.int64)
    by = np.empty(legs + 1, np.int64)
    at[0], by[0] = origin, _NOTHING
    depth, count = 1, 0
    walk = np.empty(legs, np.int64)
    while depth > 0:
        place = at[depth - 1]
        end = first[place]
        while end != _NOTHING and walked[end // 2]:
            end = following[end]
        if end == _NOTHING:
            depth -= 1
            if depth > 0:
                walk[count] = by[depth]
                count += 1
        else:
            first[place] = following[end]
            walked[end // 2] = True
            at[depth] = head[end // 2] if end % 2 == 0 else tail[end // 2]
            by[depth] = end // 2
            depth += 1
    return walk[:count][::-1]
