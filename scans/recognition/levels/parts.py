"""What each storey holds, numbered through as the parts of one facility."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scans.levelled_scan import LevelledScan
from scans.recognition import as_built
from scans.recognition.aisles import FoundAisle, find_aisles
from scans.recognition.column_map import column_map
from scans.recognition.columns import find_columns
from scans.recognition.levels.legs import with_legs
from scans.recognition.levels.storeys import Storey
from scans.recognition.obstacles import FoundObstacle, find_obstacles
from scans.recognition.places.contents import beams_of
from scans.recognition.places.locations import find_locations
from scans.recognition.racks.choice import footprint
from scans.recognition.racks.rows import FoundRow
from scans.recognition.racks_and_walls import rack_rows
from scans.recognition.sight import look_around
from spatial.facility import Column, Level, Location, Obstacle, Rack

Rows = tuple[FoundRow, ...]


@dataclass(frozen=True)
class Shelved:
    """The rack rows of all storeys, one after the other, as `racks` of a facility, and the `lanes` among them."""

    rows: Rows
    racks: tuple[Rack, ...]
    lanes: tuple[FoundAisle, ...]
    lane_levels: tuple[str, ...]


def levels_of(storeys: Sequence[Storey]) -> tuple[Level, ...]:
    """The levels of a facility."""
    return tuple(
        as_built.level(storey.outline, storey.floor, name=storey.id, deck_m=storey.deck_m)
        for storey in storeys
    )


def rows_of(storeys: Sequence[Storey]) -> tuple[Rows, ...]:
    """The rack rows of each storey."""
    return tuple(
        rack_rows(storey.hall.points, storey.hall.heights, storey.walls, storey.hall.roof_m)
        for storey in storeys
    )


def shelved_of(storeys: Sequence[Storey], rows: Sequence[Rows]) -> Shelved:
    """Racks and lanes of the rack `rows` of each storey: those of one storey know nothing of another's."""
    racks: list[Rack] = []
    lanes: list[FoundAisle] = []
    lane_levels: list[str] = []
    for storey, own in zip(storeys, rows, strict=True):
        first = len(racks)
        found, faces, mates = find_aisles(own, storey.walls)
        for i, row in enumerate(own):
            mate = first + mates[i] + 1 if i in mates else None
            racks.append(as_built.rack(first + i + 1, row, storey.hall.floor, faces[i], mate, on=storey.id))
        lanes += [_counted_from(first, lane) for lane in found]
        lane_levels += [storey.id] * len(found)
    return Shelved(tuple(row for own in rows for row in own), tuple(racks), tuple(lanes), tuple(lane_levels))


def things_of(
    storeys: Sequence[Storey], rows: Sequence[Rows]
) -> tuple[tuple[Column, ...], tuple[Obstacle, ...]]:
    """Columns and obstacles that stand on the floor of each storey, beside its rack `rows`."""
    found = [
        (thing, storey.id)
        for storey, own in zip(storeys, rows, strict=True)
        for thing in _things(storey, own)
    ]
    columns, obstacles = as_built.things([thing for thing, _ in found], [on for _, on in found])
    return columns, with_legs(obstacles, levels_of(storeys))


def locations_of(hall: LevelledScan, storeys: Sequence[Storey], shelved: Shelved) -> tuple[Location, ...]:
    """The locations of all racks; who looked into them may have stood on any level of `hall`."""
    beams = beams_of(hall.points, hall.cloud.station, hall.stations)
    side_aisles = as_built.aisle_of_sides(shelved.lanes)
    found: list[Location] = []
    first = 0
    for storey in storeys:
        count = sum(rack.level == storey.id for rack in shelved.racks)
        own = slice(first, first + count)
        found += find_locations(
            shelved.rows[own], shelved.racks[own], shelved.lanes, side_aisles, storey.hall.points, beams,
            first=first,
        )  # fmt: skip
        first += count
    return tuple(found)


def _things(storey: Storey, rows: Sequence[FoundRow]) -> tuple[FoundObstacle, ...]:
    """What stands on the storey's floor; the maps of all of it that tell it are gone after."""
    hall = storey.hall
    low = column_map(hall.points, hall.heights, cell_m=0.05, top_m=hall.roof_m)
    sight = look_around(
        hall.above_floor(), hall.cloud.station, hall.eyes_above_floor, low.origin, low.bits.shape, low.cell_m
    )
    eyes = list(hall.stations.values())
    pillars = find_columns(hall.points, hall.heights, low, storey.walls, rows, eyes, hall.roof_m)
    known = [*map(footprint, rows), *(pillar.footprint for pillar in pillars)]
    return pillars + find_obstacles(low, sight, storey.outline, storey.walls, known, hall.roof_m)


def _counted_from(first: int, lane: FoundAisle) -> FoundAisle:
    return replace(lane, sides=tuple(replace(side, row=first + side.row) for side in lane.sides))
