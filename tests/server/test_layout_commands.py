"""layout from-scan at the command line: what it tells beside the file, and limits that are told as usage."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from layouts.demo_hall import demo_hall
from spatial.facility_json import write_facility

Aisletwin = Callable[..., Any]


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    hall = demo_hall()
    racks = tuple(
        replace(rack, center=(rack.center[0] + 0.03 * (-1) ** i, rack.center[1]))
        for i, rack in enumerate(hall.racks)
    )
    write_facility(tmp_path / "facility.json", replace(hall, racks=racks, locations=()))
    return tmp_path


def test_rows_that_stand_alone_are_told_with_the_option_that_joins_them(
    measured: Path, aisletwin: Aisletwin
) -> None:
    done = aisletwin("layout", "from-scan", measured, "-o", measured / "layout.yaml")
    assert done.code == 0
    assert "8 of 8 rows stand alone" in done.err
    assert "a larger --within" in done.err
    done = aisletwin(
        "layout", "from-scan", measured, "-o", measured / "layout.yaml", "--within", 0.2, "--json"
    )
    assert json.loads(done.out)["layout"] == str(measured / "layout.yaml")
    assert not any("alone" in note for note in json.loads(done.out)["notes"])


def test_a_within_that_rounding_does_not_allow_is_wrong_usage(measured: Path, aisletwin: Aisletwin) -> None:
    done = aisletwin("layout", "from-scan", measured, "-o", measured / "layout.yaml", "--within", 0.002)
    assert (done.code, "0.005" in done.err) == (2, True)


def test_two_plans_of_one_hall_are_told_apart_by_their_files(tmp_path: Path, aisletwin: Aisletwin) -> None:
    for name, bays in (("today", 3), ("wide", 4)):
        text = f"id: H\nbuilding: {{width_m: 20, depth_m: 30}}\nblocks: [{{id: A, at_m: [4, 6], bays: {bays}}}]\n"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    aisletwin("layout", "build", tmp_path / "wide.yaml", "-o", tmp_path / "WIDE")
    page = tmp_path / "diff.html"
    done = aisletwin("layout", "diff", tmp_path / "today.yaml", tmp_path / "WIDE", "--html", page)
    assert done.code == 0
    assert done.out.startswith("today (H, planned) → WIDE (H, planned)")
    assert "today → WIDE" in page.read_text(encoding="utf-8")


def test_findings_of_one_rule_share_a_line_with_the_words_of_the_worst(
    tmp_path: Path, aisletwin: Aisletwin
) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        "id: H\nbuilding: {width_m: 40, depth_m: 30, height_m: 9}\n"
        "blocks: [{id: A, at_m: [4, 8], rows: [1, 2, 1], bays: 4, aisle_widths_m: [2.6, 2.4]}]\n",
        encoding="utf-8",
    )
    checking = ("layout", "check", plan, "--agent", "reach_truck")
    grouped, single = aisletwin(*checking), aisletwin(*checking, "--each")
    assert grouped.code == single.code == 1
    (turning,) = [line for line in grouped.out.splitlines() if line.startswith("fail aisle_turning")]
    assert turning.startswith("fail aisle_turning 4 × A1, A2, X-A-FRONT, X-A-BACK; A2: aisle_width_m 2.4")
    assert sum(line.startswith("fail aisle_turning") for line in single.out.splitlines()) == 4
    counts = json.loads(aisletwin(*checking, "--json").out)["counts"]
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    assert grouped.out.splitlines()[0] == single.out.splitlines()[0] == told


def test_large_halls_are_not_silent_and_json_is(tmp_path: Path, aisletwin: Aisletwin) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text("id: H\nbuilding: {width_m: 20, depth_m: 30}\nblocks: [{id: A, at_m: [4, 6], bays: 3}]\n")
    for command in (("build", plan, "-o", tmp_path / "SITE"), ("check", plan), ("diff", plan, plan)):
        told, quiet = aisletwin("layout", *command), aisletwin("layout", *command, "--json")
        assert "(0%)" in told.err
        assert quiet.err == ""
        assert json.loads(quiet.out)
