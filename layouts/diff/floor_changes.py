"""Where the floor of a level reaches, and its holes: what moved or took another shape, be its area the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import shapely

from layouts.diff.changes import ROUNDOFF, FieldChange, Verdict, Z
from spatial.facility import Level, Point2

NONE = "none"


def floor_changes(was: Level, now: Level, edge_sigma_m: float, *, limit_m: float) -> Iterator[FieldChange]:
    """The outline and each hole that differ, each told by its area and the corners of its box.

    Holes are paired nearest first. Two shapes differ where the floor that only one of them covers is, per metre of
    edge, above `limit_m` and above what `edge_sigma_m` of each edge amounts to at 97.5 %; without sigma, at all.
    """
    before, after = _shape(was.outline), _shape(now.outline)
    if not before.is_empty and not after.is_empty:
        yield from _field("outline", before, after, edge_sigma_m, limit_m)
    fields = [
        field
        for before, after in _paired(list(map(_shape, was.holes)), list(map(_shape, now.holes)))
        for field in _field("hole", before, after, edge_sigma_m, limit_m)
    ]
    yield from sorted(fields, key=lambda field: sorted((str(field.before), str(field.after))))


def _shape(corners: Sequence[Point2]) -> shapely.Geometry:
    return shapely.make_valid(shapely.Polygon(corners)) if len(corners) > 2 else shapely.Polygon()


def _field(
    name: str, before: shapely.Geometry, after: shapely.Geometry, sigma_m: float, limit_m: float
) -> Iterator[FieldChange]:
    verdict = _verdict(before, after, sigma_m, limit_m)
    if verdict != "unchanged":
        yield FieldChange(name=name, before=_told(before), after=_told(after), sigma=None, verdict=verdict)


def _verdict(before: shapely.Geometry, after: shapely.Geometry, sigma_m: float, limit_m: float) -> Verdict:
    """By the rules of `element_change`."""
    edge_m = max(before.length, after.length)
    by_m = shapely.symmetric_difference(before, after).area / edge_m
    if sigma_m == 0:
        return "changed" if by_m > ROUNDOFF else "unchanged"
    if by_m > max(limit_m, Z * sigma_m):
        return "changed"
    return "unchanged" if by_m + Z * sigma_m <= limit_m else "cannot_decide"


def _paired(
    old: Sequence[shapely.Geometry], new: Sequence[shapely.Geometry]
) -> Iterator[tuple[shapely.Geometry, shapely.Geometry]]:
    """Each with its nearest, the closest pairs first; what is left over has come or gone."""
    left, right = ([shape for shape in side if shape.area > 0] for side in (old, new))
    pairs = sorted(
        (one.hausdorff_distance(other), sorted((_told(one), _told(other))), i, j)
        for i, one in enumerate(left)
        for j, other in enumerate(right)
    )
    taken_i: set[int] = set()
    taken_j: set[int] = set()
    for _, _, i, j in pairs:
        if i not in taken_i and j not in taken_j:
            taken_i.add(i)
            taken_j.add(j)
            yield left[i], right[j]
    yield from ((shape, shapely.Polygon()) for i, shape in enumerate(left) if i not in taken_i)
    yield from ((shapely.Polygon(), shape) for j, shape in enumerate(right) if j not in taken_j)


def _told(shape: shapely.Geometry) -> str:
    if shape.is_empty:
        return NONE
    x0, y0, x1, y1 = (round(bound, 2) + 0.0 for bound in shape.bounds)
    return f"{shape.area:.2f} m² from ({x0:.2f}, {y0:.2f}) to ({x1:.2f}, {y1:.2f})"
