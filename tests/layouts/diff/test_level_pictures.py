"""Plans of halls of several levels: floors, holes and links are on them, all at one scale, and text can be read."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
import yaml

from layouts.diff.change_colours import COLOURS, GREY, INK, PAPER, TEXT_COLOURS
from layouts.diff.facility_diff import diff_facilities
from layouts.diff.label_places import LabelPlaces
from layouts.diff.link_symbols import HALF, link_symbol
from layouts.diff.picture import diff_svg
from layouts.layout_file.build_layout import build_layout
from layouts.layout_file.layout_model import Layout
from layouts.report.colours import luminance
from layouts.report.diff_page import diff_html
from spatial.facility import Facility

FILE = Path(__file__).parents[1] / "layout_file" / "two_levels.layout.yaml"
SVG = "{http://www.w3.org/2000/svg}"


def built(*edits: tuple[str, str]) -> Facility:
    text = FILE.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return build_layout(Layout.model_validate(yaml.safe_load(text)))


HALL = built()
HOLE = ("{at_m: [27, 25], size_m: [3, 3]}", "{at_m: [27, 36], size_m: [3, 3]}")
LIFT = (
    "from: {level: L0, at_m: [24, 25]}, to: {level: MEZZ, at_m: [24, 25]}",
    "from: {level: L0, at_m: [24, 27]}, to: {level: MEZZ, at_m: [24, 27]}",
)
DESK = ("DESK, level: MEZZ, at_m: [20, 30]", "DESK, level: MEZZ, at_m: [20, 33]")


def drawn(level: str, *edits: tuple[str, str], hall: Facility = HALL) -> ET.Element:
    other = built(*edits)
    return ET.fromstring(diff_svg(diff_facilities(hall, other), hall, other, level=level))


def polygons(root: ET.Element, **look: str) -> list[shapely.Polygon]:
    found = []
    for element in root.iter(f"{SVG}polygon"):
        if all(element.get(name.replace("_", "-")) == value for name, value in look.items()):
            points = element.get("points", "").split()
            found.append(shapely.Polygon([tuple(map(float, pair.split(","))) for pair in points]))
    return found


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def scale(root: ET.Element) -> float:
    (bar,) = (path.get("d", "") for path in root.iter(f"{SVG}path"))
    start, end = (float(x) for x in re.findall(r"(?:^M|H)([\d.]+)", bar))
    (label,) = (text for text in texts(root) if re.fullmatch(r"\d+ m", text))
    return (end - start) / float(label.split()[0])


def test_the_floor_and_its_holes_are_drawn_at_their_size() -> None:
    for level, floor_m2, hole_m2 in (("L0", 1200.0, 6.0), ("MEZZ", 600.0, 9.0)):
        root = drawn(level, DESK)
        unit_m2 = 1 / scale(root) ** 2
        (floor,) = polygons(root, fill="#fafbfb")
        (hole,) = polygons(root, fill="#e4e8ec")
        assert floor.area * unit_m2 == pytest.approx(floor_m2, rel=0.01)
        assert hole.area * unit_m2 == pytest.approx(hole_m2, rel=0.03)
        assert floor.contains(hole)


def test_a_hole_that_moved_is_dashed_where_it_was_and_solid_where_it_is() -> None:
    root = drawn("MEZZ", HOLE)
    rings = polygons(root, fill="none", stroke=COLOURS["altered"])
    (dashed,) = polygons(root, fill="none", stroke=COLOURS["altered"], stroke_dasharray="5 3")
    (solid,) = [ring for ring in rings if not ring.equals(dashed)]
    by_m = math.dist(dashed.centroid.coords[0], solid.centroid.coords[0]) / scale(root)
    assert by_m == pytest.approx(11.0, abs=0.05)
    assert not polygons(drawn("L0", HOLE), stroke=COLOURS["altered"])


def test_all_levels_have_the_same_turn_and_scale_so_that_a_lift_stands_at_one_place() -> None:
    roots = [drawn(level, LIFT) for level in ("L0", "MEZZ")]
    assert scale(roots[0]) == scale(roots[1])
    new = [
        [shape.centroid for shape in polygons(root, stroke=COLOURS["moved"], fill=PAPER)] for root in roots
    ]
    assert [len(each) for each in new] == [1, 1]
    below, above = (each[0] for each in new)
    assert below.x == pytest.approx(above.x, abs=0.1)
    floors = [polygons(root, fill="#fafbfb")[0] for root in roots]
    assert floors[1].bounds[0] == pytest.approx(floors[0].bounds[0], abs=0.1)
    assert floors[0].bounds[1] - below.y == pytest.approx(floors[1].bounds[1] - above.y, abs=0.1)


def test_links_are_on_both_levels_with_their_names_and_where_they_lead() -> None:
    for level, to in (("L0", "MEZZ"), ("MEZZ", "L0")):
        assert {f"LIFT to {to}", f"STAIRS to {to}"} <= set(texts(drawn(level, DESK)))
        moved = texts(drawn(level, LIFT))
        assert {"LIFT 2.00 m", f"STAIRS to {to}"} <= set(moved)
        assert f"LIFT to {to}" not in moved


def test_a_plan_of_many_levels_says_which_it_shows_and_one_without_a_list_leaves_that_to_its_page() -> None:
    assert "Level MEZZ" in texts(drawn("MEZZ", DESK))
    diff = diff_facilities(HALL, HALL)
    bare = texts(ET.fromstring(diff_svg(diff, HALL, HALL, level="MEZZ", is_listed=False)))
    assert not [text for text in bare if "Level" in text or "difference" in text]


def test_a_link_that_is_gone_is_named_and_dashed() -> None:
    without = replace(HALL, extra={"links": [each for each in HALL.extra["links"] if each["id"] != "LIFT"]})
    root = ET.fromstring(diff_svg(diff_facilities(HALL, without), HALL, without, level="MEZZ"))
    assert polygons(root, stroke=COLOURS["removed"], stroke_dasharray="5 3")
    assert "LIFT" in texts(root)


def test_each_kind_of_link_has_a_sign_of_its_own_within_its_frame() -> None:
    signs = {kind: link_symbol(kind, (0.0, 0.0)) for kind in ("lift", "stairs", "ramp", "other")}
    assert len({str(sign) for sign in signs.values()}) == 4
    for strokes in signs.values():
        assert np.abs(np.concatenate([np.array(stroke) for stroke in strokes])).max() == HALF


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_has_the_contrast_that_reading_needs() -> None:
    assert min(contrast(colour, PAPER) for colour in (*TEXT_COLOURS.values(), INK)) >= 5.0
    assert contrast(GREY, PAPER) >= 4.5
    assert TEXT_COLOURS.keys() == COLOURS.keys()
    for element in drawn("MEZZ", HOLE, LIFT, DESK).iter(f"{SVG}text"):
        assert element.get("fill", INK) in (*TEXT_COLOURS.values(), INK)


def test_a_name_keeps_off_a_line_while_there_is_room() -> None:
    places = LabelPlaces(width=300.0, top=0.0, bottom=100.0)
    square = np.array([[90.0, 45.0], [100.0, 45.0], [100.0, 55.0], [90.0, 55.0]])
    free = places.place("▲ ABC", square)
    places = LabelPlaces(width=300.0, top=0.0, bottom=100.0)
    places.avoid_line(np.array([[120.0, 0.0], [120.0, 100.0]]))
    kept_off = places.place("▲ ABC", square)
    assert free is not None
    assert kept_off is not None
    assert free.mark[0] < 120 < free.mark[0] + 35  # to the right, across where the line is now
    assert kept_off.mark[0] < 90


def test_a_name_stays_beside_its_own_and_off_all_others() -> None:
    places = LabelPlaces(width=300.0, top=0.0, bottom=300.0)
    row = np.array([[100.0, 50.0], [106.0, 50.0], [106.0, 250.0], [100.0, 250.0]])
    for side in (-40.0, 40.0):
        places.avoid(row + np.array([side, 0.0]))
    places.avoid(row)
    given = [place for _ in range(12) if (place := places.place("▲ ABCDEFGH", row)) is not None]
    assert given
    for place in given:  # above or below: there is no room between the rows
        y = place.mark[1]
        assert 0 < 50 - y < 50 or 0 < y - 250 < 50


def test_an_empty_level_is_drawn_and_an_unknown_one_is_refused() -> None:
    bare = Facility(id="BARE", name="bare", kind="planned", levels=HALL.levels)
    diff = diff_facilities(bare, bare)
    (floor,) = polygons(ET.fromstring(diff_svg(diff, bare, bare, level="MEZZ")), fill="#fafbfb")
    assert 9.9 < floor.bounds[0] < floor.bounds[2] < 350.1
    with pytest.raises(ValueError, match="level 'L7' of either side"):
        diff_svg(diff, bare, bare, level="L7")


def test_a_level_of_which_nothing_is_known_is_refused_and_left_out_of_the_page() -> None:
    unknown = replace(HALL.levels[0], id="NEW", elevation_m=20.0, outline=())
    other = replace(HALL, levels=(*HALL.levels, unknown))
    diff = diff_facilities(HALL, other)
    with pytest.raises(ValueError, match="nothing stands on level 'NEW'"):
        diff_svg(diff, HALL, other, level="NEW")
    page = diff_html(diff, HALL, other)
    assert "NEW added" in page
    assert page.count("<svg") == 1


def plans_on_page(*edits: tuple[str, str]) -> list[str]:
    other = built(*edits)
    page = diff_html(diff_facilities(HALL, other), HALL, other)
    return re.findall(r"<strong>(Level [^<]*)</strong>(, at [\d.]+ m)", page)


def test_the_page_has_a_plan_of_each_level_that_changed_the_lowest_first() -> None:
    both = [("Level L0", ", at 0.00 m"), ("Level MEZZ", ", at 4.20 m")]
    assert plans_on_page(LIFT) == both
    assert plans_on_page(DESK) == []  # one level: its plan needs no name
    assert (
        plans_on_page(
            HOLE, ("id: DEPOT, kind: depot, at_m: [15, 4]", "id: DEPOT, kind: depot, at_m: [15, 5]")
        )
        == both
    )
