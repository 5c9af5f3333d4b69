"""A site is written whole or not at all, and an older one stays until the new one is there."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh

from scans.scan_report import ScanReport
from scans.scan_to_facility import Scanned
from scans.voxels import VoxelCloud
from server import site_files
from server.site_files import CLOUD_POINTS, require_room, write_cloud, write_json, write_site
from server.sites import load_site
from spatial.errors import BadDataError
from spatial.facility import Facility

FILES = {"facility.json", "facility.glb", "cloud.ply", "scan-report.json"}


def cloud_of(points: np.ndarray, origin: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> VoxelCloud:
    return VoxelCloud(
        points=points.astype(np.float64),
        origin=np.array(origin),
        shade=np.tile(np.array([10, 200, 300], np.float32), (len(points), 1)),
        counts=np.ones(len(points), np.int64),
        station=None,
    )


@pytest.fixture
def scanned(hall: Facility) -> Scanned:
    report = ScanReport(
        points_read=100, points_kept=10, stages={"read": {"seconds": 0.5, "peak_mib": 1.0}}, registration=(),
        tilt_deg=0.0, levelled=False, coverage={}, found={"racks": 2}, warnings=(),
    )  # fmt: skip
    points = np.random.default_rng(3).uniform(0, 7, (1000, 3))
    return Scanned(hall, cloud_of(points), report)


def test_four_files_make_a_site(scanned: Scanned, tmp_path: Path) -> None:
    write_site(tmp_path / "site", scanned)
    assert {path.name for path in (tmp_path / "site").iterdir()} == FILES
    assert load_site(tmp_path / "site").facility == scanned.facility
    report = json.loads((tmp_path / "site" / "scan-report.json").read_text(encoding="utf-8"))
    assert report["points"] == {"read": 100, "kept": 10, "per_second": 200}


def test_a_new_site_replaces_the_older_and_its_graph(scanned: Scanned, tmp_path: Path) -> None:
    write_site(tmp_path, scanned)
    (tmp_path / "graph.json").write_text("of the older facility", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    write_site(tmp_path, replace(scanned, facility=replace(scanned.facility, name="newer")))
    assert {path.name for path in tmp_path.iterdir()} == FILES | {"notes.txt"}
    assert load_site(tmp_path).facility.name == "newer"


@pytest.mark.parametrize("writer", ["write_json", "write_cloud", "write_glb", "write_facility"])
def test_a_full_disk_leaves_the_older_site_whole(
    scanned: Scanned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    write_site(tmp_path, scanned)
    (tmp_path / "graph.json").write_text("of this facility", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(site_files, writer, full)
    with pytest.raises(OSError, match="No space"):
        write_site(tmp_path, replace(scanned, facility=replace(scanned.facility, name="newer")))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_viewers_cloud_is_in_the_world_with_colours_that_fit_a_byte(tmp_path: Path) -> None:
    points = np.array([[0.0, 0.0, 0.0], [1.5, 2.5, 3.5]])
    write_cloud(tmp_path / "cloud.ply", cloud_of(points, origin=(100.0, 0.0, -1.0)))
    loaded = trimesh.load(tmp_path / "cloud.ply")
    assert np.allclose(loaded.vertices, points + np.array([100.0, 0.0, -1.0]))
    assert loaded.colors[:, :3].tolist() == [[10, 200, 255]] * 2


@pytest.mark.parametrize("count", [CLOUD_POINTS, CLOUD_POINTS + 1, 3 * CLOUD_POINTS])
def test_a_large_cloud_is_thinned_evenly_to_its_limit(tmp_path: Path, count: int) -> None:
    points = np.zeros((count, 3))
    points[:, 0] = np.arange(count)
    write_cloud(tmp_path / "cloud.ply", cloud_of(points))
    data = (tmp_path / "cloud.ply").read_bytes()
    body = data[data.index(b"end_header\n") + len(b"end_header\n") :]
    x = np.frombuffer(body, np.dtype([("xyz", "<f4", 3), ("rgb", "u1", 3)]))["xyz"][:, 0]
    assert CLOUD_POINTS / 2 < len(x) <= CLOUD_POINTS
    assert len(set(np.diff(x))) == 1
    assert x[-1] > 0.99 * (count - 1) - 3


def test_json_is_text_that_people_can_read(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"name": "Halle Süd", "at": [1, 2]})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert "Halle Süd" in text
    assert text.endswith("}\n")


def test_room_is_a_folder_there_or_one_that_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_room(tmp_path)
    require_room(tmp_path / "new" / "deeper")
    assert not list(tmp_path.iterdir())
    monkeypatch.chdir(tmp_path)
    require_room(Path("relative"))

    (tmp_path / "file").touch()
    with pytest.raises(BadDataError, match="file is a file, not a folder: choose another --output"):
        require_room(tmp_path / "file" / "site")
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    with pytest.raises(BadDataError, match="may not be written: choose another --output"):
        require_room(tmp_path / "site")
