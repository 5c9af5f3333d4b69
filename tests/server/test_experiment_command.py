"""`aisletwin experiment`: a folder with what each factor does, the same bytes again, faults told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from layouts.experiment.files import FILES
from spatial.facility import Facility
from spatial.facility_json import write_facility


@pytest.fixture
def scenario(tmp_path: Path, hall: Facility) -> Path:
    write_facility(tmp_path / "facility.json", hall)
    path = tmp_path / "scenario.yaml"
    given = {"site": ".", "synthetic_orders": 8, "pickers": 2, "pick_time": "lognormal", "batch_lines": 4}
    path.write_text(yaml.safe_dump(given), encoding="utf-8")
    return path


def test_numbers_words_staff_and_demand_are_screened_together(
    aisletwin: Callable[..., Any], scenario: Path, tmp_path: Path
) -> None:
    asked = [
        "experiment", scenario, "--factor", "pickers=1,3", "--factor", "routing=s-shape,exact",
        "--factor", "robot_share=0,0.5", "--factor", "peak=1,1.5", "--factor", "batching=first-come,short-tours",
        "--design", "screening", "--replications", "3", "--cache", tmp_path / "cache", "-o", tmp_path / "EXP",
    ]  # fmt: skip
    done = aisletwin(*asked)
    assert done.code == 0
    assert "pickers 1 → 3: +" in done.out
    assert "The orders are made up, not those of a warehouse." in done.out
    assert "2^(5-1) fractional factorial, 16 cells, resolution V" in done.out
    first = {name: (tmp_path / "EXP" / name).read_bytes() for name in FILES}
    again = aisletwin(*asked, "--json")
    assert json.loads(again.out) == json.loads(first["experiment.json"])
    assert {name: (tmp_path / "EXP" / name).read_bytes() for name in FILES} == first


def test_what_is_still_unsure_ends_undecided(
    aisletwin: Callable[..., Any], scenario: Path, tmp_path: Path
) -> None:
    done = aisletwin(
        "experiment", scenario, "--factor", "pickers=1,2", "--factor", "batch_lines=2,4", "-o", tmp_path / "EXP",
        "--replications", "2", "--most", "3", "--half-width", "0.001",
    )  # fmt: skip
    assert done.code == 4
    assert "Not sure enough after 3 replications" in done.out


@pytest.mark.parametrize(
    ("factors", "code", "said"),
    [
        (["pickers=1,2"], 2, "1 factor makes no experiment"),
        (["pickers=1,2", "haste=1,2"], 2, "nothing that can be varied"),
        (["pickers=1..40", "batch_lines=1..40"], 2, "1600 cells are more than 256"),
        (["pickers=1,2", "batching=first-come,in-time"], 3, "does not go with the scenario"),
    ],
)
def test_faults_are_told_and_write_nothing(
    aisletwin: Callable[..., Any], scenario: Path, tmp_path: Path, factors: list[str], code: int, said: str
) -> None:
    given = [part for factor in factors for part in ("--factor", factor)]
    done = aisletwin("experiment", scenario, *given, "-o", tmp_path / "EXP")
    assert done.code == code
    assert said in " ".join(done.err.replace("│", " ").split())
    assert not (tmp_path / "EXP").exists()
