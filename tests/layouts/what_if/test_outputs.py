"""A what-if reads the same in every form: table, JSON, CSV and picture."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from layouts.scenario import Scenario
from layouts.statistics.replications import Precision
from layouts.what_if.curve import Curve, what_if
from layouts.what_if.curve_files import write_curve
from layouts.what_if.picture import COLOURS, GREY, HEIGHT, WIDTH, curve_svg
from layouts.what_if.record import curve_csv, curve_dict
from layouts.what_if.spec import parse_spec
from layouts.what_if.text import curve_text

SVG = "{http://www.w3.org/2000/svg}"
DEVIATIONS = (-3.0, -1.0, 1.0, 3.0)
Asked = Callable[..., Curve]


def figures(scenario: Scenario, replication: int) -> dict[str, float]:
    """60 lines/h a picker up to 8 and 6 beyond, with four deviations that grow with the pickers."""
    deviation = DEVIATIONS[replication % 4] * scenario.pickers / 4
    lines = 60.0 * min(scenario.pickers, 8) + 6.0 * max(0, scenario.pickers - 8) + deviation
    return {
        "lines_per_hour": lines - scenario.piece_s * (1 + scenario.pickers / 10),
        "lines_per_labour_hour": lines / scenario.pickers,
        "makespan_s": 600.0,
        "blocked_share": 0.01 * scenario.pickers + 0.001 * replication,
        "metres_per_line": 12.5,
        "late_share": 0.3
        - 0.01 * scenario.pickers
        + 0.01 * DEVIATIONS[replication * scenario.pickers // 4 % 4],
    }


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    def ask(*texts: str, **options: object) -> Curve:
        scenario = Scenario(site=tmp_path, piece_s=0)
        return what_if(scenario, parse_spec(texts), figures, folder=tmp_path, first=4, **options)  # type: ignore[arg-type]

    return ask


def test_the_table_shows_differences_before_levels_then_the_answers(asked: Asked) -> None:
    assert (
        curve_text(asked("pickers=4,8,12,16"))
        == """\
lines per hour over pickers: means [95 % intervals], n = 4 replications, Student t
common random numbers: r is the correlation of the two figures compared

pickers  against the row above    r     lines/h
      4                                 240.0 [235.9 to 244.1]
      8  +240.0 [235.9 to 244.1]  1.00  480.0 [471.8 to 488.2]
     12  +24.0 [19.9 to 28.1]     1.00  504 [492 to 516]
     16  +24.0 [19.9 to 28.1]     1.00  528 [512 to 544]

Lines per hour over pickers: knee at 8: beyond it an added unit brings less than 20 % of what the first unit brought.
Best in lines per hour: pickers=16; all others are shown to be worse.
The orders are made up, not those of a warehouse.

pickers  lines per labour hour  blocked, %              late, %
      4  60.0 [59.0 to 61.0]    4.15 [3.94 to 4.36]     26.0 [21.9 to 30.1]
      8  60.0 [59.0 to 61.0]    8.15 [7.94 to 8.36]     21.0 [17.3 to 24.7]
     12  42.0 [41.0 to 43.0]    12.15 [11.94 to 12.36]  18.0 [13.9 to 22.1]
     16  33.0 [32.0 to 34.0]    16.15 [15.94 to 16.36]  11.00 [no spread seen]

