"""Aisles between planned rows: how much narrower they are, and what stands in their way."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from scans.deviation.finding import Finding, Z, judge, mm
from scans.deviation.frames import Floats
from scans.deviation.newcomers import Newcomer, Unexplained
from scans.deviation.rack_refit import RackFit
from spatial.facility import Aisle, Rack

_BESIDE_M = 0.4
_PARALLEL = math.cos(math.radians(5))
_CELL_SIGMA_M = 0.02
_SEEN_SHARE = 0.5
_PASS_SHARE = 0.6


@dataclass(frozen=True)
class _Lane:
    """An aisle's own frame: `along` and `across` (2,) from `start`, `length_m` and half its planned width."""

    start: Floats
    along: Floats
    across: Floats
    length_m: float
    half_m: float

    @classmethod
    def of(cls, aisle: Aisle) -> _Lane:
        start, end = np.array(aisle.p0), np.array(aisle.p1)
        length = float(np.linalg.norm(end - start))
        along = (end - start) / max(length, 1e-9)
        across = np.array([-along[1], along[0]])
        return cls(start, along, across, length, aisle.clear_width_m / 2)

    def polygon(self) -> shapely.Polygon:
        end, side = self.start + self.length_m * self.along, self.half_m * self.across
        return shapely.Polygon([self.start - side, end - side, end + side, self.start + side])


def narrowed_aisles(
    aisles: Sequence[Aisle], racks: Sequence[Rack], fits: Mapping[str, RackFit | None], limit_m: float
) -> Iterator[Finding]:
    """How much each aisle's two faces have come together, by the fits of the rows beside it.

    A side without a rack, as a wall, counts as planned. Aisles without racks are left out.
    """
    for aisle in aisles:
        lane = _Lane.of(aisle)
        sides = [(rack, face) for rack in racks for face in _facing(lane, rack)]
        if aisle.cross or not sides:
            continue
        closer = {1: (0.0, 0.0), -1: (0.0, 0.0)}
        unknown = False
        for rack, (side, own_side) in sides:
            fit = fits.get(rack.id)
            if fit is None:
                unknown = True
                continue
            inward = _inward(fit, own_side)
            closer[side] = max(closer[side], inward) if closer[side] != (0.0, 0.0) else inward
        by = closer[1][0] + closer[-1][0]
        sigma = math.inf if unknown else math.hypot(closer[1][1], closer[-1][1])
        verdict = judge(max(by, 0.0), sigma, limit_m)
        width = aisle.clear_width_m - by
        told = "not all rows beside it are seen" if unknown else f"narrower by {mm(by, sigma)}"
        yield Finding(
            type="aisle_narrowed",
            verdict=verdict,
            text=f"aisle {aisle.id}: {told}",
            place={"aisle": aisle.id},
            by_m=None if unknown else by,
            sigma_m=None if unknown else sigma,
            limit_m=limit_m,
            more={"clear_width_m": None if unknown else width},
        )


def _facing(lane: _Lane, rack: Rack) -> Iterator[tuple[int, int]]:
    """The lane's side (±1 across) on which the rack stands, and the rack's own side that faces it."""
    heading = np.array([math.cos(rack.yaw_rad), math.sin(rack.yaw_rad)])
    if abs(float(heading @ lane.along)) < _PARALLEL:
        return
    s, t = (float((np.array(rack.center) - lane.start) @ axis) for axis in (lane.along, lane.across))
    overlap = min(s + rack.length_m / 2, lane.length_m) - max(s - rack.length_m / 2, 0.0)
    side = 1 if t > 0 else -1
    if (
        overlap > 0.2 * min(rack.length_m, lane.length_m)
        and abs(abs(t) - rack.depth_m / 2 - lane.half_m) < _BESIDE_M
    ):
        yield side, -side if float(heading @ lane.along) > 0 else side


