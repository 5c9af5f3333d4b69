"""Where, why and by whom agents were made to wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.events import NONE, Floats, Texts
from layouts.figures.window import Window
from layouts.run import Run

FACE, INTERSECTION = "pick_face_occupied", "intersection_occupied"


class Blocking(NamedTuple):
    """Waits, the seconds they took, and these as a share of all agents' time on duty."""

    waits: int
    blocked_s: float
    share: float | None


@dataclass(frozen=True, kw_only=True)
class Blocked:
    """The waits of a run by where, why and by whom; only what has any is listed.

    `by_cause` counts every wait once, one without a cause as `unknown`, and so adds up to the whole; there is a
    cause for each kind of resource. `by_aisle` counts waits for something in or at an aisle, `by_face` and
    `by_intersection` those for pick faces and intersections. `who[a][b]` are the seconds that agent a waited
    because b had the place before it; they add up to `attributed_s`, the time of waits whose blocker is known.
    """

    attributed_s: float
    by_cause: Mapping[str, Blocking]
    by_aisle: Mapping[str, Blocking]
    by_face: Mapping[str, Blocking]
    by_intersection: Mapping[str, Blocking]
    who: Mapping[str, Mapping[str, float]]


def blocked(run: Run, window: Window, *, on_duty_s: float) -> Blocked:
    """The waits within `window`; one that only reaches into it counts with that part."""
    events = run.events
    within_s = np.minimum(events.end_s, window.end_s) - np.maximum(events.start_s, window.start_s)
    waits = events.kind.are("wait") & (within_s > 0)

    def by(column: Texts, among: npt.NDArray[np.bool_] = waits) -> dict[str, Blocking]:
        known = waits & among & (column.code != NONE)
        count = np.bincount(column.code[known], minlength=len(column.names)).tolist()
        total = np.bincount(column.code[known], within_s[known], len(column.names)).tolist()
        return {
            name: Blocking(n, seconds, seconds / on_duty_s if on_duty_s > 0 else None)
            for name, n, seconds in zip(column.names, count, total, strict=True)
            if n
        }

    unknown = len(events.cause.names)
    cause = np.where(events.cause.code == NONE, unknown, events.cause.code)
    return Blocked(
        attributed_s=float(within_s[waits & (events.blocked_by.code != NONE)].sum()),
        by_cause=by(Texts.coded(cause, (*events.cause.names, "unknown"))),
        by_aisle=by(events.aisle),
        by_face=by(events.resource, events.cause.are(FACE)),
        by_intersection=by(events.resource, events.cause.are(INTERSECTION)),
        who=_who(run.agents, events.agent, events.blocked_by, np.where(waits, within_s, 0.0)),
    )


def _who(
    agents: tuple[str, ...], waiter: Texts, blocker: Texts, seconds: Floats
) -> dict[str, dict[str, float]]:
    """Seconds by who waited and for whom, of those who did, in order of the agents."""
    counts = (seconds > 0) & (blocker.code != NONE)
    names = tuple(dict.fromkeys((*agents, *blocker.names)))
    pair = waiter.codes_in(agents)[counts] * len(names) + blocker.codes_in(names)[counts]
    pairs, place = np.unique(pair, return_inverse=True)
    total = np.bincount(place, seconds[counts], len(pairs))
    who: dict[str, dict[str, float]] = {}
    for code, blocked_s in zip(pairs.tolist(), total.tolist(), strict=True):
        a, b = divmod(code, len(names))
        who.setdefault(agents[a], {})[names[b]] = blocked_s
    return who
