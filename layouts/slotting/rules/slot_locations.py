"""What is told of each location that rules ask for: by the facility, and by a table that goes before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from layouts.csv_table import read_rows
from layouts.rules.masses import told_kg
from layouts.slotting.rules.slot_items import check_columns, number
from spatial.errors import BadDataError
from spatial.facility import Facility, Location, Point3

SIZES = ("width_m", "depth_m", "height_m")
COLUMNS = (
    *("location", *SIZES, "max_mass_kg", "zone", "temperature"),
    *("role", "most_skus", "families", "hazards"),
)
IGNORED = ("aisle", "bay", "level", "position", "x_m", "y_m", "z_m")
BETWEEN = "|"
"""Stands between the names of a cell with several."""

PickOrReserve = Literal["pick", "reserve"]


@dataclass(frozen=True, kw_only=True)
class SlotLocation:
    """A location: where it is, in what, and what it takes.

    `center` is in the world and `bottom_m` its lower side above the foot of its rack; `size_m` is its width along the
    rack, its depth and its height. `aisles` are those that its rack faces; a rack that faces none is its own.
    `beam_kg` is what its tier of its bay carries, None on the floor or where it is not told. `families` and `hazards`
    are the only ones that it accepts, None where it tells nothing.
    """

    id: str
    center: Point3
    bottom_m: float
    rack: str
    bay: int
    tier: int
    aisles: tuple[str, ...]
    size_m: Point3
    beam_kg: float | None = None
    max_mass_kg: float | None = None
    zone: str | None = None
    temperature: str | None = None
    role: PickOrReserve | None = None
    most_skus: int | None = None
    families: frozenset[str] | None = None
    hazards: frozenset[str] | None = None


def slot_locations(facility: Facility, table: Path | None = None) -> tuple[SlotLocation, ...]:
    """All locations of the facility, in its order; the cells of `table` (see COLUMNS) go before what it tells.

    A location without a row, and an empty cell, have what the facility tells: size, heights, aisles that its rack
    faces. Raises BadDataError with file, row and column for a value that cannot be, for a location that is not in
    the facility or comes twice, and for a column that is not known.
    """
    aisles: dict[str, list[str]] = defaultdict(list)
    for aisle in facility.aisles:
        for rack in aisle.racks if not aisle.cross else ():
            aisles[rack].append(aisle.id)
    rows = {} if table is None else _read_rows(table, facility)
    foot = {rack.id: rack.base_z_m for rack in facility.racks}
    beams = {
        (rack.id, number + 1): told_kg(tier.extra, "load_limit_kg", f"tier {number + 1} of rack '{rack.id}'")
        for rack in facility.racks
        for number, tier in enumerate(rack.tiers)
    }
    return tuple(
        _location(
            place,
            rows.get(place.id),
            foot_m=foot.get(place.rack, 0.0),
            aisles=tuple(sorted(aisles[place.rack])) or (place.rack,),
            beam_kg=beams.get((place.rack, place.tier)),
        )
        for place in facility.locations
    )


def _read_rows(path: Path, facility: Facility) -> dict[str, tuple[str, Mapping[str, str]]]:
    known = {place.id for place in facility.locations}
    rows: dict[str, tuple[str, Mapping[str, str]]] = {}
    for row, cells in read_rows(path, required=("location",)):
        check_columns(path, cells, (*COLUMNS, *IGNORED))
        name = cells["location"]
        if name not in known:
            raise BadDataError(
                f"{path} row {row} column 'location' has '{name}', which facility '{facility.id}' has not: "
                "correct the id or remove the row"
            )
        if name in rows:
            raise BadDataError(
                f"{path} row {row} column 'location' has '{name}' again: keep one row a location"
            )
        rows[name] = (f"{path} row {row}", cells)
    return rows


def _location(
    place: Location,
    told: tuple[str, Mapping[str, str]] | None,
    *,
    foot_m: float,
    aisles: tuple[str, ...],
    beam_kg: float | None,
) -> SlotLocation:
    where, cells = told or ("", {})
    sizes = [number(where, cells, column, low=1e-3, high=100, unit="m") for column in SIZES]
    width, depth, height = (
        own if size is None else size for size, own in zip(sizes, place.size_m, strict=True)
    )
    return SlotLocation(
        id=place.id,
        center=place.center,
        bottom_m=round(place.center[2] - place.size_m[2] / 2 - foot_m, 4),
        rack=place.rack,
        bay=place.bay,
        tier=place.tier,
        aisles=aisles,
        size_m=(width, depth, height),
        beam_kg=beam_kg,
        max_mass_kg=number(where, cells, "max_mass_kg", low=0, high=1e5, unit="kg"),
        zone=cells.get("zone") or None,
        temperature=cells.get("temperature") or None,
        role=_role(where, cells.get("role", "")),
        most_skus=_most_skus(where, cells),
        families=_names(cells.get("families", "")),
        hazards=_names(cells.get("hazards", "")),
    )


def _role(where: str, text: str) -> PickOrReserve | None:
    if text not in ("", "pick", "reserve"):
        raise BadDataError(f"{where} column 'role' is '{text}': write pick or reserve")
    return cast(PickOrReserve, text) if text else None


def _most_skus(where: str, cells: Mapping[str, str]) -> int | None:
    most = number(where, cells, "most_skus", low=1, high=1000, unit="SKUs")
    if most is not None and most != int(most):
        raise BadDataError(f"{where} column 'most_skus' is '{cells['most_skus']}': expected a whole number")
    return None if most is None else int(most)


def _names(text: str) -> frozenset[str] | None:
    names = frozenset(name.strip() for name in text.split(BETWEEN) if name.strip())
    return names or None
