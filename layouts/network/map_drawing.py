"""The map of a network: nodes by kind, lanes as wide as their load, full ones and weak points marked."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from layouts.network.map_places import map_places
from layouts.network.model import Network, NodeKind
from layouts.network.plan import Plan
from layouts.network.record import share_of
from layouts.network.wiring import Wiring
from layouts.report.colours import BETTER, GREY, INK, PALE, WORSE
from layouts.report.drawing import Area, Disc, Drawing, Label, Place, Shape, Stroke
from layouts.report.drawing_svg import drawing_svg

WIDTH, HEIGHT, MARGIN = 960.0, 600.0, 40.0
FULL = 0.95
"""Of its capacity: a lane with more is marked."""
WIDEST, THINNEST = 7.0, 0.7
LONGEST, CHARACTER, LINE = 24, 6.2, 14.0
"""Of a name: its characters at most, the width of one, and its height."""
SIZE = {"supplier": 6.0, "plant": 6.5, "port": 6.0, "site": 6.0, "demand": 3.5}


def map_drawing(
    network: Network,
    over: np.ndarray,
    *,
    in_columns: bool = False,
    weak: frozenset[str] = frozenset(),
    exposed: frozenset[str] = frozenset(),
) -> Drawing:
    """The map with units a day `over` each lane (L,), as nodes lie or `in_columns`.

    `weak` nodes have a ring, `exposed` ones a thick one.
    """
    places = map_places(network, width=WIDTH, height=HEIGHT, margin=MARGIN, in_columns=in_columns)
    top = min(y for _, y in places.values()) - MARGIN
    places = {name: (x, y - top) for name, (x, y) in places.items()}
    full = [
        lane.id
        for lane, units in zip(network.lanes, over.tolist(), strict=True)
        if (share_of(units, lane.capacity_per_day) or 0.0) >= FULL
    ]
    shapes: list[Shape] = [*_lanes(network, over, places, frozenset(full))]
    for node in network.nodes.values():
        if node.id in weak | exposed:
            width = 3.5 if node.id in exposed else 1.6
            ring = Disc(center=places[node.id], radius=11.0, fill="#ffffff", stroke=WORSE, width=width)
            shapes.append(ring)
        shapes.append(_mark(node.kind, places[node.id]))
    shapes += _names(network, over, places, weak | exposed)
    return Drawing(
        width=WIDTH,
        height=max(y for _, y in places.values()) + MARGIN,
        title="Map of the network",
        description=f"{len(network.nodes)} nodes and {len(network.lanes)} lanes, as wide as the units a day over "
        f"them; {len(full)} lanes are full, {len(weak)} nodes are needed to serve all demand.",
        shapes=shapes,
    )


def planned_map(network: Network, wiring: Wiring, planned: Plan) -> str:
    """The map with the planned flow as SVG."""
    over = np.bincount(wiring.lane_of, weights=planned.flow, minlength=len(network.lanes))
    return f"{drawing_svg(map_drawing(network, over))}\n"


def _lanes(
    network: Network, over: np.ndarray, places: Mapping[str, Place], full: frozenset[str]
) -> Iterator[Shape]:
    """Those with least load first, so that the others lie above them; unused ones pale."""
    most = float(over.max(initial=0.0)) or 1.0
    for number in np.argsort(over, kind="stable").tolist():
        lane, units = network.lanes[number], float(over[number])
        width = THINNEST + (WIDEST - THINNEST) * math.sqrt(units / most) if units else THINNEST
        colour = WORSE if lane.id in full else BETTER if units else PALE
        yield Stroke(points=[places[lane.origin], places[lane.destination]], stroke=colour, width=width)


def _mark(kind: NodeKind, place: Place) -> Shape:
    """A square for a supplier, a triangle for a plant, a diamond for a port, a disc for a site, a dot for demand."""
    (x, y), size = place, SIZE[kind]
    corners = {
        "supplier": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
        "plant": ((0, -1.2), (1.1, 0.9), (-1.1, 0.9)),
        "port": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    }
    if kind in corners:
        points = [(x + size * dx, y + size * dy) for dx, dy in corners[kind]]
        return Area(points=points, fill=INK, stroke="#ffffff", width=1.0)
    return Disc(center=place, radius=size, fill=INK if kind == "site" else GREY, stroke="#ffffff", width=1.0)


def _names(
    network: Network, over: np.ndarray, places: Mapping[str, Place], marked: frozenset[str]
) -> Iterator[Label]:
    """Above their nodes, marked ones first, then those with the most load; without those that would hide another."""
    load = dict.fromkeys(network.nodes, 0.0)
    for lane, units in zip(network.lanes, over.tolist(), strict=True):
        load[lane.origin] += units
        load[lane.destination] += units
    taken: list[tuple[float, float, float]] = []
    for name in sorted(network.nodes, key=lambda each: (each not in marked, -load[each], each)):
        (x, y), text = places[name], name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
        half = CHARACTER * len(text) / 2
        x = min(max(x, half + 2), WIDTH - half - 2)
        if any(abs(x - other) < half + wide and abs(y - below) < LINE for other, below, wide in taken):
            continue
        taken.append((x, y, half))
        yield Label(at=(x, y - LINE), text=text, size=11, fill=INK, anchor="middle", halo=True)
