"""Scans into one world: pairs, the graph over them, control points, and what became of each scan.

The same files give the same bytes whatever the number of workers: pairs are independent and taken in order.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from scans.readers import open_scan
from scans.registration.ask_registered import GuardOptions, ask_registered
from scans.registration.control_points import ControlPoint, Target
from scans.registration.guarded import Aliasing
from scans.registration.in_world import Placed, place_in_world, targets_by_scan
from scans.registration.likeness import score
from scans.registration.pairwise import PairFit, PreparedScan, prepare_points, register_pair
from scans.registration.pose_graph import GraphPoses, solve_pose_graph
from scans.registration.se3 import Array, inverse
from scans.registration.spanning_trees import Edge
from scans.registration.view import VOXEL_M
from scans.units import Unit
from scans.voxels import VoxelAccumulator
from spatial.errors import BadDataError
from spatial.poses import Matrix4, transform_points
from spatial.progress import Progress, silent

Verdict = Literal["registered", "as_posed", "not_converged"]

_LOOP_SCORE = 0.03
_MEETING_M = 0.3

_In = TypeVar("_In")
_Out = TypeVar("_Out")


@dataclass(frozen=True, eq=False)
class RegisteredScan:
    """What became of one scan.

    `world_from_scan` (4, 4) takes the file's metres to the world; None unless it was registered or posed before.
    `covariance` (6, 6): turn, then place of the scan's own origin, along the world's axes; None where nothing
    tells it. `sigma_m` and `sigma_deg` are its largest standard deviations in any direction. `overlap` is the
    largest of its kept pairs, `rmse_m` over all of them; `pairs` counts them, `loops` those that a loop tests.
    `aliasing` is the word of the aliasing guard: a scan that is `ambiguous` could stand bays further on.
    """

    name: str
    verdict: Verdict
    reason: str
    world_from_scan: Matrix4 | None
    covariance: Array | None
    sigma_m: float | None
    sigma_deg: float | None
    rmse_m: float | None
    overlap: float | None
    pairs: int
    loops: int
    aliasing: Aliasing

    def as_json(self) -> dict[str, Any]:
        """The report's entry."""
        return {
            "scan": self.name,
            "verdict": self.verdict,
            "reason": self.reason,
            "sigma_m": _rounded(self.sigma_m, 6),
            "sigma_deg": _rounded(self.sigma_deg, 6),
            "rmse_m": _rounded(self.rmse_m, 6),
            "overlap": _rounded(self.overlap, 4),
            "pairs": self.pairs,
            "loops": self.loops,
            **self.aliasing.as_json(),
        }


@dataclass(frozen=True, eq=False)
class Registration:
    """All scans in the order given, the `residual_mm` of control points by "point in scan", and `notes`."""

    scans: tuple[RegisteredScan, ...]
    residual_mm: Mapping[str, float]
    notes: tuple[str, ...]

    @property
    def converged(self) -> bool:
        """Whether every scan has a pose that was found, or was given and not contradicted."""
        return all(scan.verdict != "not_converged" for scan in self.scans)

    @property
    def ambiguous(self) -> tuple[str, ...]:
        """The scans that could as well stand bays further on, by name."""
        return tuple(scan.name for scan in self.scans if scan.aliasing.verdict == "ambiguous")

    def as_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "converged": self.converged,
            "ambiguous": list(self.ambiguous),
            "scans": [scan.as_json() for scan in self.scans],
            "control_points_mm": {name: round(mm, 2) for name, mm in self.residual_mm.items()},
            "notes": list(self.notes),
        }


