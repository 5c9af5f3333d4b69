"""Writing the Layout Interchange Format strictly: every file is valid by VDMA's schema of LIF 1.0.

LIF has no field for an edge's length and clear width: a reader takes the length from the geometry. A
station's kind goes into its description. Numbers and texts have the types the schema names, knots are
spread over 0 … 1 and weights scaled to at least 1 where they are not, which leaves the curve as it is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spatial.exchange.lif_details import EXPORT_TIME
from spatial.exchange.route_network import (
    EdgeUse,
    NetworkEdge,
    NetworkLevel,
    NetworkNode,
    NetworkStation,
    RouteNetwork,
)
from spatial.exchange.trajectory import Trajectory
from spatial.whole_files import write_whole

LIF_VERSION = "1.0.0"

ANY_VEHICLE = "ANY"
"""Named where a network tells no type of vehicle, since LIF allows nobody where none is named."""

NO_TIME = "1970-01-01T00:00:00.00Z"
"""The export time of a network that has none: the same network gives the same bytes."""


def write_lif(path: Path, network: RouteNetwork, *, exported_at: str | None = None) -> None:
    """Write `network` whole or not at all; `exported_at` is an ISO 8601 time in UTC, else the network's own."""
    document = lif_document(network, exported_at=exported_at)
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)
    with write_whole(path) as aside:
        aside.write_text(text + "\n", encoding="utf-8")


def lif_document(network: RouteNetwork, *, exported_at: str | None = None) -> dict[str, Any]:
    """The LIF document: a layout for each level, an edge in the layout of its start.

    ValueError for an `exported_at` that is no ISO 8601 time in UTC.
    """
    told = _text(network.extra, "exportTimestamp", "")
    time = exported_at or (told if EXPORT_TIME.fullmatch(told) else NO_TIME)
    if not EXPORT_TIME.fullmatch(time):
        raise ValueError(f"exported_at '{time}' must be a time in UTC such as 2017-04-15T11:40:03.12Z")
    vehicles = network.vehicles or (ANY_VEHICLE,)
    level_of = {node.id: node.level for node in network.nodes}
    layouts = [
        _layout(
            level,
            nodes=[_node(node, vehicles) for node in network.nodes if node.level == level.id],
            edges=[_edge(edge, vehicles) for edge in network.edges if level_of[edge.tail] == level.id],
            stations=[_station(each) for each in network.stations if level_of[each.nodes[0]] == level.id],
        )
        for level in network.levels
    ]
    meta = {
        "projectIdentification": network.id,
        "creator": _text(network.extra, "creator", "aisletwin"),
        "exportTimestamp": time,
        "lifVersion": LIF_VERSION,
    }
    return {"metaInformation": meta, "layouts": layouts}


def _layout(level: NetworkLevel, **parts: list[dict[str, Any]]) -> dict[str, Any]:
    told = {
        "layoutId": _text(level.extra, "layoutId", level.id),
        "layoutName": _text(level.extra, "layoutName", ""),
        "layoutVersion": _text(level.extra, "layoutVersion", "1"),
        "layoutLevelId": level.id,
        "layoutDescription": _text(level.extra, "layoutDescription", ""),
    }
    return {name: value for name, value in told.items() if value} | parts


def _node(node: NetworkNode, vehicles: Sequence[str]) -> dict[str, Any]:
    actions = node.extra.get("actions", {})
    properties = []
    for vehicle in node.vehicles or vehicles:
        told: dict[str, Any] = {"vehicleTypeId": vehicle}
        if node.yaw_rad is not None:
            told["theta"] = node.yaw_rad
        if actions.get(vehicle):
            told["actions"] = actions[vehicle]
        properties.append(told)
    record: dict[str, Any] = {"nodeId": node.id}
    if node.name:
        record["nodeName"] = node.name
    record |= {name: node.extra[name] for name in ("nodeDescription", "mapId") if name in node.extra}
    x, y = node.xy
    return record | {"nodePosition": {"x": x, "y": y}, "vehicleTypeNodeProperties": properties}


def _edge(edge: NetworkEdge, vehicles: Sequence[str]) -> dict[str, Any]:
    record: dict[str, Any] = {"edgeId": edge.id}
    record |= {name: edge.extra[name] for name in ("edgeName", "edgeDescription") if name in edge.extra}
    properties = [
        _use(use, vehicle)
        for use in edge.uses
        for vehicle in (vehicles if use.vehicle is None else (use.vehicle,))
    ]
    ends = {"startNodeId": edge.tail, "endNodeId": edge.head}
    return record | ends | {"vehicleTypeEdgeProperties": properties}


def _use(use: EdgeUse, vehicle: str) -> dict[str, Any]:
    told: dict[str, Any] = {"vehicleTypeId": vehicle}
    if use.orientation_rad is not None:
        told["vehicleOrientation"] = use.orientation_rad
        told["orientationType"] = "TANGENTIAL" if use.orientation_to == "edge" else "GLOBAL"
    told["rotationAllowed"] = use.rotation_allowed is not False
    if use.speed_limit_m_s is not None:
        told["maxSpeed"] = use.speed_limit_m_s
    if use.trajectory is not None:
        told["trajectory"] = _curve(use.trajectory)
    return told | {name: use.extra[name] for name in _DETAILS if name in use.extra}


_DETAILS = (
    "rotationAtStartNodeAllowed",
    "rotationAtEndNodeAllowed",
    "maxRotationSpeed",
    "minHeight",
    "maxHeight",
    "loadRestriction",
    "actions",
    "reentryAllowed",
)


def _curve(curve: Trajectory) -> dict[str, Any]:
    first, last = curve.knots[0], curve.knots[-1]
    start, length = (first, last - first) if first < 0 or last > 1 else (0.0, 1.0)
    knots = [(knot - start) / length for knot in curve.knots]
    lightest = min(point.weight for point in curve.points)
    points = [
        {"x": point.x, "y": point.y, "weight": max(1.0, point.weight / min(lightest, 1.0))}
        for point in curve.points
    ]
    return {"degree": curve.degree, "knotVector": knots, "controlPoints": points}


def _station(station: NetworkStation) -> dict[str, Any]:
    record: dict[str, Any] = {"stationId": station.id, "interactionNodeIds": list(station.nodes)}
    if station.name:
        record["stationName"] = station.name
    description = _text(station.extra, "stationDescription", station.kind)
    if description:
        record["stationDescription"] = description
    if station.height_m is not None:
        record["stationHeight"] = max(0.0, station.height_m)
    if station.pose is not None:
        x, y, theta = station.pose
        record["stationPosition"] = {"x": x, "y": y, "theta": theta}
    return record


def _text(extra: Any, name: str, default: str) -> str:
    value = extra.get(name)
    return value if isinstance(value, str) and value else default
