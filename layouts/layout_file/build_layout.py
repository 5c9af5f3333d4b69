"""From a layout to the planned Facility: the same kind of value that a scan gives, with nothing unsure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layouts.layout_file.addressed import with_addresses
from layouts.layout_file.aisle_widths import measured_aisles
from layouts.layout_file.block_rows import Row, Strip, rows_of_blocks
from layouts.layout_file.building_model import Door, InnerDoor
from layouts.layout_file.columns_and_legs import columns_of, legs_of
from layouts.layout_file.floor_links import link_faults, links_extra
from layouts.layout_file.floors import Floor, floors_of
from layouts.layout_file.inner_walls import DrawnWall, inner_walls, openings_of, with_doors
from layouts.layout_file.layout_fault import KeyPath, LayoutFault, raise_faults
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.numbered import numbered
from layouts.layout_file.placement import Placement
from layouts.layout_file.reference_checks import reference_faults
from layouts.layout_file.standing_checks import Standing, as_solids, standing_faults, standing_things
from layouts.layout_file.standing_walls import blocked_doorways, standing_walls
from spatial.facility import Aisle, Facility, Location, Obstacle, Provenance, Station, Wall
from spatial.locations import location_box


def build_layout(layout: Layout, *, provenance: Provenance | None = None) -> Facility:
    """The planned facility of a layout; every sigma is 0 and every place is empty.

    1. Names and references are checked, then the rows, walls and what else stands there is drawn in the world.
    2. Nothing may stand in anything else, outside its floor, over a hole or up into the floor above.
    3. Aisles, with a cross-aisle before and behind every block, are as wide as what stands there leaves them.
    4. Every bay gets its places, addressed aisle-bay-level-position: odd bays left, even ones right; or by the
       layout's own scheme.

    Raises LayoutError with all faults of the first of these steps that finds any.
    """
    raise_faults(reference_faults(layout))  # 1
    site = Placement(layout.site.origin_m, Placement().yaw(layout.site.heading_deg))
    floors = floors_of(layout, site)
    blocks = rows_of_blocks(layout, site)
    rows = [row for block in blocks for row in block.rows]
    raise_faults(_repeated_numbers(layout, rows))
    names = numbered("D", {door.id for door in _doors(layout, floors)})
    outer = list(_walls(layout, floors, names))
    inner = with_doors(layout, inner_walls(layout, site, floors), names)
    columns, stations = columns_of(layout, site, floors), _stations(layout, site)
    obstacles = [*_obstacles(layout, site), *legs_of(layout, site, floors)]
    things = standing_things(rows, columns, obstacles, [block.id for block in layout.blocks])
    things += standing_walls(inner, layout.building.wall_thickness_m)
    raise_faults(_standing_faults(layout, site, floors, things, stations, inner))  # 2
    strips = [strip for block in blocks for strip in block.strips]
    aisles, faults = _aisles(floors, strips, things)  # 3
    raise_faults(iter(faults))
    facility = Facility(
        id=layout.id,
        name=layout.name or layout.id,
        kind="planned",
        provenance=(provenance or Provenance(source=layout.id, method="layout"),),
        levels=tuple(floor.level for floor in floors),
        walls=(*outer, *(each.wall for each in inner)),
        columns=tuple(column for _, column in columns),
        racks=tuple(row.rack for row in rows),
        locations=tuple(place for row in rows for place in _locations(row)),  # 4
        obstacles=tuple(obstacle for _, obstacle in obstacles),
        aisles=(*(a for a in aisles if not a.cross), *(a for a in aisles if a.cross)),
        stations=tuple(station for _, station in stations),
        extra=links_extra(layout, site),
    )
    return facility if layout.addresses is None else with_addresses(facility, layout.addresses, site)


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


def _standing_faults(
    layout: Layout,
    site: Placement,
    floors: Sequence[Floor],
    things: Sequence[Standing],
    stations: Sequence[tuple[KeyPath, Station]],
    inner: Sequence[DrawnWall],
) -> Iterator[LayoutFault]:
    for floor in floors:
        level = floor.level.id
        here = [thing for thing in things if thing.level == level]
        yield from standing_faults(floor, here, [each for each in stations if each[1].level == level])
        yield from blocked_doorways([each for each in inner if each.wall.level == level], here)
        yield from link_faults(layout, site, floor, here)


def _aisles(
    floors: Sequence[Floor], strips: Sequence[Strip], things: Sequence[Standing]
) -> tuple[list[Aisle], list[LayoutFault]]:
    aisles: list[Aisle] = []
    faults: list[LayoutFault] = []
    for floor in floors:
        level = floor.level.id
        solids = as_solids(floor, [thing for thing in things if thing.level == level])
        found, wrong = measured_aisles([strip for strip in strips if strip.level == level], solids)
        aisles += found
        faults += wrong
    return aisles, faults


def _doors(layout: Layout, floors: Sequence[Floor]) -> Iterator[Door | InnerDoor]:
    for floor in floors:
        yield from floor.doors
    for wall in layout.walls:
        yield from wall.doors


def _walls(layout: Layout, floors: Sequence[Floor], names: Iterator[str]) -> Iterator[Wall]:
    """Those of the ground floor are W1, W2, …; of a level with walls, `<level>-W1` and so on.

    Doors without an id get the next of `names`.
    """
    for floor in (floor for floor in floors if floor.has_walls):
        corners = floor.level.outline
        placed = [(door.wall, tuple(openings_of((door,), names))) for door in floor.doors]
        for i, wall in enumerate(floor.wall_ids):
            yield Wall(
                id=wall,
                level=floor.level.id,
                p0=corners[i],
                p1=corners[(i + 1) % len(corners)],
                height_m=floor.ceiling_m,
                thickness_m=layout.building.wall_thickness_m,
                openings=tuple(each for side, doors in placed if side == f"W{i + 1}" for each in doors),
            )


def _obstacles(layout: Layout, site: Placement) -> Iterator[tuple[KeyPath, Obstacle]]:
    names = numbered("O", {box.id for box in layout.obstacles})
    for i, box in enumerate(layout.obstacles):
        yield (
            ("obstacles", i),
            Obstacle(
                id=box.id or next(names),
                level=layout.level_of(box),
                kind=box.kind,
                footprint=site.points(box.corners_m),
                z0_m=box.bottom_m,
                z1_m=box.bottom_m + box.height_m,
                movable=box.movable,
            ),
        )


def _stations(layout: Layout, site: Placement) -> list[tuple[KeyPath, Station]]:
    return [
        (
            ("stations", i),
            Station(
                id=spot.id,
                level=layout.level_of(spot),
                kind=spot.kind,
                pose=site.pose(*spot.at_m, spot.heading_deg),
                servers=spot.servers,
            ),
        )
        for i, spot in enumerate(layout.stations)
    ]


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
