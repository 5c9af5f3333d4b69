"""Levels that came, went, or lie or reach elsewhere, and their holes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import shapely

from layouts.diff.changes import ROUNDOFF, Change, FieldChange, Verdict, Z
from layouts.diff.floor_changes import floor_changes
from spatial.facility import Facility, Level


def level_changes(
    a: Facility,
    b: Facility,
    pairs: Sequence[tuple[str, str]],
    *,
    limit_m: float,
    unmeasured_sigma_m: float,
    is_exact: bool,
) -> list[Change]:
    """The changes of levels, of which `pairs` are one: in elevation, in the area of the floor, its outline and holes.

    A measured difference counts above chance, and above `limit_m` of elevation or of the floor's whole edge. Edges
    are as sure as the walls; the elevation as the floor, or as `unmeasured_sigma_m` where a scan tells none.
    """
    was, now = ({level.id: level for level in side.levels} for side in (a, b))
    matched = dict(pairs)
    changes = [
        Change(kind="level", level=name, before=name, after=None) for name in sorted({*was} - {*matched})
    ]
    added = sorted({*now} - {*matched.values()})
    changes += [Change(kind="level", level=name, before=None, after=name) for name in added]
    for before, after in pairs:
        if was[before] == now[after]:  # one record is one measurement
            continue
        sides = ((a, was[before]), (b, now[after]))
        sigmas = [(0.0, 0.0) if is_exact else _sigmas(*side, unmeasured_sigma_m) for side in sides]
        elevation_sigmas, edge_sigmas = zip(*sigmas, strict=True)
        fields = (
            *_fields(was[before], now[after], elevation_sigmas, edge_sigmas, limit_m=limit_m),
            *floor_changes(was[before], now[after], math.hypot(*edge_sigmas), limit_m=limit_m),
        )
        if fields or before != after:
            changes.append(Change(kind="level", level=before, before=before, after=after, fields=fields))
    return changes


def _fields(
    was: Level,
    now: Level,
    elevation_sigmas: tuple[float, float],
    edge_sigmas: tuple[float, float],
    *,
    limit_m: float,
) -> Iterator[FieldChange]:
    floors = [_floor(level) for level in (was, now)]
    edge_m = max(floor.length for floor in floors)
    candidates = (
        ("elevation_m", was.elevation_m, now.elevation_m, math.hypot(*elevation_sigmas), limit_m),
        (
            "floor_m2",
            *(floor.area for floor in floors),
            math.hypot(*(sigma * _spread(floor) for sigma, floor in zip(edge_sigmas, floors, strict=True))),
            limit_m * edge_m,
        ),
    )
    for name, before, after, sigma, limit in candidates:
        verdict = _verdict(abs(after - before), sigma, limit)
        if verdict != "unchanged":
            yield FieldChange(name=name, before=before, after=after, sigma=sigma, verdict=verdict)


def _verdict(by: float, sigma: float, limit: float) -> Verdict:
    """By the rules of `element_change`."""
    if sigma == 0:
        return "changed" if by > ROUNDOFF else "unchanged"
    if by > max(limit, Z * sigma):
        return "changed"
    return "unchanged" if by + Z * sigma <= limit else "cannot_decide"


def _sigmas(facility: Facility, level: Level, unmeasured_sigma_m: float) -> tuple[float, float]:
    """Of the elevation and of an edge of the floor, metres; 0 of what is planned."""
    if facility.kind == "planned":
        return 0.0, 0.0
    walls = [wall.sigma_m for wall in facility.walls if wall.level == level.id]
    floor = level.floor.sigma_m if level.floor is not None else unmeasured_sigma_m
    return floor, max(walls, default=unmeasured_sigma_m)


def _floor(level: Level) -> shapely.Polygon:
    return shapely.Polygon(level.outline, level.holes) if len(level.outline) > 2 else shapely.Polygon()


def _spread(floor: shapely.Polygon) -> float:
    """Metres of edge by which the area varies when each edge does by itself."""
    rings = [floor.exterior, *floor.interiors] if not floor.is_empty else []
    corners = [shapely.get_coordinates(ring) for ring in rings]
    return math.hypot(*(math.dist(p, q) for ring in corners for p, q in pairwise(ring)))
