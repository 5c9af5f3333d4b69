"""Planned against actual in the desktop view: a box in the colour of its verdict over every element that deviates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyvista as pv

from layouts.diff.changes import Verdict
from layouts.diff.deviations import Box, Deviation
from viewer.desktop.boxes import SIDES, box_corners, box_edges
from viewer.desktop.hall import add_names
from viewer.desktop.marks import FRAME
from viewer.desktop.text import add_legend
from viewer.lengths import Lengths

COLOURS: dict[Verdict, str] = {"changed": "#e8590c", "cannot_decide": "#ffb347", "unchanged": "#00b386"}
SIGNS: dict[Verdict, str] = {"changed": "▲", "cannot_decide": "?", "unchanged": "●"}
LABELS: dict[Verdict, str] = {
    "changed": "deviate",
    "cannot_decide": "cannot be decided",
    "unchanged": "as planned",
}
"""The browser has the same."""
THIN = ("wall", "opening", "aisle")
"""Of these and what lies on the floor one sees through."""
OPACITY, THIN_OPACITY = 0.6, 0.2
FLAT_M, GROWN_M = 0.04, 0.02
MOST_NAMED, MOST_LISTED = 40, 14
STAGGER_M = 1.2
"""Names of neighbours stand so much higher than each other."""


def add_deviations(plotter: pv.Plotter, found: Sequence[Deviation], lengths: Lengths) -> None:
    """Add what deviates or cannot be decided as one actor, white frames of where it was planned, and how far off."""
    told = [one for one in found if one.verdict != "unchanged"]
    if not told:
        return
    boxes = deviation_boxes(told)
    plotter.add_mesh(
        boxes,
        scalars="colour",
        rgba=True,
        lighting=False,
        name="deviations",
        render=False,
        reset_camera=False,
    )
    named = [one for one in worst_first(told) if one.verdict == "changed"][:MOST_NAMED]
    if named:
        tops = [np.add(_top(one), (0, 0, STAGGER_M * (n % 3))) for n, one in enumerate(named)]
        words = [f"{SIGNS[one.verdict]} {one.id} {how_far(one, lengths)}" for one in named]
        add_names(plotter, np.array(tops), words, name="deviation names")
    add_legend(
        plotter,
        [
            (f"{SIGNS['changed']} deviates", COLOURS["changed"]),
            (f"{SIGNS['cannot_decide']} undecided", COLOURS["cannot_decide"]),
            ("planned there", FRAME),
        ],
        top=0.31,
    )


def deviation_boxes(told: Sequence[Deviation]) -> pv.PolyData:
    """Six faces for each in its colour, and a white frame for each that was planned; "colour" is RGBA."""
    bodies = [(one, one.actual or one.planned) for one in told]
    corners = [_corners(box) for _, box in bodies if box is not None]
    frames = [_corners(one.planned) for one in told if one.planned is not None]
    points = np.concatenate([*corners, *frames])
    faces = (SIDES[None] + 8 * np.arange(len(corners))[:, None, None]).reshape(-1, 4)
    lines = box_edges(len(frames), first=8 * len(corners))
    surface = pv.PolyData(
        points,
        faces=np.column_stack([np.full(len(faces), 4), faces]).ravel(),
        lines=np.column_stack([np.full(len(lines), 2), lines]).ravel(),
    )
    body_rgba = np.array([_rgba(one) for one, _ in bodies], np.uint8)
    white = np.full((len(lines), 4), 255, np.uint8)
    surface.cell_data["colour"] = np.concatenate(
        [white, np.repeat(body_rgba, 6, axis=0)]
    )  # lines come first in VTK
    return surface


def _rgba(one: Deviation) -> tuple[int, int, int, int]:
    opacity = THIN_OPACITY if one.kind in THIN else OPACITY
    return (*pv.Color(COLOURS[one.verdict]).int_rgb, round(255 * opacity))


def _corners(box: Box) -> npt.NDArray[np.float64]:
    size = np.maximum(FLAT_M, np.add(box.size_m, GROWN_M))
    corners: npt.NDArray[np.float64] = box_corners(
        np.array([box.center]), size[None], np.array([box.yaw_rad])
    )[0]
    return corners


def _top(one: Deviation) -> tuple[float, float, float]:
    box = one.actual or one.planned
    assert box is not None
    x, y, z = box.center
    return x, y, z + box.size_m[2] / 2 + 0.2


def worst_first(found: Sequence[Deviation]) -> list[Deviation]:
    """What is missing or new, then by how far it is off."""
    return sorted(found, key=lambda one: -(np.inf if one.by_m is None else one.by_m))


def how_far(one: Deviation, lengths: Lengths) -> str:
    """How far off something is, as it may be said: measured, at most, or neither."""
    if one.by_m is None or one.at_most_m is None:
        return one.word.replace("_", " ")
    if one.verdict == "changed" and one.by_m > 0:
        return lengths.small(one.by_m)
    if one.at_most_m > 0.0005:
        return f"≤ {lengths.small(one.at_most_m)}"
    return one.word if one.verdict == "changed" else "exact"


def deviation_lines(found: Sequence[Deviation], lengths: Lengths) -> list[str]:
    """How many there are of each verdict, and the worst of them."""
    counts = Counter(one.verdict for one in found)
    lines = ["Planned against actual"]
    lines += [f"{SIGNS[verdict]} {counts[verdict]:,} {LABELS[verdict]}" for verdict in COLOURS]
    told = worst_first([one for one in found if one.verdict == "changed"])
    lines += [f"{SIGNS['changed']} {one.id}: {how_far(one, lengths)}" for one in told[:MOST_LISTED]]
    return lines if len(told) <= MOST_LISTED else [*lines, f"and {len(told) - MOST_LISTED:,} more"]
