"""The way of goods in the desktop view: a tube along each leg, with its number and time where it ends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyvista as pv

from layouts.genealogy.path_file import DrawnLeg
from layouts.genealogy.text import time_text
from viewer.desktop.hall import add_names
from viewer.desktop.text import add_legend

COLOUR = "#ff4fa3"
RADIUS_M, SPHERE_M = 0.07, 0.25
ABOVE_M = 0.1
"""So much above the floor, which would hide half of a tube."""
MOST_NAMED = 40


def add_goods_path(plotter: pv.Plotter, legs: Sequence[DrawnLeg]) -> None:
    """Add the legs that have a way as one actor, and the first 40 numbers; nothing without any."""
    drawn = [(number, leg) for number, leg in enumerate(legs, start=1) if leg.path]
    if not drawn:
        return
    plotter.add_mesh(
        path_tubes([leg for _, leg in drawn]),
        color=COLOUR,
        name="goods path",
        render=False,
        reset_camera=False,
    )
    ends = np.array([leg.path[-1] for _, leg in drawn[:MOST_NAMED]])
    words = [f"{number}  {time_text(leg.at_ms)}" for number, leg in drawn[:MOST_NAMED]]
    add_names(plotter, ends, words, name="goods path names")
    add_legend(plotter, [("way of goods", COLOUR)], top=0.4)


def path_tubes(legs: Sequence[DrawnLeg]) -> pv.PolyData:
    """A tube along each path, and a ball where it ends; a path of one point is a ball."""
    parts = []
    for leg in legs:
        points = np.add(leg.path, (0.0, 0.0, ABOVE_M))
        parts.append(pv.Sphere(radius=SPHERE_M, center=points[-1], theta_resolution=12, phi_resolution=12))
        if len(points) > 1:
            parts.append(pv.lines_from_points(points).tube(radius=RADIUS_M, n_sides=8))
    return pv.merge(parts)
