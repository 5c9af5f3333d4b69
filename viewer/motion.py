"""Where every agent is at a time: the moves of a run as straight pieces in flat arrays.

Made once for a run; a query is one binary search for each agent.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from layouts.events import NONE, Floats, Ints
from layouts.figures.pieces import straight_pieces
from layouts.run import Run
from spatial.facility import Facility
from spatial.floor_heights import floor_height

STATES: tuple[Literal["idle", "move", "wait", "pick", "drop", "other"], ...] = (
    "idle", "move", "wait", "pick", "drop", "other",
)  # fmt: skip
"""The kinds of events that are told apart; any other kind is work of some sort, done standing."""
IDLE = STATES.index("idle")


@dataclass(frozen=True)
class Motions:
    """M straight pieces in order of agent, then time, for the A agents that do anything.

    `start_s` and `end_s` (M,), `p0` and `p1` (M, 3) world metres on the floor, `state` (M,) an index in
    STATES; agent a has the pieces first[a] to first[a + 1].
    """

    agents: tuple[str, ...]
    first: Ints
    start_s: Floats
    end_s: Floats
    p0: Floats
    p1: Floats
    state: npt.NDArray[np.int8]


def straight_motions(run: Run, facility: Facility) -> Motions:
    """The run's events as straight pieces on the facility's floors; a move's time is shared by length."""
    pieces = straight_pieces(run.events)
    agent = run.events.agent.codes_in(run.agents)[pieces.event]
    order = np.argsort(agent, kind="stable")
    event = pieces.event[order]
    start_s, end_s, p0, p1 = (column[order] for column in pieces[1:])
    level = run.events.level.codes_in([level.id for level in facility.levels])[event]
    count = np.bincount(agent, minlength=len(run.agents))
    state = run.events.kind.codes_in(STATES)[event]
    return Motions(
        agents=tuple(name for name, number in zip(run.agents, count.tolist(), strict=True) if number),
        first=np.append(0, np.cumsum(count[count > 0])),
        start_s=start_s,
        end_s=end_s,
        p0=np.column_stack([p0, _heights(facility, level, p0)]),
        p1=np.column_stack([p1, _heights(facility, level, p1)]),
        state=np.where(state == NONE, STATES.index("other"), state).astype(np.int8),
    )


def positions_at(motions: Motions, t_s: float) -> tuple[Floats, npt.NDArray[np.int8]]:
    """World positions (A, 3) in metres, and states (A,) as indices in STATES, at `t_s` seconds.

    Before its first event and in a gap between two, an agent stands idle where the next or last one has it.
    """
    begun = [motions.start_s[low:high].searchsorted(t_s, "right") for low, high in pairwise(motions.first)]
    piece = motions.first[:-1] + np.maximum(np.array(begun, dtype=np.int64) - 1, 0)
    length = motions.end_s[piece] - motions.start_s[piece]
    elapsed = np.clip(t_s - motions.start_s[piece], 0.0, length)
    has_begun = t_s >= motions.start_s[piece]
    share = np.divide(elapsed, length, out=has_begun.astype(np.float64), where=length > 0)[:, None]
    is_within = has_begun & (t_s < motions.end_s[piece])
    state = np.where(is_within, motions.state[piece], IDLE).astype(np.int8)
    return (1 - share) * motions.p0[piece] + share * motions.p1[piece], state


def _heights(facility: Facility, level: Ints, xy: Floats) -> Floats:
    """World z (P,) of the floor at `xy` (P, 2) of the facility's levels by number; 0 where the level is unknown."""
    heights = np.zeros(len(xy))
    for number, floor in enumerate(facility.levels):
        here = level == number
        if here.any():
            heights[here] = floor_height(floor, xy[here])
    return heights
