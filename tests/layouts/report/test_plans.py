"""Plans hold what the shifts held: all seconds, where they were, on one sheet, in colours that all can tell."""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from layouts.comparison.compare import Comparison
from layouts.kpis import kpis
from layouts.report.colours import BETTER, GREY, INK, OPEN, PALE, WORSE, heat_colour, luminance
from layouts.report.drawing import Area, Cells, Drawing, Label, Stroke
from layouts.report.drawing_png import drawing_png
from layouts.report.drawing_svg import drawing_svg
from layouts.report.heat_scale import CLASSES, heat_scale
from layouts.report.plan import Mark, hall_plan
from layouts.report.plan_frame import plan_frame
from layouts.report.report_data import Report, make_report
from layouts.report.sections.plans import BLOCKED, BUSY, plan_drawings
from layouts.report.shown_shift import shown_shifts, spread_out, typical_replication
from layouts.report.worst_places import worst_places
from layouts.run import Event, Run
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import figures_of, play_shift, ready_shift
from spatial.facility import Facility, Frame, Georeference, Level, Station

HallMaker = Callable[..., Facility]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_heat_of_a_plan_sums_to_the_seconds_of_its_shift(
    report: Report, scenarios: Mapping[str, Scenario]
) -> None:
    for shift in report.shifts:
        ready = ready_shift(scenarios[shift.name])
        run = play_shift(ready, replication=report.replication)
        total = kpis(run).total
        area = report.frame.cell_m**2
        blocked, busy = (
            area * sum(float(grid.sum()) for grid in grids.values()) for grids in (shift.blocked, shift.busy)
        )
        assert blocked == pytest.approx(total.blocked_s, rel=1e-9)
        assert shift.blocked_s == pytest.approx(total.blocked_s, rel=1e-9)
        assert busy == pytest.approx(float(run.events.seconds.sum()), rel=1e-9)


def test_the_shift_that_is_shown_is_the_replication_it_is_said_to_be(
    report: Report, compared: Comparison, scenarios: Mapping[str, Scenario]
) -> None:
    for shift in report.shifts:
        played = figures_of(scenarios[shift.name], report.replication)
        assert played["lines_per_hour"] == pytest.approx(
            compared.runs[shift.name]["lines_per_hour"][report.replication], rel=1e-9
        )


def test_what_was_before_the_warm_up_is_not_on_the_plan(
    compared: Comparison, scenarios: Mapping[str, Scenario]
) -> None:
    late = {name: each.model_copy(update={"warm_up_s": 300.0}) for name, each in scenarios.items()}
    number, frame, shifts = shown_shifts(late, compared)
    for shift in shifts:
        run = play_shift(ready_shift(late[shift.name]), replication=number)
        after = kpis(run, warm_up_s=300.0).total.blocked_s
        grid_s = frame.cell_m**2 * sum(float(grid.sum()) for grid in shift.blocked.values())
        assert grid_s == pytest.approx(after, rel=1e-6)
        assert after < kpis(run).total.blocked_s
        assert sum(place.blocked_s for place in shift.worst) <= after * (1 + 1e-9)


