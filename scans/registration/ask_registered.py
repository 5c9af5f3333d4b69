"""Registered scans brought to the aliasing guard: in one level world, with their stations and control points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scans.recognition.building.floor import fit_floor_plane, level_from_scan
from scans.recognition.racks_and_walls import seen_together
from scans.registration.alias_kinds import kinds_from_facility
from scans.registration.alias_rows import rows_from_facility
from scans.registration.alias_sight import PosedPoints
from scans.registration.control_points import ControlPoint, Target
from scans.registration.guarded import Aliasing, Guarded, ask_all
from scans.registration.in_world import Placed
from scans.registration.known_points import KnownPoint
from scans.registration.se3 import Array
from scans.registration.view import ScanView
from spatial.errors import UndecidedError
from spatial.facility import Facility
from spatial.poses import Matrix4, transform_points

_NO_POSE = Aliasing(reason="it was not registered")


@dataclass(frozen=True)
class GuardOptions:
    """How the guard is asked: `plan` is a facility in the world of the control points or prior poses, whose rows
    and kinds are believed; `loads_count` if no load was moved between the scans.
    """

    plan: Facility | None = None
    loads_count: bool = False


def ask_registered(
    views: Sequence[ScanView],
    local_from_scan: Sequence[Matrix4],
    placed: Placed,
    control_points: Mapping[str, ControlPoint],
    targets: Sequence[tuple[int, Target]],
    options: GuardOptions,
    *,
    seed: int = 0,
) -> list[Aliasing]:
    """The guard's word on each scan, `views` being in their local frames; what has no pose is not checked."""
    asked = np.flatnonzero(placed.is_placed & placed.is_sure).tolist()
    poses = {k: placed.world_from_scan[k] @ np.linalg.inv(local_from_scan[k]) for k in asked}
    told = [_NO_POSE] * len(views)
    if not asked:
        return told
    world = {k: transform_points(poses[k], views[k].points) for k in asked}
    level = np.eye(4) if options.plan else _level_from_world(np.vstack(list(world.values())), seed)
    kept = {frozenset(pair) for pair in placed.kept}
    scans = [
        Guarded(
            side=_side(views[k], level @ poses[k]),
            known=tuple(
                _known(target, control_points[target.id], placed.world_from_scan[k], level)
                for scan, target in targets
                if scan == k
            ),
            loops=int(placed.loops[k]),
        )
        for k in asked
    ]
    plan = options.plan or seen_together([scan.side.points for scan in scans], seed=seed)
    words = ask_all(
        scans,
        lambda i, j: frozenset((asked[i], asked[j])) in kept,
        rows_from_facility(plan) if plan else (),
        name_kinds=kinds_from_facility(plan) if plan else None,
        loads_count=options.loads_count,
    )
    for k, word in zip(asked, words, strict=True):
        told[k] = word
    return told


def _level_from_world(points: Array, seed: int) -> Matrix4:
    """Near the origin, floor level: where the first scan gives the world, that leans as its scanner did."""
    near = np.eye(4)
    near[:3, 3] = -points.mean(axis=0)
    try:
        turn = level_from_scan(fit_floor_plane(transform_points(near, points), seed=seed), threshold_rad=1e-4)
    except UndecidedError:
        return near
    return np.asarray(turn @ near)


def _side(view: ScanView, pose: Matrix4) -> PosedPoints:
    points = transform_points(pose, view.points)
    if view.eye is None:
        return PosedPoints(points)
    return PosedPoints(
        points, np.zeros(len(points), np.int32), {0: transform_points(pose, view.eye[None])[0]}
    )


def _known(target: Target, point: ControlPoint, world_from_scan: Matrix4, level: Matrix4) -> KnownPoint:
    seen = transform_points(level @ world_from_scan, target.position[None])[0]
    x, y, z = (float(each) for each in seen)
    fixed = transform_points(level, point.position[None])[0]
    return KnownPoint(
        target.id,
        moving=(x, y, z),
        fixed=(float(fixed[0]), float(fixed[1]), float(fixed[2])),
        sigma_m=float(np.hypot(target.sigma_m, point.sigma_m)),
    )
