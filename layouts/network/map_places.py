"""Where nodes stand on the map: at their longitude and latitude or metres; without those, in columns by kind."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping

from layouts.network.model import Network, Node, NodeKind
from layouts.report.drawing import Place

COLUMNS: tuple[NodeKind, ...] = ("supplier", "plant", "port", "site", "demand")


def is_placed(network: Network) -> bool:
    """Whether all nodes have a place, in degrees or all in metres."""
    nodes = network.nodes.values()
    return all(node.x is not None for node in nodes) and len({node.is_geographic for node in nodes}) == 1


def map_places(
    network: Network, *, width: float, height: float, margin: float, in_columns: bool
) -> Mapping[str, Place]:
    """Each node on a sheet of `width` × `height`, y downwards.

    Degrees are drawn as metres are at their middle latitude. Nodes stand `in_columns`, from suppliers to customers,
    also where not all have a place.
    """
    nodes = list(network.nodes.values())
    in_columns = in_columns or not is_placed(network)
    told = _columns(nodes) if in_columns else _as_told(nodes)
    xs, ys = [x for x, _ in told.values()], [y for _, y in told.values()]
    wide, tall = (max(max(each) - min(each), 1e-9) for each in (xs, ys))
    across, down = (width - 2 * margin) / wide, (height - 2 * margin) / tall
    if not in_columns:
        across = down = min(across, down)
    left, top = (width - across * wide) / 2, (height - down * tall) / 2
    return {
        name: (left + across * (x - min(xs)), top + down * (max(ys) - y)) for name, (x, y) in told.items()
    }


def _as_told(nodes: list[Node]) -> dict[str, Place]:
    ys = [node.y or 0.0 for node in nodes]
    middle = (min(ys) + max(ys)) / 2
    shrink = math.cos(math.radians(middle)) if nodes[0].is_geographic else 1.0
    return {node.id: ((node.x or 0.0) * shrink, node.y or 0.0) for node in nodes}


def _columns(nodes: list[Node]) -> dict[str, Place]:
    by_kind = defaultdict(list)
    for node in nodes:
        by_kind[node.kind].append(node.id)
    columns = [by_kind[kind] for kind in COLUMNS if kind in by_kind]
    return {
        name: (float(column), -(row + 0.5) / len(names))
        for column, names in enumerate(columns)
        for row, name in enumerate(names)
    }