def test_heat_is_where_the_waits_were(report: Report) -> None:
    x0, y0, _, _ = report.frame.bounds
    for shift in report.shifts:
        worst = shift.worst[0]
        x, y = report.frame.turned([worst.at])[0]
        column, row = int((x - x0) // report.frame.cell_m), int((y - y0) // report.frame.cell_m)
        grid = shift.blocked[worst.level]
        hottest = np.unravel_index(np.argmax(grid), grid.shape)
        assert np.abs(np.subtract(hottest, (row, column))).max() <= 1


def test_who_stands_on_a_small_cell_takes_some_of_those_around_and_none_is_lost_at_the_border() -> None:
    seconds = np.zeros((4, 5))
    seconds[0, 0], seconds[2, 2] = 8.0, 16.0
    spread = spread_out(seconds, 0.5)
    assert spread.sum() == pytest.approx(24.0)
    assert spread[2, 2] == pytest.approx(4.0)
    assert spread[3, 2] == pytest.approx(2.0)
    assert spread[0, 0] == pytest.approx(8.0 * 0.75**2)
    assert (spread_out(seconds, 1.0) == seconds).all()


def test_the_typical_replication_is_closest_to_the_means(compared: Comparison) -> None:
    runs = {"a": {"x": (9.0, 5.2, 0.0, 5.8)}, "b": {"x": (1.0, 5.1, 9.0, 4.0), "y": (3.0, 3.0, 3.0, 3.0)}}
    assert typical_replication(replace(compared, n=4, runs=runs)) == 1


def test_worst_places_are_found_where_agents_were_made_to_wait() -> None:
    waits = [  # seconds, aisle, resource, place
        (30.0, "A1", "face 1", (2.0, 5.0)),
        (50.0, "A1", "face 2", (2.0, 9.0)),
        (60.0, None, "DEPOT", (7.0, 1.0)),
        (10.0, "A2", "face 3", (4.0, 5.0)),
    ]
    events = [
        Event(
            seq=i,
            agent="P1",
            kind="wait",
            start_s=100.0 * i,
            end_s=100.0 * i + seconds,
            level="L0",
            path=(at,),
            resource=resource,
            cause="busy",
            aisle=aisle,
        )
        for i, (seconds, aisle, resource, at) in enumerate(waits)
    ]
    run = Run(id="R", kind="simulated", agents=("P1",), duration_s=400.0, events=tuple(events))
    first, second, third = worst_places(run)
    assert (first.name, first.is_aisle, first.waits, first.blocked_s) == ("A1", True, 2, 80.0)
    assert first.at == (2.0, 9.0)
    assert first.share == pytest.approx(80 / 150)
    assert (second.name, second.is_aisle, second.blocked_s) == ("DEPOT", False, 60.0)
    assert (third.name, third.level) == ("A2", "L0")
    (only,) = worst_places(run, warm_up_s=301.0)
    assert (only.name, only.blocked_s, only.share) == ("A2", 9.0, 1.0)
    assert worst_places(run, most=1) == (first,)
    assert worst_places(replace(run, events=())) == ()


@pytest.mark.parametrize("yaw", [0.3, -0.7, 1.2])
def test_a_hall_lies_the_same_on_the_sheet_however_it_is_turned_in_the_world(
    hall: HallMaker, yaw: float
) -> None:
    straight, turned = plan_frame([hall(bays=8)]), plan_frame([hall(bays=8, yaw_rad=yaw)])
    assert turned.size_m == pytest.approx(straight.size_m)
    assert turned.size_m[0] < turned.size_m[1]
    depot = {
        name: frame.turned([each.stations[0].pose[:2]])[0] - np.array(frame.bounds[:2])
        for name, frame, each in (
            ("straight", straight, hall(bays=8)),
            ("turned", turned, hall(bays=8, yaw_rad=yaw)),
        )
    }
    # bounds are whole cells of either frame's own grid
    assert depot["turned"] == pytest.approx(depot["straight"], abs=straight.cell_m)
    assert depot["turned"][1] < turned.size_m[1] / 2


def test_one_sheet_holds_all_halls(hall: HallMaker) -> None:
    small, large = hall(), hall(rows=8, bays=9)
    frame = plan_frame([small, large])
    x0, y0, x1, y1 = frame.bounds
    for each in (small, large):
        corners = frame.turned(each.levels[0].outline)
        assert (corners >= (x0 - 1e-6, y0 - 1e-6)).all()
        assert (corners <= (x1 + 1e-6, y1 + 1e-6)).all()


def test_large_halls_get_larger_cells(hall: HallMaker) -> None:
    frame = plan_frame([hall(rows=20, bays=40)])
    assert frame.cell_m == 2.0
    assert max(frame.size_m) / frame.cell_m <= 124


def test_halls_without_a_place_are_refused(hall: HallMaker) -> None:
    with pytest.raises(ValueError, match="give halls with an outline or racks"):
        plan_frame([Facility(id="E", name="empty", kind="planned")])


@pytest.mark.parametrize("most", [0.3, 1.0, 7.0, 1000.0, 5001.0, 3e6])
def test_classes_hold_every_value_and_the_last_one_the_greatest(most: float) -> None:
    layer = np.array([[0.0, most / 100, most / 10], [most / 3, most / 2, most]])
    scale = heat_scale([layer])
    assert scale is not None
    assert scale.edges[-1] >= most
    assert scale.edges[-2] < most
    classes = scale.classes(layer)
    assert classes[0, 0] == -1
    assert classes.max() == CLASSES - 1
    for value, number in zip(layer.ravel(), classes.ravel(), strict=True):
        if number >= 0:
            assert value <= scale.edges[number] * (1 + 1e-9)
            assert number == 0 or value > scale.edges[number - 1]
    assert len(scale.names) == len(scale.colours) == CLASSES


def test_a_scale_is_that_of_all_its_layers_or_none() -> None:
    one, other = np.array([[0.0, 3.0]]), np.array([[40.0, 0.0]])
    scale = heat_scale([one, other])
    assert scale is not None
    assert scale.edges[-1] == 50.0
    assert heat_scale([np.zeros((2, 2))]) is None


def test_heat_grows_darker_step_by_step_so_that_it_reads_in_grey() -> None:
    colours = [heat_colour(number / (CLASSES - 1)) for number in range(CLASSES)]
    for lighter, darker in itertools.pairwise(colours):
        assert luminance(lighter) > luminance(darker)
        assert contrast(lighter, darker) > 1.3
    many = [luminance(heat_colour(share)) for share in np.linspace(0, 1, 101)]
    assert all(np.diff(many) < 0)


# Machado, Oliveira and Fernandes (2009), severity 1.0, in linear RGB
DEUTAN = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))
PROTAN = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))
TRITAN = ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900))


