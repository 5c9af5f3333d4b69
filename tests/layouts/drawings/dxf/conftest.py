"""Plans whose truth is known, drawn the ways that architects and rack builders draw them."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import ezdxf
import pytest
import shapely

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
def hall_file(tmp_path: Path) -> Callable[..., Path]:
    def make(
        unit: str = "mm", *, yaw: float = 0.0, by=(0.0, 0.0), lines: bool = True, header: bool = True
    ) -> Path:
        pen = Pen(unit, header=header)
        pen.yaw, pen.by = yaw, by
        draw_hall(pen, lines=lines)
        return pen.save(tmp_path / "hall.dxf")

    return make
