"""A network as plain attributes of nodes and edges: what GraphML and node-link JSON carry.

The scalars are for viewers and other programs. Some attributes hold what scalars cannot, as JSON: `uses` and
`extra` of an edge, `vehicles`, `serves` and `extra` of a node, `levels` and `stations` of the graph. A file of
others needs only ids and coordinates: `x_m`, `y_m`, or `x`, `y` with a `SourceFrame`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from spatial.exchange.documents import finite_json
from spatial.exchange.record import Record
from spatial.exchange.route_network import (
    ANY_USE,
    EdgeUse,
    NetworkEdge,
    NetworkLevel,
    NetworkNode,
    NetworkStation,
    RouteNetwork,
    way_back,
)
from spatial.exchange.source_frame import SourceFrame
from spatial.facility import Point2
from spatial.record_json import decode_record, encode_record

SCHEMA = "aisletwin.network/1"
DEFAULT_LEVEL = "L0"

Part = TypeVar("Part", NetworkLevel, NetworkStation, EdgeUse)


def graph_attributes(network: RouteNetwork) -> dict[str, Any]:
    """The attributes of the whole graph."""
    return {
        "schema": SCHEMA,
        "network": network.id,
        "levels": [encode_record(level) for level in network.levels],
        "stations": [encode_record(station) for station in network.stations],
    }


def node_attributes(network: RouteNetwork) -> dict[str, dict[str, Any]]:
    """The attributes of each node by its id; `serves` names the stations worked at from it."""
    serves: dict[str, list[str]] = {}
    for station in network.stations:
        for node in station.nodes:
            serves.setdefault(node, []).append(station.id)
    return {node.id: _node(node, serves.get(node.id, [])) for node in network.nodes}


def edge_attributes(edge: NetworkEdge) -> dict[str, Any]:
    """The attributes of one edge, its ends aside."""
    vehicles = [use.vehicle for use in edge.uses if use.vehicle is not None]
    told = {
        "id": edge.id,
        "length_m": edge.length_m,
        "clear_width_m": edge.clear_width_m,
        "sigma_m": edge.sigma_m,
        "time_s": edge.time_s,
        "link": edge.link or None,
        "zone": edge.zone or None,
        "aisle": edge.aisle or None,
        "speed_limit_m_s": edge.speed_limit_m_s,
        "vehicles": ", ".join(vehicles) or None,
        "extra": dict(edge.extra) or None,
        "uses": None if edge.uses == ANY_USE else [encode_record(use) for use in edge.uses],
    }
    return {name: value for name, value in told.items() if value is not None}


def network_of_attributes(
    graph: Record,
    nodes: Iterable[Record],
    edges: Iterable[Record],
    *,
    directed: bool,
    frame: SourceFrame,
) -> RouteNetwork:
    """The network of a graph whose nodes have `id`, whose edges `source` and `target`.

    An edge of an undirected graph becomes two. Raises BadDataError with file and place.
    """
    draft = graph.draft
    for level in _parts(NetworkLevel, graph, "levels"):
        draft.level(level)
    for node in nodes:
        draft.node(_read_node(node, frame), node.path)
    for record in edges:
        edge = _read_edge(record, frame)
        draft.edge(edge, record.path)
        if not directed:
            draft.edge(way_back(edge), record.path)
    for index, station in enumerate(_parts(NetworkStation, graph, "stations")):
        draft.station(station, f"{graph.at('stations')}[{index}]")
    return draft.finish(graph.text("network", "") or graph.text("name", "") or "network")


def _node(node: NetworkNode, serves: list[str]) -> dict[str, Any]:
    told = {
        "x_m": node.xy[0],
        "y_m": node.xy[1],
        "level": node.level,
        "yaw_rad": node.yaw_rad,
        "name": node.name or None,
        "kind": node.kind or None,
        "vehicles": list(node.vehicles) or None,
        "serves": serves or None,
        "extra": dict(node.extra) or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _read_node(record: Record, frame: SourceFrame) -> NetworkNode:
    return NetworkNode(
        id=_ident(record, "id"),
        xy=_place(record, frame),
        level=record.text("level", "") or DEFAULT_LEVEL,
        yaw_rad=record.angle("yaw_rad"),
        name=record.text("name", "") or record.text("label", ""),
        kind=record.text("kind", ""),
        vehicles=tuple(str(item) for item in _decoded(record, "vehicles", list)),
        extra=_object(record, "extra"),
    )


def _ident(record: Record, name: str) -> str:
    """The id of a node; others number theirs."""
    value = record.value.get(name)
    return str(value) if isinstance(value, int) else record.text(name)


def _place(record: Record, frame: SourceFrame) -> Point2:
    if "x_m" in record.value or "x" not in record.value:
        return record.number("x_m"), record.number("y_m")
    x, y = record.number("x"), record.number("y")
    return frame.point(x, y, draft=record.draft, at=record.path)


def _read_edge(record: Record, frame: SourceFrame) -> NetworkEdge:
    length = record.optional_number("length_m")
    if length is None and "length" in record.value:
        length = record.number("length") * frame.scale(draft=record.draft, at=record.at("length"))
    tail, head, key = _ident(record, "source"), _ident(record, "target"), record.value.get("key")
    name = key if isinstance(key, str) else f"{tail}-{head}" + (f"#{key}" if key else "")
    return NetworkEdge(
        id=record.text("id", "") or name,
        tail=tail,
        head=head,
        length_m=length,
        clear_width_m=record.optional_number("clear_width_m"),
        sigma_m=record.optional_number("sigma_m"),
        time_s=record.optional_number("time_s"),
        link=record.text("link", ""),
        zone=record.text("zone", ""),
        aisle=record.text("aisle", ""),
        uses=_read_uses(record),
        extra=_object(record, "extra"),
    )


def _read_uses(record: Record) -> tuple[EdgeUse, ...]:
    if "uses" not in record.value:
        limit, vehicles = record.optional_number("speed_limit_m_s"), _words(record.text("vehicles", ""))
        return tuple(EdgeUse(vehicle=each, speed_limit_m_s=limit) for each in vehicles or (None,))
    return tuple(_parts(EdgeUse, record, "uses"))


def _parts(cls: type[Part], record: Record, name: str) -> list[Part]:
    """The records of class `cls` in an attribute, a list or the JSON text of one."""
    items = _decoded(record, name, list)
    try:
        return [decode_record(cls, item) for item in items if isinstance(item, Mapping)]
    except (AttributeError, TypeError, ValueError, OverflowError) as error:
        record.draft.fail(record.at(name), f"no list of {cls.__name__} ({error}): remove it or mend it")


def _object(record: Record, name: str) -> dict[str, Any]:
    return dict(_decoded(record, name, dict))


def _decoded(record: Record, name: str, kind: type[Any]) -> Any:
    """A list or object, as it is or as its JSON text; an empty one when absent."""
    value = record.value.get(name)
    if value is None:
        return kind()
    try:
        value = finite_json(value) if isinstance(value, str) else value
    except (RecursionError, ValueError) as error:
        record.draft.fail(record.at(name), f"no JSON ({error}): remove it or mend it")
    if not isinstance(value, kind):
        record.draft.fail(record.at(name), f"expected a JSON {kind.__name__}: remove it or mend it")
    return value


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in map(str.strip, text.split(",")) if word)
