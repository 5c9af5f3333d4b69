"""Where, why and by whom agents were made to wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from layouts.events import NONE, Events, Floats, Texts
from layouts.figures.spans import Parts, cut, used
from layouts.run import Run

FACE, INTERSECTION = "pick_face_occupied", "intersection_occupied"


class Blocking(NamedTuple):
    """Waits, the seconds they took, and these as a share of all agents' time on duty."""

    waits: int
    blocked_s: float
    share: float | None


@dataclass(frozen=True, kw_only=True)
class Blocked:
    """Waits by where, why and by whom; only what has any is listed.

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


def waits_in(events: Events, edges_s: Floats) -> Parts:
    """The waits cut at the edges of intervals; `of` are rows of the events."""
    rows = np.flatnonzero(events.kind.are("wait"))
    parts = cut(edges_s, events.start_s[rows], events.end_s[rows])
    return parts._replace(of=rows[parts.of])


def blocked(run: Run, waits: Parts, *, on_duty_s: Sequence[float]) -> list[Blocked]:
    """The waits in each of K intervals, of which agents spent `on_duty_s` (K,) on duty.

    One that only reaches into an interval counts there with that part.
    """
    events = run.events
    cause = events.cause.code[waits.of]
    reasons = Texts.coded(
        np.where(cause == NONE, len(events.cause.names), cause), (*events.cause.names, "unknown")
    )
    aisle, resource = (Texts(each.code[waits.of], each.names) for each in (events.aisle, events.resource))

    def at(cause: str) -> Texts:
        return Texts(np.where(reasons.are(cause), resource.code, np.int32(NONE)), resource.names)

    columns = zip(
        *(_by(waits, column, on_duty_s) for column in (reasons, aisle, at(FACE), at(INTERSECTION))),
        _who(run, waits, intervals=len(on_duty_s)),
        strict=True,
    )
    return [
        Blocked(
            attributed_s=sum(seconds for row in who.values() for seconds in row.values()),
            by_cause=by_cause,
            by_aisle=by_aisle,
            by_face=by_face,
            by_intersection=by_intersection,
            who=who,
        )
        for by_cause, by_aisle, by_face, by_intersection, who in columns
    ]


def _by(waits: Parts, names: Texts, on_duty_s: Sequence[float]) -> list[dict[str, Blocking]]:
    """For each interval the waits (P,) by name."""
    known = names.code != NONE
    pairs = used(waits.interval[known], names.code[known], groups=len(names.names))
    count = np.bincount(pairs.place)
    total = np.bincount(pairs.place, waits.seconds[known])
    by: list[dict[str, Blocking]] = [{} for _ in on_duty_s]
    for k, code, n, seconds in zip(*(column.tolist() for column in (*pairs[:2], count, total)), strict=True):
        share = seconds / on_duty_s[k] if on_duty_s[k] > 0 else None
        by[k][names.names[code]] = Blocking(n, seconds, share)
    return by


def _who(run: Run, waits: Parts, *, intervals: int) -> list[dict[str, dict[str, float]]]:
    """For each interval the seconds by who waited and for whom, in order of the agents."""
    waiter, blocker = run.events.agent, run.events.blocked_by
    names = tuple(dict.fromkeys((*run.agents, *blocker.names)))
    known = blocker.code[waits.of] != NONE
    a, b = waiter.codes_in(names)[waits.of[known]], blocker.codes_in(names)[waits.of[known]]
    pairs = used(waits.interval[known], a * len(names) + b, groups=len(names) ** 2)
    total = np.bincount(pairs.place, waits.seconds[known])
    who: list[dict[str, dict[str, float]]] = [{} for _ in range(intervals)]
    for k, pair, seconds in zip(*(column.tolist() for column in (*pairs[:2], total)), strict=True):
        a, b = divmod(pair, len(names))
        who[k].setdefault(names[a], {})[names[b]] = seconds
    return who
