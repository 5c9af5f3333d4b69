"""Points, paths and locations of a plant model as a network of routes.

Any vehicle may drive any path: forwards at up to `maxVelocity`, backwards from its destination to its source at
up to `maxReverseVelocity`, where 0 means not at all. A locked path is closed to all and left out.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from layouts.plants.opentcs.curves import Drawing, drawing_of, drawn_curve
from layouts.plants.opentcs.floors import Floor, floor_at
from layouts.plants.opentcs.tags import MM, Tag
from layouts.plants.opentcs.work_kinds import kind_of_location
from spatial.exchange.draft import Draft
from spatial.exchange.route_network import (
    EdgeUse,
    NetworkEdge,
    NetworkLevel,
    NetworkNode,
    NetworkStation,
    way_back,
)
from spatial.poses import wrap_yaw

APART_M = 0.001
"""A point drawn farther from its place is drawn elsewhere."""

PLACEHOLDER_MM = 1.0
"""The length that openTCS gives a path which was never measured."""

X, Y, Z = ("positionX", "xPosition"), ("positionY", "yPosition"), ("positionZ", "zPosition")
"""Names of coordinates since version 6, and before."""


@dataclass
class Closed:
    """Names of paths that are left out: locked, or with no speed either way."""

    locked: list[str] = field(default_factory=list)
    speedless: list[str] = field(default_factory=list)


def add_network(model: Tag, draft: Draft, floors: list[Floor]) -> Closed:
    """Add all points, the paths that can be driven and the locations that are linked; returns what is closed."""
    for floor in floors:
        draft.level(NetworkLevel(id=floor.id, elevation_m=floor.elevation_m))
    blocks = _block_members(model)
    for tag in model.all("point"):
        draft.node(_node(tag, floors, blocks), tag.at)
        if tag.told.get("type") == "PARK_POSITION":
            draft.station(
                NetworkStation(id=tag.text("name"), nodes=(tag.text("name"),), kind="parking"), tag.at
            )
    drawing, closed = drawing_of(model), Closed()
    nodes = {node.id: node for node in draft.nodes}
    _warn_of_moved(drawing, nodes, draft)
    for tag in model.all("path"):
        for end in ("sourcePoint", "destinationPoint"):
            if tag.text(end) not in nodes:
                tag.draft.fail(tag.at, f"names point '{tag.text(end)}', which is not in the file")
        if tag.flag("locked"):
            closed.locked.append(tag.text("name"))
            continue
        ways = _edges(tag, nodes, drawing, blocks)
        if not ways:
            closed.speedless.append(tag.text("name"))
        for edge in ways:
            draft.edge(edge, tag.at)
    kinds = {tag.text("name"): tag for tag in model.all("locationType")}
    for tag in model.all("location"):
        for station in _stations(tag, kinds, nodes, floors, blocks):
            draft.station(station, tag.at)
    return closed


def location_extra(tag: Tag, blocks: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What else is known of a location: its type, operations, whether it is locked, its blocks."""
    links = {
        link.text("point"): [each.told.get("name", "") for each in link.all("allowedOperation")]
        for link in tag.all("link")
    }
    told = {
        "location_type": tag.told.get("type", ""),
        "operations": {point: names for point, names in links.items() if names},
        "locked": tag.flag("locked"),
        "blocks": dict(blocks.get(tag.text("name"), {})),
    }
    return {name: value for name, value in told.items() if value}


def _node(tag: Tag, floors: list[Floor], blocks: Mapping[str, Mapping[str, str]]) -> NetworkNode:
    angle = tag.optional_number("vehicleOrientationAngle")
    height = (tag.optional_number(*Z) or 0.0) * MM
    kind = tag.told.get("type", "")
    box = tag.first("maxVehicleBoundingBox")
    kept: dict[str, Any] = {
        "point_type": kind,
        "z_m": height if height != floor_at(floors, height).elevation_m else None,
        "longest_vehicle_m": None
        if box is None
        else [box.metres(side) for side in ("length", "width", "height")],
        "envelopes_m": _envelopes(tag),
        "blocks": dict(blocks.get(tag.text("name"), {})),
    }
    return NetworkNode(
        id=tag.text("name"),
        xy=(tag.metres(*X), tag.metres(*Y)),
        level=floor_at(floors, height).id,
        yaw_rad=None if angle is None else wrap_yaw(math.radians(angle)),
        extra={name: value for name, value in kept.items() if value},
    )


