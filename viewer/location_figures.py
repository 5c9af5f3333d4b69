"""A figure for each location, from the scan, the run or the live book: what viewers colour locations by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from layouts.events import NONE, Events, Ints, Texts
from layouts.inventory.stock import on_hand
from layouts.live.state import TwinState
from layouts.run import Run
from spatial.facility import Facility

NEAR_M = 2.0
"""Whoever waits so near to where something is picked is in the way there, or wants to get there."""
TOP_SHARE = 0.95
"""Colours end at this share of the figures that are not 0, so that one extreme does not take all the colour."""
HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Colouring:
    """`values` by location, in `unit`; a location that is not in it is not known. Colours end at `top`."""

    name: str
    title: str
    unit: str
    values: Mapping[str, float]
    told_top: float | None = None
    """Where colours end, if somebody else worked it out."""

    @property
    def top(self) -> float:
        """A round figure below which most values lie; 1 where all are 0."""
        if self.told_top is not None:
            return self.told_top
        above = np.array([value for value in self.values.values() if value > 0])
        return _round_up(float(np.quantile(above, TOP_SHARE))) if len(above) else 1.0


def fill_figures(facility: Facility) -> Colouring:
    """How full locations are, per cent; those that nobody measured are left out."""
    seen = {location.id: location.fill for location in facility.locations}
    return Colouring(
        "fill", "Fill", "%", {name: 100 * fill for name, fill in seen.items() if fill is not None}
    )


def velocity_figures(facility: Facility, run: Run) -> Colouring:
    """Picks an hour; a location that nothing was picked from has 0."""
    hours = max(run.duration_s / 3600, 1e-9)
    picks = dict.fromkeys((location.id for location in facility.locations), 0.0)
    rows, at = _picks(run.events)
    counts = np.bincount(at.code[rows], minlength=len(at.names))
    picks.update(
        {name: count / hours for name, count in zip(at.names, counts.tolist(), strict=True) if count}
    )
    return Colouring("velocity", "Picks", "picks/h", picks)


def blocked_figures(run: Run) -> Colouring:
    """Seconds that agents were blocked within NEAR_M of where a location is picked, by level."""
    events = run.events
    rows, at = _picks(events)
    starts = events.xy[events.path_start[:-1]]
    waits = np.flatnonzero(events.kind.are("wait"))
    seconds: dict[str, float] = {}
    for level in np.unique(events.level.code[rows]):
        waiting, picking = (those[events.level.code[those] == level] for those in (waits, rows))
        picked, first = np.unique(at.code[picking], return_index=True)
        stands = starts[picking[first]]
        near = cKDTree(stands).query_ball_point(starts[waiting], NEAR_M) if len(waiting) else []
        sums = np.zeros(len(picked))
        for row, those in zip(waiting.tolist(), near, strict=True):
            sums[those] += events.end_s[row] - events.start_s[row]
        seconds.update(zip((at.names[code] for code in picked.tolist()), sums.tolist(), strict=True))
    return Colouring("blocked", "Blocked nearby", "s", seconds)


def age_figures(state: TwinState, site: str, now_ms: int) -> Colouring:
    """Hours since what lies there was last counted; never counted is not known."""
    checked: dict[str, int] = {}
    for line in on_hand(state.stock, place=f"{site}/*"):
        if line.checked_ms is not None:
            place = line.place.partition("/")[2]
            checked[place] = max(checked.get(place, 0), line.checked_ms)
    hours = {place: max(0, now_ms - at_ms) / HOUR_MS for place, at_ms in checked.items()}
    return Colouring("age", "Since counted", "h", hours)


def _picks(events: Events) -> tuple[Ints, Texts]:
    """The rows of picks, and the column of their locations."""
    at = events.location
    return np.flatnonzero(events.kind.are("pick") & (at.code != NONE)), at


def _round_up(value: float) -> float:
    """The next of 1, 2, 5 × a power of ten."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= value * (1 - 1e-9)))
