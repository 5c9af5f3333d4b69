"""From a layout to the planned Facility: the same kind of value that a scan gives, with nothing unsure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import shapely

from layouts.layout_file.aisle_widths import measured_aisles
from layouts.layout_file.block_rows import LEVEL, Row, rows_of_blocks
from layouts.layout_file.layout_fault import LayoutFault, raise_faults
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.placement import Placement
from layouts.layout_file.reference_checks import reference_faults
from layouts.layout_file.standing_checks import as_solids, standing_faults, standing_things
from spatial.facility import (
    Column,
    Facility,
    Level,
    Location,
    Obstacle,
    Opening,
    Provenance,
    Station,
    Wall,
)
from spatial.locations import location_box


def build_layout(layout: Layout, *, provenance: Provenance | None = None) -> Facility:
    """The planned facility of a layout; every sigma is 0 and every place is empty.

    1. Names and references are checked, then the rows, walls and what else stands there is drawn in the world.
    2. Nothing may stand in anything else or outside.
    3. Aisles, with a cross-aisle before and behind every block, are as wide as what stands there leaves them.
    4. Every bay gets its places, addressed aisle-bay-level-position: odd bays left, even ones right.

    Raises LayoutError with all faults of the first of these steps that finds any.
    """
    raise_faults(reference_faults(layout))  # 1
    site = Placement(layout.site.origin_m, Placement().yaw(layout.site.heading_deg))
    outline = shapely.Polygon(site.points(layout.building.corners_m))
    blocks = rows_of_blocks(layout, site)
    rows = [row for block in blocks for row in block.rows]
    raise_faults(_repeated_numbers(layout, rows))
    columns, obstacles, stations = _columns(layout, site), _obstacles(layout, site), _stations(layout, site)
    things = standing_things(rows, columns, obstacles, [block.id for block in layout.blocks])
    raise_faults(standing_faults(layout, outline, things, stations))  # 2
    strips = [strip for block in blocks for strip in block.strips]
    aisles, faults = measured_aisles(strips, as_solids(outline, things))  # 3
    raise_faults(iter(faults))
    return Facility(
        id=layout.id,
        name=layout.name or layout.id,
        kind="planned",
        provenance=(provenance or Provenance(source=layout.id, method="layout"),),
        levels=(_level(layout, site),),
        walls=_walls(layout, site),
        columns=tuple(column for _, column in columns),
        racks=tuple(row.rack for row in rows),
        locations=tuple(place for row in rows for place in _locations(row)),  # 4
        obstacles=obstacles,
        aisles=(*(a for a in aisles if not a.cross), *(a for a in aisles if a.cross)),
        stations=stations,
    )


def _repeated_numbers(layout: Layout, rows: Sequence[Row]) -> Iterator[LayoutFault]:
    """Where first_row or first_aisle give two rows one id, or two blocks one aisle."""
    racks: dict[str, int] = {}
    aisles: dict[int, int] = {}
    told: set[tuple[int, str]] = set()
    for row in rows:
        for key, name, other in (
            ("first_row", row.rack.id, racks.setdefault(row.rack.id, row.block)),
            ("first_aisle", f"A{row.aisle}", aisles.setdefault(row.aisle, row.block)),
        ):
            if other != row.block and (row.block, key) not in told:
                told.add((row.block, key))
                owner = f"{name} is there twice, in block {layout.blocks[other].id!r} too"
                yield LayoutFault(("blocks", row.block, key), f"{owner}: set {key} to a number that is free")


def _level(layout: Layout, site: Placement) -> Level:
    corners = site.points(layout.building.corners_m)
    return Level(id=LEVEL, elevation_m=layout.building.elevation_m, outline=corners)


def _walls(layout: Layout, site: Placement) -> tuple[Wall, ...]:
    building = layout.building
    corners = site.points(building.corners_m)
    doors: dict[str, list[Opening]] = {f"W{i + 1}": [] for i in range(len(corners))}
    for wall, opening in _openings(layout):
        doors[wall].append(opening)
    return tuple(
        Wall(
            id=f"W{i + 1}",
            level=LEVEL,
            p0=corners[i],
            p1=corners[(i + 1) % len(corners)],
            height_m=building.height_m,
            thickness_m=building.wall_thickness_m,
            openings=tuple(doors[f"W{i + 1}"]),
        )
        for i in range(len(corners))
    )


def _openings(layout: Layout) -> Iterator[tuple[str, Opening]]:
    """Every door with its wall; those without an id are numbered past the ids that are taken."""
    doors = layout.building.doors
    names = _numbered("D", {door.id for door in doors})
    for door in doors:
        for number in range(door.count):
            start_m = door.at_m + number * door.pitch_m
            yield (
                door.wall,
                Opening(
                    id=door.id or next(names),
                    kind=door.kind,
                    s0_m=start_m,
                    s1_m=start_m + door.width_m,
                    z0_m=door.sill_m,
                    z1_m=door.sill_m + door.height_m,
                    closed=door.closed,
                ),
            )


def _numbered(letter: str, taken: set[str | None]) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        if f"{letter}{number}" not in taken:
            yield f"{letter}{number}"


def _columns(layout: Layout, site: Placement) -> list[tuple[int, Column]]:
    """Every column with the index of its grid."""
    places = [
        (grid, x, y) for grid, columns in enumerate(layout.columns) for x in columns.x_m for y in columns.y_m
    ]
    return [
        (
            grid,
            Column(
                id=f"C{i + 1}",
                level=LEVEL,
                center=site.point(x, y),
                size_m=layout.columns[grid].size_m,
                yaw_rad=site.yaw_rad,
                height_m=layout.building.height_m,
            ),
        )
        for i, (grid, x, y) in enumerate(places)
    ]


def _obstacles(layout: Layout, site: Placement) -> tuple[Obstacle, ...]:
    names = _numbered("O", {box.id for box in layout.obstacles})
    return tuple(
        Obstacle(
            id=box.id or next(names),
            level=LEVEL,
            kind=box.kind,
            footprint=site.points(box.corners_m),
            z0_m=box.bottom_m,
            z1_m=box.bottom_m + box.height_m,
            movable=box.movable,
        )
        for box in layout.obstacles
    )


def _stations(layout: Layout, site: Placement) -> tuple[Station, ...]:
    return tuple(
        Station(
            id=spot.id,
            level=LEVEL,
            kind=spot.kind,
            pose=site.pose(*spot.at_m, spot.heading_deg),
            servers=spot.servers,
        )
        for spot in layout.stations
    )


def _locations(row: Row) -> Iterator[Location]:
    """Bay by bay from the aisle's entry, tier by tier, position by position."""
    rack, positions = row.rack, row.rack_type.positions
    for bay in range(len(rack.bays)):
        for tier in range(0 if row.rack_type.floor_places else 1, len(rack.tiers) + 1):
            for position in range(1, positions + 1):
                center, size = location_box(rack, bay, tier, position, positions)
                yield Location(
                    id=f"{row.aisle:02}-{2 * bay + row.side + 1:02}-{tier + 1:02}-{position:02}",
                    rack=rack.id,
                    bay=bay,
                    tier=tier,
                    position=position,
                    center=center,
                    size_m=size,
                    state="empty",
                )