def _inward(fit: RackFit, side: int) -> tuple[float, float]:
    """How far the face has come into the aisle at its nearest end, and the standard deviation of that; a turn counts
    from where chance shows it in 2.5 % of cases.
    """
    half = fit.rack.length_m / 2
    has_turned = abs(fit.turn_rad) > Z * fit.turn_sigma_rad
    turn = abs(fit.turn_rad) * half if has_turned else 0.0
    sigma = math.hypot(fit.across_sigma_m, fit.turn_sigma_rad * half if has_turned else 0.0)
    return side * fit.across_m + turn, sigma


def blocked_aisles(
    aisles: Sequence[Aisle], found: Sequence[Newcomer], unexplained: Unexplained, pass_m: float
) -> Iterator[Finding]:
    """The free width that new things leave in each aisle at the narrowest place, against `pass_m`, what must pass.

    In an aisle that is itself hardly wider, 60 % of its width. What may have gone by blocks for sure no aisle, nor is
    one free for sure that it would block.
    """
    for aisle in aisles:
        lane = _Lane.of(aisle)
        polygon = lane.polygon()
        must_pass = min(pass_m, _PASS_SHARE * aisle.clear_width_m)
        inside = [(one, span) for one in found if (span := _span(lane, polygon, one)) is not None]
        spans = [span for _, span in inside]
        free, at = _least_gap(lane, spans)
        still_free, still_at = _least_gap(lane, [span for one, span in inside if one.is_still])
        sigma = _CELL_SIGMA_M if spans else 0.0
        if unexplained.seen_share(polygon) < _SEEN_SHARE or (spans and not unexplained.knows_eyes):
            verdict, why = judge(0.0, math.inf, 0.0), "not enough of it is seen"
        elif still_free + Z * sigma < must_pass:
            free, at = still_free, still_at
            verdict, why = "fail", f"{free:.2f} m free of {aisle.clear_width_m:.2f} m"
        elif free + Z * sigma < must_pass:
            verdict, why = "cannot_decide", f"{free:.2f} m free, but what stands there may have gone by"
        elif free - Z * sigma >= must_pass or not spans:
            verdict, why = "pass", f"{free:.2f} m free"
        else:
            verdict, why = "cannot_decide", f"{free:.2f} m free"
        yield Finding(
            type="aisle_blocked",
            verdict=verdict,
            text=f"aisle {aisle.id}: {why}",
            place={"aisle": aisle.id},
            by_m=aisle.clear_width_m - free,
            sigma_m=sigma,
            limit_m=aisle.clear_width_m - must_pass,
            more={
                "free_width_m": free,
                "at": at,
                "blocked_by": [one.id for one, _ in inside],
            },
        )


def _span(lane: _Lane, polygon: shapely.Polygon, one: Newcomer) -> tuple[float, float, float, float] | None:
    """Extent along and across (s0, s1, t0, t1) of what of it lies in the lane."""
    part = one.footprint.intersection(polygon)
    if part.is_empty or part.area < 0.01:
        return None
    off = shapely.get_coordinates(part) - lane.start
    s, t = off @ lane.along, off @ lane.across
    return float(s.min()), float(s.max()), float(t.min()), float(t.max())


def _least_gap(
    lane: _Lane, spans: Sequence[tuple[float, float, float, float]]
) -> tuple[float, tuple[float, float] | None]:
    """The widest gap across at the narrowest place, and where; things less than 30 cm apart along count as one."""
    least, at = 2 * lane.half_m, None
    for s0, s1, t0, t1 in spans:
        beside = sorted((a, b) for c, d, a, b in spans if c < s1 + 0.3 and d > s0 - 0.3)
        edge, widest = -lane.half_m, 0.0
        for a, b in beside:
            widest, edge = max(widest, a - edge), max(edge, b)
        widest = max(widest, lane.half_m - edge)
        if widest < least:
            x, y = (lane.start + (s0 + s1) / 2 * lane.along + (t0 + t1) / 2 * lane.across).tolist()
            least, at = widest, (x, y)
    return least, at
