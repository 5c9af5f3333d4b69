"""`aisletwin layout` and `compare`: a planned hall from its file to a verdict."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from spatial.facility_json import read_facility

PLAN = """
id: HALL
building: {width_m: 24, depth_m: 26, height_m: 8}
blocks:
  - {id: MAIN, at_m: [2, 6], rows: [1, 2, 1], bays: 5, aisle_width_m: %s, back_aisle_m: 4}
stations:
  - {id: DEPOT, kind: depot, at_m: [3, 3]}
"""


@pytest.fixture
def plan(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str = "layout.yaml", *, aisle_m: float = 3.0) -> Path:
        path = tmp_path / name
        path.write_text(PLAN % aisle_m, encoding="utf-8")
        return path

    return write


def test_a_layout_file_becomes_a_site_that_can_be_walked_and_drawn(
    plan: Callable[..., Path], aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    done = aisletwin("layout", "build", plan(), "-o", tmp_path / "SITE", "--json")
    assert done.code == 0
    facility = read_facility(tmp_path / "SITE" / "facility.json")
    assert json.loads(done.out)["locations"] == len(facility.locations) > 0
    assert facility.kind == "planned"
    assert (tmp_path / "SITE" / "facility.glb").read_bytes()[:4] == b"glTF"
    assert aisletwin("graph", tmp_path / "SITE").code == 0


def test_a_fault_is_told_with_its_line_and_leaves_the_site(
    plan: Callable[..., Path], aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    path = plan()
    assert aisletwin("layout", "build", path, "-o", tmp_path / "SITE").code == 0
    before = (tmp_path / "SITE" / "facility.json").read_bytes()
    path.write_text(path.read_text(encoding="utf-8").replace("bays: 5", "bays: -5"), encoding="utf-8")
    done = aisletwin("layout", "build", path, "-o", tmp_path / "SITE")
    assert done.code == 3
    assert "layout.yaml:5:" in done.err
    assert (tmp_path / "SITE" / "facility.json").read_bytes() == before


def test_a_hall_written_as_a_layout_builds_the_same_racks(
    plan: Callable[..., Path], aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    aisletwin("layout", "build", plan(), "-o", tmp_path / "SITE")
    assert aisletwin("layout", "from-scan", tmp_path / "SITE", "-o", tmp_path / "again.yaml").code == 0
    done = aisletwin("layout", "diff", tmp_path / "SITE", tmp_path / "again.yaml", "--json")
    assert done.code == 0
    assert not [change for change in json.loads(done.out)["changes"] if change["kind"] == "rack"]


def test_a_wider_aisle_is_told_and_drawn(
    plan: Callable[..., Path], aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    svg = tmp_path / "diff.svg"
    done = aisletwin("layout", "diff", plan("a.yaml"), plan("b.yaml", aisle_m=3.4), "--svg", svg)
    assert done.code == 0
    assert "+0.400 m" in done.out
    assert svg.read_text(encoding="utf-8").startswith("<svg")


def test_rules_that_are_broken_are_a_finding(
    plan: Callable[..., Path], aisletwin: Callable[..., Any]
) -> None:
    done = aisletwin("layout", "check", plan(aisle_m=2.0), "--agent", "reach_truck", "--json")
    assert done.code == 1
    assert "fail" in done.out


def test_two_halls_are_compared_on_the_same_orders(
    plan: Callable[..., Path], aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    given = {"synthetic_orders": 20, "pickers": 3, "pick_time": "lognormal"}
    files = []
    for name, aisle_m in (("narrow", 3.0), ("wide", 4.5)):
        aisletwin("layout", "build", plan(f"{name}.layout.yaml", aisle_m=aisle_m), "-o", tmp_path / name)
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(yaml.safe_dump({"site": name, **given}), encoding="utf-8")
    first = aisletwin("compare", *files, "--replications", "5", "--cache", tmp_path / "cache", "--json")
    again = aisletwin("compare", *files, "--replications", "5", "--cache", tmp_path / "cache", "--json")
    assert first.code == 0
    assert first.out == again.out
    assert json.loads(first.out)["baseline"] == "narrow"
    assert aisletwin("compare", files[0]).code == 2
    assert aisletwin("compare", files[0], files[0]).code == 3


def test_the_layout_on_the_page_can_be_built_and_its_patch_applied(
    aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "layouts.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    layout, patch = tmp_path / "layout.yaml", tmp_path / "patch.yaml"
    for file, text in zip((layout, patch), shown, strict=True):
        file.write_text(text, encoding="utf-8")
    assert aisletwin("layout", "build", layout, "-o", tmp_path / "PLAN").code == 0
    assert aisletwin("layout", "patch", tmp_path / "PLAN", patch, "-o", tmp_path / "WIDE").code == 0
