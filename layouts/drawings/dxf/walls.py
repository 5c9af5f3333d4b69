"""Walls from the shapes of a plan that stand for walls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from layouts.drawings.dxf.curved_walls import curved_pieces
from layouts.drawings.dxf.faces import paired_faces
from layouts.drawings.dxf.joined_lines import joined_lines
from layouts.drawings.dxf.openings import without_gaps
from layouts.drawings.dxf.shapes import Shape
from layouts.drawings.dxf.strokes import Points
from layouts.drawings.dxf.wall_joints import cut_by_walls, met
from layouts.drawings.dxf.wall_pieces import THICKEST_M, Piece
from layouts.drawings.dxf.wall_runs import Fitting, Run, runs_of
from layouts.drawings.wall_outline import wall_of_outline

SHORTEST_SINGLE_M = 0.3
"""A lone line shorter than this is no wall."""

COVERED_M = 0.004
"""What of a line lies in a wall, or this near it, belongs to the wall."""


@dataclass(frozen=True, kw_only=True)
class FoundWalls:
    """Walls before the floor is known, fittings that no wall has room for, and how many short lines are left."""

    runs: list[Run]
    idle: tuple[int, ...]
    short_lines: int
    curved: int
    """How many of the runs are pieces of curved walls."""


def find_walls(
    shapes: Sequence[Shape],
    fittings: Sequence[Fitting],
    columns: Sequence[shapely.Geometry],
    *,
    tolerance: float,
) -> FoundWalls:
    """Walls from shapes in metres.

    1. Closed thin outlines and lines with a width are stretches of wall by themselves.
    2. All other straight lines are joined, and paired where they are two faces; arcs with one centre too.
    3. Stretches on one line are joined over crossings, doors and passages; walls that meet are led together.
    4. Lines that lie in no wall are walls of unknown thickness.
    5. Doors and windows drawn over a wall that goes on behind them become openings of it.
    """
    pieces: list[Piece] = []
    segments: list[Points] = []
    for shape in shapes:
        own = _own_pieces(shape)  # 1
        pieces += own
        if not own:
            segments.append(straight_segments(shape))
    faces = joined_lines(np.concatenate([*segments, np.empty((0, 2, 2))]))  # 2
    paired, alone = paired_faces(faces)
    curved = curved_pieces(shapes)
    runs = met(runs_of([*pieces, *paired], fittings, columns), columns, tolerance)  # 3
    runs += [Run(piece=piece) for piece in curved]
    singles, short_lines = _singles(alone, runs, columns)  # 4
    if singles:
        runs = met([*runs, *runs_of(singles, fittings, columns)], columns, tolerance)
    runs = cut_by_walls(runs)
    runs, idle = without_gaps(runs, fittings)  # 5
    return FoundWalls(runs=runs, idle=idle, short_lines=short_lines, curved=len(curved))


def straight_segments(shape: Shape) -> Points:
    """The straight lines of a shape, (N, 2, 2); chords of curves left out."""
    points = shape.points
    if len(points) < 2:
        return np.empty((0, 2, 2))
    ends = np.roll(points, -1, axis=0)
    kept = ~shape.is_chord
    if not shape.closed:
        kept = kept & (np.arange(len(points)) < len(points) - 1)
    return np.asarray(np.stack([points, ends], axis=1)[kept])


def _own_pieces(shape: Shape) -> list[Piece]:
    if shape.width > 0 and not shape.arcs.size:
        lines = straight_segments(shape)
        lengths = np.linalg.norm(lines[:, 1] - lines[:, 0], axis=1)
        return [Piece(p0=a, p1=b, thickness=shape.width) for (a, b) in lines[lengths > 0]]
    if shape.closed and not shape.is_chord.any():
        found = wall_of_outline(shape.points)
        if found is not None and found[2] <= THICKEST_M:
            return [Piece(p0=np.array(found[0]), p1=np.array(found[1]), thickness=found[2])]
    return []


def _to_tip(end: float, piece: Piece) -> float:
    """How far a wall's faces may go beyond a joint to the tip of a sharp corner."""
    return end + 2 * piece.thickness if end > 0 else 0.0


def _singles(
    alone: Sequence[Points], runs: Sequence[Run], columns: Sequence[shapely.Geometry]
) -> tuple[list[Piece], int]:
    """Lines that no wall or column covers, as walls without thickness; and how many are too short for that."""
    if not alone:
        return [], 0
    bodies = [run.piece.body(*(_to_tip(end, run.piece) for end in run.ends)) for run in runs]
    solid = shapely.union_all([*bodies, *columns]).buffer(COVERED_M, join_style="mitre")
    rests = shapely.difference(shapely.linestrings(np.array(alone)), solid)
    found, short = [], 0
    for rest in shapely.get_parts(rests).tolist():
        if rest.length >= SHORTEST_SINGLE_M:
            ends = np.asarray(rest.coords)
            found.append(Piece(p0=ends[0], p1=ends[-1], thickness=0.0))
        elif rest.length > 2 * COVERED_M:
            short += 1
    return found, short
