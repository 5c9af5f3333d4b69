"""The difference in words, JSON and as a plan: it says what was done, and the same bytes each time."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from layouts.demo_hall import demo_hall
from layouts.diff.facility_diff import FacilityDiff, diff_facilities
from layouts.diff.label_places import CHARACTER, LabelPlaces
from layouts.diff.picture import diff_svg
from layouts.diff.record import diff_dict
from layouts.diff.text import diff_text
from spatial.facility import Facility, Rack

HALL = demo_hall()
SVG = "{http://www.w3.org/2000/svg}"


def shifted(rack: Rack, x: float, y: float) -> Rack:
    return replace(rack, center=(rack.center[0] + x, rack.center[1] + y))


def rebuilt() -> Facility:
    """R1 shifted by 0.5 m along +X, R2 renamed, R8 taken away, N1 put up, A1 narrower."""
    racks = (
        shifted(HALL.racks[0], 0.5, 0.0),
        replace(HALL.racks[1], id="R2-NEW"),
        *HALL.racks[2:7],
        replace(shifted(HALL.racks[7], 30.0, 0.0), id="N1"),
    )
    names = {"R2": "R2-NEW"}
    places = tuple(
        replace(place, rack=names.get(place.rack, place.rack))
        for place in HALL.locations
        if place.rack != "R8"
    )
    aisles = (replace(HALL.aisles[0], clear_width_m=2.3), *HALL.aisles[1:])
    return replace(HALL, id="NEW", name="Rebuilt <hall>", racks=racks, locations=places, aisles=aisles)


@pytest.fixture(scope="module")
def diff() -> FacilityDiff:
    return diff_facilities(HALL, rebuilt())


def test_the_text_says_what_was_done_with_the_difference_first(diff: FacilityDiff) -> None:
    lines = diff_text(diff).splitlines()
    assert lines[0] == "Demo hall (DEMO, planned) → Rebuilt <hall> (NEW, planned)"
    assert "  → R1 moved 0.500 m towards (+1.00, 0.00)" in lines
    assert "  ▼ R8 removed" in lines
    assert "  ▲ N1 added" in lines
    assert "  = only renamed: R2 → R2-NEW" in lines
    assert "  ↔ A1 clear width −0.500 m (2.800 → 2.300)" in lines
    assert "  pick positions, pallet rack: −96 (768 → 672)" in lines
    totals = lines[lines.index("Totals: difference (before → after)") :]
    same = [i for i, line in enumerate(totals) if "no difference" in line]
    assert min(same) > max(i for i, line in enumerate(totals) if "(768 → 672)" in line)


def test_no_difference_is_said_in_so_many_words() -> None:
    text = diff_text(diff_facilities(HALL, HALL))
    assert text.splitlines()[1] == "No difference."
    assert "  8 racks" in text.splitlines()


def test_what_was_measured_shows_its_interval_and_what_is_open_its_bound() -> None:
    built = replace(
        HALL,
        kind="as_built",
        obstacles=(),
        stations=(),
        racks=(
            replace(shifted(HALL.racks[0], 0.5, 0.0), sigma_m=0.004),
            replace(shifted(HALL.racks[1], 0.02, 0.0), sigma_m=0.02),
            *(replace(rack, sigma_m=0.004) for rack in HALL.racks[2:]),
        ),
    )
    text = diff_text(diff_facilities(replace(HALL, obstacles=(), stations=()), built))
    assert "→ R1 moved 0.500 [0.492, 0.508] m towards (+1.00, 0.00)" in text
    assert "? R2 move cannot be decided, at most 0.059 m (97.5 %)" in text
    assert "6 racks, none moved by more than 0.008 m (97.5 %)" in text


def test_json_has_the_same_bytes_whichever_order_the_elements_came_in(diff: FacilityDiff) -> None:
    other = rebuilt()
    shuffled = replace(
        other, racks=other.racks[::-1], locations=other.locations[::-1], aisles=other.aisles[::-1]
    )
    one, again = (json.dumps(diff_dict(x)) for x in (diff, diff_facilities(HALL, shuffled)))
    assert one == again
    assert "-0.0," not in one
    record = json.loads(one)
    moved = next(change for change in record["changes"] if change.get("before") == "R1")
    assert moved["what"] == ["moved"]
    assert moved["shift"]["by_m"] == pytest.approx(0.5, abs=1e-9)
    assert moved["shift"]["direction"] == pytest.approx([1.0, 0.0], abs=1e-9)
    assert record["counts"] == {"added": 1, "moved": 1, "removed": 1, "renamed": 1, "resized": 1}
    assert len(record["locations"]["removed"]) == 96


def test_json_from_the_other_side_has_no_signed_nought() -> None:
    assert "-0.0," not in json.dumps(diff_dict(diff_facilities(rebuilt(), HALL)))


def test_the_plan_is_the_same_bytes_and_reads_without_colour(diff: FacilityDiff) -> None:
    svg = diff_svg(diff, HALL, rebuilt())
    assert svg == diff_svg(diff_facilities(HALL, rebuilt()), HALL, rebuilt())
    texts = [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]
    assert {"▲", "▼", "→", "R1 0.50 m", "R8", "N1"} <= set(texts)
    assert any("Rebuilt <hall>" in text for text in texts)
    assert any(re.fullmatch(r"\d+ m", text) for text in texts)
    assert "stroke-dasharray" in svg


def test_lengths_in_the_plan_are_those_of_the_scale_bar(diff: FacilityDiff) -> None:
    root = ET.fromstring(diff_svg(diff, HALL, rebuilt()))
    (bar,) = (path.get("d", "") for path in root.iter(f"{SVG}path"))
    start, end = (float(x) for x in re.findall(r"(?:^M|H)([\d.]+)", bar))
    label = next(t.text for t in root.iter(f"{SVG}text") if re.fullmatch(r"\d+ m", t.text or ""))
    scale = (end - start) / float(str(label).split()[0])
    green = next(p for p in root.iter(f"{SVG}polygon") if p.get("stroke") == "#009E73")
    corners = [tuple(map(float, pair.split(","))) for pair in green.get("points", "").split()]
    assert math.dist(corners[0], corners[1]) / scale == pytest.approx(HALL.racks[7].length_m, abs=0.2 / scale)
    assert math.dist(corners[1], corners[2]) / scale == pytest.approx(HALL.racks[7].depth_m, abs=0.2 / scale)


def test_all_is_drawn_within_the_width_of_a_phone(diff: FacilityDiff) -> None:
    root = ET.fromstring(diff_svg(diff, HALL, rebuilt()))
    assert root.get("viewBox", "").split()[2] == "360"
    for polygon in root.iter(f"{SVG}polygon"):
        xs = [float(pair.split(",")[0]) for pair in polygon.get("points", "").split()]
        assert min(xs) >= 0
        assert max(xs) <= 360


def test_a_level_that_holds_nothing_is_refused(diff: FacilityDiff) -> None:
    with pytest.raises(ValueError, match="level 'L7' of either side: name one of 'L0'"):
        diff_svg(diff, HALL, rebuilt(), level="L7")


def test_names_never_lie_on_each_other() -> None:
    places = LabelPlaces(width=200.0, top=0.0, bottom=100.0)
    square = np.array([[90.0, 45.0], [100.0, 45.0], [100.0, 55.0], [90.0, 55.0]])
    found = [places.place("▲ ABC", square) for _ in range(40)]
    given = [place for place in found if place is not None]
    assert 3 <= len(given) < 40
    long = CHARACTER * 5
    for i, one in enumerate(given):
        for other in given[:i]:
            apart_x, apart_y = (abs(one.mark[k] - other.mark[k]) for k in (0, 1))
            assert apart_x > long - 1e-9 or apart_y > 12 - 1e-9
