"""Random floors of rooms, doors and gates: the walls that are read cover what was drawn, and nothing else."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

import numpy as np
import pytest
import shapely

from layouts.drawings.dxf.read_dxf import read_dxf
from spatial.facility import Facility

B = shapely.box


@dataclass
class Floor:
    """Outer walls of thickness `outer`, partitions and openings as (upright?, place, start, end, thickness)."""

    width: float
    depth: float
    outer: float
    partitions: list[tuple] = field(default_factory=list)
    openings: list[tuple] = field(default_factory=list)

    def bodies(self) -> list[shapely.Polygon]:
        return [bar(*partition) for partition in self.partitions]

    def ground(self, *, closed: bool) -> shapely.Geometry:
        t = self.outer
        ring = B(-t, -t, self.width + t, self.depth + t) - B(0, 0, self.width, self.depth)
        walls = shapely.union_all([ring, *self.bodies()])
        holes = [bar(*opening, more=0.001) for opening in self.openings]
        return walls if closed else walls - shapely.union_all(holes)


def bar(upright: bool, at: float, start: float, end: float, thickness: float, more: float = 0.0):
    low, high = at - thickness / 2 - more, at + thickness / 2 + more
    return B(low, start, high, end) if upright else B(start, low, end, high)


def random_floor(rng: random.Random) -> Floor:
    floor = Floor(rng.uniform(15, 60), rng.uniform(12, 40), rng.choice([0.2, 0.24, 0.3, 0.365]))
    rooms = [(0.0, 0.0, floor.width, floor.depth)]
    for _ in range(rng.randrange(8)):
        x0, y0, x1, y1 = room = rng.choice(rooms)
        thickness = rng.choice([0.1, 0.115, 0.175, 0.24])
        upright = x1 - x0 > y1 - y0
        low, high = (x0, x1) if upright else (y0, y1)
        if high - low < 6:
            continue
        at, half = round(rng.uniform(low + 2.5, high - 2.5), 3), thickness / 2
        rooms.remove(room)
        if upright:
            floor.partitions.append((True, at, y0, y1, thickness))
            rooms += [(x0, y0, at - half, y1), (at + half, y0, x1, y1)]
        else:
            floor.partitions.append((False, at, x0, x1, thickness))
            rooms += [(x0, y0, x1, at - half), (x0, at + half, x1, y1)]
    hosts = [(wall, [0.8, 0.885, 1.01, 2.0]) for wall in floor.partitions for _ in range(2)]
    hosts.append(((False, -floor.outer / 2, 0.0, floor.width, floor.outer), [1.0, 3.5]))
    for (upright, at, start, end, thickness), widths in hosts:
        width = rng.choice(widths)
        if end - start > width + 0.8:
            s = rng.uniform(start + 0.3, end - 0.3 - width)
            opening = (upright, at, s, s + width, thickness)
            if is_free(floor, opening, (upright, at, start, end, thickness)):
                floor.openings.append(opening)
    return floor


def is_free(floor: Floor, opening: tuple, host: tuple) -> bool:
    hole = bar(*opening)
    others = [bar(*wall) for wall in floor.partitions if wall != host]
    others += [bar(*other).buffer(0.3) for other in floor.openings]
    return not any(hole.buffer(0.12).intersects(other) for other in others)


def draw(plans, pen, floor: Floor, rng: random.Random, *, closed: bool) -> None:
    pen.rings_of(floor.ground(closed=closed), "A-WALL", lines=rng.random() < 0.5)
    for upright, at, s, end, thickness in floor.openings:
        face, width = at + thickness / 2, end - s
        if width < 1.5:
            pen.swing((face, s) if upright else (s, face), width, 0.0, "A-DOOR")
        elif closed or rng.random() < 0.5:
            pen.ring(shapely.get_coordinates(bar(upright, at, s, end, 0.06))[:-1], "Tore")


def walled(facility: Facility) -> shapely.Geometry:
    """The ground of a facility's walls without their openings; bounding walls lie right of their face."""
    floor = shapely.Polygon(facility.levels[0].outline)
    parts = []
    for wall in facility.walls:
        p, q = np.array(wall.p0), np.array(wall.p1)
        along = (q - p) / math.dist(p, q)
        left = np.array([-along[1], along[0]])
        bounds = not floor.buffer(-0.005).contains(shapely.Point((p + q) / 2))
        inner, outer = (0.0, wall.thickness_m) if bounds else (-wall.thickness_m / 2, wall.thickness_m / 2)
        jambs = [
            0.0,
            *(s for opening in wall.openings for s in (opening.s0_m, opening.s1_m)),
            math.dist(p, q),
        ]
        for a, b in zip(jambs[::2], jambs[1::2], strict=True):
            corners = [(a, inner), (b, inner), (b, outer), (a, outer)]
            parts.append(shapely.Polygon([p + u * along - v * left for u, v in corners]))
    return shapely.union_all(parts)


@pytest.mark.parametrize("closed", [False, True], ids=["in gaps", "drawn over the walls"])
@pytest.mark.parametrize("seed", range(8))
def test_walls_cover_what_was_drawn_and_nothing_else(plans, tmp_path, seed, closed):
    rng = random.Random(seed)
    floor = random_floor(rng)
    pen = plans.Pen(rng.choice(["mm", "m", "in"]))
    pen.yaw, pen.by = rng.choice([0.0, rng.uniform(-3, 3)]), (rng.uniform(-100, 100), rng.uniform(-100, 100))
    draw(plans, pen, floor, rng, closed=closed)
    facility = read_dxf(pen.save(tmp_path / "plan.dxf")).facility

    def as_drawn(ground):
        return shapely.transform(ground, lambda points: plans.moved(points - np.array(pen.by), -pen.yaw))

    outline = as_drawn(shapely.Polygon(facility.levels[0].outline))
    walls, drawn = as_drawn(walled(facility)), floor.ground(closed=False)
    assert outline.symmetric_difference(B(0, 0, floor.width, floor.depth)).area < 0.05
    assert walls.difference(drawn.buffer(0.002, join_style="mitre")).area < 0.001
    corners = 4 * floor.outer**2  # outside the inner faces of two walls
    assert drawn.difference(walls.buffer(0.002, join_style="mitre")).area < corners
    assert len(facility.walls) == 4 + len(floor.partitions)
    assert sum(len(wall.openings) for wall in facility.walls) == len(floor.openings)
