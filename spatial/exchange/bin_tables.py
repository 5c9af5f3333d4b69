"""Node, edge and bin tables as CSV, after the travel-distance networks of SAP EWM: a folder of three files.

`nodes.csv`: `node`, `x_m`, `y_m`; optional `level`, `name`, `kind`, `yaw_rad`.
`edges.csv`: `start_node`, `end_node`; optional `edge`, `length_m`, `one_way` (X or empty), `resource_types`
(separated by spaces, none named means all), `speed_limit_m_s`, `clear_width_m`, `sigma_m`, `time_s`, `aisle`,
`zone`, `link` (of a way between levels).
`bins.csv`, if there are bins: `bin`; optional `node` or `edge`, `x_m`, `y_m`, `yaw_rad`, `height_m`, `kind`.

As in EWM an edge is passable both ways unless it is a one-way street from its start to its end, has a length
that counts even where the coordinates tell another, and a bin is assigned to a node, or to an edge where its
coordinates say how far along, or else is reached from the node nearest to it. Instead of `_m` a column may end
in `_mm`, `_cm`, `_in` or `_ft`.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from spatial.exchange.bin_places import put_at_nearest_nodes, split_at_bins
from spatial.exchange.csv_rows import Row, csv_rows
from spatial.exchange.draft import Draft
from spatial.exchange.route_network import (
    BACK,
    EdgeUse,
    NetworkEdge,
    NetworkNode,
    NetworkStation,
    RouteNetwork,
    way_back,
)
from spatial.whole_files import write_whole

DEFAULT_LEVEL = "L0"
NODE_COLUMNS = ("node", "x_m", "y_m", "level", "name", "kind", "yaw_rad")
BIN_COLUMNS = ("bin", "node", "x_m", "y_m", "yaw_rad", "height_m", "kind")
EDGE_COLUMNS = (
    "edge",
    "start_node",
    "end_node",
    "length_m",
    "one_way",
    "resource_types",
    "speed_limit_m_s",
    "clear_width_m",
    "sigma_m",
    "time_s",
    "aisle",
    "zone",
    "link",
)


def read_bin_tables(folder: Path) -> RouteNetwork:
    """The network of a folder with `nodes.csv`, `edges.csv` and, if there are bins, `bins.csv`.

    An edge with bins on it is split where they are. Raises BadDataError with file, row and column.
    """
    draft = Draft(str(folder))
    for row in csv_rows(folder / "nodes.csv", draft, "node"):
        draft.node(_node(row), row.place)
    edges = [(_edge(row), row) for row in csv_rows(folder / "edges.csv", draft, "start_node", "end_node")]
    known = {edge.id for edge, _ in edges}
    on_edge: dict[str, list[NetworkStation]] = defaultdict(list)
    on_nothing: list[tuple[NetworkStation, str]] = []
    table = folder / "bins.csv"
    for row in csv_rows(table, draft, "bin") if table.exists() else ():
        station, street = _bin(row), row.text("edge")
        if station.nodes:
            draft.station(station, row.place)
        elif not street:
            on_nothing.append((station, row.place))
        elif street not in known:
            draft.fail(row.place, f"bin '{station.id}' names edge '{street}', which is not in edges.csv")
        else:
            on_edge[street].append(station)
    put_at_nearest_nodes(draft, on_nothing)
    for edge, row in edges:
        for part in split_at_bins(draft, edge, on_edge.get(edge.id, ()), at=row.place):
            draft.edge(part, row.place)
            if not _is_set(row.text("one_way")):
                draft.edge(way_back(part), row.place)
    return draft.finish(folder.name)


def write_bin_tables(folder: Path, network: RouteNetwork) -> None:
    """Write the three tables, each whole or not at all; a station is a bin assigned to its nodes.

    Trajectories, orientations and what else has no column are left out. ValueError for a vehicle type with a
    space in it, since spaces separate types in a cell.
    """
    for vehicle in network.vehicles:
        if len(vehicle.split()) != 1:
            raise ValueError(f"vehicle type '{vehicle}' holds a space, which separates types: rename it")
    nodes = [(node.id, *node.xy, node.level, node.name, node.kind, node.yaw_rad) for node in network.nodes]
    bins = [
        (station.id, node, *(station.pose or (None, None, None)), station.height_m, station.kind)
        for station in network.stations
        for node in station.nodes
    ]
    _write(folder / "nodes.csv", NODE_COLUMNS, nodes)
    _write(folder / "edges.csv", EDGE_COLUMNS, [*_edge_rows(network)])
    _write(folder / "bins.csv", BIN_COLUMNS, bins)


def _node(row: Row) -> NetworkNode:
    return NetworkNode(
        id=row.needed("node"),
        xy=(row.needed_length("x"), row.needed_length("y")),
        level=row.text("level") or DEFAULT_LEVEL,
        name=row.text("name"),
        kind=row.text("kind"),
        yaw_rad=row.number("yaw_rad"),
    )


def _edge(row: Row) -> NetworkEdge:
    tail, head, limit = row.needed("start_node"), row.needed("end_node"), row.number("speed_limit_m_s")
    types: list[str | None] = [*row.text("resource_types").split()] or [None]
    return NetworkEdge(
        id=row.text("edge") or f"{tail}-{head}",
        tail=tail,
        head=head,
        length_m=row.length("length"),
        clear_width_m=row.length("clear_width"),
        sigma_m=row.length("sigma"),
        time_s=row.number("time_s"),
        aisle=row.text("aisle"),
        zone=row.text("zone"),
        link=row.text("link"),
        uses=tuple(EdgeUse(vehicle=each, speed_limit_m_s=limit) for each in types),
    )


def _bin(row: Row) -> NetworkStation:
    x, y = row.length("x"), row.length("y")
    return NetworkStation(
        id=row.needed("bin"),
        nodes=(row.text("node"),) if row.text("node") else (),
        kind=row.text("kind") or "location",
        pose=None if x is None or y is None else (x, y, row.number("yaw_rad") or 0.0),
        height_m=row.length("height"),
    )


def _is_set(cell: str) -> bool:
    return cell.lower() not in ("", "0", "no", "false")


def _edge_rows(network: RouteNetwork) -> Iterator[tuple[Any, ...]]:
    """One row for each edge; an edge and its way back share one."""
    by_id = {edge.id: edge for edge in network.edges}
    for edge in network.edges:
        there = by_id.get(edge.id.removesuffix(BACK))
        if edge.id.endswith(BACK) and there is not None and way_back(there) == edge:
            continue
        two_way = by_id.get(edge.id + BACK) == way_back(edge)
        types = " ".join(use.vehicle for use in edge.uses if use.vehicle is not None)
        yield (
            *(edge.id, edge.tail, edge.head, edge.length_m, "" if two_way else "X", types),
            *(edge.speed_limit_m_s, edge.clear_width_m, edge.sigma_m, edge.time_s),
            *(edge.aisle, edge.zone, edge.link),
        )


def _write(path: Path, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    with write_whole(path) as aside, aside.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows(rows)
