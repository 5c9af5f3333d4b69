"""The graph's parts put into the world: by control points, by prior poses, or by the first scan's own frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from scans.registration.control_points import ControlFit, ControlPoint, Target, fit_control_points
from scans.registration.pose_graph import GraphPoses, Tie, solve_pose_graph
from scans.registration.se3 import Array, adjoint, inverse, skew
from scans.registration.spanning_trees import Edge
from spatial.errors import BadDataError
from spatial.poses import Matrix4, transform_points


@dataclass(frozen=True, eq=False)
class Placed:
    """Poses (K, 4, 4) of the scans in the world, and covariances (K, 6, 6): turn, then place of a scan's own
    origin, along the world's axes.

    `is_placed` (K,) marks scans of the part that has the world, `is_sure` (K,) those at which no false edge was
    left out that loops cannot settle. `kept` are the pairs of accepted edges, `loops` (K,) as in GraphPoses.
    """

    world_from_scan: Array
    covariance: Array
    is_placed: npt.NDArray[np.bool_]
    is_sure: npt.NDArray[np.bool_]
    kept: tuple[tuple[int, int], ...]
    loops: npt.NDArray[np.int64]
    residual_mm: Mapping[str, float]
    notes: tuple[str, ...]


def place_in_world(
    names: Sequence[str],
    edges: Sequence[Edge],
    local_from_scan: Sequence[Matrix4],
    prior: Sequence[Matrix4] | None,
    control_points: Mapping[str, ControlPoint],
    targets: Sequence[Target],
) -> Placed:
    """Solve the graph of `edges` between the scans' local frames and put it where it belongs.

    The part of most scans has the world, or the one whose targets tell it. Raises BadDataError for targets of
    scans or points that are not there, and for control points that are too few, in a line, or contradict.
    """
    graph = solve_pose_graph(len(names), edges)
    shown = targets_by_scan(names, targets, control_points)
    part = _main_part(graph, shown)
    inside = graph.component == part
    if shown:
        poses, graph, fit = _tied(names, edges, local_from_scan, graph, inside, control_points, shown)
        residual, notes = fit.residual_mm, fit.notes
    else:
        poses, graph = _at_first(graph, local_from_scan, prior, inside)
        residual, notes = {}, ()
    scan_poses = np.stack([pose @ local for pose, local in zip(poses, local_from_scan, strict=True)])
    return Placed(
        world_from_scan=scan_poses,
        covariance=graph.covariance,
        is_placed=inside & (bool(shown) or int(inside.sum()) > 1),
        is_sure=_sure(graph, edges),
        kept=tuple((e.i, e.j) for e, one in zip(edges, graph.accepted, strict=True) if one),
        loops=graph.loops,
        residual_mm=residual,
        notes=notes,
    )


def targets_by_scan(
    names: Sequence[str], targets: Sequence[Target], control_points: Mapping[str, ControlPoint]
) -> list[tuple[int, Target]]:
    """The targets with the rows of their scans; each must name a scan and a control point that are there."""
    row = {name: k for k, name in enumerate(names)}
    for target in targets:
        if target.scan not in row:
            raise BadDataError(
                f"target '{target.id}' names scan '{target.scan}', which is none of {', '.join(names)}: correct it"
            )
        if target.id not in control_points:
            raise BadDataError(
                f"target '{target.id}' of scan '{target.scan}' is no control point: add it to their table"
            )
    if control_points and not targets:
        raise BadDataError(
            f"{len(control_points)} control points but no target shows one: give their places in the scans"
        )
    return [(row[target.scan], target) for target in targets]


def _main_part(graph: GraphPoses, shown: Sequence[tuple[int, Target]]) -> int:
    """The component that most targets are in, or else most scans; the earlier of two alike."""
    rows = [k for k, _ in shown] or list(range(len(graph.component)))
    return int(np.argmax(np.bincount(graph.component[rows])))


def _tied(
    names: Sequence[str],
    edges: Sequence[Edge],
    local_from_scan: Sequence[Matrix4],
    graph: GraphPoses,
    inside: npt.NDArray[np.bool_],
    control_points: Mapping[str, ControlPoint],
    shown: Sequence[tuple[int, Target]],
) -> tuple[Array, GraphPoses, ControlFit]:
    """World poses of the local frames and the graph with its targets tied; large coordinates stay out of it."""
    middle = np.mean([control_points[target.id].position for _, target in shown], axis=0)
    near = {name: replace(one, position=one.position - middle) for name, one in control_points.items()}
    in_local = [
        (k, target, transform_points(local_from_scan[k], target.position[None])[0])
        for k, target in shown
        if inside[k]
    ]
    pooled = [
        _in_part(target, names[k], transform_points(graph.world_from_scan[k], at[None])[0])
        for k, target, at in in_local
    ]
    fit = fit_control_points(
        {
            one.id: replace(near[target.id], id=one.id)
            for one, (_, target, _) in zip(pooled, in_local, strict=True)
        },
        pooled,
    )
    ties = [
        Tie(k, at, near[target.id].position, float(np.hypot(near[target.id].sigma_m, target.sigma_m)))
        for one, (k, target, at) in zip(pooled, in_local, strict=True)
        if one.id not in fit.outliers
    ]
    start = [fit.world_from_scan @ pose for pose in graph.world_from_scan]
    tied = solve_pose_graph(len(names), edges, ties=ties, start=start)
    covariance = np.stack(
        [
            _about(pose[:3, 3] + pose[:3, :3] @ _shift(local), one)
            for pose, local, one in zip(tied.world_from_scan, local_from_scan, tied.covariance, strict=True)
        ]
    )
    poses = tied.world_from_scan.copy()
    poses[:, :3, 3] += middle
    return poses, replace(tied, covariance=covariance), fit


def _in_part(target: Target, scan: str, position: Array) -> Target:
    return replace(
        target, id=f"{target.id} in {scan}", scan="the scans that hang together", position=position
    )


def _at_first(
    graph: GraphPoses,
    local_from_scan: Sequence[Matrix4],
    prior: Sequence[Matrix4] | None,
    inside: npt.NDArray[np.bool_],
) -> tuple[Array, GraphPoses]:
    """World poses of the local frames, the first scan of the part where its prior pose or its own frame has it."""
    first = int(np.flatnonzero(inside)[0])
    world_from_first = (np.eye(4) if prior is None else prior[first]) @ inverse(local_from_scan[first])
    turn = world_from_first.copy()
    turn[:3, 3] = 0.0  # the place of large coordinates is added last
    from_first = inverse(graph.world_from_scan[first])
    near = [turn @ from_first @ pose for pose in graph.world_from_scan]
    carried = adjoint(turn @ from_first)
    covariance = np.stack(
        [
            _about(pose[:3, 3] + pose[:3, :3] @ _shift(local), carried @ one @ carried.T)
            for pose, local, one in zip(near, local_from_scan, graph.covariance, strict=True)
        ]
    )
    poses = np.stack(near)
    poses[:, :3, 3] += world_from_first[:3, 3]
    return poses, replace(graph, covariance=covariance)


def _shift(local_from_scan: Matrix4) -> Array:
    """The scan's origin (3,) in its local frame."""
    return np.asarray(local_from_scan[:3, 3])


def _about(place: Array, covariance: Array) -> Array:
    """The covariance of a world tangent as that of the turn and of what stands at `place` (3,)."""
    move = np.eye(6)
    move[3:, :3] = -skew(place)
    return np.asarray(move @ covariance @ move.T)


def _sure(graph: GraphPoses, edges: Sequence[Edge]) -> npt.NDArray[np.bool_]:
    """Scans that are not at a rejected edge, or that a loop vouches for."""
    sure = np.ones(len(graph.component), np.bool_)
    for edge, accepted in zip(edges, graph.accepted, strict=True):
        if not accepted:
            sure[[edge.i, edge.j]] = False
    return sure | (graph.loops > 0)
