"""Every element held against its plan, one by one, as a viewer shows it in place: where, how far off, and whether
that can be told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from layouts.diff.changes import Change, Verdict, Z
from layouts.diff.facility_diff import FacilityDiff
from layouts.diff.placed import Placed, placed_elements
from layouts.diff.text import change_mark, change_text
from spatial.facility import Column, Facility, Obstacle, Opening, Point2, Rack, Wall

Point3 = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Box:
    """Where an element stands, world frame, metres: its middle, its size along, across and up, its heading."""

    center: Point3
    size_m: Point3
    yaw_rad: float


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """One element of a plan and a scan, or of either alone.

    `by_m` is the greatest measured difference that is told, with the standard deviation of that measurement;
    `at_most_m` what the data allow at 97.5 %. Both are None where one side is missing. `word` is what happened, by
    the words of `Change`, or "unchanged".
    """

    kind: str
    id: str
    level: str
    verdict: Verdict
    word: str
    text: str
    by_m: float | None
    sigma_m: float | None
    at_most_m: float | None
    planned: Box | None
    actual: Box | None


def deviations(diff: FacilityDiff, planned: Facility, actual: Facility) -> tuple[Deviation, ...]:
    """Every element of both: what changed first, then what cannot be decided, then the others.

    `planned` and `actual` are those that `diff` was made of, in this order. Levels themselves are left out, and so is
    what only bears another name: it counts as unchanged.
    """
    before, after = _boxes(planned), _boxes(actual)
    found = [_changed(change, before, after) for change in diff.changes if change.kind != "level"]
    found += [
        Deviation(
            kind=one.kind,
            id=one.after,
            level=after[one.kind, one.after][0],
            verdict="unchanged",
            word="unchanged",
            text=_within(one.bound_m),
            by_m=0.0,
            sigma_m=None,
            at_most_m=one.bound_m,
            planned=before[one.kind, one.before][1],
            actual=after[one.kind, one.after][1],
        )
        for one in diff.same
        if one.kind != "level"
    ]
    rank = {"changed": 0, "cannot_decide": 1, "unchanged": 2}
    return tuple(sorted(found, key=lambda one: rank[one.verdict]))


Boxes = dict[tuple[str, str], tuple[str, Box]]
"""Level and box of every element, by kind and id."""


def _changed(change: Change, before: Boxes, after: Boxes) -> Deviation:
    name = change.after or change.before or ""
    planned = None if change.before is None else before[change.kind, change.before][1]
    actual = None if change.after is None else after[change.kind, change.after][1]
    word = change_mark(change)
    verdict: Verdict = {"renamed": "unchanged", "cannot_decide": "cannot_decide"}.get(word, "changed")  # type: ignore[assignment]
    reach_m = max((box.size_m[0] for box in (planned, actual) if box is not None), default=0.0) / 2
    measured = list(_measured(change, verdict, reach_m))
    by_m, sigma_m = max(measured, default=(0.0, 0.0)) if planned and actual else (None, None)
    bound_m = max((by + Z * sigma for by, sigma in measured), default=0.0) if planned and actual else None
    return Deviation(
        kind=change.kind,
        id=name,
        level=change.level if change.after is None else after[change.kind, change.after][0],
        verdict=verdict,
        word="unchanged" if word == "renamed" else word,
        text=_text(change),
        by_m=by_m,
        sigma_m=sigma_m,
        at_most_m=bound_m,
        planned=planned,
        actual=actual,
    )


def _text(change: Change) -> str:
    """What happened, without sign and name."""
    if change.before is not None and change.after is not None:
        change = replace(
            change, before=change.after
        )  # by which name it was planned matters to nobody on the floor
    return change_text(change).split(" ", 2)[2] if change.words else "as planned"


def _measured(change: Change, verdict: Verdict, reach_m: float) -> Iterator[tuple[float, float]]:
    """Lengths that stand behind the verdict, each with its sigma, metres; a turn by how far it takes the ends, which
    are `reach_m` from the middle.
    """
    shift = change.shift
    if shift is not None and shift.moved == verdict:
        yield shift.by_m, shift.sigma_m
    if shift is not None and shift.turned == verdict:
        yield reach_m * abs(shift.turn_rad), reach_m * shift.turn_sigma_rad
    for field in change.fields:
        if field.verdict == verdict and field.sigma is not None:
            yield abs(field.by), field.sigma


def _within(bound_m: float) -> str:
    return "as planned" if bound_m < 0.0005 else f"as planned, within {1000 * bound_m:.0f} mm (97.5 %)"


def _boxes(facility: Facility) -> Boxes:
    elevation = {level.id: level.elevation_m for level in facility.levels}
    return {
        (one.kind, one.id): (one.level, _box(one, elevation.get(one.level, 0.0)))
        for one in placed_elements(facility, unmeasured_sigma_m=0.0, is_exact=True)
    }


def _box(one: Placed, floor_z_m: float) -> Box:
    low_m, high_m = _reach(one, floor_z_m)
    x, y = one.center
    return Box(
        center=(x, y, (low_m + high_m) / 2),
        size_m=(one.length_m, one.depth_m, high_m - low_m),
        yaw_rad=one.yaw_rad,
    )


def _reach(one: Placed, floor_z_m: float) -> Point2:
    """Lowest and highest z; what has no body lies on the floor."""
    match one.element:
        case Rack(base_z_m=base, height_m=height):
            return base, base + height
        case Wall(height_m=height) | Column(height_m=height):
            return floor_z_m, floor_z_m + height
        case Obstacle(z0_m=low, z1_m=high) | Opening(z0_m=low, z1_m=high):
            return floor_z_m + low, floor_z_m + high
        case _:
            return floor_z_m, floor_z_m
