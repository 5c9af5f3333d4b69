"""Where names fit in a plan: along what is long, else beside it, never over another name."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

CHARACTER, TALL = 7.0, 12.0
"""Greatest mean width of a character and height of a line, in the picture's units."""

STANDS_OFF = 6.0
"""A name further away than this gets a leader."""

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class LabelPlace:
    """Middle of the mark, start of the name after it, and the name's turn in degrees, clockwise.

    `leader` (2, 2) joins a name that stands off with its element.
    """

    mark: tuple[float, float]
    name: tuple[float, float]
    degrees: float
    leader: Points | None


@dataclass(kw_only=True)
class LabelPlaces:
    """Gives places within the picture, first come, first served."""

    width: float
    top: float
    bottom: float
    taken: list[shapely.Geometry] = field(default_factory=list)
    drawn: list[shapely.Geometry] = field(default_factory=list)
    lines: list[shapely.Geometry] = field(default_factory=list)

    def keep_free(self, line: Points) -> None:
        """No name may lie on this line (N, 2)."""
        self.taken.append(shapely.LineString(line).buffer(3.0))

    def occupy(self, corners: Points) -> None:
        """No name may lie on this shape (N, 2)."""
        self.taken.append(shapely.Polygon(corners))

    def avoid(self, corners: Points) -> None:
        """No name of another element lies on this one (4, 2)."""
        self.drawn.append(shapely.Polygon(corners))

    def avoid_line(self, line: Points) -> None:
        """No name at all lies across this line (N, 2) where there is room elsewhere."""
        self.lines.append(shapely.LineString(line))

    def place(self, text: str, corners: Points) -> LabelPlace | None:
        """Where a mark, a space and a name fit for the element with these corners (4, 2).

        None where every place tried is taken, on another element or outside.
        """
        long = CHARACTER * len(text)
        frame = shapely.box(0.0, self.top, self.width, self.bottom)
        clear = [*self.taken, *self.lines]
        for inside, outside in ((clear, [*clear, *self.drawn]), (self.taken, [*self.taken, *self.drawn])):
            for x, y, degrees, is_inside in _tries(corners, long):
                box = _box(x, y, long, degrees)
                blocking = inside if is_inside else outside
                if frame.contains(box) and not any(box.intersects(other) for other in blocking):
                    self.taken.append(box)
                    leader = shapely.shortest_line(shapely.Polygon(corners), box)
                    is_off = leader.length > STANDS_OFF
                    return _placed(x, y, long, degrees, shapely.get_coordinates(leader) if is_off else None)
        return None


def _placed(x: float, y: float, long: float, degrees: float, leader: Points | None) -> LabelPlace:
    turn = math.radians(degrees)
    ahead = np.array([math.cos(turn), math.sin(turn)])
    mark = np.array([x, y]) - ahead * (long - CHARACTER) / 2
    name = mark + ahead * 1.2 * CHARACTER
    return LabelPlace(mark=_point(mark), name=_point(name), degrees=degrees, leader=leader)


def _point(place: Points) -> tuple[float, float]:
    return float(place[0]), float(place[1])


def _tries(corners: Points, long: float) -> Iterator[tuple[float, float, float, bool]]:
    """Places (x, y), turns, and whether the name is on its own element, the best first."""
    middle = corners.mean(axis=0)
    along, across = corners[1] - corners[0], corners[2] - corners[1]
    if np.hypot(*along) < np.hypot(*across):
        along, across = across, along
    x, y = _point(middle)
    if np.hypot(*along) >= long and np.hypot(*across) >= TALL - 3:
        degrees = math.remainder(math.degrees(math.atan2(along[1], along[0])), 180.0)
        degrees -= 180.0 if degrees > 60.0 else 0.0  # read from below or from the right
        for share in (0.0, 0.25, -0.25, 0.36, -0.36):
            if abs(share) * np.hypot(*along) <= (np.hypot(*along) - long) / 2:
                yield x + share * float(along[0]), y + share * float(along[1]), degrees, True
    half_x, half_y = np.ptp(corners, axis=0) / 2
    beside, above = float(half_x) + long / 2 + 3, float(half_y) + TALL / 2 + 2
    for share in (0.0, 0.6, -0.6, 1.2, -1.2):
        yield x + beside, y + share * above, 0.0, False
        yield x - beside, y + share * above, 0.0, False
    for rows in (0.0, 1.0, 2.0):
        for side in (-1.0, 1.0):
            for share in (0.0, 0.4, -0.4):
                yield x + share * long, y + side * (above + rows * (TALL + 2)), 0.0, False


def _box(x: float, y: float, long: float, degrees: float) -> shapely.Polygon:
    turn = math.radians(degrees)
    along = np.array([math.cos(turn), math.sin(turn)]) * long / 2
    across = np.array([-math.sin(turn), math.cos(turn)]) * TALL / 2
    ring = [-along - across, along - across, along + across, across - along]
    return shapely.Polygon(np.array([x, y]) + np.array(ring))
