"""A plant from the Layout Interchange Format (LIF 1.0, VDMA 2024): levels, stations and roads, metres by definition.

LIF draws no walls, floors and widths of ways. Each level is given the rectangle around its nodes and stations.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from layouts.plants.ground import around, require_width
from layouts.plants.plant import Plant, PlantReport, Told, finished_plant
from layouts.plants.road_notes import road_notes
from layouts.plants.work_places import stations_of, untold_kinds
from spatial.errors import BadDataError
from spatial.exchange.documents import parse_json, read_text
from spatial.exchange.lif_reader import lif_network
from spatial.exchange.route_network import RouteNetwork
from spatial.facility import Facility, Level, Point2

VERSIONS = ("0.11.0", "1.0.0")


def read_lif(path: Path, *, elevations_m: Mapping[str, float] | None = None) -> Plant:
    """The plant of a LIF file; each layout, or each `layoutLevelId`, is a level.

    LIF tells no elevations: `elevations_m` gives those of levels by id, the others lie at 0. Raises BadDataError
    with file, JSON path and what was expected, ValueError for a level that the file does not have.
    """
    document = parse_json(read_text(path), str(path))
    _require_whole_characters(document, path)
    roads = lif_network(document, source=str(path))
    given = elevations_m or {}
    unknown = [name for name in given if name not in {level.id for level in roads.levels}]
    if unknown:
        known = ", ".join(f"'{level.id}'" for level in roads.levels)
        raise ValueError(f"there is no level '{unknown[0]}' in {path.name}: it has {known}")
    roads = replace(
        roads, levels=tuple(replace(level, elevation_m=given.get(level.id, 0.0)) for level in roads.levels)
    )
    places = {level.id: _points(roads, level.id) for level in roads.levels}
    require_width(
        (point for points in places.values() for point in points),
        Told(str(path)),
        unit="LIF is in metres, write the positions in metres",
    )
    facility = Facility(
        id=roads.id,
        name=roads.id,
        kind="planned",
        levels=tuple(
            Level(
                id=level.id,
                elevation_m=level.elevation_m or 0.0,
                outline=around(places[level.id]).outline,
                extra=level.extra,
            )
            for level in roads.levels
        ),
        stations=stations_of(roads),
    )
    return finished_plant(path, facility, roads, _report(path, document, roads, given))


def _require_whole_characters(document: Any, path: Path) -> None:
    """BadDataError for a text with half a character: a JSON escape can make one, and no file can hold it."""
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except (RecursionError, ValueError) as error:
        raise BadDataError(f"{path}: a text cannot be kept in a file: {error}: mend the text") from error


def _points(roads: RouteNetwork, level: str) -> list[Point2]:
    level_of = {node.id: node.level for node in roads.nodes}
    places = [each.pose[:2] for each in roads.stations if each.pose and level_of[each.nodes[0]] == level]
    return [node.xy for node in roads.nodes if node.level == level] + places


def _report(
    path: Path, document: Mapping[str, Any], roads: RouteNetwork, elevations_m: Mapping[str, float]
) -> PlantReport:
    layouts = document.get("layouts") or []
    stations = sum(len(layout.get("stations") or ()) for layout in layouts)
    meta = document.get("metaInformation") or {}
    version = str(meta.get("lifVersion") or "of no told version")
    drawn = sum(bool(use.get("trajectory")) for use in _uses(layouts))
    curves = sum(use.trajectory is not None for edge in roads.edges for use in edge.uses)
    return PlantReport(
        file=path.name,
        form="LIF",
        version=version,
        used={
            "layouts": len(layouts),
            "nodes": len(roads.nodes),
            "edges": len(roads.edges),
            "stations": len(roads.stations),
            "trajectories": curves,
            "vehicle types": len(roads.vehicles),
        },
        left_out={
            "stations": stations - len(roads.stations),
            "trajectories": drawn - curves,
        },
        warnings=roads.warnings,
        notes=tuple(_notes(version, roads, elevations_m)),
    )


def _uses(layouts: list[Any]) -> Iterator[Mapping[str, Any]]:
    for layout in layouts:
        for edge in layout.get("edges") or ():
            yield from edge.get("vehicleTypeEdgeProperties") or ()


def _notes(version: str, roads: RouteNetwork, elevations_m: Mapping[str, float]) -> Iterator[str]:
    if version not in VERSIONS:
        yield f"version '{version}' is none of {', '.join(VERSIONS)}: read as 1.0.0"
    yield "LIF tells no walls, floors and widths of ways: each level is the rectangle around its nodes and stations"
    flat = [f"'{level.id}'" for level in roads.levels if level.id not in elevations_m]
    if len(roads.levels) > 1 and flat:
        yield f"LIF tells no elevations: {', '.join(flat)} at 0 m; give them with --elevation LEVEL=METRES"
    if (kinds := untold_kinds(roads)) is not None:
        yield kinds
    yield from road_notes(roads)
