"""Where most time is lost to waiting: aisles, and what stands in none, by the seconds that agents stood blocked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layouts.events import NONE, Floats, Ints
from layouts.figures.blocked import waits_in
from layouts.figures.window import Window
from layouts.run import Run
from spatial.facility import Point2

SHOWN = 5
"""So many are numbered on the plan."""


@dataclass(frozen=True, kw_only=True)
class WorstPlace:
    """Waits for something in one aisle, or for one thing that is in none; `is_aisle` tells which.

    `share` is that of all blocked seconds; `at`, on `level`, is where most of them were spent, to half a metre.
    """

    name: str
    is_aisle: bool
    waits: int
    blocked_s: float
    share: float
    level: str
    at: Point2


def worst_places(run: Run, *, warm_up_s: float = 0.0, most: int = SHOWN) -> tuple[WorstPlace, ...]:
    """The `most` places with most blocked seconds after the warm-up, the worst first."""
    events = run.events
    parts = waits_in(events, Window.of(run, warm_up_s=warm_up_s).edges)
    aisle, resource = events.aisle.code[parts.of], events.resource.code[parts.of]
    # what is in no aisle comes after all aisles; a wait for nothing known comes last
    aisles, things = len(events.aisle.names), len(events.resource.names)
    place = np.where(aisle != NONE, aisle, aisles + np.where(resource != NONE, resource, things))
    seconds = np.bincount(place, parts.seconds, minlength=aisles + things + 1)
    waits = np.bincount(place, minlength=len(seconds))
    names = [*events.aisle.names, *events.resource.names, "unknown"]
    worst = sorted(np.flatnonzero(seconds > 0).tolist(), key=lambda one: (-seconds[one], one))[:most]
    found = []
    for one in worst:
        here = place == one
        event, at = _hottest(
            events.xy[events.path_start[parts.of[here]]], parts.of[here], parts.seconds[here]
        )
        found.append(
            WorstPlace(
                name=names[one],
                is_aisle=one < aisles,
                waits=int(waits[one]),
                blocked_s=float(seconds[one]),
                share=float(seconds[one] / seconds.sum()),
                level=events.level.names[events.level.code[event]],
                at=at,
            )
        )
    return tuple(found)


def _hottest(xy: Floats, of: Ints, seconds: Floats) -> tuple[int, Point2]:
    """A wait in the half-metre square with most of the seconds, and where it was."""
    _, square = np.unique(np.rint(xy / 0.5), axis=0, return_inverse=True)
    square = square.reshape(-1)
    first = int(np.flatnonzero(square == np.argmax(np.bincount(square, seconds)))[0])
    return int(of[first]), (float(xy[first, 0]), float(xy[first, 1]))
