"""The stations of a facility from those of its roads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spatial.exchange.route_network import NetworkNode, NetworkStation, RouteNetwork
from spatial.facility import Point3, Station, StationKind
from spatial.poses import wrap_yaw

KINDS: Mapping[str, StationKind] = {
    "charge": "charge",
    "parking": "depot",
    "depot": "depot",
    "pack": "pack",
    "dock": "dock",
    "location": "p_and_d",
    "p_and_d": "p_and_d",
}
"""What a station of the roads is in the facility."""

UNTOLD: StationKind = "p_and_d"
"""What a station is whose file names it and does not say what for."""


def facility_kind(kind: str) -> StationKind:
    """The kind in the facility of a station of the roads, whatever its file calls it."""
    return KINDS.get(kind, UNTOLD)


def stations_of(roads: RouteNetwork) -> tuple[Station, ...]:
    """A station for each of the roads', on every level that it is reached on.

    It stands at its own pose, else at the first of its nodes on the level. On a second level its id names the
    level too.
    """
    node_of = roads.node_of()
    return tuple(station for each in roads.stations for station in _stations(each, node_of))


def untold_kinds(roads: RouteNetwork) -> str | None:
    """A note on how many stations the file tells no purpose of; None where it tells all."""
    untold = sum(station.kind not in KINDS for station in roads.stations)
    if not untold:
        return None
    return f"{untold} of {len(roads.stations)} stations have no told purpose: taken as {UNTOLD}"


def _stations(told: NetworkStation, node_of: Mapping[str, NetworkNode]) -> Iterator[Station]:
    first: dict[str, NetworkNode] = {}
    for name in told.nodes:
        if node_of[name].kind != "link_end":  # a named place in a lift is a way between floors
            first.setdefault(node_of[name].level, node_of[name])
    for number, (level, node) in enumerate(first.items()):
        yield Station(
            id=told.id if number == 0 else f"{told.id} ({level})",
            level=level,
            kind=facility_kind(told.kind),
            pose=_pose(told, node, first=number == 0),
            extra=_kept(told),
        )


def _pose(told: NetworkStation, node: NetworkNode, *, first: bool) -> Point3:
    if told.pose is not None and first:
        x, y, yaw = told.pose
        return x, y, wrap_yaw(yaw)
    return *node.xy, wrap_yaw(node.yaw_rad or 0.0)


def _kept(told: NetworkStation) -> dict[str, Any]:
    kept = {"name": told.name or None, "place_height_m": told.height_m, "nodes": list(told.nodes)}
    return {name: value for name, value in kept.items() if value is not None} | dict(told.extra)
