"""Levels that reach elsewhere with the same area, holes, and links: what was done is told, and nothing besides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import layouts.diff
from layouts.diff.changes import Change
from layouts.diff.facility_diff import DiffLimits, diff_facilities, inverse_diff
from layouts.diff.record import diff_dict
from layouts.diff.text import diff_text
from spatial.facility import Facility, Level, Point2, Wall

SCHEMA = json.loads((Path(layouts.diff.__file__).parent / "diff.schema.json").read_text(encoding="utf-8"))


def box(x: float, y: float, width: float, depth: float) -> tuple[Point2, ...]:
    return ((x, y), (x + width, y), (x + width, y + depth), (x, y + depth))


def lift(name: str = "LIFT", **told: Any) -> dict[str, Any]:
    start, end = (
        {"level": level, "x_m": 5.0, "y_m": 5.0} | told.pop(side, {})
        for side, level in (("start", "L0"), ("end", "MEZZ"))
    )
    return {"id": name, "kind": "lift", "from": start, "to": end, "time_s": 30.0} | told


def hall(
    *links: Mapping[str, Any],
    outline: tuple[Point2, ...] = box(0, 0, 10, 8),
    holes: tuple[tuple[Point2, ...], ...] = (),
    **told: Any,
) -> Facility:
    """A mezzanine of some outline over a floor of 20 × 20 m."""
    ground = Level(id="L0", elevation_m=0.0, outline=box(0, 0, 20, 20))
    mezzanine = Level(id="MEZZ", elevation_m=4.0, outline=outline, holes=holes)
    told = {"kind": "planned", "levels": (ground, mezzanine)} | told
    return Facility(id="H", name="hall", extra={"links": list(links)} if links else {}, **told)


def changes(a: Facility, b: Facility, limits: DiffLimits | None = None) -> tuple[Change, ...]:
    """Held against the schema and the law of the inverse, too."""
    diff = diff_facilities(a, b, limits=limits)
    jsonschema.validate(diff_dict(diff), SCHEMA)
    assert inverse_diff(diff) == diff_facilities(b, a, limits=limits)
    return diff.changes


def told(change: Change) -> list[tuple[str, str | float, str | float]]:
    return [(field.name, field.before, field.after) for field in change.fields]


def test_a_floor_that_moved_with_the_same_area_is_told() -> None:
    (change,) = changes(hall(), hall(outline=box(3, 0, 10, 8)))
    assert change.words == ("altered",)
    assert told(change) == [
        (
            "outline",
            "80.00 m² from (0.00, 0.00) to (10.00, 8.00)",
            "80.00 m² from (3.00, 0.00) to (13.00, 8.00)",
        )
    ]


def test_a_hole_that_moved_is_told_and_those_that_stayed_are_not() -> None:
    stays = box(8, 6, 1, 1)
    (change,) = changes(hall(holes=(box(1, 1, 2, 1), stays)), hall(holes=(stays, box(4, 1, 2, 1))))
    assert told(change) == [
        ("hole", "2.00 m² from (1.00, 1.00) to (3.00, 2.00)", "2.00 m² from (4.00, 1.00) to (6.00, 2.00)")
    ]
    assert not changes(hall(holes=(stays, box(1, 1, 2, 1))), hall(holes=(box(1, 1, 2, 1), stays)))


def test_a_hole_that_turned_in_its_place_is_told() -> None:
    (change,) = changes(hall(holes=(box(1, 1, 2, 1),)), hall(holes=(box(1.5, 0.5, 1, 2),)))
    assert [field.name for field in change.fields] == ["hole"]


def test_the_same_outline_from_another_corner_or_with_a_point_more_is_the_same() -> None:
    corners = box(0, 0, 10, 8)
    assert not changes(hall(), hall(outline=(*corners[2:], *corners[:2])))
    assert not changes(hall(), hall(outline=(*corners[:1], (5.0, 0.0), *corners[1:])))


@pytest.mark.parametrize(
    ("by_m", "sigma_m", "verdicts"),
    [
        (0.4, 0.02, ["changed"]),  # 0.2 m per metre of edge
        (0.07, 0.02, ["cannot_decide"]),  # 0.035 m: above the 0.03 m that matter, not above chance
        (0.02, 0.02, ["cannot_decide"]),  # 0.01 m, and 0.039 m that cannot be ruled out
        (0.02, 0.005, []),
    ],
)
def test_a_hole_of_a_scan_moved_only_above_chance(by_m: float, sigma_m: float, verdicts: list[str]) -> None:
    """Of a hole of 2 × 2 m that moved along x, half of the edge did."""
    wall = Wall(id="W", level="MEZZ", p0=(0.0, 0.0), p1=(10.0, 0.0), height_m=3.0, sigma_m=sigma_m)
    scan = hall(holes=(box(1, 1, 2, 2),), kind="as_built", walls=(wall,))
    plan = hall(holes=(box(1 + by_m, 1, 2, 2),), walls=(replace(wall, sigma_m=0.0),))
    fields = [field for change in changes(scan, plan) for field in change.fields if field.name == "hole"]
    assert [field.verdict for field in fields] == verdicts
    open_ones = "cannot_decide" in verdicts
    assert (
        f"to ({3 + by_m:.2f}, 3.00) cannot be decided" in diff_text(diff_facilities(scan, plan))
    ) == open_ones


def test_links_come_and_go() -> None:
    stairs = lift("STAIRS", kind="stairs", start={"x_m": 15.0}, end={"x_m": 15.0})
    added, removed = changes(hall(lift()), hall(lift(), stairs)), changes(hall(lift(), stairs), hall(lift()))
    assert [(c.kind, c.level, c.after, c.words) for c in added] == [("link", "L0", "STAIRS", ("added",))]
    assert [(c.kind, c.before, c.words) for c in removed] == [("link", "STAIRS", ("removed",))]
    assert "Links\n  ▲ STAIRS added" in diff_text(diff_facilities(hall(lift()), hall(lift(), stairs)))


def test_a_lift_that_moved_with_both_ends_has_moved_and_no_more() -> None:
    (change,) = changes(hall(lift()), hall(lift(start={"x_m": 7.0}, end={"x_m": 7.0})))
    assert (change.words, change.fields) == (("moved",), ())
    assert change.shift is not None
    assert change.shift.by_m == pytest.approx(2.0)


def test_stairs_whose_upper_end_moved_are_told_with_their_run() -> None:
    (change,) = changes(hall(lift()), hall(lift(end={"y_m": 8.0})))
    assert change.words == ("altered",)
    assert told(change) == [("run_y_m", 0.0, 3.0)]
    assert "≠ LIFT run y +3.000 m (0.000 → 3.000)" in diff_text(
        diff_facilities(hall(lift()), hall(lift(end={"y_m": 8.0})))
    )


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        ({"kind": "stairs"}, ("kind", "lift", "stairs")),
        ({"time_s": 45.0}, ("time", "30 s", "45 s")),
        ({"time_s": None}, ("time", "30 s", "as walked")),
        ({"length_m": 9.0}, ("length", "straight", "9 m")),
        ({"width_m": 1.2}, ("width", "not told", "1.2 m")),
        ({"one_way": True}, ("one_way", "no", "yes")),
        ({"agents": ["picker"]}, ("agents", "all", "picker")),
    ],
)
def test_what_a_link_is_like_is_told(edit: dict[str, Any], field: tuple[str, str, str]) -> None:
    (change,) = changes(hall(lift()), hall(lift(**edit)))
    assert (change.words, told(change)) == (("altered",), [field])


def test_which_end_is_named_first_says_nothing_but_of_one_way() -> None:
    there = lift()
    back = {**there, "from": there["to"], "to": there["from"]}
    assert not changes(hall(there), hall(back))
    assert changes(hall(there | {"one_way": True}), hall(back | {"one_way": True}))


def test_links_of_a_scan_are_as_loose_as_its_stations() -> None:
    scan = hall(lift(start={"x_m": 5.1}, end={"x_m": 5.1}), kind="as_built")
    assert not [change for change in changes(hall(lift()), scan) if change.kind == "link"]
    far = hall(lift(start={"x_m": 5.6}, end={"x_m": 5.6}), kind="as_built")
    (change,) = [change for change in changes(hall(lift()), far) if change.kind == "link"]
    assert change.words == ("moved",)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 6)), unique=True, max_size=4),
       st.lists(st.tuples(st.integers(0, 8), st.integers(0, 6)), unique=True, max_size=4))  # fmt: skip
def test_as_many_holes_are_told_as_differ(old: list[tuple[int, int]], new: list[tuple[int, int]]) -> None:
    one, other = (hall(holes=tuple(box(x, y, 0.5, 0.5) for x, y in side)) for side in (old, new))
    fields = [field for change in changes(one, other) for field in change.fields if field.name == "hole"]
    gone, come = set(old) - set(new), set(new) - set(old)
    assert len(fields) == max(len(gone), len(come))
