"""`aisletwin simulate`: once, many times, at every value of a what-if, and when a shift jams."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from layouts.run_files import read_run
from layouts.scenario import read_scenario
from layouts.simulation.figures_of_run import FIGURES
from layouts.simulation.run_scenario import figures_of
from spatial.facility import Facility
from spatial.facility_json import write_facility


@pytest.fixture
def scenario(hall: Callable[..., Facility], tmp_path: Path) -> Callable[..., Path]:
    """Writes a scenario on a hall of three aisles, with what is given beside."""

    def write(**settings: Any) -> Path:
        write_facility(tmp_path / "SITE" / "facility.json", hall(rows=4, bays=4))
        path = tmp_path / "scenario.yaml"
        given = {"site": "SITE", "synthetic_orders": 40, "pickers": 5, "batch_lines": 6, **settings}
        path.write_text(yaml.safe_dump(given), encoding="utf-8")
        return path

    return write


JAMMED = {"lanes": {"A1": "narrow-two-way", "A2": "narrow-two-way"}, "locks": False}


def test_replications_come_with_intervals_and_a_file(
    scenario: Callable[..., Path], aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    path = scenario(pick_time="lognormal")
    done = aisletwin("simulate", path, "-o", tmp_path / "RUN", "--replications", "5", "--json")
    assert done.code == 0
    told = json.loads(done.out)["replications"]
    estimate = told["estimates"]["lines_per_hour"]
    assert estimate["low"] < estimate["value"] < estimate["high"]
    assert len(told["values"]["lines_per_hour"]) == estimate["n"] == 5
    assert json.loads((tmp_path / "RUN" / "replications.json").read_text(encoding="utf-8")) == told
    assert read_run(tmp_path / "RUN").inputs["replication"] == 0


def test_a_precision_that_is_not_reached_is_undecided(
    scenario: Callable[..., Path], aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    path = scenario(pick_time="exponential")
    done = aisletwin("simulate", path, "-o", tmp_path / "RUN", "--precision", "0.01%", "--most", "11")
    assert done.code == 4
    assert "Not sure enough" in done.out


@pytest.mark.parametrize("wish", ["2 %%", "0", "120%", "-1%"])
def test_a_precision_that_is_no_share_is_wrong_usage(
    wish: str, scenario: Callable[..., Path], aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    done = aisletwin("simulate", scenario(), "-o", tmp_path / "RUN", f"--precision={wish}")
    assert done.code == 2
    assert "above 0 and below 1" in done.err


def test_a_what_if_is_a_table_and_three_files_the_same_for_two_workers(
    scenario: Callable[..., Path], aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    path = scenario(pick_time="lognormal")
    told = {}
    for workers in ("1", "2"):
        folder = tmp_path / f"WHAT-{workers}"
        done = aisletwin("simulate", path, "-o", folder, "--what-if", "pickers=1..3", "--workers", workers)
        assert done.code in (0, 4)
        assert "pickers" in done.out
        told[workers] = {each.name: each.read_bytes() for each in sorted(folder.iterdir())}
    assert told["1"] == told["2"]
    assert {"what-if.json", "what-if.csv", "what-if.svg"} <= told["1"].keys()


def test_a_what_if_of_nothing_there_is_wrong_usage(
    scenario: Callable[..., Path], aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    done = aisletwin("simulate", scenario(), "-o", tmp_path / "WHAT", "--what-if", "piclers=1..3")
    assert done.code == 2
    assert "pickers" in done.err


def test_a_jam_stops_the_shift_and_is_named(
    scenario: Callable[..., Path], aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    done = aisletwin("simulate", scenario(traffic=JAMMED), "-o", tmp_path / "RUN", "--json")
    assert done.code == 1
    ring = json.loads(done.out)["deadlock"]
    assert len(ring["agents"]) == len(ring["resources"]) >= 2
    assert read_run(tmp_path / "RUN").duration_s == ring["at_s"]
    assert any("wait for each other for good" in note for note in json.loads(done.out)["notes"])


@pytest.mark.parametrize("policy", ["back-off", "pass"])
def test_who_gives_way_ends_a_jam_and_is_counted(
    policy: str, scenario: Callable[..., Path], aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    path = scenario(traffic={**JAMMED, "deadlock": policy})
    done = aisletwin("simulate", path, "-o", tmp_path / "RUN", "--json")
    assert done.code == 0
    figures = json.loads(done.out)["kpis"]
    assert figures["back_offs" if policy == "back-off" else "passes"] > 0
    assert figures["lines"] == sum(event.kind == "pick" for event in read_run(tmp_path / "RUN").events)


def test_locked_lanes_never_jam(
    scenario: Callable[..., Path], aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    path = scenario(traffic={**JAMMED, "locks": True})
    done = aisletwin("simulate", path, "-o", tmp_path / "RUN", "--json")
    assert done.code == 0
    assert json.loads(done.out)["deadlock"] is None
    assert json.loads(done.out)["kpis"]["blocked"]["by_cause"]["section_taken"]["waits"] > 0


def test_settings_that_do_not_fit_are_told_with_the_file(
    scenario: Callable[..., Path], aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    path = scenario(traffic={"lanes": {"A99": "wide"}})
    done = aisletwin("simulate", path, "-o", tmp_path / "RUN")
    assert done.code == 3
    assert "scenario.yaml" in done.err
    assert "A99" in done.err
    assert not (tmp_path / "RUN").exists()


def test_a_scenario_that_is_not_there_yet_is_answered_with_how_it_begins(
    aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    done = aisletwin("simulate", tmp_path / "scenario.yaml", "-o", tmp_path / "RUN")
    assert done.code == 3
    assert "beginning with 'site: SITE/'" in done.err


def test_a_figure_that_no_run_has_is_refused_before_anything_is_simulated(
    scenario: Callable[..., Path], aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    wish = ("--what-if", "pickers=1..3", "--figure", "speed")
    done = aisletwin("simulate", scenario(), "-o", tmp_path / "WHAT", *wish)
    assert done.code == 2
    assert "choose one of lines_per_hour" in " ".join(done.err.split())
    assert not (tmp_path / "WHAT").exists()


def test_every_figure_of_a_run_can_be_chosen(scenario: Callable[..., Path]) -> None:
    assert set(figures_of(read_scenario(scenario()), 0)) <= set(FIGURES)
