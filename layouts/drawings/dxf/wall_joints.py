"""Where walls meet: their lines are led to the point in which they cross."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely

from layouts.drawings.dxf.strokes import Points
from layouts.drawings.dxf.wall_pieces import Piece
from layouts.drawings.dxf.wall_runs import Gap, Run

LEAST_M = 1e-6
"""What a body goes on at least beyond a joint, which tells joints from free ends."""

LEAST_LENGTH_M = 0.01
AT_COLUMN_M = 0.02
"""A wall that ends this near a column ends at it."""

FLATTEST = 0.05
"""Sine of the least angle at which two walls are taken to meet."""


def met(runs: Sequence[Run], columns: Sequence[shapely.Geometry], tolerance: float) -> list[Run]:
    """Runs whose ends are led to the line of the wall that they meet.

    An end meets a wall when the crossing of their lines lies no further off than their thicknesses explain
    (half of the other's across, half of its own along the slant), plus `tolerance` metres for lines that do
    not quite meet; walls that end at a column may cross anywhere in it. Of several walls the nearest crossing
    counts. Ends that meet none stay where they are.
    """
    if not runs:
        return []
    posts = shapely.STRtree(list(columns))
    widths = [2 * shapely.minimum_bounding_radius(column) for column in columns]
    bodies = np.array([run.piece.body() for run in runs], dtype=object)
    tree = shapely.STRtree(bodies)
    reach = 4 * max(run.piece.thickness for run in runs) + tolerance + max(widths, default=0.0)

    def slack(tip: Points) -> float:
        near = posts.query(shapely.Point(tip), predicate="dwithin", distance=AT_COLUMN_M).tolist()
        return float(tolerance + max((widths[k] for k in near), default=0.0))

    return [
        _met(
            run,
            [
                runs[k].piece
                for k in sorted(tree.query(bodies[i], predicate="dwithin", distance=reach).tolist())
                if k != i
            ],
            (slack(run.piece.p0), slack(run.piece.p1)),
        )
        for i, run in enumerate(runs)
    ]


def _met(run: Run, others: Sequence[Piece], slacks: tuple[float, float]) -> Run:
    piece = run.piece
    shifts, beyond = [], []
    for end, slack in zip((0.0, piece.length), slacks, strict=True):
        meetings = [
            (abs(s - end), s, further)
            for other in others
            for s, further in _crossing(piece, other, end, slack)
        ]
        _, s, further = min(meetings, default=(0.0, end, 0.0))
        shifts.append(s - end)
        beyond.append(further)
    before, after = shifts
    if piece.length + after - before <= LEAST_LENGTH_M:
        return run
    p0, p1 = piece.p0 + before * piece.along, piece.p1 + after * piece.along
    gaps = tuple(replace(gap, s0=gap.s0 - before, s1=gap.s1 - before) for gap in run.gaps)
    return replace(run, piece=replace(piece, p0=p0, p1=p1), gaps=gaps, ends=(beyond[0], beyond[1]))


def cut_by_walls(runs: Sequence[Run]) -> list[Run]:
    """Runs whose openings end at the faces of walls across them."""
    bodies = np.array([run.body() for run in runs], dtype=object)
    tree = shapely.STRtree(bodies)
    return [
        replace(run, gaps=tuple(_cut(gap, run.piece, k, runs, bodies, tree) for gap in run.gaps))
        for k, run in enumerate(runs)
    ]


def _cut(
    gap: Gap,
    piece: Piece,
    own: int,
    runs: Sequence[Run],
    bodies: npt.NDArray[np.object_],
    tree: shapely.STRtree,
) -> Gap:
    line = shapely.LineString([piece.p0 + s * piece.along for s in (gap.s0, gap.s1)])
    across = [
        bodies[k]
        for k in tree.query(line, predicate="intersects").tolist()
        if k != own and abs(float(piece.along @ runs[k].piece.left)) > FLATTEST
    ]
    rests = shapely.get_parts(line.difference(shapely.union_all(across))).tolist()
    if not across or not rests:
        return gap
    longest = max(rests, key=lambda rest: rest.length)
    u = piece.local(shapely.get_coordinates(longest))[:, 0]
    return replace(gap, s0=float(u.min()), s1=float(u.max()))


def _crossing(piece: Piece, other: Piece, end: float, slack: float) -> list[tuple[float, float]]:
    """Where along `piece` the line of `other` crosses it near `end`, and how far its body then goes on."""
    sine = float(piece.along @ other.left)
    if abs(sine) < FLATTEST:
        return []
    cotangent = math.sqrt(max(1 - sine**2, 0.0)) / abs(sine)
    s = float((other.p0 - piece.p0) @ other.left) / sine
    within = (other.thickness / 2) / abs(sine) + piece.thickness / 2 * cotangent + slack
    at = float((piece.p0 + s * piece.along - other.p0) @ other.along)
    aside = (piece.thickness / 2) / abs(sine) + other.thickness / 2 * cotangent + slack
    if abs(s - end) > within or not -aside <= at <= other.length + aside:
        return []
    return [(s, max(other.thickness / 2 / abs(sine) - piece.thickness / 2 * cotangent, LEAST_M))]
