"""The tables of racks, locations, aisles and stations: what stands where, how large it is, how sure that is."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from spatial.facility import Bay, Rack, Tier
from viewer.exports.source import Source
from viewer.exports.tables.building_tables import LEVEL, SIGMA
from viewer.exports.tables.columns import (
    count,
    counted,
    distance,
    ends,
    flag,
    listed,
    metres,
    number,
    place,
    size,
    text,
)
from viewer.exports.tables.table import Table

RACK = text("rack", "Rack row that it is part of.", refers_to=("racks", "rack"))


class RackRow(NamedTuple):
    """A row and how many locations it has, all and occupied ones."""

    rack: Rack
    locations: int
    occupied: int


class BayRow(NamedTuple):
    """A bay of a row, by its index in `bays`."""

    rack: str
    bay: int
    opening: Bay
    locations: int
    occupied: int


class TierRow(NamedTuple):
    """A carried tier of a row, counted from 1; the floor is 0."""

    rack: str
    tier: int
    beam: Tier


def _racks(source: Source) -> list[RackRow]:
    places = Counter(each.rack for each in source.facility.locations)
    full = Counter(each.rack for each in source.facility.locations if each.state == "occupied")
    return [RackRow(rack, places[rack.id], full[rack.id]) for rack in source.facility.racks]


def _bays(source: Source) -> list[BayRow]:
    places = Counter((each.rack, each.bay) for each in source.facility.locations)
    full = Counter((each.rack, each.bay) for each in source.facility.locations if each.state == "occupied")
    return [
        BayRow(rack.id, i, bay, places[rack.id, i], full[rack.id, i])
        for rack in source.facility.racks
        for i, bay in enumerate(rack.bays)
    ]


def _tiers(source: Source) -> list[TierRow]:
    return [
        TierRow(rack.id, number_, tier)
        for rack in source.facility.racks
        for number_, tier in enumerate(rack.tiers, 1)
    ]


STORAGE_TABLES: tuple[Table[Any], ...] = (
    Table(
        name="racks",
        meaning="Rack rows.",
        key=("rack",),
        rows=_racks,
        columns=(
            text("rack", "Id of the row.", "rack.id"),
            text("level", "Level that it is on.", "rack.level", refers_to=("levels", "level")),
            text("kind", "pallet_rack, shelving, cantilever, flow or other.", "rack.kind"),
            *place("Middle of the footprint", "rack.center", "xy"),
            metres("base_z_m", "Height in the world that the row stands on.", "rack.base_z_m"),
            number("yaw_rad", "rad", "Heading of its long axis.", "rack.yaw_rad"),
            metres("length_m", "Length along the row.", "rack.length_m"),
            metres("depth_m", "Depth across it.", "rack.depth_m"),
            metres("height_m", "Height of its uprights.", "rack.height_m"),
            metres("upright_width_m", "Width of an upright along the row.", "rack.upright_width_m"),
            count("bays", "Number of bays.", counted("rack.bays")),
            count("tiers", "Number of carried tiers, the floor not counted.", counted("rack.tiers")),
            count("missing_beams", "Bays and tiers whose beams are missing.", counted("rack.missing_beams")),
            text(
                "faces",
                "Sides that face an aisle, spaces between: 1 left of the heading, -1 right of it.",
                listed("rack.faces"),
                may_lack=True,
            ),
            text(
                "back_to_back",
                "Row behind it.",
                "rack.back_to_back",
                may_lack=True,
                refers_to=("racks", "rack"),
            ),
            count("locations", "Its locations."),
            count("occupied", "Those that are occupied."),
            metres("sigma_m", SIGMA, "rack.sigma_m"),
            number(
                "yaw_sigma_rad",
                "rad",
                "Standard deviation of the heading.",
                "rack.yaw_sigma_rad",
                may_lack=True,
            ),
            count(
                "evidence_points",
                "Points of the scan that it was found from.",
                "rack.evidence_points",
                may_lack=True,
            ),
        ),
    ),
    Table(
        name="bays",
        meaning="The clear openings between uprights.",
        key=("rack", "bay"),
        rows=_bays,
        columns=(
            RACK,
            count("bay", "Index in the row, from 0."),
            metres("offset_m", "From the row's start to the opening.", "opening.offset_m"),
            metres("width_m", "Clear width.", "opening.width_m"),
            count("locations", "Locations in it, on all tiers."),
            count("occupied", "Those that are occupied."),
        ),
    ),
    Table(
        name="tiers",
        meaning="The carried levels of rack rows; the floor is tier 0 and not listed.",
        key=("rack", "tier"),
        rows=_tiers,
        columns=(
            RACK,
            count("tier", "From 1 upwards."),
            metres("z_m", "Top of the beam above the row's base.", "beam.z_m"),
            metres("beam_height_m", "Height of the beam.", "beam.beam_height_m"),
            metres("sigma_m", SIGMA, "beam.sigma_m"),
        ),
    ),
    Table(
        name="locations",
        meaning="Addressed places, and what is in them.",
        key=("location",),
        rows=lambda source: source.facility.locations,
        columns=(
            text("location", "Address.", "id"),
            RACK,
            count("bay", "Index of the bay in the row, from 0."),
            count("tier", "0 on the floor, n on the n-th beam."),
            count("position", "From 1 along the row's heading."),
            *place("Middle of the place", "center"),
            *size(),
            metres("height_m", "Size upwards.", lambda each: each.size_m[2]),
            text("state", "occupied, empty, or unseen where nothing is known."),
            number("fill", "1", "Share of the height that the load takes.", may_lack=True),
            number("confidence", "1", "How sure the state is, 0 to 1.", may_lack=True),
        ),
    ),
    Table(
        name="aisles",
        meaning="Lanes between rack faces, and those that join them.",
        key=("aisle",),
        rows=lambda source: source.facility.aisles,
        columns=(
            text("aisle", "Id of the aisle.", "id"),
            LEVEL,
            *ends(),
            metres("length_m", "From start to end.", distance),
            metres("clear_width_m", "Clear width."),
            metres("sigma_m", SIGMA),
            flag("cross", "Whether it joins aisles."),
            flag("blocked", "Whether something stands in it."),
            text("racks", "Rows on its sides, spaces between.", listed("racks"), may_lack=True),
            text("blocked_by", "What stands in it, spaces between.", listed("blocked_by"), may_lack=True),
        ),
    ),
    Table(
        name="stations",
        meaning="Where tours start and end, and where work is done.",
        key=("station",),
        rows=lambda source: source.facility.stations,
        columns=(
            text("station", "Id of the station.", "id"),
            LEVEL,
            text("kind", "depot, pack, dock, charge or p_and_d."),
            *place("Its place", "pose", "xy"),
            number("yaw_rad", "rad", "Heading.", lambda station: station.pose[2]),
            count("servers", "Seats."),
        ),
    ),
)