def register_scans(
    paths: Sequence[Path],
    *,
    prior: Sequence[Matrix4] | None = None,
    control_points: Mapping[str, ControlPoint] | None = None,
    targets: Sequence[Target] = (),
    guard: GuardOptions = GuardOptions(),  # noqa: B008 (frozen)
    unit: Unit | None = None,
    drop_invalid: bool = False,
    seed: int = 0,
    workers: int = 1,
    progress: Progress = silent,
) -> Registration:
    """Register scan files, each in a frame of its own or near its `prior` pose world_from_scan.

    Without control points the first scan stays at its prior pose, or at the identity. `guard` tells how each pose is
    held against its shifts by whole bays. Raises ValueError for no
    paths, BadDataError for a broken file, two files of one name, and control points that are not right.
    """
    if not paths:
        raise ValueError("no scan files given")
    names = _names(paths)
    shown = targets_by_scan(names, targets, control_points or {})  # before hours of work
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(workers) as pool:

        def each(
            what: str, span: tuple[float, float], work: Callable[[_In], _Out], tasks: Sequence[_In]
        ) -> list[_Out]:
            done = []
            for number, result in enumerate(pool.map(work, tasks), start=1):
                done.append(result)
                progress(what, span[0] + (span[1] - span[0]) * number / len(tasks))
            return done

        def read(path: Path) -> _LocalScan:
            return _read(path, unit=unit, drop_invalid=drop_invalid, seed=seed)

        scans = each("read", (0.0, 0.3), read, paths)
        guess = _relative(scans, prior)
        pairs = list(combinations(range(len(scans)), 2))
        if guess is not None:
            pairs = [pair for pair in pairs if _may_meet(scans, guess, pair)]

        def fit(pair: tuple[int, int]) -> PairFit:
            start = None if guess is None else inverse(guess[pair[0]]) @ guess[pair[1]]
            return register_pair(scans[pair[0]].prepared, scans[pair[1]].prepared, prior=start)

        fits = dict(zip(pairs, each("pairs", (0.3, 0.8), fit, pairs), strict=True))
        graph = solve_pose_graph(len(scans), _edges(fits))
        missing = _unclosed(scans, fits, graph)

        def close(pair: tuple[int, int]) -> PairFit:
            poses = graph.world_from_scan
            start = inverse(poses[pair[0]]) @ poses[pair[1]]
            return register_pair(scans[pair[0]].prepared, scans[pair[1]].prepared, prior=start)

        closed = zip(missing, each("loops", (0.8, 0.95), close, missing), strict=True)
        fits.update((pair, loop) for pair, loop in closed if loop.converged)
        progress("graph", 0.95)
        local = [scan.local_from_scan for scan in scans]
        placed = place_in_world(names, _edges(fits), local, prior, control_points or {}, targets)
        progress("aliasing", 0.97)
        views = [scan.prepared.view for scan in scans]
        words = ask_registered(views, local, placed, control_points or {}, shown, guard, seed=seed)
    progress("done", 1.0)
    results = tuple(_result(k, name, placed, fits, prior, words[k]) for k, name in enumerate(names))
    return Registration(results, placed.residual_mm, placed.notes)


@dataclass(frozen=True, eq=False)
class _LocalScan:
    """A scan near the origin of a frame that only shifts its own: large coordinates lose nothing."""

    prepared: PreparedScan
    local_from_scan: Matrix4


def _names(paths: Sequence[Path]) -> list[str]:
    names = [path.name for path in paths]
    for name in names:
        if names.count(name) > 1:
            raise BadDataError(f"{name}: two files have this name, and poses are kept by name: rename one")
    return names


def _read(path: Path, *, unit: Unit | None, drop_invalid: bool, seed: int) -> _LocalScan:
    scans = open_scan(path, unit=unit, drop_invalid=drop_invalid)
    voxels = VoxelAccumulator(VOXEL_M)
    for chunk in scans.chunks():
        voxels.add(chunk)
    cloud = voxels.cloud()
    local = np.eye(4)
    local[:3, 3] = -cloud.origin
    stations = list(scans.stations.values())
    eye = None if len(stations) > 1 else (stations[0] if stations else np.zeros(3)) - cloud.origin
    try:
        return _LocalScan(prepare_points(cloud.points, eye=eye, seed=seed), local)
    except ValueError as fault:
        raise BadDataError(f"{path}: {fault}") from fault


def _relative(scans: Sequence[_LocalScan], prior: Sequence[Matrix4] | None) -> list[Matrix4] | None:
    """The prior poses of the local frames, relative to the first of them."""
    if prior is None:
        return None
    if len(prior) != len(scans):
        raise ValueError(f"{len(prior)} prior poses for {len(scans)} scans")
    poses = [pose @ inverse(scan.local_from_scan) for pose, scan in zip(prior, scans, strict=True)]
    return [inverse(poses[0]) @ pose for pose in poses]


