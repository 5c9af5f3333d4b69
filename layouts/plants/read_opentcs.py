"""A plant from an openTCS plant model: points and paths as roads, locations and parking positions as stations.

openTCS draws no walls, floors and widths of ways. Each level is given the rectangle around what stands on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from layouts.plants.ground import around, require_width
from layouts.plants.opentcs.floors import Floor, floor_at, floors_of
from layouts.plants.opentcs.network import Closed, X, Y, Z, add_network, location_extra
from layouts.plants.opentcs.tags import MM, Tag, parse_tags
from layouts.plants.opentcs.work_kinds import kind_of_location
from layouts.plants.plant import Plant, PlantReport, Told, finished_plant
from layouts.plants.road_notes import road_notes
from layouts.plants.work_places import facility_kind, stations_of, untold_kinds
from spatial.exchange.documents import read_bytes
from spatial.exchange.route_network import RouteNetwork
from spatial.facility import Facility, Level, Station

VERSIONS = ("0.0.2", "0.0.3", "0.0.4", "0.0.5", "6.0.0", "7.0.0")

Lengths: TypeAlias = Literal["told", "drawn"]

_REMEDY: dict[Lengths, str] = {
    "told": "those told are taken; to take those drawn, pass --lengths drawn",
    "drawn": "those drawn are taken",
}

NAMED = 3


def read_opentcs(path: Path, *, lengths: Lengths = "told") -> Plant:
    """The plant of an openTCS plant model; coordinates, lengths and speeds are mm and mm/s by definition.

    A path has a length of its own beside its drawing: `lengths` says which counts, and a note tells where the
    two differ. Raises BadDataError with file, line and what was expected.
    """
    draft = Told(str(path))
    model = parse_tags(read_bytes(path), draft)
    if model.name != "model":
        draft.fail(model.at, f"'{model.name}' where an openTCS plant model begins with <model version=…>")
    heights = [(tag.optional_number(*Z) or 0.0) * MM for tag in model.all("point")]
    floors = floors_of(heights)
    closed = add_network(model, draft, floors)
    roads = draft.finish(model.told.get("name", "") or path.stem)
    notes = tuple(_notes(model, roads, floors, closed, lengths))
    if lengths == "drawn":
        roads = replace(
            roads,
            edges=tuple(edge if edge.link else replace(edge, length_m=None) for edge in roads.edges),
        )
    unlinked = list(_unlinked(model, floors))
    works = [station for kind, station in unlinked if kind]
    stations = (*stations_of(roads), *works)
    beside = {
        "vehicles": [_vehicle(tag) for tag in model.all("vehicle")],
        "peripherals": [_peripheral(station) for kind, station in unlinked if not kind],
    }
    facility = Facility(
        id=roads.id,
        name=roads.id,
        kind="planned",
        levels=tuple(_level(floor, roads, stations) for floor in floors),
        stations=stations,
        extra={name: told for name, told in beside.items() if told},
    )
    corners = [corner for level in facility.levels for corner in level.outline]
    require_width(corners, draft, unit="openTCS is in millimetres, write the positions in mm")
    report = PlantReport(
        file=path.name,
        form="openTCS",
        version=model.told.get("version", "") or "of no told version",
        used=_used(model, closed),
        left_out=_left_out(model, closed),
        warnings=tuple(draft.warnings),
        notes=notes,
    )
    return finished_plant(path, facility, roads, report)


def _level(floor: Floor, roads: RouteNetwork, stations: tuple[Station, ...]) -> Level:
    """A floor with the rectangle around its points and stations."""
    places = [node.xy for node in roads.nodes if node.level == floor.id]
    places += [station.pose[:2] for station in stations if station.level == floor.id]
    return Level(id=floor.id, elevation_m=floor.elevation_m, outline=around(places).outline)


def _unlinked(model: Tag, floors: list[Floor]) -> Iterator[tuple[str, Station]]:
    """Locations that no point is linked to, each with its kind, "" for one such as a fire door."""
    kinds = {tag.text("name"): tag for tag in model.all("locationType")}
    for tag in model.all("location"):
        if tag.first("link") is None:
            height = (tag.optional_number(*Z) or 0.0) * MM
            x, y = tag.optional_number(*X), tag.optional_number(*Y)
            if x is None or y is None:
                tag.draft.warn(tag.at, "has neither a position nor a link: left out")
                continue
            kind = kind_of_location(tag, kinds)
            yield (
                kind,
                Station(
                    id=tag.text("name"),
                    level=floor_at(floors, height).id,
                    kind=facility_kind(kind),
                    pose=(x * MM, y * MM, 0.0),
                    extra=location_extra(tag, {}),
                ),
            )


def _peripheral(place: Station) -> dict[str, Any]:
    """A device that vehicles pass or wait for and do not work at: where it is, and what it is."""
    return {"id": place.id, "level": place.level, "at_m": list(place.pose[:2]), **place.extra}


def _vehicle(tag: Tag) -> dict[str, Any]:
    """A vehicle's name, size and speeds in metres; before version 6 only its length is told."""
    box = tag.first("boundingBox") or tag
    told = {
        "length_m": box.optional_number("length"),
        "width_m": box.optional_number("width"),
        "height_m": box.optional_number("height"),
        "speed_m_s": tag.optional_number("maxVelocity"),
        "reverse_speed_m_s": tag.optional_number("maxReverseVelocity"),
    }
    metres = {name: value * MM for name, value in told.items() if value is not None}
    envelope = {"envelope": key} if (key := tag.told.get("envelopeKey")) else {}
    return {"id": tag.text("name"), **metres, **envelope}


