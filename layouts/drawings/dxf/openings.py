"""Doors and windows: what is drawn of them, and those drawn over a wall that goes on behind them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import shapely

from layouts.drawings.dxf.strokes import Points
from layouts.drawings.dxf.things import Thing
from layouts.drawings.dxf.wall_pieces import Piece
from layouts.drawings.dxf.wall_runs import BESIDE_M, NARROWEST_DOOR_M, Fitting, Gap, Run

WIDEST_M = 12.0
LEAF_M = 0.4
"""Arcs with a smaller radius are no swings."""

JAMB_M = 0.05
"""Openings nearer than this touch."""

GATE_M = 2.5
"""A door as wide as this is a gate."""

GATE_WORDS = frozenset(["gate", "gates", "tor", "tore", "poort", "portail", "porton", "portone", "brama"])
DOCK_WORDS = frozenset(["dock", "docks", "dockdoor", "laad", "quai", "muelle", "ladetor", "laadpoort"])


def fittings_of(things: Sequence[tuple[str, Thing]]) -> list[Fitting]:
    """Doors and windows, each with its role, as walls need them.

    Hinges, about which leaves swing, belong to them. Where several leaves touch, as those of a double door or
    of doors that swing across each other, each leaf is a fitting.
    """
    return [fitting for role, thing in things for fitting in _leaves(role, thing)]


def _leaves(role: str, thing: Thing) -> Iterator[Fitting]:
    swings = [marks for marks in thing.arcs if math.dist(marks[0], marks[1]) >= LEAF_M]
    parts = [(thing.points, thing.arcs)]
    if len(swings) > 1:
        parts = [(marks[1:], marks[None]) for marks in swings]
    for points, arcs in parts:
        hull = shapely.MultiPoint(np.vstack([points, arcs[:, 0]])).convex_hull
        yield Fitting(role=role, names=thing.names, points=points, arcs=arcs, shapes=thing.shapes, hull=hull)


def without_gaps(runs: Sequence[Run], fittings: Sequence[Fitting]) -> tuple[list[Run], tuple[int, ...]]:
    """Walls with the fittings that stand in no gap put into the wall they are drawn over; and those left idle.

    A leaf's swing tells the opening from the hinge to where the leaf shuts; without one the opening is as
    wide as what is drawn in the wall.
    """
    taken = {gap.fitting for run in runs for gap in run.gaps}
    found = list(runs)
    idle = []
    grounds = np.array([run.piece.body(beside=BESIDE_M) for run in runs], dtype=object)
    tree = shapely.STRtree(grounds)
    for k, fitting in enumerate(fittings):
        if k in taken:
            continue
        best, most = None, 0.0
        for i in sorted(tree.query(fitting.hull, predicate="intersects").tolist()):
            span = _span_in(found[i].piece, fitting)
            if span is not None and span[1] - span[0] > most + 1e-6:
                best, most = (i, span), span[1] - span[0]
        if best is None:
            idle.append(k)
            continue
        i, (low, high) = best
        found[i] = replace(found[i], gaps=_with_gap(found[i].gaps, Gap(s0=low, s1=high, fitting=k), fittings))
    return found, tuple(idle)


def _with_gap(gaps: Sequence[Gap], new: Gap, fittings: Sequence[Fitting]) -> tuple[Gap, ...]:
    """The openings of a wall with one more, unless it is one of them; leaves of one door share their opening."""
    if new.fitting is None or any(gap.s0 < new.s1 - JAMB_M and gap.s1 > new.s0 + JAMB_M for gap in gaps):
        return tuple(gaps)
    for k, gap in enumerate(gaps):
        touches = gap.s0 <= new.s1 + JAMB_M and gap.s1 >= new.s0 - JAMB_M
        if (
            touches
            and gap.fitting is not None
            and fittings[gap.fitting].shapes == fittings[new.fitting].shapes
        ):
            wide = replace(gap, s0=min(gap.s0, new.s0), s1=max(gap.s1, new.s1))
            return (*gaps[:k], wide, *gaps[k + 1 :])
    return tuple(sorted([*gaps, new], key=lambda gap: gap.s0))


def _span_in(piece: Piece, fitting: Fitting) -> tuple[float, float] | None:
    near = piece.thickness / 2 + BESIDE_M
    swings = [_shut_leaf(piece, marks, near) for marks in fitting.arcs]
    u = [s for swing in swings if swing is not None for s in swing]
    if not u:
        local = piece.local(fitting.points)
        u = local[np.abs(local[:, 1]) <= near][:, 0].tolist()
    if not u:
        return None
    low, high = max(min(u), 0.0), min(max(u), piece.length)
    return (low, high) if NARROWEST_DOOR_M <= high - low <= WIDEST_M else None


def _shut_leaf(piece: Piece, marks: Points, near: float) -> tuple[float, float] | None:
    """Where along the wall the hinge and the end of the shut leaf are; None for a swing that is not in it."""
    local = piece.local(marks)
    hinge, ends = local[0], local[[1, 3]]
    shut = ends[np.argmin(np.abs(ends[:, 1] - hinge[1]))]
    is_along = abs(shut[1] - hinge[1]) <= 0.2 * math.dist(shut, hinge)
    return (float(hinge[0]), float(shut[0])) if is_along and abs(hinge[1]) <= near else None


def kind_of_opening(fitting: Fitting | None, width: float) -> str:
    """door, gate, dock_door or window, by the names of what is drawn and its width; 'passage' for nothing."""
    if fitting is None:
        return "passage"
    if fitting.role == "window":
        return "window"
    words = set(re.split(r"[\W_\d]+", fitting.names.lower()))
    if words & DOCK_WORDS:
        return "dock_door"
    return "gate" if width >= GATE_M or words & GATE_WORDS else "door"
