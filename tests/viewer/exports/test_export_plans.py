"""DXF and SVG: true to scale, in layers, with names and dimensions; the DXF is a hall again when imported."""

from __future__ import annotations

import io
import math
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import ezdxf
import numpy as np
import pytest
from defusedxml import ElementTree

from layouts.drawings.dxf.read_dxf import read_dxf
from layouts.report.plan_frame import plan_frame
from spatial.facility import Facility, Frame, Georeference
from viewer.exports.dxf_plan import dxf_plan
from viewer.exports.plan_dimensions import plan_dimensions
from viewer.exports.plan_parts import readable
from viewer.exports.plan_sheet import BORDER_MM, SCALES, sheet_for
from viewer.exports.svg_plan import svg_plan

SVG = "{http://www.w3.org/2000/svg}"
HALL_M = (28.0, 40.0)


@pytest.fixture(scope="module")
def drawing(demo_facility: Facility) -> Any:
    return ezdxf.read(io.StringIO(dxf_plan(demo_facility, "L0")))


@pytest.fixture(scope="module")
def plan(demo_facility: Facility) -> Any:
    return ElementTree.fromstring(svg_plan(demo_facility, "L0"))


def points_of(element: Any) -> np.ndarray:
    return np.array([pair.split(",") for pair in element.get("points").split()], np.float64)


def shapes(plan: Any, layer: str) -> dict[str, np.ndarray]:
    """Points on paper, mm, by id."""
    found = [each for each in plan.iter() if each.get("class") == layer]
    return {each.get("data-id"): points_of(each) for each in found}


def scale_of(plan: Any) -> int:
    return int(plan.find(f"{SVG}title").text.rsplit(":", 1)[1])


def edges(corners: np.ndarray) -> np.ndarray:
    """Lengths of the sides of a closed polygon, shortest first."""
    return np.sort(np.hypot(*(np.roll(corners, -1, axis=0) - corners).T))


# DXF


def test_a_dxf_needs_no_repair_and_is_in_metres(drawing: Any) -> None:
    audit = drawing.audit()
    assert not audit.errors
    assert not audit.fixes
    assert drawing.header["$INSUNITS"] == 6
    assert drawing.header["$MEASUREMENT"] == 1


def test_a_dxf_has_every_element_on_the_layer_of_its_kind(drawing: Any, demo_facility: Facility) -> None:
    areas = drawing.modelspace().query("LWPOLYLINE")
    closed = [(each.dxf.layer, each.get_xdata("AISLETWIN")[0].value) for each in areas if each.closed]
    count = Counter(dict.fromkeys(closed, 1))
    for layer, things in (
        ("RACK", demo_facility.racks),
        ("COLUMN", demo_facility.columns),
        ("OBSTACLE", demo_facility.obstacles),
        ("WALL", demo_facility.walls),
        ("FLOOR", demo_facility.levels),
    ):
        assert {name for own, name in count if own == layer} == {each.id for each in things}
    doors = {opening.id for wall in demo_facility.walls for opening in wall.openings}
    assert {name for own, name in count if own == "DOOR"} == doors


def test_a_dxf_names_racks_aisles_and_stations(drawing: Any, demo_facility: Facility) -> None:
    texts = {each.dxf.text for each in drawing.modelspace().query("TEXT")}
    assert {each.id for each in (*demo_facility.aisles, *demo_facility.stations)} <= texts
    assert any(text.startswith("R1 ") and "22.50 × 1.10 m" in text for text in texts)
    for each in drawing.modelspace().query("TEXT"):
        assert each.dxf.height > 0.05
        assert -80 <= each.dxf.rotation < 100


def test_a_dxf_is_dimensioned_and_cad_would_measure_the_same(drawing: Any, demo_facility: Facility) -> None:
    measured = Counter(round(each.get_measurement(), 3) for each in drawing.modelspace().query("DIMENSION"))
    assert measured[2.8] >= 8  # four aisles, each in the chain and across
    assert {*HALL_M} <= set(measured)
    assert measured[22.5] == 1


