"""Scans that could stand a bay further on are named: by register, which leaves them out, and by scan."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from scans.cloud import PointCloud
from scans.laz_writer import write_laz
from scans.poses_file import SensorPoses, read_poses, write_poses
from scans.readers import open_scans
from scans.registration.se3 import inverse
from scans.registration_report import MOST_FILES, FilePoints, entries
from spatial.poses import Matrix4, pose_from_xyz_yaw, transform_points

PITCH_M = 2.8
LONG: dict[str, Any] = {"widths_m": (2.7,) * 10, "length_m": 36.0, "fill": "mixed"}
NEAR, SHORT = (16.0, 17.5), {"range_m": 8.0}


@dataclass(frozen=True)
class Files:
    """Scans of a hall, each file in its scanner's frame; `poses` are the true world_from_scan."""

    folder: Path
    paths: tuple[Path, ...]
    poses: tuple[Matrix4, ...]

    def write_poses(self, moved: npt.ArrayLike = (0.0, 0.0, 0.0), which: int = 1, **marks: Any) -> Path:
        """A poses file in which one scan stands `moved` from where it was."""
        poses = {path.name: pose.copy() for path, pose in zip(self.paths, self.poses, strict=True)}
        poses[self.paths[which].name][:3, 3] += moved
        path = self.folder / f"poses-{which}-{np.sum(moved):.1f}.json"
        write_poses(path, poses, covariance={}, told={}, **marks)
        return path


def written(folder: Path, see: Callable[..., Any], hall: Any, xs: Sequence[float], **look: Any) -> Files:
    paths, poses = [], []
    for number, x in enumerate(xs):
        side = see(hall, (x,), **look)
        pose = pose_from_xyz_yaw(*side.eyes[0], 0.7 * number)
        points = transform_points(inverse(pose), side.points).astype(np.float32)
        paths.append(folder / f"scan-{number}.laz")
        write_laz(paths[-1], PointCloud(points=points, origin=np.zeros(3)))
        poses.append(pose)
    return Files(folder, tuple(paths), tuple(poses))


