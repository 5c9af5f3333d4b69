"""Pieces of Open-RMF files: lanes with their parameters, and what a named vertex is for.

A building map writes a parameter as [type, value], a navigation graph as the plain value: both are read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from spatial.exchange.record import Record, as_number
from spatial.exchange.route_network import EdgeUse, NetworkEdge, NetworkNode, NetworkStation, way_back
from spatial.facility import Point2

_HEADINGS = {"forward": 0.0, "backward": math.pi}

_STATION_KINDS = {
    "is_charger": "charge",
    "pickup_dispenser": "p_and_d",
    "dropoff_ingestor": "p_and_d",
    "dock_name": "p_and_d",
    "is_parking_spot": "parking",
    "is_holding_point": "holding",
}


def parameters(value: Any, record: Record, path: str) -> Record:
    """The parameters of a vertex or lane as plain values; none where there are none."""
    if value is None:
        return Record({}, path, record.draft)
    told = Record.of(value, path, record.draft)
    plain = {name: item[1] if _is_typed(item) else item for name, item in told.value.items()}
    return Record(plain, path, record.draft)


def kept_parameters(told: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that are set, as JSON values; a date or list becomes its text."""
    plain = {name: value if _is_plain(value) else str(value) for name, value in told.items()}
    return {name: value for name, value in plain.items() if value not in ("", False)}


def index_pair(item: Any, path: str, record: Record, *, below: int) -> tuple[int, int]:
    """The two vertices an entry [i, j, …] joins; BadDataError unless both are in 0 … below − 1."""
    if not isinstance(item, list) or len(item) < 2:
        record.draft.fail(path, "expected [vertex, vertex, parameters]")
    for place, value in enumerate(item[:2]):
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < below:
            record.draft.fail(f"{path}[{place}]", f"{value!r:.40} is no vertex of 0 … {below - 1}")
    return item[0], item[1]


def position(item: Any, path: str, record: Record) -> tuple[float, float]:
    """The x and y an entry [x, y, …] begins with; BadDataError unless both are finite numbers."""
    if not isinstance(item, list) or len(item) < 2:
        record.draft.fail(path, "expected [x, y, …]")
    numbers = [as_number(value) for value in item[:2]]
    if numbers[0] is None or numbers[1] is None:
        record.draft.fail(path, f"{item[:2]!r:.60} where two finite numbers were expected")
    return numbers[0], numbers[1]


def lane_edges(
    edge_id: str, tail: str, head: str, told: Record, *, vehicle: str, two_way: bool
) -> list[NetworkEdge]:
    """One lane as one or two edges; `told` are its parameters, a speed limit of 0 is none.

    A robot held forward one way is held backward the other (traffic editor's `reverse_orientation`).
    """
    way = told.text("orientation_constraint", "") or told.text("orientation", "")
    if way and way not in _HEADINGS:
        told.draft.warn(told.path, f"orientation '{way}' is none of forward, backward: left out")
    heading = _HEADINGS.get(way)
    limit = told.optional_number("speed_limit") or 0.0
    notes = ("mutex", "door_name", "dock_name")
    kept = kept_parameters({name: told.value[name] for name in notes if name in told.value})
    edge = NetworkEdge(
        id=edge_id,
        tail=tail,
        head=head,
        uses=(_use(vehicle, limit, heading),),
        extra=kept,
    )
    if not two_way:
        return [edge]
    back = way_back(edge)
    turned = None if heading is None else math.pi - heading
    return [edge, replace(back, uses=(_use(vehicle, limit, turned),))]


def lanes(level: Record, *, below: int) -> Iterator[tuple[int, int, Record]]:
    """The lanes of a level: the two vertices of each, and its parameters, whose path is the lane's."""
    for item, path in level.items("lanes"):
        i, j = index_pair(item, path, level, below=below)
        told = parameters(item[2] if len(item) > 2 else None, level, f"{path}[2]")
        yield i, j, Record(told.value, path, level.draft)


def add_place(node: str, level: str, xy: Point2, label: str, told: Record) -> None:
    """Add a vertex as a node, and as a station where it has a name."""
    kind = "link_end" if told.value.get("lift_cabin") or told.value.get("lift") else ""
    kept = kept_parameters(told.value)
    told.draft.node(NetworkNode(id=node, xy=xy, level=level, name=label, kind=kind, extra=kept), told.path)
    if label:
        station = NetworkStation(id=label, nodes=(node,), kind=_station_kind(told.value))
        told.draft.station(station, told.path)


def _use(vehicle: str, limit: float, heading: float | None) -> EdgeUse:
    return EdgeUse(vehicle=vehicle, speed_limit_m_s=limit if limit > 0 else None, orientation_rad=heading)


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int)) or (isinstance(value, float) and math.isfinite(value))


def _is_typed(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and isinstance(item[0], int)


def _station_kind(told: Mapping[str, Any]) -> str:
    """What a named vertex is for, by the first parameter that is set."""
    return next(
        (kind for name, kind in _STATION_KINDS.items() if told.get(name) not in (None, False, "")), ""
    )
