"""Pictures of a plan hold what they say: each face in its class, an arrow for each move, the stop that wins most."""

from __future__ import annotations

import math

import numpy as np
import pytest

from layouts.comparison.compare import Comparison, against_baseline
from layouts.demo_hall import demo_hall
from layouts.report.drawing import Area, Disc, Drawing, Label, Stroke
from layouts.report.drawing_png import drawing_png
from layouts.report.drawing_svg import drawing_svg
from layouts.slotting.moves.stop_anywhere import StopAnywhere
from layouts.slotting.pictures.plan_drawings import MOST_ARROWS, PlanPictures, plan_pictures
from layouts.slotting.pictures.staffing_chart import staffing_chart
from layouts.slotting.pictures.stop_curve import stop_curve
from layouts.slotting.pictures.velocity_map import LocationVelocity, SkuMove, VelocityMap
from layouts.statistics.intervals import mean_interval


def pictures(moves: int = 2) -> PlanPictures:
    """One face is busy today and another with the plan."""
    hall = demo_hall()
    first, last = hall.locations[0], hall.locations[-1]
    rows = [
        LocationVelocity(
            place.id,
            (),
            (),
            30.0 * (place.id == first.id) + 1.0,
            30.0 * (place.id == last.id) + 1.0,
        )
        for place in hall.locations
    ]
    arrows = tuple(SkuMove(f"S{n}", first.id, last.id) for n in range(moves))
    return plan_pictures(hall, VelocityMap(locations=tuple(rows), moves=arrows))


def test_the_busiest_face_is_the_darkest_before_and_after() -> None:
    its = pictures()
    assert its.levels == ("L0",)
    assert its.scale is not None
    darkest = its.scale.colours[int(its.scale.classes(np.array([34.0]))[0])]
    for after in (False, True):
        drawing = its.velocity("L0", after=after)
        faces = [shape for shape in drawing.shapes if isinstance(shape, Area) and shape.fill == darkest]
        assert len(faces) == 1
        assert drawing_svg(drawing).startswith("<svg")
    assert drawing_svg(its.velocity("L0", after=False)) != drawing_svg(its.velocity("L0", after=True))


def test_every_move_has_an_arrow_until_there_are_too_many() -> None:
    assert len(pictures(3).arrows("L0")) == 3
    its = pictures(MOST_ARROWS + 7)
    assert len(its.arrows("L0")) == MOST_ARROWS
    assert f"{MOST_ARROWS} of {MOST_ARROWS + 7} moves" in its.moves("L0").title
    assert drawing_png(its.moves("L0")).startswith(b"\x89PNG")


def curve(saved: list[float], half: float) -> StopAnywhere:
    count = len(saved)
    return StopAnywhere(
        moves=np.arange(count),
        spent_s=np.arange(count) * 3600.0,
        saved_s_per_day=np.array(saved),
        half_width_s_per_day=np.full(count, half),
        horizon_days=10,
        cost_per_h=30,
        n=20,
        method="paired Student t over tours",
        left_out=0,
        is_thinned=False,
    )


def test_the_curve_marks_where_to_stop() -> None:
    drawing = stop_curve(curve([0.0, 1800.0, 2400.0, 2450.0], 90.0))
    assert "after 2 of them" in drawing_svg(drawing)  # a third hour wins 50 s a day over ten days
    dot = next(shape for shape in drawing.shapes if isinstance(shape, Disc))
    tops = [y for shape in drawing.shapes if isinstance(shape, Area) for _, y in shape.points]
    assert min(tops) <= dot.center[1]


@pytest.mark.parametrize("half", [math.inf, 0.0])
def test_a_curve_without_moves_or_interval_is_drawn_too(half: float) -> None:
    for saved in ([0.0], [0.0, 400.0], [0.0, -400.0]):
        assert "nan" not in drawing_svg(stop_curve(curve(saved, half)))


def test_staffings_show_where_a_plan_stops_paying() -> None:
    found = {
        pickers: comparison({"today": 100, "plan": 100 + gain}) for pickers, gain in ((8, 20), (24, -20))
    }
    drawing = staffing_chart(found)
    points = [shape.center for shape in drawing.shapes if isinstance(shape, Disc)]
    key, few, many = points
    assert few[0] < many[0]
    assert few[1] < many[1]
    nought = next(shape for shape in drawing.shapes if isinstance(shape, Stroke) and shape.width == 1.4)
    assert few[1] < nought.points[0][1] < many[1]
    assert key[1] < few[1]


def test_one_staffing_is_drawn_too() -> None:
    svg = drawing_svg(staffing_chart({12: comparison({"today": 100, "plan": 100, "by distance": 90})}))
    assert "by distance" in svg
    assert "nan" not in svg


def comparison(means: dict[str, float]) -> Comparison:
    """Scenarios whose lines per hour scatter by one about these means."""
    runs = {name: {"lines_per_hour": (mean - 1.0, mean, mean + 1.0)} for name, mean in means.items()}
    first, *others = means
    return Comparison(
        baseline=first,
        figure="lines_per_hour",
        indifference=None,
        confidence=0.95,
        n=3,
        runs=runs,
        levels={
            name: {one: mean_interval(its) for one, its in figures.items()} for name, figures in runs.items()
        },
        against=tuple(
            against_baseline(name, runs[name], runs[first], figure="lines_per_hour") for name in others
        ),
        best=None,
        unsure=(),
        left_out={},
        notes=(),
    )


def test_the_signs_of_charts_are_drawn_and_no_empty_boxes() -> None:
    def drawn(text: str) -> bytes:
        label = Label(at=(4, 16), text=text, size=12, fill="#000000")
        return drawing_png(
            Drawing(width=24, height=20, title="", description="", shapes=[label]), width_px=48
        )

    nothing = drawn("\uffff")  # no face has this one
    assert all(drawn(sign) != nothing for sign in "−×±²üÖ→·◀▶")