@pytest.fixture(scope="module")
def ends(
    see: Callable[..., Any], aisle_hall: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Files:
    """Two scans that see the ends of the rows."""
    return written(tmp_path_factory.mktemp("ends"), see, aisle_hall(fill="mixed"), (9.0, 14.0), step_deg=0.4)


@pytest.fixture(scope="module")
def middle(
    see: Callable[..., Any], aisle_hall: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Files:
    """Two scans in the middle of a long aisle, which see no end."""
    return written(tmp_path_factory.mktemp("middle"), see, aisle_hall(**LONG), NEAR, **SHORT)


def test_scan_accepts_the_right_poses(ends: Files, aisletwin: Callable[..., Any], tmp_path: Path) -> None:
    done = aisletwin("scan", *ends.paths, "--poses", ends.write_poses(), "-o", tmp_path / "S", "--json")
    report = json.loads(done.out)
    assert [entry["aliasing"] for entry in report["registration"]] == ["unique", "unique"]
    assert "refutes all" in report["registration"][1]["aliasing_reason"]
    assert not [warning for warning in report["warnings"] if "ambiguous" in warning]
    assert report["stages"]["aliasing"]["seconds"] > 0


def test_scan_warns_of_a_scan_that_is_posed_a_bay_off(
    ends: Files, aisletwin: Callable[..., Any], aisle_hall: Callable[..., Any], tmp_path: Path
) -> None:
    off = ends.write_poses(PITCH_M * aisle_hall().along)
    done = aisletwin("scan", *ends.paths, "--poses", off, "-o", tmp_path / "S", "--json")
    report = json.loads(done.out)
    entry = report["registration"][1]
    assert (entry["aliasing"], entry["method"]) == ("ambiguous", "as_posed")
    assert entry["competing"][0]["bays"] == -1
    assert entry["competing"][0]["distance_m"] == pytest.approx(PITCH_M, abs=0.05)
    (warning,) = (each for each in report["warnings"] if "ambiguous" in each)
    assert warning.startswith("scan-1.laz: its place is ambiguous: a shift by -1 bay (2.8")


def test_register_leaves_out_what_fits_a_bay_further_on(
    middle: Files, aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    output = tmp_path / "poses.json"
    done = aisletwin("register", *middle.paths, "-o", output)
    assert done.code == 4
    assert "scan-1.laz: registered" in done.out
    assert "  aliasing ambiguous: a shift by " in done.out
    assert "; its pose is left out" in done.out
    report = json.loads(output.read_text("utf-8"))
    assert [pose["scan"] for pose in report["poses"]] == ["scan-0.laz"]
    told = report["registration"]["scans"]
    assert [scan["aliasing"] for scan in told] == ["not_checked", "ambiguous"]
    assert {abs(shift["bays"]) for shift in told[1]["competing"]} == {1, 2}
    assert min(abs(shift["distance_m"] - PITCH_M) for shift in told[1]["competing"]) < 0.1
    assert report["registration"]["ambiguous"] == ["scan-1.laz"]


def test_an_accepted_pose_is_marked_and_scan_says_so(
    middle: Files, aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    output = tmp_path / "poses.json"
    assert aisletwin("register", *middle.paths, "-o", output, "--accept-ambiguous", "--json").code == 0
    poses = read_poses(output)
    assert isinstance(poses, SensorPoses)
    assert [poses.told_of(path).aliasing for path in middle.paths] == ["not_checked", "ambiguous"]
    options = ("--poses", output, "-o", tmp_path / "S", "--no-check-aliasing", "--json")
    first, second = json.loads(aisletwin("scan", *middle.paths, *options).out)["registration"]
    assert (first["method"], first["sigma_m"], first["aliasing"]) == ("registered", 0.0, "not_checked")
    assert (second["method"], second["aliasing"]) == ("registered", "ambiguous")
    assert 1e-5 < second["sigma_m"] < 0.05


def test_control_points_tell_where_nothing_else_does(
    middle: Files, aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    control, targets = ["id,x,y,z"], ["id,scan,x,y,z"]
    for number in range(8):
        k = number % 2
        seen = rng.uniform(-3, 3, 3)
        world = transform_points(middle.poses[k], seen[None])[0]
        control.append(f"P{number}," + ",".join(f"{each:.4f}" for each in world))
        targets.append(f"P{number},scan-{k}.laz," + ",".join(f"{each:.4f}" for each in seen))
    for name, rows in (("control.csv", control), ("targets.csv", targets)):
        (tmp_path / name).write_text("\n".join(rows), "utf-8")
    options = ("--control-points", tmp_path / "control.csv", "--targets", tmp_path / "targets.csv", "--json")
    done = aisletwin("register", *middle.paths, "-o", tmp_path / "poses.json", *options)
    assert done.code == 0, done.out
    assert [scan["aliasing"] for scan in json.loads(done.out)["scans"]] == ["unique", "unique"]


def test_a_plan_needs_a_world(middle: Files, aisletwin: Callable[..., Any], tmp_path: Path) -> None:
    done = aisletwin("register", *middle.paths, "-o", tmp_path / "p.json", "--plan", tmp_path)
    assert done.code == 2
    assert "a plan is of the world" in done.err


def test_what_is_not_asked_is_said(ends: Files, tmp_path: Path) -> None:
    count = MOST_FILES + 1
    copies = [tmp_path / f"copy-{k}.laz" for k in range(count)]
    for copy in copies:
        copy.write_bytes(ends.paths[0].read_bytes())
    poses = tmp_path / "p.json"
    write_poses(poses, {copy.name: ends.poses[0] for copy in copies}, covariance={}, told={})
    few, many = open_scans(copies[:MOST_FILES], poses=poses), open_scans(copies, poses=poses)
    assert FilePoints(few).unasked == ""
    assert FilePoints(few, is_wanted=False).unasked == "it was not wanted"
    assert "4 files are more than 3: pass --check-aliasing" in FilePoints(many).unasked
    assert FilePoints(many, is_wanted=True).unasked == ""
    assert "where the scanner of each file stood is unknown" in FilePoints(open_scans(copies)).unasked
    single = open_scans(copies[:1])
    (entry,) = entries(single, None, FilePoints(single, is_wanted=True).unasked)
    assert (entry["method"], entry["sigma_m"], entry["aliasing"]) == ("as_posed", None, "not_checked")
    assert entry["aliasing_reason"] == "a single scan cannot be held against another"