The same everywhere: makespan 10 min; metres per line 12.5"""
    )


def test_a_grid_has_a_table_for_each_curve_held_against_the_first(asked: Asked) -> None:
    text = curve_text(asked("pickers=4,8,12", "piece_s=0,20"))
    assert text.index("\npiece_s=0\n") < text.index("\npiece_s=20\n")
    assert "against piece_s=0" in text
    assert "Lines per hour over pickers, piece_s=20: knee at 8: beyond it" in text


def test_nothing_shown_is_an_answer(asked: Asked) -> None:
    text = curve_text(asked("pick_s=4,8"))
    assert "none in any replication" in text
    assert "Best in lines per hour: cannot decide, no difference shown between pick_s=4 and pick_s=8." in text


def test_unsure_points_are_told_last(asked: Asked) -> None:
    text = curve_text(asked("pickers=4,8", most=5, wanted={"lines_per_hour": Precision(absolute=0.1)}))
    assert (
        "Not sure enough after 5 replications: lines_per_hour at pickers=4, lines_per_hour at pickers=8: allow more"
        in text
    )


def test_files_have_one_value_a_line_and_the_same_bytes_for_the_same_input(
    asked: Asked, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        write_curve(tmp_path / name, asked("pickers=4,8,12", "piece_s=0,20"))
    for kind in ("json", "csv", "svg"):
        one, two = (tmp_path / name / f"what-if.{kind}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
    lines = (tmp_path / "one" / "what-if.json").read_text(encoding="utf-8").splitlines()
    assert all(
        re.fullmatch(r'\s*("(\w|-)+": )?("(\\.|[^"\\])*"|[-\w.+]+|[\[{]|[\]}]|\[\]|\{\}),?', line)
        for line in lines
    )


def test_json_holds_every_comparison(asked: Asked) -> None:
    record = json.loads(json.dumps(curve_dict(asked("pickers=4,8,12", "piece_s=0,20")), allow_nan=False))
    assert record["along"] == {"name": "pickers", "values": [4, 8, 12]}
    assert record["across"] == {"name": "piece_s", "values": [0.0, 20.0]}
    assert (record["figure"], record["replications"], record["converged"]) == ("lines_per_hour", 4, True)
    first, second = record["curves"]
    assert first["knee"]["x"] == 8
    at_4, at_8, _ = (point["figures"]["lines_per_hour"] for point in first["points"])
    assert (at_4["step"], at_4["beside"]) == (None, None)
    assert at_8["step"]["difference"]["value"] == 240
    assert at_8["step"]["correlation"]["value"] == pytest.approx(1)
    assert second["points"][1]["figures"]["lines_per_hour"]["beside"]["difference"]["value"] == -36
    constant = second["points"][1]["figures"]["metres_per_line"]["step"]
    assert (constant["correlation"], constant["variance_ratio"]) == (None, None)


def test_the_csv_has_the_values_of_the_json(asked: Asked) -> None:
    curve = asked("pickers=4,8,12", "piece_s=0,20")
    rows = list(csv.DictReader(io.StringIO(curve_csv(curve))))
    assert len(rows) == 2 * 3 * 6
    record = curve_dict(curve)
    by_name = {point["name"]: point["figures"] for line in record["curves"] for point in line["points"]}
    for row in rows:
        figure = by_name[f"pickers={row['pickers']}, piece_s={row['piece_s']}"][row["figure"]]
        assert float(row["value"]) == figure["level"]["value"]
        for kind in ("step", "beside"):
            if figure[kind] is None:
                assert row[kind] == row[f"{kind}_low"] == row[f"{kind}_correlation"] == ""
            else:
                assert float(row[f"{kind}_low"]) == figure[kind]["difference"]["low"]


def elements(svg: str, kind: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter(f"{SVG}{kind}"))


def test_points_and_intervals_lie_in_the_picture_to_scale(asked: Asked) -> None:
    curve = asked("pickers=4,8,12,16")
    svg = curve_svg(curve)
    x, y = zip(
        *((float(c.get("cx", "")), float(c.get("cy", ""))) for c in elements(svg, "circle")), strict=True
    )
    assert x[1] - x[0] == pytest.approx(x[2] - x[1], abs=0.11)
    levels = [point.levels["lines_per_hour"].value for point in curve.lines[0].points]
    assert (y[0] - y[1]) / (y[0] - y[3]) == pytest.approx(
        (levels[1] - levels[0]) / (levels[3] - levels[0]), abs=0.01
    )
    bars = [one for one in elements(svg, "line") if one.get("x1") == one.get("x2") == f"{x[3]:.1f}"]
    assert any(float(bar.get("y1", "")) < y[3] < float(bar.get("y2", "")) for bar in bars)
    assert all(0 <= at <= WIDTH for at in x)
    assert all(0 <= at <= HEIGHT for at in y)


def test_the_knee_is_marked_where_it_is_and_shaded_where_it_may_be(asked: Asked) -> None:
    svg = curve_svg(asked("pickers=4,8,12,16"))
    (dashed,) = [one for one in elements(svg, "line") if one.get("stroke-dasharray")]
    assert dashed.get("x1") == elements(svg, "circle")[1].get("cx")
    assert "knee at 8" in [text.text for text in elements(svg, "text")]
    assert elements(svg, "rect") == []
    open_svg = curve_svg(asked("pickers=4,8,12,16", figure="late_share"))
    (shade,) = elements(open_svg, "rect")
    assert shade.get("x") == elements(open_svg, "circle")[1].get("cx")
    assert "knee from 8 on" in [text.text for text in elements(open_svg, "text")]


def test_curves_differ_by_colour_shape_and_key(asked: Asked) -> None:
    svg = curve_svg(asked("pickers=4,8,12", "piece_s=0,10,20,30,40,50"))
    texts = [text.text or "" for text in elements(svg, "text")]
    assert [text.split(",")[0] for text in texts if text.startswith("piece_s=")] == [
        f"piece_s={number}" for number in (0, 10, 20, 30, 40, 50)
    ]
    strokes = {line.get("stroke") for line in elements(svg, "polyline")}
    assert strokes == set(COLOURS)


def test_words_stand_beside_each_other_without_a_line(asked: Asked) -> None:
    svg = curve_svg(asked("routing=s-shape,exact"))
    assert elements(svg, "polyline") == []
    assert {"s-shape", "exact"} <= {text.text for text in elements(svg, "text")}


def test_labels_of_many_points_keep_apart(asked: Asked) -> None:
    svg = curve_svg(asked("batch_lines=1000..1100"))
    labels = [text for text in elements(svg, "text") if re.fullmatch(r"1[01]\d\d", text.text or "")]
    at = sorted(float(text.get("x", "")) for text in labels if text.get("text-anchor") == "middle")
    assert len(at) > 3
    assert min(after - before for before, after in pairwise(at)) >= 28


def test_the_picture_is_self_contained_and_says_its_answer_to_a_screen_reader(asked: Asked) -> None:
    svg = curve_svg(asked("pickers=4,8,12,16"))
    assert ET.fromstring(svg).get("role") == "img"
    (told,) = elements(svg, "desc")
    assert (told.text or "").startswith("Lines per hour over pickers: knee at 8: beyond it")
    assert not re.search(r"href|url\(|<script|<style", svg)


def luminance(colour: str) -> float:
    """WCAG 2: relative luminance of sRGB."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_and_the_first_curves_read_on_white_and_on_black() -> None:
    """WCAG 2 asks for a contrast of 4.5 of text, and of 3 of what else tells something."""
    assert 1.05 / (luminance(GREY) + 0.05) >= 4.5
    assert (luminance(GREY) + 0.05) / 0.05 >= 4.5
    for colour in COLOURS[:4]:
        assert 1.05 / (luminance(colour) + 0.05) >= 3
        assert (luminance(colour) + 0.05) / 0.05 >= 3
