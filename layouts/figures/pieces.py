"""Where agents were when: events as straight pieces, gone along at constant speed or stood at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.events import Events, Floats, Ints


class Pieces(NamedTuple):
    """Straight pieces (P,): each leads from `p0` to `p1` (P, 2) between `start_s` and `end_s`, as part of `event`,
    a row of the events.
    """

    event: Ints
    start_s: Floats
    end_s: Floats
    p0: Floats
    p1: Floats


def straight_pieces(events: Events) -> Pieces:
    """The pieces of `events` in their order: one for each step of a path, which share its time by length.

    What is no move stands at its first point; a move without length, at that.
    """
    is_move = events.kind.are("move")
    steps = np.where(is_move, np.maximum(np.diff(events.path_start) - 1, 1), 1)
    count = int(steps.sum())
    pieces = Pieces(np.repeat(np.arange(len(events)), steps), *np.empty((2, count)), *np.empty((2, count, 2)))
    _fill(events.start_s, events.end_s, events.path_start, events.xy, is_move, *pieces[1:])
    return pieces


@njit(cache=True)
def _fill(
    start: Floats,
    end: Floats,
    path_start: Ints,
    xy: Floats,
    is_move: npt.NDArray[np.bool_],
    piece_start: Floats,
    piece_end: Floats,
    p0: Floats,
    p1: Floats,
) -> None:
    """Fill the last four: a piece ends exactly when and where the next one of its event begins."""
    i = 0
    for e in range(len(start)):
        first, last = path_start[e], path_start[e + 1] - 1
        if not is_move[e] or last == first:
            piece_start[i], piece_end[i] = start[e], end[e]
            p0[i], p1[i] = xy[first], xy[first]
            i += 1
            continue
        length = 0.0
        for k in range(first, last):
            length += np.hypot(xy[k + 1, 0] - xy[k, 0], xy[k + 1, 1] - xy[k, 1])
        gone, now = 0.0, start[e]
        for k in range(first, last):
            gone += np.hypot(xy[k + 1, 0] - xy[k, 0], xy[k + 1, 1] - xy[k, 1])
            piece_start[i], p0[i], p1[i] = now, xy[k], xy[k + 1]
            if k + 1 < last and length > 0.0:
                now = min(start[e] + gone / length * (end[e] - start[e]), end[e])
            else:
                now = end[e]
            piece_end[i] = now
            i += 1
