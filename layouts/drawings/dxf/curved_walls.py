"""Curved walls: arcs about one centre at wall distance, cut into straight walls."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from layouts.drawings.dxf.shapes import Shape
from layouts.drawings.dxf.strokes import Points
from layouts.drawings.dxf.wall_pieces import THICKEST_M, THINNEST_M, Piece

SAGITTA_M = 0.001
CENTRED_M = 0.01


@dataclass(frozen=True)
class _Arc:
    center: Points
    radius: float
    first: float
    sweep: float

    def overlap(self, other: _Arc) -> tuple[float, float] | None:
        """First angle and sweep that both have in common."""
        shift = (other.first - self.first) % math.tau
        if shift > math.pi and shift + other.sweep > math.tau:
            shift -= math.tau
        low, high = max(0.0, shift), min(self.sweep, shift + other.sweep)
        return (self.first + low, high - low) if high > low else None


def curved_pieces(shapes: Sequence[Shape]) -> list[Piece]:
    """Straight walls along curved ones, no further than SAGITTA_M from the curve; thickness 0 without a mate."""
    arcs = [_arc(marks) for shape in shapes for marks in shape.arcs]
    pieces: list[Piece] = []
    taken: set[int] = set()
    pairs = sorted(_pairs(arcs), key=lambda pair: (round(pair[0], 4), pair[1], pair[2]))
    for thickness, i, j in pairs:
        shared = arcs[i].overlap(arcs[j])
        if shared is None or i in taken or j in taken:
            continue
        taken |= {i, j}
        middle = (arcs[i].radius + arcs[j].radius) / 2
        pieces += _chords(arcs[i].center, middle, *shared, thickness)
    for k, arc in enumerate(arcs):
        if k not in taken:
            pieces += _chords(arc.center, arc.radius, arc.first, arc.sweep, 0.0)
    return pieces


def _pairs(arcs: Sequence[_Arc]) -> Iterator[tuple[float, int, int]]:
    for i, one in enumerate(arcs):
        for j in range(i + 1, len(arcs)):
            apart = abs(arcs[j].radius - one.radius)
            if THINNEST_M <= apart <= THICKEST_M and math.dist(one.center, arcs[j].center) <= CENTRED_M:
                yield apart, i, j


def _arc(marks: Points) -> _Arc:
    center, start, middle, end = marks
    first, half, last = (math.atan2(p[1] - center[1], p[0] - center[0]) for p in (start, middle, end))
    forward = (half - first) % math.tau
    if forward <= math.pi:
        return _Arc(center, math.dist(center, start), first, 2 * forward)
    return _Arc(center, math.dist(center, start), last, 2 * (math.tau - forward))


def _chords(center: Points, radius: float, first: float, sweep: float, thickness: float) -> list[Piece]:
    step = 2 * math.acos(max(1 - SAGITTA_M / radius, 0.5)) if radius > SAGITTA_M else math.pi
    count = max(math.ceil(sweep / step), 1)
    angles = first + np.linspace(0, sweep, count + 1)
    ring = center + radius * np.column_stack([np.cos(angles), np.sin(angles)])
    return [Piece(p0=ring[i], p1=ring[i + 1], thickness=thickness) for i in range(count)]