@pytest.mark.parametrize("seen", [DEUTAN, PROTAN, TRITAN])
def test_colour_blind_people_see_the_same_order(seen: tuple[tuple[float, ...], ...]) -> None:
    def linear(colour: str) -> list[float]:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]

    lightness = []
    for number in range(CLASSES):
        red, green, blue = np.clip(np.array(seen) @ linear(heat_colour(number / (CLASSES - 1))), 0, 1)
        lightness.append(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    ratios = [(a + 0.05) / (b + 0.05) for a, b in itertools.pairwise(lightness)]
    assert min(ratios) > 1.25


def test_words_stand_out_from_what_is_behind_them() -> None:
    for colour in (INK, GREY, BETTER, WORSE, OPEN):
        assert contrast(colour, "#ffffff") >= 4.5
        assert contrast(colour, "#f3f5f7") >= 4.5
    assert contrast(INK, PALE) >= 4.5


def test_both_kinds_of_picture_show_heat_where_it_is(hall: HallMaker) -> None:
    one = hall()
    frame = plan_frame([one])
    width, height = (round(size / frame.cell_m) for size in frame.size_m)
    heat = np.zeros((height, width))
    heat[3, 7] = heat[3, 8] = heat[0, 0] = 12.0
    scale = heat_scale([heat])
    drawing = hall_plan(one, "L0", frame, heat=heat, scale=scale, title="t", description="d")
    (cells,) = (shape for shape in drawing.shapes if isinstance(shape, Cells))
    corner, (x, y, w, h) = cells.boxes
    assert w == pytest.approx(2 * h)
    assert (x - corner[0], y - corner[1]) == pytest.approx((7 * h, -3 * h))
    assert scale is not None
    assert cells.fill == scale.colours[-1]
    assert f'fill="{cells.fill}"' in drawing_svg(drawing)
    image = Image.open(io.BytesIO(drawing_png(drawing, width_px=720)))
    pixel = image.getpixel((round(2 * (x + w / 2)), round(2 * (y + h / 2))))
    assert pixel == tuple(int(cells.fill[i : i + 2], 16) for i in (1, 3, 5))


def test_pictures_are_the_same_every_time(report: Report) -> None:
    for layer in (BLOCKED, BUSY):
        drawings = [drawing for _, drawing in plan_drawings(report, layer, "L0")]
        assert len({(drawing.width, drawing.height) for drawing in drawings}) == 1
        again = [drawing for _, drawing in plan_drawings(report, layer, "L0")]
        assert list(map(drawing_svg, drawings)) == list(map(drawing_svg, again))
        assert drawing_png(drawings[0]) == drawing_png(again[0])


def test_numbers_keep_apart_and_on_the_sheet(hall: HallMaker) -> None:
    one = hall()
    frame = plan_frame([one])
    marks = [Mark(number=n, at=(5.0 + 0.1 * n, 5.0)) for n in range(1, 6)]
    drawing = hall_plan(one, "L0", frame, heat=None, scale=None, marks=marks, title="t", description="d")
    places = [shape.at for shape in drawing.shapes if isinstance(shape, Label) and shape.bold]
    assert len(places) == 5
    for i, place in enumerate(places):
        assert 0 < place[0] < drawing.width
        assert all(math.dist(place, other) > 14 for other in places[:i])


def test_the_compass_points_north_where_the_hall_is_georeferenced(hall: HallMaker) -> None:
    def compass(georeference: Georeference | None) -> tuple[list[str], float]:
        one = replace(hall(bays=1, rows=9), frame=Frame(georeference=georeference))
        frame = plan_frame([one])
        shapes = hall_plan(one, "L0", frame, heat=None, scale=None, title="t", description="d").shapes
        names = [shape.text for shape in shapes if isinstance(shape, Label)]
        tail, tip = [shape for shape in shapes if isinstance(shape, Stroke)][-1].points
        return names, math.degrees(math.atan2(tail[1] - tip[1], tip[0] - tail[0])) % 360

    names, y_axis = compass(None)
    assert "Y axis" in names
    names, north = compass(Georeference(crs="EPSG:25832", enu_origin=(0.0, 0.0, 0.0), yaw_rad=0.5))
    assert "north" in names
    # +X lies 0.5 rad north of east, so that north lies 0.5 rad clockwise of +Y
    assert (y_axis - north) % 360 == pytest.approx(math.degrees(0.5), abs=0.1)


def test_names_in_pictures_are_text(hall: HallMaker) -> None:
    one = hall()
    named = replace(one, stations=(Station(id="<b>&", level="L0", kind="depot", pose=(1.5, 1.5, 0.0)),))
    frame = plan_frame([named])
    svg = drawing_svg(hall_plan(named, "L0", frame, heat=None, scale=None, title="<i>", description="a & b"))
    assert "&lt;b&gt;&amp;" in svg
    assert "<b>" not in svg
    assert "<title>&lt;i&gt;</title>" in svg


def test_a_level_that_a_hall_lacks_is_an_empty_sheet(hall: HallMaker) -> None:
    one = hall()
    drawing = hall_plan(one, "L9", plan_frame([one]), heat=None, scale=None, title="t", description="d")
    assert not [shape for shape in drawing.shapes if isinstance(shape, Area) and shape.fill == PALE]


def test_where_nobody_waits_the_page_says_so(
    compared: Comparison, scenarios: Mapping[str, Scenario], tree: Callable[[str], object]
) -> None:
    from layouts.comparison.compare import compare
    from layouts.report.page import report_html

    alone = {
        name: scenarios["today"].model_copy(update={"pickers": 1, "pick_s": pick_s})
        for name, pick_s in (("a", 8.0), ("b", 9.0))
    }
    made = make_report(compare(alone, figures_of, first=2), alone)
    assert made.blocked_scale is None
    assert "Nobody had to wait in these shifts." in report_html(made)


def test_a_drawing_is_one_element(report: Report) -> None:
    drawing = Drawing(width=10, height=10, title="t", description="d", shapes=[])
    assert drawing_svg(drawing).count("<svg") == 1


def test_a_plan_shows_links_where_they_end_and_where_the_level_lies_in_the_hall() -> None:
    below, above = (
        ((0.0, 0.0), (20.0, 0.0), (20.0, 10.0), (0.0, 10.0)),
        ((8.0, 0.0), (20.0, 0.0), (20.0, 10.0)),
    )
    levels = (
        Level(id="L0", elevation_m=0.0, outline=below),
        Level(id="UP", elevation_m=4.0, outline=above),
    )
    ends = {"from": {"level": "L0", "x_m": 1.0, "y_m": 5.0}, "to": {"level": "UP", "x_m": 15.0, "y_m": 5.0}}
    hall = Facility(
        id="H", name="H", kind="planned", levels=levels,
        extra={"links": [{"id": "STAIRS-1", "kind": "stairs", **ends}]},
    )  # fmt: skip
    frame = plan_frame([hall])
    plans = {
        level: hall_plan(hall, level, frame, heat=None, scale=None, title="", description="")
        for level in ("L0", "UP")
    }
    for level, to in (("L0", "UP"), ("UP", "L0")):
        (name,) = [each for each in plans[level].shapes if isinstance(each, Label) and "STAIRS" in each.text]
        assert name.text == f"STAIRS-1 to {to}"
        half = 0.3 * name.size * len(name.text)
        assert 8 <= name.at[0] - half <= name.at[0] + half <= 352
        pale = [each for each in plans[level].shapes if isinstance(each, Area) and each.fill is None]
        assert [(len(each.points), each.stroke) for each in pale] == [({"L0": 3, "UP": 4}[level], PALE)]
    signs = [
        each.points
        for plan in plans.values()
        for each in plan.shapes
        if isinstance(each, Area) and each.stroke == INK and len(each.points) == 4
    ]
    one, other = (tuple(np.mean(points, axis=0)) for points in signs)
    width, height = frame.size_m
    assert math.dist(one, other) == pytest.approx(14 * min(344 / width, 600 / height), abs=0.1)
