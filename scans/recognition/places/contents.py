"""Is a location occupied, empty or unseen? The scanner's beams tell.

A load stands on its pallet, in the middle of its place: beams that enter there end there. Beams that enter the
middle of an empty place go through, but for the odd stray. Where next to none enters, nothing is known: what
nobody looked into is never called empty.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from scans.groups import by_key
from scans.recognition.places.fan import SECTORS, Fans, sectors_towards
from scans.recognition.places.fan import Beams as Beams
from scans.recognition.places.place_grid import PlaceGrid
from spatial.facility import LocationState
from spatial.poses import transform_points

_MOST_BEAMS = 3_000_000
_ENOUGH_BEAMS = 12
_STOPPED_SHARE = 0.06  # over an empty place strays are 0.01; a load that is low lets many beams pass above it


def beams_of(
    points: npt.NDArray[np.float64],
    station: npt.NDArray[np.int32],
    stations: Mapping[int, npt.NDArray[np.float64]],
) -> tuple[Beams, ...]:
    """The beams to `points` (N, 3), of `station` (N,), thinned out evenly beyond three million."""
    step = math.ceil(max(len(points), 1) / _MOST_BEAMS)
    numbers, order, start = by_key(np.ascontiguousarray(station[::step]))
    return tuple(
        Beams(stations.get(number), np.take(points, step * order[first:last], axis=0))
        for number, first, last in zip(numbers.tolist(), start[:-1], start[1:], strict=True)
    )


@dataclass(frozen=True)
class Looks:
    """How many beams ended in the middle of each place, `stopped` (P, T), and how many went `through` (P, T)."""

    stopped: npt.NDArray[np.int64]
    through: npt.NDArray[np.int64]


def look_through(
    beams: Fans | Sequence[Beams], rack_from_world: npt.NDArray[np.float64], grid: PlaceGrid
) -> Looks:
    """What `beams` met in the places of one rack row, which stands upright: its frame turns about Z alone."""
    fans = beams if isinstance(beams, Fans) else Fans.of(beams)
    stopped, through = np.zeros(grid.shape, np.int64), np.zeros(grid.shape, np.int64)
    place_at, tier_at = grid.lookups()
    low = np.array([0.0, grid.v0, 0.0])
    high = np.array([len(place_at) * grid.step_m, grid.v1, len(tier_at) * grid.step_m])
    corners = [[u, v, 0.0] for u, v in ((0.0, grid.v0), (high[0], grid.v0), high[:2], (0.0, grid.v1))]
    plan = transform_points(np.linalg.inv(rack_from_world).astype(np.float64), corners)[:, :2]
    eyes = transform_points(rack_from_world, fans.poles)
    # a pole is as far from the box in its own frame as in the world's
    near_m = np.hypot(*np.maximum(0.0, np.maximum(low[:2] - eyes[:, :2], eyes[:, :2] - high[:2])).T)
    _look(
        fans.ends, fans.start, fans.reach, fans.poles, fans.has_eye, np.ascontiguousarray(plan), near_m,
        rack_from_world, eyes, low, high, place_at, tier_at, grid.step_m, stopped, through,
    )  # fmt: skip
    return Looks(stopped, through)


@dataclass(frozen=True)
class Content:
    """State of a location and how sure it is (0…1)."""

    state: LocationState
    confidence: float


def content_of(stopped: int, through: int) -> Content:
    """What a place holds in whose middle so many beams stopped, and through which so many went."""
    beams = stopped + through
    if beams < _ENOUGH_BEAMS:
        return Content("unseen", 0.0)
    share = stopped / beams
    sure = 1.0 - math.exp(-beams / _ENOUGH_BEAMS)
    if share >= _STOPPED_SHARE:
        return Content("occupied", round(sure * share, 3))
    return Content("empty", round(sure * (1.0 - share), 3))


@njit(cache=True)
def _walk(ends, pose, eye, has_eye, place_at, tier_at, step_m, low, high, stopped, through):  # type: ignore[no-untyped-def]
    """Walk each beam through the row's box in steps of `step_m`; one kernel, because a beam is a handful of ns."""
    end, along = np.empty(3), np.empty(3)
    for n in range(len(ends)):
        for a in range(3):
            end[a] = pose[a, 0] * ends[n, 0] + pose[a, 1] * ends[n, 1] + pose[a, 2] * ends[n, 2] + pose[a, 3]
        at_end = -1
        if low[1] < end[1] < high[1] and 0 < end[0] < high[0] and 0 < end[2] < high[2]:
            p, t = place_at[int(end[0] / step_m)], tier_at[int(end[2] / step_m)]
            if p >= 0 and t >= 0:
                at_end = p * stopped.shape[1] + t
                stopped[p, t] += 1
        if not has_eye:
            continue
        first, last = 0.0, 1.0  # the part of the beam inside the box (slab method)
        length = 0.0
        for a in range(3):
            along[a] = end[a] - eye[a]
            length += along[a] * along[a]
            if abs(along[a]) < 1e-9:
                if not low[a] < eye[a] < high[a]:
                    last = -1.0
                continue
            one, two = (low[a] - eye[a]) / along[a], (high[a] - eye[a]) / along[a]
            first, last = max(first, min(one, two)), min(last, max(one, two))
        if last <= first:
            continue
        stride = step_m / math.sqrt(length)
        before = -1
        x = first + 0.5 * stride
        while x < last:
            i, k = int((eye[0] + x * along[0]) / step_m), int((eye[2] + x * along[2]) / step_m)
            x += stride
            if not (0 <= i < len(place_at) and 0 <= k < len(tier_at)):
                continue
            p, t = place_at[i], tier_at[k]
            if p < 0 or t < 0:
                continue
            here = p * stopped.shape[1] + t
            if here != before and here != at_end:
                through[p, t] += 1
            before = here


@njit(cache=True)
def _look(  # type: ignore[no-untyped-def]
    ends,
    start,
    reach,
    poles,
    has_eye,
    plan,
    near_m,
    pose,
    eyes,
    low,
    high,
    place_at,
    tier_at,
    step_m,
    stopped,
    through,
):
    sectors = np.empty(SECTORS, np.int64)
    for s in range(len(poles)):
        for c in range(sectors_towards(poles[s], plan, near_m[s], reach[s], sectors)):
            k = s * SECTORS + sectors[c]
            _walk(
                ends[start[k] : start[k + 1]], pose, eyes[s], has_eye[s],
                place_at, tier_at, step_m, low, high, stopped, through,
            )  # fmt: skip