def _may_meet(scans: Sequence[_LocalScan], poses: Sequence[Matrix4], pair: tuple[int, int]) -> bool:
    """Whether the boxes about two scans meet."""
    boxes = []
    for k in pair:
        points = transform_points(poses[k], scans[k].prepared.view.points)
        boxes.append((points.min(axis=0), points.max(axis=0)))
    (low, high), (other_low, other_high) = boxes
    return bool((low <= other_high).all() and (other_low <= high).all())


def _edges(fits: Mapping[tuple[int, int], PairFit]) -> list[Edge]:
    """The pairs that converged. What a scan's voxels and normals err by is in all its pairs, so that more pairs do
    not average it away: their variance grows with how many meet at their ends, from a chain's two on.
    """
    kept = {pair: fit for pair, fit in fits.items() if fit.converged}
    met = Counter(k for pair in kept for k in pair)
    return [
        Edge(i, j, fit.target_from_source, max(1.0, (met[i] + met[j]) / 2 - 1) * fit.covariance)
        for (i, j), fit in kept.items()
    ]


def _unclosed(
    scans: Sequence[_LocalScan], fits: Mapping[tuple[int, int], PairFit], graph: GraphPoses
) -> list[tuple[int, int]]:
    """Pairs of one component without an edge that, where the graph puts them, show the same surfaces."""
    poses, part = graph.world_from_scan, graph.component
    return [
        (i, j)
        for i, j in combinations(range(len(scans)), 2)
        if part[i] == part[j]
        and not ((i, j) in fits and fits[i, j].converged)
        and score(scans[i].prepared.view, scans[j].prepared.view, inverse(poses[i]) @ poses[j], _MEETING_M)
        > _LOOP_SCORE
    ]


def _result(
    k: int,
    name: str,
    placed: Placed,
    fits: Mapping[tuple[int, int], PairFit],
    prior: Sequence[Matrix4] | None,
    aliasing: Aliasing,
) -> RegisteredScan:
    pairs = [fit for pair, fit in fits.items() if k in pair]
    kept = [fits[pair] for pair in placed.kept if k in pair]
    verdict, reason = _verdict(k, placed, pairs, is_posed=prior is not None)
    covariance = placed.covariance[k] if verdict == "registered" else None
    pose = placed.world_from_scan[k] if verdict == "registered" else None
    if verdict == "as_posed" and prior is not None:
        pose = prior[k]
    return RegisteredScan(
        name=name,
        verdict=verdict,
        reason=reason,
        world_from_scan=pose,
        covariance=covariance,
        sigma_m=None if covariance is None else _largest_sigma(covariance[3:, 3:]),
        sigma_deg=None if covariance is None else math.degrees(_largest_sigma(covariance[:3, :3])),
        rmse_m=math.sqrt(sum(fit.rmse_m**2 for fit in kept) / len(kept)) if kept else None,
        overlap=max((fit.overlap for fit in kept), default=None),
        pairs=len(kept),
        loops=int(placed.loops[k]),
        aliasing=aliasing,
    )


def _verdict(k: int, placed: Placed, pairs: Sequence[PairFit], *, is_posed: bool) -> tuple[Verdict, str]:
    """What became of scan `k` and, unless it is registered, why."""
    if placed.is_placed[k] and placed.is_sure[k]:
        return "registered", ""
    if placed.is_placed[k]:
        return "not_converged", (
            "loops contradict one another here, and which pair is false cannot be told: "
            "add a station or control points"
        )
    why = max((fit for fit in pairs if fit.reason), key=lambda fit: fit.score, default=None)
    reason = why.reason if why else "nothing joins it to the other scans: scan from a station between them"
    return ("as_posed" if is_posed else "not_converged"), reason


def _largest_sigma(covariance: Array) -> float:
    return math.sqrt(max(float(np.linalg.eigvalsh(covariance)[-1]), 0.0))


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