_KINDS = {
    "point": "points",
    "path": "paths",
    "location": "locations",
    "locationType": "location types",
    "vehicle": "vehicles",
    "block": "blocks",
}
"""The elements that are read, and what they are called in the report."""

_READ_BESIDE = ("visualLayout", "property")


def _used(model: Tag, closed: Closed) -> dict[str, int]:
    found = Counter(tag.name for tag in model.children)
    counts = {words: found[name] for name, words in _KINDS.items()}
    return counts | {"paths": counts["paths"] - len(closed.locked) - len(closed.speedless)}


def _left_out(model: Tag, closed: Closed) -> dict[str, int]:
    found = Counter(tag.name for tag in model.children if tag.name not in (*_KINDS, *_READ_BESIDE))
    layout = model.first("visualLayout")
    drawn = Counter(tag.name for tag in (layout.children if layout is not None else ()))
    return {
        "locked paths": len(closed.locked),
        "paths without a speed": len(closed.speedless),
        "drawing layers": drawn["layer"],
        **{f"{name} elements": count for name, count in sorted(found.items())},
    }


def _notes(
    model: Tag, roads: RouteNetwork, floors: list[Floor], closed: Closed, lengths: Lengths
) -> Iterator[str]:
    version = model.told.get("version", "")
    if version not in VERSIONS:
        yield f"version '{version}' is none of {', '.join(VERSIONS)}: read by the names of its elements"
    yield "openTCS tells no walls, floors and widths of ways: each level is the rectangle around what stands on it"
    if len(floors) > 1:
        levels = ", ".join(f"{floor.id} at {floor.elevation_m:g} m" for floor in floors)
        yield f"levels are told from the heights of points: {levels}"
    for floor in floors:
        if floor.top_m > floor.elevation_m:
            yield f"points of {floor.id} lie at heights from {floor.elevation_m:g} to {floor.top_m:g} m"
    if closed.locked:
        yield f"{_some(closed.locked)}: paths that are locked and left out"
    if closed.speedless:
        yield f"{_some(closed.speedless)}: paths without a speed either way, left out"
    unlinked = [tag.text("name") for tag in model.all("location") if tag.first("link") is None]
    if unlinked:
        yield (
            f"{_some(unlinked)}: locations that are linked to no point; those of a known kind are stations, "
            "others are kept as peripherals"
        )
    if (kinds := untold_kinds(roads)) is not None:
        yield kinds
    yield from road_notes(roads, remedy=_REMEDY[lengths])


def _some(names: Sequence[str]) -> str:
    """The first of some names, and how many they are."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(f"'{name}'" for name in names[:NAMED]) + more
