"""Reading Open-RMF building maps (`*.building.yaml` of its traffic editor).

Vertices that lanes use become nodes `LEVEL/INDEX`, named ones stations as well; lanes of graph k are for the
vehicle type "graph k", since a fleet of Open-RMF runs on one graph. A lift joins its nodes on the levels it
serves. Doors that a lane passes are named in the edge's `extra`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely

from spatial.exchange.documents import parse_yaml, read_text
from spatial.exchange.draft import Draft
from spatial.exchange.record import Record
from spatial.exchange.rmf_frames import Place, level_frames
from spatial.exchange.rmf_lifts import Cabin, join_lift_nodes
from spatial.exchange.rmf_parts import add_place, index_pair, lane_edges, lanes, parameters, position
from spatial.exchange.route_network import NetworkLevel, RouteNetwork
from spatial.exchange.source_frame import UNTOLD, SourceFrame
from spatial.facility import Point2


def read_building(path: Path, frame: SourceFrame = UNTOLD) -> RouteNetwork:
    """The network of a building map, metres with y up; `frame` gives the scale where the map has none.

    Raises BadDataError with file and place for what is no such map, lacks a scale, or has lanes to vertices
    that are not there.
    """
    return building_network(parse_yaml(read_text(path), str(path)), source=str(path), frame=frame)


def building_network(document: Any, *, source: str, frame: SourceFrame = UNTOLD) -> RouteNetwork:
    """The network of a parsed building map; `source` names it in errors."""
    draft = Draft(source)
    building = Record.root(document, draft)
    levels = dict(building.children("levels"))
    if not levels:
        draft.fail("$.levels", "no level: expected an Open-RMF building map")
    frames = level_frames(building, levels, frame)
    for name, level in levels.items():
        place, scale = frames[name]
        elevation = level.optional_number("elevation") or 0.0
        draft.level(NetworkLevel(id=name, elevation_m=elevation, metres_per_unit=scale))
        _read_level(name, level, place, draft)
    join_lift_nodes(draft, _cabins(building, levels, frames))
    return draft.finish(building.text("name", "") or building.text("building_name", "") or Path(source).name)


def _read_level(name: str, level: Record, place: Place, draft: Draft) -> None:
    entries = level.items("vertices")
    points = [position(item, path, level) for item, path in entries]
    doors = _doors(level, points)
    used: set[int] = set()
    for number, (i, j, told) in enumerate(lanes(level, below=len(entries))):
        line = shapely.LineString([points[i], points[j]])
        passed = ", ".join(sorted(door for door, across in doors.items() if line.intersects(across)))
        edges = lane_edges(
            f"{name}/lane {number}",
            f"{name}/{i}",
            f"{name}/{j}",
            Record({**told.value, "door_name": passed}, told.path, draft),
            vehicle=f"graph {int(told.optional_number('graph_idx') or 0)}",
            two_way=told.flag("bidirectional") is True,
        )
        for edge in edges:
            draft.edge(edge, told.path)
        used |= {i, j}
    for index in sorted(used):
        item, path = entries[index]
        told = parameters(item[4] if len(item) > 4 else None, level, f"{path}[4]")
        label = str(item[3]) if len(item) > 3 and item[3] is not None else ""
        add_place(f"{name}/{index}", name, place(*points[index]), label, told)


def _doors(level: Record, points: list[Point2]) -> dict[str, shapely.LineString]:
    """The doors of a level by name, each the line between its jambs in the file's own coordinates."""
    doors = {}
    for item, path in level.items("doors"):
        i, j = index_pair(item, path, level, below=len(points))
        told = parameters(item[2] if len(item) > 2 else None, level, f"{path}[2]")
        doors[told.text("name", "") or path] = shapely.LineString([points[i], points[j]])
    return doors


def _cabins(
    building: Record, levels: dict[str, Record], frames: dict[str, tuple[Place, float]]
) -> list[Cabin]:
    """The lifts, each with its middle in metres and the levels its doors open to."""
    cabins = []
    for name, lift in building.children("lifts"):
        told = lift.text("reference_floor_name", "") or building.text("reference_level_name", "")
        floor = told or next(iter(levels))
        if floor not in frames:
            building.draft.fail(lift.at("reference_floor_name"), f"'{floor}' is none of {[*levels]}")
        doors = lift.child("level_doors").value if lift.value.get("level_doors") else {}
        cabins.append(
            Cabin(
                name=name,
                path=lift.path,
                center=frames[floor][0](lift.number("x"), lift.number("y")),
                size_m=(lift.number("width"), lift.number("depth")),
                yaw_rad=lift.optional_number("yaw") or 0.0,
                levels=tuple(level for level in levels if level in doors),
            )
        )
    return cabins
