"""Reading the Layout Interchange Format (LIF 1.0, VDMA 2024) leniently.

The examples that VDMA prints break VDMA's own schema (`stations` missing, heights as text), so what can be
understood is read, with a warning that names its JSON path. Positions are metres, angles radians.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from spatial.exchange.documents import parse_json, read_text
from spatial.exchange.draft import Draft
from spatial.exchange.lif_details import EXPORT_TIME, action_list, use_details
from spatial.exchange.record import Record, as_number
from spatial.exchange.route_network import (
    EdgeUse,
    NetworkEdge,
    NetworkLevel,
    NetworkNode,
    NetworkStation,
    RouteNetwork,
    Way,
)
from spatial.exchange.trajectory import ControlPoint, Trajectory, trajectory_fault
from spatial.facility import Point3

STATION_KINDS = ("location", "depot", "pack", "dock", "charge", "p_and_d")
"""Kinds that `lif_writer` puts in a station's description, since LIF has no field for them."""

LAYOUT_TEXTS = ("layoutId", "layoutName", "layoutVersion", "layoutDescription")

_WAYS: dict[str, Way] = {"TANGENTIAL": "edge", "GLOBAL": "world"}


def read_lif(path: Path) -> RouteNetwork:
    """The network of a LIF file; each layout is a level.

    Raises BadDataError with file and JSON path when it is no LIF, or ids clash or lead nowhere.
    """
    return lif_network(parse_json(read_text(path), str(path)), source=str(path))


def lif_network(document: Any, *, source: str) -> RouteNetwork:
    """The network of a parsed LIF document; `source` names it in errors."""
    draft = Draft(source)
    root = Record.root(document, draft)
    if "layouts" not in root.value:
        draft.fail("$.layouts", "is missing: expected a LIF document with metaInformation and layouts")
    meta = root.child("metaInformation") if "metaInformation" in root.value else Record({}, "$", draft)
    if not EXPORT_TIME.fullmatch(meta.text("exportTimestamp", "")):
        draft.warn("$.metaInformation.exportTimestamp", "is no time such as 2017-04-15T11:40:03.12Z")
    edges: list[tuple[NetworkEdge, str]] = []
    for layout in root.records("layouts"):
        level = layout.text("layoutLevelId", "") or layout.text("layoutId", "") or _unnamed(layout)
        kept = {name: layout.text(name, "") for name in LAYOUT_TEXTS if name in layout.value}
        draft.level(NetworkLevel(id=level, extra=kept))
        for record in layout.records("nodes", needed=True):
            draft.node(_node(record, level), record.path)
        edges += [(_edge(record), record.path) for record in layout.records("edges", needed=True)]
        for record in layout.records("stations", needed=True):
            _station(record, draft)
    level_of = {node.id: node.level for node in draft.nodes}
    for edge, path in edges:
        between = level_of.get(edge.tail) != level_of.get(edge.head)
        draft.edge(replace(edge, link=edge.id) if between else edge, path)
    return draft.finish(
        meta.text("projectIdentification", "") or Path(source).name,
        extra={name: meta.text(name, "") for name in ("creator", "exportTimestamp") if name in meta.value},
    )


def _unnamed(layout: Record) -> str:
    layout.draft.warn(layout.at("layoutId"), f"is missing: the level is named '{layout.path}'")
    return layout.path


def _node(record: Record, level: str) -> NetworkNode:
    position = record.child("nodePosition")
    properties = list(record.records("vehicleTypeNodeProperties", needed=True))
    headings = [heading for each in properties if (heading := each.angle("theta")) is not None]
    if len(set(headings)) > 1:
        record.draft.warn(record.path, f"headings {headings} for different vehicles: the first is kept")
    actions = {each.text("vehicleTypeId"): actions for each in properties if (actions := action_list(each))}
    kept = {name: record.text(name, "") for name in ("mapId", "nodeDescription") if name in record.value}
    return NetworkNode(
        id=record.text("nodeId"),
        xy=(position.number("x"), position.number("y")),
        level=level,
        yaw_rad=headings[0] if headings else None,
        name=record.text("nodeName", ""),
        vehicles=tuple(each.text("vehicleTypeId") for each in properties),
        extra=kept | ({"actions": actions} if actions else {}),
    )


def _edge(record: Record) -> NetworkEdge:
    uses = tuple(_use(each) for each in record.records("vehicleTypeEdgeProperties", needed=True))
    if not uses:
        record.draft.warn(record.at("vehicleTypeEdgeProperties"), "is empty: no vehicle may use this edge")
    return NetworkEdge(
        id=record.text("edgeId"),
        tail=record.text("startNodeId"),
        head=record.text("endNodeId"),
        uses=uses,
        extra={
            name: record.text(name, "") for name in ("edgeName", "edgeDescription") if name in record.value
        },
    )


def _use(record: Record) -> EdgeUse:
    way = record.text("orientationType", "TANGENTIAL")
    if way not in _WAYS:
        record.draft.warn(record.at("orientationType"), f"'{way}' is none of GLOBAL, TANGENTIAL: left out")
    if "rotationAllowed" not in record.value:
        record.draft.warn(record.at("rotationAllowed"), "is missing: left open")
    return EdgeUse(
        vehicle=record.text("vehicleTypeId"),
        speed_limit_m_s=record.optional_number("maxSpeed"),
        orientation_rad=record.angle("vehicleOrientation") if way in _WAYS else None,
        orientation_to=_WAYS.get(way, "edge"),
        rotation_allowed=record.flag("rotationAllowed"),
        trajectory=_trajectory(record),
        extra=use_details(record),
    )


def _trajectory(record: Record) -> Trajectory | None:
    """The curve; None with a warning when it is none."""
    if record.value.get("trajectory") is None:
        return None
    drawn = record.child("trajectory")
    degree = drawn.optional_number("degree") or 1.0
    points = [
        ControlPoint(x=each.number("x"), y=each.number("y"), weight=each.optional_number("weight") or 1.0)
        for each in drawn.records("controlPoints", needed=True)
    ]
    knots = [as_number(value) for value, _ in drawn.items("knotVector", needed=True)]
    told = [knot for knot in knots if knot is not None]
    fault = trajectory_fault(degree, told, points)
    if fault is not None:
        record.draft.warn(drawn.path, f"{fault}: left out, the edge is read as straight")
        return None
    if told[0] < 0 or told[-1] > 1:
        record.draft.warn(drawn.at("knotVector"), f"{told[0]} … {told[-1]} is outside 0 … 1")
    return Trajectory(degree=int(degree), knots=tuple(told), points=tuple(points))


def _station(record: Record, draft: Draft) -> None:
    told = record.items("interactionNodeIds", needed=True)
    nodes = tuple(str(node) for node, _ in told if isinstance(node, (str, int)))
    if len(nodes) < len(told):
        draft.warn(record.at("interactionNodeIds"), "what is no text is left out")
    if not nodes:
        draft.warn(record.at("interactionNodeIds"), "names no node: the station is left out")
        return
    description = record.text("stationDescription", "")
    known = description in STATION_KINDS
    draft.station(
        NetworkStation(
            id=record.text("stationId"),
            nodes=nodes,
            kind=description if known else "",
            name=record.text("stationName", ""),
            pose=_pose(record),
            height_m=record.optional_number("stationHeight"),
            extra={} if known or not description else {"stationDescription": description},
        ),
        record.path,
    )


def _pose(record: Record) -> Point3 | None:
    if record.value.get("stationPosition") is None:
        return None
    position = record.child("stationPosition")
    return position.number("x"), position.number("y"), position.angle("theta") or 0.0
