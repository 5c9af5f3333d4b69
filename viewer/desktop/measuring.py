"""A tape between two clicked points: its length, and how far they are apart along the floor and in height."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from viewer.desktop.boxes import Floats
from viewer.lengths import Lengths

SNAP_PX = 14.0


@dataclass
class Tape:
    """Up to two `points` (3,), world metres; a third click begins anew."""

    points: list[Floats] = field(default_factory=list)

    def put(self, place: Floats) -> None:
        """Lay down an end."""
        if len(self.points) == 2:
            self.points.clear()
        self.points.append(np.asarray(place, float))

    def lines(self, lengths: Lengths) -> list[str]:
        """What the tape reads."""
        if len(self.points) < 2:
            return ["Measure", "click the other end" if self.points else "click one end"]
        apart = self.points[1] - self.points[0]
        return [
            f"{lengths.length(float(np.linalg.norm(apart)), 3)}",
            f"floor {lengths.length(float(np.hypot(*apart[:2])), 3)}",
            f"height {lengths.length(abs(float(apart[2])), 3)}",
        ]


def snapped(
    place: Floats, pixel: tuple[float, float], corners: Floats, project: Callable[[Floats], Floats]
) -> Floats:
    """The corner (of `corners`, (K, 3)) that is drawn nearest to a pixel, within SNAP_PX; else the place itself.

    `project` gives the pixels (K, 2) of world points.
    """
    if not len(corners):
        return place
    px = np.hypot(*(project(corners) - pixel).T)
    nearest = int(px.argmin())
    return np.array(corners[nearest]) if px[nearest] < SNAP_PX else place
