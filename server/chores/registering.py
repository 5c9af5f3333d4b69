"""Registering scan files: the tables read, the poses written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scans.poses_file import SensorPoses, read_poses, write_poses
from scans.registration.ask_registered import GuardOptions
from scans.registration.control_points import read_control_points, read_targets
from scans.registration.register import Registration, register_scans
from scans.units import Unit
from server.chores.planned import hall_at
from spatial.errors import BadDataError
from spatial.progress import Progress, silent


def register_files(
    files: Sequence[Path],
    output: Path,
    *,
    poses: Path | None = None,
    control_points: Path | None = None,
    targets: Path | None = None,
    plan: Path | None = None,
    loads_count: bool = False,
    accept_ambiguous: bool = False,
    unit: Unit | None = None,
    drop_invalid: bool = False,
    workers: int = 1,
    seed: int = 0,
    progress: Progress = silent,
) -> Registration:
    """Register scans and write the poses that were found to `output`; a scan without one is not in it.

    Nor is one that could stand whole bays further on, unless `accept_ambiguous`: its pose is then marked. `plan` is
    a site, facility.json or layout in the world of the poses, `loads_count` says that no load was moved.
    Raises BadDataError for what is wrong with a file or table.
    """
    prior = None
    if poses is not None:
        given = read_poses(poses)
        if not isinstance(given, SensorPoses):
            raise BadDataError(
                f"{poses}: holds positions without headings: give poses, as TUM text or by scan"
            )
        prior = given.for_files(files)
    told = register_scans(
        files,
        prior=prior,
        control_points=None if control_points is None else read_control_points(control_points),
        targets=() if targets is None else read_targets(targets),
        guard=GuardOptions(None if plan is None else hall_at(plan), loads_count=loads_count),
        unit=unit,
        drop_invalid=drop_invalid,
        seed=seed,
        workers=workers,
        progress=progress,
    )
    taken = [scan for scan in told.scans if accept_ambiguous or scan.aliasing.verdict != "ambiguous"]
    write_poses(
        output,
        {scan.name: scan.world_from_scan for scan in taken if scan.world_from_scan is not None},
        covariance={scan.name: scan.covariance for scan in taken if scan.covariance is not None},
        marks={scan.name: {"verdict": scan.verdict, "aliasing": scan.aliasing.verdict} for scan in taken},
        told={"registration": told.as_json()},
    )
    return told
