"""Walls of several layers, and of two leaves with a cavity, made one wall each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from layouts.drawings.dxf.joined_lines import ON_LINE_M
from layouts.drawings.dxf.strokes import Points
from layouts.drawings.dxf.wall_pieces import PARALLEL_M, THICKEST_M, Piece

CAVITY_M = 0.2
"""Two leaves with less than this between them are one wall."""


LAYER_M = 0.3
"""A line further than this from a wall is no layer of it."""


def with_layers(pieces: list[Piece], alone: list[Points]) -> tuple[list[Piece], list[Points]]:
    """Lone lines beside a wall, along most of both, widen it."""
    if not pieces or not alone:
        return pieces, alone
    widened, left = list(pieces), []
    tree = shapely.STRtree([piece.body() for piece in pieces])
    for line in sorted(alone, key=lambda one: -float(np.linalg.norm(one[1] - one[0]))):
        near = tree.query(shapely.linestrings(line), predicate="dwithin", distance=LAYER_M)
        for k in sorted(near.tolist()):
            beside = _beside(widened[k], line, 0.8)
            if beside is None or not 0 < beside <= LAYER_M:
                continue
            if beside + widened[k].thickness <= THICKEST_M:
                v = float(widened[k].local(line)[:, 1].mean())
                widened[k] = _widened(widened[k], v)
                break
        else:
            left.append(line)
    return widened, left


def with_cavities(pieces: list[Piece], alone: list[Points]) -> tuple[list[Piece], list[Points]]:
    """Two leaves side by side, along most of both and with little between them, are one wall."""
    merged: dict[int, Piece] = dict(enumerate(pieces))
    if pieces:
        bodies = np.array([piece.body() for piece in pieces], dtype=object)
        a, b = shapely.STRtree(bodies).query(bodies, predicate="dwithin", distance=CAVITY_M)
        for i, j in sorted(zip(a.tolist(), b.tolist(), strict=True)):
            if i >= j or i not in merged or j not in merged:
                continue
            one, other = merged[i], merged[j]
            beside = _beside(one, np.array([other.p0, other.p1]), 0.9)
            gap = -1.0 if beside is None else beside - other.thickness / 2
            if ON_LINE_M < gap <= CAVITY_M and one.thickness + gap + other.thickness <= THICKEST_M:
                v = float(one.local(np.array([other.p0, other.p1]))[:, 1].mean())
                wide = _widened(one, v + np.sign(v) * other.thickness / 2)
                merged[i] = replace(wide, faces=one.faces | other.faces)
                del merged[j]
    return list(merged.values()), alone


def _beside(piece: Piece, line: Points, share: float) -> float | None:
    """How far outside its nearer face a parallel line runs along that share of both; None if it does not."""
    local = piece.local(line)
    shared = min(local[:, 0].max(), piece.length) - max(local[:, 0].min(), 0.0)
    if np.ptp(local[:, 1]) > PARALLEL_M or shared < share * max(np.ptp(local[:, 0]), piece.length):
        return None
    return abs(float(local[:, 1].mean())) - piece.thickness / 2


def _widened(piece: Piece, v: float) -> Piece:
    """The wall whose one face is moved out to the line at `v` to the left of its centre line."""
    outer = abs(v) + piece.thickness / 2
    shift = np.sign(v) * (outer - piece.thickness) / 2 * piece.left
    return replace(piece, p0=piece.p0 + shift, p1=piece.p1 + shift, thickness=outer)
