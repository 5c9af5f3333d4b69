"""Where things of the world lie in the picture of a difference: the same turn and scale for all levels of a hall."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.diff.change_colours import GREY, INK
from layouts.diff.placed import Placed
from spatial.facility import Facility

Points = npt.NDArray[np.float64]

WIDTH, MARGIN = 360.0, 10.0
GREATEST_PLAN_HEIGHT = 620.0
ARROW = 14.0


@dataclass(frozen=True, kw_only=True)
class View:
    """Picture from world: turned so that rows stand upright or lie, scaled, y downwards."""

    rotation: Points
    low: Points
    scale: float
    size: tuple[float, float]
    top: float

    def at(self, points: npt.ArrayLike) -> Points:
        """Places (N, 2) in the picture of points (N, 2) in the world."""
        own = (np.asarray(points, np.float64).reshape(-1, 2) @ self.rotation.T - self.low) * self.scale
        return np.column_stack([MARGIN + own[:, 0], self.top + self.size[1] - own[:, 1]])


def hall_view(halls: Sequence[Facility], shown: Sequence[Placed], *, top: float) -> View:
    """The view of all that is `shown` on any level and of all outlines.

    Turned by the longest row (else the longest thing), upright when that makes it taller than wide.
    """
    outlines = [np.array(level.outline).reshape(-1, 2) for hall in halls for level in hall.levels]
    corners = np.concatenate([*(one.corners() for one in shown), *outlines])
    longest = max(shown, key=lambda one: (one.kind == "rack", one.length_m), default=None)
    turn = 0.0 if longest is None else math.remainder(longest.yaw_rad, math.pi / 2)
    turns = [turn + quarter for quarter in (0.0, math.pi / 2)]
    rotations = [np.array([[math.cos(t), math.sin(t)], [-math.sin(t), math.cos(t)]]) for t in turns]
    rotation = min(rotations, key=lambda one: round(float(np.ptp(corners @ one.T, axis=0)[0]), 6))
    own = corners @ rotation.T
    width, height = np.maximum(np.ptp(own, axis=0), 1.0)
    scale = min((WIDTH - 2 * MARGIN) / width, GREATEST_PLAN_HEIGHT / height)
    size = (float(width * scale), float(height * scale))
    return View(rotation=rotation, low=own.min(axis=0), scale=float(scale), size=size, top=top)


def scale_bar(view: View, y: float) -> Iterator[str]:
    """About a quarter of the width, and where the world's +X points."""
    rough = WIDTH / 4 / view.scale
    power = 10.0 ** math.floor(math.log10(rough))
    metres = max(power * nice for nice in (1, 2, 5) if power * nice <= rough)
    end = MARGIN + metres * view.scale
    line = f'stroke="{GREY}" stroke-width="1.5" fill="none"'
    yield f'<path d="M{MARGIN:g} {y - 4:.1f}v8M{MARGIN:g} {y:.1f}H{end:.1f}M{end:.1f} {y - 4:.1f}v8" {line}/>'
    yield f'<text x="{end + 8:g}" y="{y + 4:g}">{metres:g} m</text>'
    yield f'<text x="{end + 58:g}" y="{y + 4:g}">dashed: before · solid: after</text>'
    axis = view.rotation @ np.array([1.0, 0.0])
    start, ahead = np.array([WIDTH - 40.0, y]), np.array([axis[0], -axis[1]])
    yield arrow(start, start + ARROW * ahead, GREY)
    x, y = start + (ARROW + 8) * ahead
    yield f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" fill="{INK}">X</text>'


def arrow(start: Points, tip: Points, colour: str) -> str:
    """A line with a head at its tip."""
    ahead = (tip - start) / max(float(np.hypot(*(tip - start))), 1e-9)
    aside = np.array([-ahead[1], ahead[0]])
    wings = [tip - 6 * ahead + side * 3.5 * aside for side in (1, -1)]
    points = path(np.array([start, tip, wings[0], tip, wings[1]]))
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8"/>'


def polygon(points: Points, style: str) -> str:
    """A closed shape (N, 2)."""
    return f'<polygon points="{path(points)}" {style}/>'


def path(points: Points) -> str:
    """The corners of a line as SVG has them."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