def test_an_exported_dxf_is_imported_as_the_same_hall(demo_facility: Facility, tmp_path: Path) -> None:
    (tmp_path / "plan.dxf").write_text(dxf_plan(demo_facility, "L0"), encoding="utf-8")
    found = read_dxf(tmp_path / "plan.dxf").facility
    for kind in ("walls", "columns", "racks", "obstacles", "stations"):
        assert len(getattr(found, kind)) == len(getattr(demo_facility, kind)), kind
    assert sum(len(wall.openings) for wall in found.walls) == 5
    for rack in demo_facility.racks:
        near = min(found.racks, key=lambda each: math.dist(each.center, rack.center))
        # the importer rounds to micrometres
        assert near.center == pytest.approx(rack.center, abs=5e-6)
        assert (near.length_m, near.depth_m) == pytest.approx((rack.length_m, rack.depth_m), abs=5e-6)
        assert len(near.bays) == len(rack.bays)


def test_a_rack_is_as_large_as_it_is_in_a_dxf(one: Any) -> None:
    drawing = ezdxf.read(io.StringIO(dxf_plan(one.facility, "L1")))
    (rack,) = [e for e in drawing.modelspace().query("LWPOLYLINE") if e.dxf.layer == "RACK" and e.closed]
    corners = np.array([(x, y, 0.0) for x, y in rack.get_points("xy")])
    assert one.measured(corners)[:2] == pytest.approx(one.size_m[:2], abs=1e-9)
    assert corners[:, :2].mean(axis=0) == pytest.approx(one.facility.racks[0].center, abs=1e-9)


# dimensions


def test_dimensions_tell_the_truth_about_the_demo_hall(demo_facility: Facility) -> None:
    found = plan_dimensions(demo_facility, "L0", plan_frame([demo_facility]))
    rows = {row: [round(each.length_m, 6) for each in found if each.row == row] for row in (0, 1, 2)}
    assert rows[0] == pytest.approx([2.8] * 4 + [3.0, 4.0])
    across = [0.2, 1.1, 2.8, 2.6, 2.8, 2.6, 2.8, 2.6, 2.8, 1.1, 6.6]
    along = [13.5, 22.5, 4.0]
    assert rows[1] == pytest.approx(across + along, abs=1e-6)
    assert sum(across) == pytest.approx(28.0)
    assert rows[2] == pytest.approx([28.0, 40.0])


def test_a_measured_width_says_how_sure_it_is(demo_facility: Facility) -> None:
    aisles = tuple(replace(aisle, sigma_m=0.006) for aisle in demo_facility.aisles)
    text = svg_plan(replace(demo_facility, aisles=aisles, kind="as_built"), "L0")
    assert text.count("2.80 ±0.01") == 4
    assert "two standard deviations" in text


def test_words_never_stand_on_their_heads() -> None:
    assert readable(math.radians(-89)) == pytest.approx(math.radians(91))  # read from the right
    for yaw in np.linspace(-7, 7, 141):
        turned = readable(float(yaw))
        assert math.radians(-80) <= turned < math.radians(100)
        assert math.remainder(turned - yaw, math.pi) == pytest.approx(0.0, abs=1e-9)


# SVG


def test_an_svg_is_an_a3_sheet_at_a_scale_of_a_ruler(plan: Any) -> None:
    assert {plan.get("width"), plan.get("height")} == {"297mm", "420mm"}
    assert plan.get("viewBox") == f"0 0 {plan.get('width')[:-2]} {plan.get('height')[:-2]}"
    assert scale_of(plan) in SCALES


def test_everything_on_paper_is_to_scale(plan: Any, demo_facility: Facility) -> None:
    metres = scale_of(plan) / 1000
    racks = shapes(plan, "rack")
    assert set(racks) == {rack.id for rack in demo_facility.racks}
    for rack in demo_facility.racks:
        sides = edges(racks[rack.id]) * metres
        assert sides == pytest.approx([rack.depth_m] * 2 + [rack.length_m] * 2, abs=0.0005)
    (floor,) = shapes(plan, "floor").values()
    assert np.ptp(floor, axis=0) * metres == pytest.approx(HALL_M, abs=0.0005)
    middles = {name: corners.mean(axis=0) * metres for name, corners in racks.items()}
    for a in demo_facility.racks:
        for b in demo_facility.racks:
            apart = math.dist(middles[a.id], middles[b.id])
            assert apart == pytest.approx(math.dist(a.center, b.center), abs=0.001)


