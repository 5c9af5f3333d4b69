"""Scans of worlds that are not ours: a published small warehouse, seven racks, and a real hall without any."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from spatial.facility_json import read_facility

Aisletwin = Callable[..., Any]


def rack_errors_m(site: Path, world: Path) -> list[float]:
    truth = json.loads((world / "ground_truth.json").read_text(encoding="utf-8"))
    centers = np.array([o["frame_obb"]["center_xy"] for o in truth["objects"] if "frame_obb" in o])
    found = np.array([rack.center for rack in read_facility(site).racks])
    assert len(found) == len(centers) == 7
    return np.linalg.norm(found[:, None] - centers, axis=2).min(axis=0).tolist()


def test_the_demo_runs_to_the_end_on_an_e57_of_three_stations(
    aisletwin: Aisletwin, shared_data: Path, tmp_path: Path
) -> None:
    scan = shared_data / "virtual_scans_aws" / "tls_plan_3stations.e57"
    done = aisletwin("demo", "--scan", scan, "--once", "--json", "-o", tmp_path / "demo")
    assert done.code == 0
    assert done.err == ""
    result = json.loads(done.out)
    assert result["found"]["racks"] == 7
    assert result["kpis"]["lines"] > 0
    assert (tmp_path / "demo" / "desktop.png").is_file()
    assert max(rack_errors_m(tmp_path / "demo" / "site", shared_data / "world_aws_small_warehouse")) < 0.1


def test_seven_racks_are_found_in_a_laz(seven_racks: Any, shared_data: Path) -> None:
    assert seven_racks.outcome.code == 0
    assert "7 racks" in seven_racks.outcome.out
    assert max(rack_errors_m(seven_racks.folder, shared_data / "world_aws_small_warehouse")) < 0.1


def test_a_real_hall_gives_its_walls_and_tilt_and_says_that_it_has_no_racks(
    aisletwin: Aisletwin, shared_data: Path, tmp_path: Path
) -> None:
    hall = shared_data / "real_hall_livox"
    scans = sorted((hall / "scans").iterdir())
    done = aisletwin("scan", *scans, "--poses", hall / "poses_tum_plus_index.txt", "-o", tmp_path / "site")
    assert done.code == 0
    assert any("no racks found" in line for line in done.said)
    report = json.loads((tmp_path / "site" / "scan-report.json").read_text(encoding="utf-8"))
    assert report["found"]["racks"] == 0
    assert report["found"]["walls"] >= 4
    assert 2.6 < report["floor"]["tilt_deg"] < 2.8
    assert report["floor"]["levelled"]

    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(yaml.safe_dump({"site": "site"}), encoding="utf-8")
    undecided = aisletwin("simulate", scenario, "-o", tmp_path / "run")
    assert undecided.code == 4
    (sentence,) = undecided.said
    assert "has no racks, so there is nothing to pick" in sentence
    assert not (tmp_path / "run").exists()
