"""`aisletwin demo --once`: everything is there, right, and the same when the links are run one by one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
import yaml
from PIL import Image

from layouts.kpis import kpis
from layouts.run_files import read_run
from server.chores.screenshot import CHROMIUM_NAMES, find_chromium
from spatial.errors import MissingToolError
from spatial.facility_json import read_facility
from spatial.navigation.graph_json import read_graph
from viewer.web_assets import built_page

Aisletwin = Callable[..., Any]


def can_picture_the_page() -> bool:
    try:
        find_chromium()
    except MissingToolError:
        return False
    return built_page() is not None


def is_blank(path: Path) -> bool:
    """Whether a picture has next to no detail: its neighbouring pixels hardly ever differ."""
    grey = np.asarray(Image.open(path).convert("L"), np.int16)
    return bool((np.abs(np.diff(grey, axis=1)) > 8).mean() < 0.005)


def test_all_files_are_there_and_nothing_is_left_over(demo: Any) -> None:
    assert demo.outcome.code == 0, demo.outcome.err
    names = {str(path.relative_to(demo.folder)) for path in demo.folder.rglob("*") if path.is_file()}
    wanted = {
        "plan/facility.json", "scans/lidar.laz", "scans/camera.laz", "scans/lidar.truth.npz",
        "scans/poses.json", "site/facility.json", "site/facility.glb", "site/cloud.ply",
        "site/scan-report.json", "site/graph.json", "site/cloud/tileset.json", "tours.json", "scenario.yaml",
        "run/events.parquet", "run/times.parquet", "run/run.json", "run/kpis.json", "run/slotting.csv", "desktop.png",
    }  # fmt: skip
    tiles = {name for name in names if name.startswith("site/cloud/") and name.endswith(".glb")}
    assert names - tiles - {"browser.png"} == wanted
    assert "site/cloud/r.glb" in tiles
    assert ("browser.png" in names) == can_picture_the_page()


def test_every_rack_is_found_within_10_cm(demo: Any) -> None:
    plan = read_facility(demo.folder / "plan")
    found = read_facility(demo.folder / "site")  # which checks it against the schema
    assert len(found.racks) == len(plan.racks) == 8
    for rack in plan.racks:
        near = min(found.racks, key=lambda each: np.hypot(*np.subtract(each.center, rack.center)))
        assert np.hypot(*np.subtract(near.center, rack.center)) < 0.1
        assert len(near.bays) == len(rack.bays)
        assert abs(near.length_m - rack.length_m) < 0.15
    assert "against the plan: 8 racks" in demo.outcome.out


def test_the_mesh_opens_elsewhere_and_names_the_racks(demo: Any) -> None:
    scene = trimesh.load(demo.folder / "site" / "facility.glb")
    facility = read_facility(demo.folder / "site")
    nodes = set(scene.graph.nodes)
    assert {rack.id for rack in facility.racks} <= nodes
    size = scene.bounds[1] - scene.bounds[0]
    assert 25 < size[0] < 60
    assert size[1] < 15  # Y is up there


def test_the_report_accounts_for_the_points(demo: Any) -> None:
    report = json.loads((demo.folder / "site" / "scan-report.json").read_text(encoding="utf-8"))
    assert report["points"]["read"] > 1_000_000
    assert report["found"]["racks"] == 8
    assert report["coverage"]["floor"] > 0.8
    assert set(report["stages"]) >= {"read", "floor", "walls", "racks", "locations"}
    assert max(stage["peak_mib"] for stage in report["stages"].values()) < 2048


def test_the_shift_picks_every_line_once(demo: Any) -> None:
    plan = json.loads((demo.folder / "tours.json").read_text(encoding="utf-8"))
    run = read_run(demo.folder / "run")
    figures = kpis(run)
    graph = read_graph(demo.folder / "site" / "graph.json")
    picked = [(e.order, e.sku) for e in run.events if e.kind == "pick"]
    assert figures.lines == len(picked) == len(set(picked))
    assert {e.location for e in run.events if e.kind == "pick"} <= set(graph.access)
    assert figures.tours == plan["tours"]
    assert 100 < (figures.lines_per_hour or 0) < 3000
    assert 2 < (figures.metres_per_line or 0) < 60
    assert figures.total.blocked_s > 0
    assert sum(vars(figures.total).values()) == pytest.approx(len(run.agents) * run.duration_s)


def test_no_two_pick_at_one_face_at_once(demo: Any) -> None:
    busy: dict[str, list[tuple[float, float]]] = {}
    for event in read_run(demo.folder / "run").events:
        if event.kind == "pick":
            busy.setdefault(str(event.resource), []).append((event.start_s, event.end_s))
    for spans in busy.values():
        assert all(end <= start + 1e-9 for (_, end), (start, _) in pairwise(sorted(spans)))


def test_both_pictures_show_something(demo: Any) -> None:
    assert not is_blank(demo.folder / "desktop.png")
    if not can_picture_the_page():
        pytest.skip("skipped: Chromium or the built page is not here")
    assert not is_blank(demo.folder / "browser.png")


def test_the_links_one_by_one_give_the_same_bytes(demo: Any, aisletwin: Aisletwin, tmp_path: Path) -> None:
    site, scans = tmp_path / "site", demo.folder / "scans"
    depot = next(s for s in read_facility(demo.folder / "site").stations if s.kind == "depot")
    scanned = aisletwin(
        "scan", scans / "lidar.laz", scans / "camera.laz", "--poses", scans / "poses.json", "-o", site,
        "--depot", f"{depot.pose[0]!r},{depot.pose[1]!r}", "--name", "demo", "--json",
    )  # fmt: skip
    assert scanned.code == 0
    assert json.loads(scanned.out)["found"]["racks"] == 8
    shutil.copy(demo.folder / "scenario.yaml", tmp_path)
    orders = yaml.safe_load((tmp_path / "scenario.yaml").read_text(encoding="utf-8"))["synthetic_orders"]
    assert aisletwin("graph", site).code == 0
    assert aisletwin("tours", site, "--synthetic-orders", orders, "-o", tmp_path / "tours.json").code == 0
    assert aisletwin("simulate", tmp_path / "scenario.yaml", "-o", tmp_path / "run").code == 0
    for name in (
        "site/facility.json", "site/facility.glb", "site/cloud.ply", "site/graph.json", "tours.json",
        "run/events.parquet", "run/times.parquet", "run/run.json", "run/kpis.json",
    ):  # fmt: skip
        assert (tmp_path / name).read_bytes() == (demo.folder / name).read_bytes(), name


def test_without_chromium_the_demo_ends_well_and_says_how_to_get_it(
    own_scan: Path, aisletwin: Aisletwin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name in CHROMIUM_NAMES else which(name))
    done = aisletwin("demo", "--once", "--scan", own_scan, "-o", tmp_path / "demo", "--depot", "1.5,1.5")
    assert done.code == 0
    assert (tmp_path / "demo" / "desktop.png").is_file()
    assert not (tmp_path / "demo" / "browser.png").exists()
    assert "found: " in done.out
    assert "4 racks" in done.out
    assert any("browser's picture was left out" in line and "apt-get install" in line for line in done.said)


def test_the_same_scan_and_seed_give_the_same_bytes(
    own_scan: Path, aisletwin: Aisletwin, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        assert aisletwin("scan", own_scan, "-o", tmp_path / name, "--name", "S", "--json").code == 0
    for name in ("facility.json", "facility.glb", "cloud.ply"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