def _edges(
    tag: Tag,
    nodes: Mapping[str, NetworkNode],
    drawing: Drawing,
    blocks: Mapping[str, Mapping[str, str]],
) -> list[NetworkEdge]:
    """The ways of a path: forwards, and backwards for a vehicle that reverses."""
    name, tail, head = tag.text("name"), tag.text("sourcePoint"), tag.text("destinationPoint")
    forward, reverse = (_speed(tag, each) for each in ("maxVelocity", "maxReverseVelocity"))
    length = tag.optional_number("length")
    kept: dict[str, Any] = {
        "peripheral_operations": [dict(each.told) for each in tag.all("peripheralOperation")],
        "envelopes_m": _envelopes(tag),
        "blocks": dict(blocks.get(name, {})),
    }
    curve = drawn_curve(tag, nodes[tail].xy, nodes[head].xy, drawing)
    edge = NetworkEdge(
        id=name,
        tail=tail,
        head=head,
        length_m=None if length is None or length <= PLACEHOLDER_MM else length * MM,
        link="" if nodes[tail].level == nodes[head].level else name,
        uses=(EdgeUse(speed_limit_m_s=forward, orientation_rad=0.0, trajectory=curve),),
        extra={key: value for key, value in kept.items() if value},
    )
    back = way_back(edge)
    turned = tuple(replace(use, speed_limit_m_s=reverse, orientation_rad=math.pi) for use in back.uses)
    ways = ((forward, edge), (reverse, replace(back, uses=turned)))
    return [way for speed, way in ways if speed > 0]


def _warn_of_moved(drawing: Drawing, nodes: Mapping[str, NetworkNode], draft: Draft) -> None:
    moved = [
        name
        for name, place in drawing.places.items()
        if name in nodes and math.dist(place, nodes[name].xy) > APART_M
    ]
    if moved:
        told = f"{len(moved)} of {len(nodes)} points are drawn elsewhere than they lie, the first is '{moved[0]}'"
        draft.warn("visualLayout", f"{told}: curves are turned, scaled and shifted with their ends")


def _speed(tag: Tag, name: str) -> float:
    speed = tag.optional_number(name) or 0.0
    if speed < 0:
        tag.draft.fail(tag.at, f"{name} {speed} is below 0: expected mm/s, 0 for not at all")
    return speed * MM


def _stations(
    tag: Tag,
    kinds: Mapping[str, Tag],
    nodes: Mapping[str, NetworkNode],
    floors: list[Floor],
    blocks: Mapping[str, Mapping[str, str]],
) -> Iterator[NetworkStation]:
    """The location, if it is linked to a point at all."""
    linked = tuple(link.text("point") for link in tag.all("link"))
    for point in linked:
        if point not in nodes:
            tag.draft.fail(tag.at, f"is linked to point '{point}', which is not in the file")
    x, y = tag.optional_number(*X), tag.optional_number(*Y)
    if linked:
        floor = next(floor for floor in floors if floor.id == nodes[linked[0]].level)
        height = (tag.optional_number(*Z) or 0.0) * MM - floor.elevation_m
        yield NetworkStation(
            id=tag.text("name"),
            nodes=linked,
            kind=kind_of_location(tag, kinds),
            pose=None if x is None or y is None else (x * MM, y * MM, 0.0),
            height_m=height if height > 0 else None,
            extra=location_extra(tag, blocks),
        )


def _envelopes(tag: Tag) -> dict[str, list[list[float]]]:
    """The areas that vehicles take there, by the key of the vehicles they are for, corners in metres."""
    return {
        envelope.text("key"): [[vertex.metres("x"), vertex.metres("y")] for vertex in envelope.all("vertex")]
        for envelope in tag.all("vehicleEnvelope")
    }


def _block_members(model: Tag) -> dict[str, dict[str, str]]:
    """The blocks that each point, path and location is a member of, and what each block is for."""
    members: dict[str, dict[str, str]] = defaultdict(dict)
    known = {tag.text("name") for kind in ("point", "path", "location") for tag in model.all(kind)}
    for block in model.all("block"):
        for member in block.all("member"):
            if member.text("name") not in known:
                block.draft.warn(
                    member.at, f"a member of block '{block.text('name')}' that is not in the file"
                )
            members[member.text("name")][block.text("name")] = block.told.get("type", "SINGLE_VEHICLE_ONLY")
    return members
