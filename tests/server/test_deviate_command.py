"""`aisletwin deviate`: what it prints and writes, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from spatial.facility import Facility
from spatial.facility_json import write_facility

Run = Callable[..., Any]


@pytest.fixture
def plan(tmp_path: Path, hall: Facility) -> Path:
    file = tmp_path / "plan.json"
    write_facility(file, hall)
    return file


def built_at(folder: Path, hall: Facility) -> Path:
    file = folder / "built.json"
    write_facility(file, replace(hall, kind="as_built"))
    return file


def test_a_site_as_planned_passes(tmp_path: Path, plan: Path, hall: Facility, aisletwin: Run) -> None:
    done = aisletwin("deviate", plan, built_at(tmp_path, hall), "--json")
    assert done.code == 0, done.err
    assert {one["verdict"] for one in json.loads(done.out)} == {"pass"}


def test_a_moved_rack_and_a_lower_tier_of_a_site_fail_with_the_ids_of_the_plan(
    tmp_path: Path, plan: Path, hall: Facility, aisletwin: Run
) -> None:
    first, second, *others = hall.racks
    *tiers, top = second.tiers
    lower = replace(second, tiers=(*tiers, replace(top, z_m=top.z_m - 0.1)))
    shifted = replace(first, center=(first.center[0], first.center[1] + 0.08))
    built = built_at(tmp_path, replace(hall, racks=(shifted, lower, *others)))
    output = tmp_path / "findings.json"
    done = aisletwin("deviate", plan, built, "-o", output)
    assert done.code == 1, done.err
    failed = [one for one in json.loads(output.read_text()) if one["verdict"] == "fail"]
    moved = next(one for one in failed if one["type"] == "rack_moved")
    assert moved["rack"] == first.id
    assert moved["by_m"] == pytest.approx(0.08)
    height = next(one for one in failed if one["type"] == "beam_height")
    assert (height["rack"], height["tier_index"]) == (second.id, len(tiers))
    assert "rack_moved: 1 fail" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan.json", "built.json", "--plumb-limit", "much"), "lean"),
        (("plan.json", "built.json", "other.laz"), "one site"),
        (("old.laz", "built.json"), "the plan comes first"),
        (("plan.json", "built.json", "--poses-before", "p.json"), "older scan"),
    ],
)
def test_wrong_usage_is_told(aisletwin: Run, arguments: tuple[str, ...], said: str) -> None:
    done = aisletwin("deviate", *arguments)
    assert done.code == 2
    assert said in " ".join(done.err.split())


def test_a_plan_that_is_not_there_is_bad_data(tmp_path: Path, aisletwin: Run) -> None:
    assert aisletwin("deviate", tmp_path / "no.json", tmp_path / "no2.json").code == 3
