"""Layers whose names say nothing, told by what is drawn on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from layouts.drawings.dxf.columns import find_columns
from layouts.drawings.dxf.faces import paired_faces
from layouts.drawings.dxf.joined_lines import joined_lines
from layouts.drawings.dxf.racks import RackRow, find_racks
from layouts.drawings.dxf.role_words import Role
from layouts.drawings.dxf.shapes import Shape
from layouts.drawings.dxf.things import Box, Thing, things_of
from layouts.drawings.dxf.walls import straight_segments

LEAST_RACKS, LEAST_COLUMNS, LEAST_WALLS = 4, 4, 4
RACK_DEPTH_M = (0.4, 1.6)
COLUMN_M = (0.1, 1.2)
COLUMN_PITCH_M = 2.5
PAIRED_SHARE = 0.6
LONGEST_LAYER = 20_000
"""A layer with more shapes is not looked at: a thing this detailed is no plain list of racks or columns."""


def role_by_geometry(shapes: Mapping[int, Shape]) -> tuple[Role, str] | None:
    """What a layer's shapes look like, with why; None when they look like nothing in particular.

    1. Columns: small alike sections that stand COLUMN_PITCH_M apart and more.
    2. Racks: alike rectangles as deep as racks, most of them in rows.
    3. Walls: lines most of whose length runs in pairs at wall distance.
    """
    drawn = {k: shape for k, shape in shapes.items() if len(shape.points) > 1}
    if not drawn or len(drawn) > LONGEST_LAYER:
        return None
    things = things_of(drawn, dict.fromkeys(drawn))
    columns, no_columns = find_columns(things)
    if _are_columns(columns, no_columns):  # 1
        return "column", f"geometry: {len(columns)} alike sections apart from each other"
    rows, no_racks = find_racks(things, drawn, upright_m=0.0)
    bays = sum(len(row.bays) for row in rows)
    if _are_racks(rows, no_racks):  # 2
        return "rack", f"geometry: {bays} alike rectangles in {len(rows)} rows"
    share, count = _paired(list(drawn.values()))
    if share >= PAIRED_SHARE and count >= LEAST_WALLS:  # 3
        return "wall", f"geometry: {share:.0%} of the lines run in pairs at wall distance"
    return None


def _are_columns(boxes: Sequence[Box], others: Sequence[Thing]) -> bool:
    if len(boxes) < LEAST_COLUMNS or others:
        return False
    sizes = np.array([box.size for box in boxes])
    centers = np.array([box.center for box in boxes])
    gaps = np.linalg.norm(centers[:, None] - centers, axis=2) + np.eye(len(boxes)) * 1e9
    return bool(
        (np.ptp(sizes, axis=0) <= 0.02).all()
        and COLUMN_M[0] <= sizes.min()
        and sizes.max() <= COLUMN_M[1]
        and gaps.min() >= COLUMN_PITCH_M
    )


def _are_racks(rows: Sequence[RackRow], others: Sequence[Thing]) -> bool:
    bays = [(round(width, 2), round(row.box.size[1], 2)) for row in rows for _, width in row.bays]
    if len(bays) < LEAST_RACKS or others:
        return False
    ((width, depth), alike), *_ = Counter(bays).most_common(1)
    is_deep = RACK_DEPTH_M[0] <= depth <= RACK_DEPTH_M[1] and width >= depth / 2
    return is_deep and alike >= 0.6 * len(bays)


def _paired(shapes: Sequence[Shape]) -> tuple[float, int]:
    """The share of the lines' length that has a mate, and how many stretches of wall that makes."""
    faces = joined_lines(np.concatenate([np.empty((0, 2, 2)), *map(straight_segments, shapes)]))
    pieces, _ = paired_faces(faces)
    total = float(np.linalg.norm(faces[:, 1] - faces[:, 0], axis=1).sum())
    return (2 * sum(piece.length for piece in pieces) / total if total else 0.0), len(pieces)
