"""Plans whose truth is known, drawn the ways that architects and rack builders draw them."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path

import ezdxf
import numpy as np
import pytest
import shapely

from spatial.facility import Facility

METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001, "in": 0.0254, "ft": 0.3048}
CODES = {"in": 1, "ft": 2, "mm": 4, "cm": 5, "m": 6}

INNER = (24.0, 16.0)
OUTER_M, PARTITION_M = 0.3, 0.12
PARTITION_X = 16.0
GATE = (4.0, 7.5)
DOOR = (5.0, 6.0)
COLUMNS = [(8.0, 4.0), (8.0, 8.0), (8.0, 12.0), (20.0, 8.0)]
RACK_ROWS = [(1.0, 9.0), (1.0, 10.3), (1.0, 13.9)]
BAYS, BAY_M, RACK_DEPTH_M = 4, 1.5, 1.1


def wall_ground() -> shapely.Geometry:
    """What the walls of the hall take of the ground, with the gate and the door open."""
    width, depth = INNER
    ring = shapely.box(-OUTER_M, -OUTER_M, width + OUTER_M, depth + OUTER_M) - shapely.box(0, 0, width, depth)
    half = PARTITION_M / 2
    partition = shapely.box(PARTITION_X - half, 0, PARTITION_X + half, depth)
    gate = shapely.box(GATE[0], -1, GATE[1], 0.01)
    door = shapely.box(PARTITION_X - 1, DOOR[0], PARTITION_X + 1, DOOR[1])
    return (ring | partition) - gate - door


class Pen:
    """Draws in metres, turned and moved, into a drawing of any unit."""

    def __init__(self, unit: str, *, version: str = "R2010", header: bool = True) -> None:
        self.doc = ezdxf.new(version)
        self.doc.header["$INSUNITS"] = CODES[unit] if header else 0
        self.doc.header["$MEASUREMENT"] = 0 if unit in ("in", "ft") else 1
        self.scale = 1 / METRES[unit]
        self.yaw, self.by = 0.0, (0.0, 0.0)
        self.space = self.doc.modelspace()

    def at(self, x: float, y: float) -> tuple[float, float]:
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        return (
            (self.by[0] + c * x - s * y) * self.scale,
            (self.by[1] + s * x + c * y) * self.scale,
        )

    def line(self, p, q, layer: str) -> None:
        self.space.add_line(self.at(*p), self.at(*q), dxfattribs={"layer": layer})

    def ring(self, points, layer: str) -> None:
        self.space.add_lwpolyline([self.at(*p) for p in points], close=True, dxfattribs={"layer": layer})

    def box(self, x0, y0, x1, y1, layer: str) -> None:
        self.ring([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], layer)

    def rings_of(self, ground: shapely.Geometry, layer: str, *, lines: bool) -> None:
        for part in shapely.get_parts(ground).tolist():
            for ring in (part.exterior, *part.interiors):
                corners = list(ring.simplify(1e-9).coords)[:-1]
                if lines:
                    for p, q in zip(corners, corners[1:] + corners[:1], strict=True):
                        self.line(p, q, layer)
                else:
                    self.ring(corners, layer)

    def swing(self, hinge, radius: float, first_deg: float, layer: str) -> None:
        turn = math.degrees(self.yaw)
        self.space.add_arc(
            self.at(*hinge),
            radius * self.scale,
            first_deg + turn,
            first_deg + 90 + turn,
            dxfattribs={"layer": layer},
        )

    def text(self, words: str, at, layer: str) -> None:
        self.space.add_text(words, height=0.2 * self.scale, dxfattribs={"layer": layer}).set_placement(
            self.at(*at)
        )

    def save(self, path: Path) -> Path:
        self.doc.saveas(path)
        return path


def draw_hall(pen: Pen, *, lines: bool = True) -> None:
    """The hall: walls, a gate, a swinging door, columns, racks with their bays, labels."""
    pen.rings_of(wall_ground(), "A-WALL", lines=lines)
    pen.swing((PARTITION_X + PARTITION_M / 2, DOOR[0]), 1.0, 0.0, "A-DOOR")
    x = PARTITION_X + PARTITION_M / 2
    pen.line((x, DOOR[0]), (x + 1.0, DOOR[0]), "A-DOOR")
    pen.line((GATE[0], -0.15), (GATE[1], -0.15), "A-DOOR")
    for cx, cy in COLUMNS:
        pen.box(cx - 0.15, cy - 0.15, cx + 0.15, cy + 0.15, "S-COLS")
    for row, (x0, y0) in enumerate(RACK_ROWS):
        for bay in range(BAYS):
            pen.box(x0 + bay * BAY_M, y0, x0 + (bay + 1) * BAY_M, y0 + RACK_DEPTH_M, "Regale")
        pen.text(f"R-{row + 1}0", (x0 + 0.3, y0 + 0.3), "Beschriftung")


@pytest.fixture
def plans():
    """This module, for tests: they cannot import a conftest by its name."""
    return sys.modules[__name__]


@pytest.fixture
def hall_file(tmp_path: Path) -> Callable[..., Path]:
    def make(
        unit: str = "mm", *, yaw: float = 0.0, by=(0.0, 0.0), lines: bool = True, header: bool = True
    ) -> Path:
        pen = Pen(unit, header=header)
        pen.yaw, pen.by = yaw, by
        draw_hall(pen, lines=lines)
        return pen.save(tmp_path / "hall.dxf")

    return make


def moved(points, yaw: float = 0.0, by=(0.0, 0.0)) -> np.ndarray:
    c, s = math.cos(yaw), math.sin(yaw)
    return np.asarray(points, dtype=float) @ np.array([[c, s], [-s, c]]) + by


def walls_of(facility: Facility) -> list[tuple]:
    """Walls as (end, end, thickness), the lower end first, in order."""
    return sorted((*sorted([wall.p0, wall.p1]), wall.thickness_m or 0.0) for wall in facility.walls)


def openings_of(facility: Facility) -> list[tuple]:
    """Openings as (kind, jamb, jamb) in the world."""
    found = []
    for wall in facility.walls:
        along = np.subtract(wall.p1, wall.p0) / math.dist(wall.p0, wall.p1)
        for opening in wall.openings:
            jambs = [tuple(wall.p0 + s * along) for s in (opening.s0_m, opening.s1_m)]
            found.append((opening.kind, *sorted(jambs)))
    return sorted(found)


def hall_walls() -> list[tuple]:
    """The truth of `draw_hall`: outer walls by their inner faces, the partition by its centre line."""
    width, depth = INNER
    corners = [(0.0, 0.0), (width, 0.0), (width, depth), (0.0, depth)]
    outer = [(*sorted([corners[i], corners[(i + 1) % 4]]), OUTER_M) for i in range(4)]
    x, end = PARTITION_X, OUTER_M / 2
    return sorted([*outer, ((x, -end), (x, depth + end), PARTITION_M)])


def assert_same_walls(found: list[tuple], truth: list[tuple], *, within: float = 0.001) -> None:
    """Every wall is there once, its ends and its thickness within a millimetre."""
    assert len(found) == len(truth)
    left = list(truth)
    for p0, p1, thickness in found:
        near = min(left, key=lambda w: wall_error((p0, p1), w))
        assert wall_error((p0, p1), near) <= within
        assert thickness == pytest.approx(near[2], abs=within)
        left.remove(near)


def wall_error(ends, wall) -> float:
    there, back = ((0, 1), (1, 0))
    return min(max(math.dist(ends[i], wall[j]) for i, j in enumerate(way)) for way in (there, back))