def test_a_rack_is_as_large_as_it_is_in_an_svg(one: Any) -> None:
    plan = ElementTree.fromstring(svg_plan(one.facility, "L1"))
    (corners,) = shapes(plan, "rack").values()
    length, depth, _ = one.size_m
    assert edges(corners) * scale_of(plan) / 1000 == pytest.approx([depth] * 2 + [length] * 2, abs=0.0005)


def test_the_scale_bar_is_as_long_as_it_says(plan: Any) -> None:
    sheet = next(group for group in plan.iter(f"{SVG}g") if group.get("id") == "sheet")
    words = {each.text: float(each.get("x")) for each in sheet.iter(f"{SVG}text")}
    (end,) = [text for text in words if re.fullmatch(r"\d+(\.\d+)? m", text)]
    assert (words[end] - words["0"]) * scale_of(plan) / 1000 == pytest.approx(float(end[:-2]), abs=0.001)


def test_nothing_leaves_the_sheet(plan: Any) -> None:
    width, height = (float(plan.get(side)[:-2]) for side in ("width", "height"))
    drawn = [each for each in plan.iter() if each.get("points")]
    for each in drawn:
        points = points_of(each)
        assert (points >= BORDER_MM - 0.01).all()
        assert (points <= (width - BORDER_MM + 0.01, height - BORDER_MM + 0.01)).all()


def test_it_names_aisles_stations_doors_and_the_hall(plan: Any, demo_facility: Facility) -> None:
    words = " | ".join(each.text or "" for each in plan.iter(f"{SVG}text"))
    for name in ("A1", "A4", "X-FRONT", "DEPOT", "PACK-1", "D1  2.80 × 3.20", demo_facility.name, "Level L0"):
        assert name in words
    assert {"X", "Y"} <= set(words.split(" | "))
    assert "N" not in words.split(" | ")  # nobody knows where north is


def test_north_is_drawn_where_it_is_known(demo_facility: Facility) -> None:
    """North of a hall whose X axis points 90° to the left of east, that is north, is the direction of X."""
    reference = Georeference(crs="EPSG:25832", enu_origin=(5e5, 5.3e6, 0.0), yaw_rad=math.pi / 2)
    turned = replace(demo_facility, frame=Frame(georeference=reference))
    plan = ElementTree.fromstring(svg_plan(turned, "L0"))
    at = {
        each.text: np.array([float(each.get("x")), float(each.get("y"))])
        for each in plan.iter(f"{SVG}text")
        if each.text in ("N", "X", "Y")
    }
    north, x, y = at["N"], at["X"], at["Y"]
    assert np.dot(north - y, x - y) > 0.9 * np.linalg.norm(north - y) * np.linalg.norm(x - y)


def test_dimensions_do_not_meet_each_other(plan: Any) -> None:
    """Boxes about the words of one heading, of the width that they take in DejaVu Sans, stay apart."""
    group = next(each for each in plan.iter(f"{SVG}g") if each.get("id") == "dimensions")
    boxes = []
    for each in group.iter(f"{SVG}text"):
        turn = re.search(r"rotate\((-?[\d.]+)", each.get("transform") or "")
        if turn is None:
            half = 0.62 * 2.5 * len(each.text) / 2
            x, y = float(each.get("x")), float(each.get("y"))
            boxes.append((x - half, y - 2.5, x + half, y))
    assert len(boxes) > 8
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_what_no_scale_shows_is_refused(demo_facility: Facility) -> None:
    frame = replace(plan_frame([demo_facility]), bounds=(0.0, 0.0, 9e6, 9e6))
    with pytest.raises(ValueError, match="too much for A3 at 1:20000"):
        sheet_for(frame)


def test_the_same_facility_gives_the_same_plans(demo_facility: Facility) -> None:
    assert svg_plan(demo_facility, "L0") == svg_plan(demo_facility, "L0")
    assert dxf_plan(demo_facility, "L0") == dxf_plan(demo_facility, "L0")
    assert not ezdxf.options.write_fixed_meta_data_for_testing
