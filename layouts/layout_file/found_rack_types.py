"""The rack types of a facility: rows that are made alike share one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from layouts.layout_file.layout_model import RackType
from spatial.facility import Bay, Facility, Location, Rack


@dataclass(frozen=True)
class _Use:
    """How the bays of a row are used."""

    positions: int = 1
    floor_places: bool = True


def rack_types_of(facility: Facility, within_m: float) -> tuple[dict[str, str], dict[str, RackType]]:
    """The name of the type of each rack by id, and the types by name, in the order of the racks.

    Rows of one type differ by no more than half of `within_m` in depth, length and tiers, and by no more than
    `within_m` in where a bay begins, the height of uprights and the width of uprights and beams.
    """
    places: dict[str, list[Location]] = defaultdict(list)
    for place in facility.locations:
        places[place.rack].append(place)
    types: dict[str, RackType] = {}
    names: dict[str, str] = {}
    for rack in facility.racks:
        use = _use(places[rack.id], rack)
        own = _rack_type(rack, use, within_m)
        alike = (name for name, each in types.items() if each == own or _suits(each, rack, use, within_m))
        name = next(alike, None)
        if name is None:
            first = rack.kind.removesuffix("_rack")
            name = first if first not in types else f"{first}-{len(types) + 1}"
            types[name] = own
        names[rack.id] = name
    return names, types


def _use(places: Sequence[Location], rack: Rack) -> _Use:
    """The usual number of places side by side; a row of no known places has one in each bay."""
    if not places:
        return _Use()
    widest: dict[tuple[int, int], int] = defaultdict(int)
    for place in places:
        widest[place.bay, place.tier] = max(widest[place.bay, place.tier], place.position)
    counts = np.bincount(list(widest.values()))
    return _Use(int(counts.argmax()), not rack.tiers or any(place.tier == 0 for place in places))


def _rack_type(rack: Rack, use: _Use, within_m: float) -> RackType:
    widths_m = [round(width_m, 4) for width_m in _widths_m(rack)]
    said: dict[str, Any] = {"kind": rack.kind, "depth_m": round(rack.depth_m, 3)}
    upright_m = round(rack.upright_width_m, 3)
    mean_m = round((rack.length_m - (len(widths_m) + 1) * upright_m) / len(widths_m), 4)
    regular = RackType(bay_width_m=mean_m, upright_width_m=upright_m)
    said |= (
        {"bay_width_m": mean_m} if _has_bays(regular, rack, within_m) else {"bay_widths_m": tuple(widths_m)}
    )
    said |= {"upright_width_m": upright_m, "tiers_m": tuple(round(tier.z_m, 3) for tier in rack.tiers)}
    if rack.tiers:
        lowest_m = min(np.diff([0.0, *said["tiers_m"]]))
        said["beam_height_m"] = round(min(lowest_m, np.mean([tier.beam_height_m for tier in rack.tiers])), 3)
    said |= {"height_m": round(max(rack.height_m, *said["tiers_m"], 0.0), 3), "positions": use.positions}
    if not use.floor_places:
        said["floor_places"] = False
    return RackType(**said)


def _widths_m(rack: Rack) -> Sequence[float]:
    """Clear widths between uprights of one width that fill the length, an upright before each bay."""
    upright_m = round(rack.upright_width_m, 3)
    starts_m = [0.0, *(bay.offset_m - upright_m for bay in rack.bays[1:]), rack.length_m - upright_m]
    return [float(width_m) - upright_m for width_m in np.diff(starts_m)]


def _suits(rack_type: RackType, rack: Rack, use: _Use, within_m: float) -> bool:
    return (
        (rack_type.kind, rack_type.positions, rack_type.floor_places)
        == (rack.kind, use.positions, use.floor_places)
        and abs(rack_type.depth_m - rack.depth_m) <= within_m / 2
        and abs(rack_type.top_m - rack.height_m) <= within_m
        and _all_near(rack_type.tiers_m, [tier.z_m for tier in rack.tiers], within_m / 2)
        and all(abs(rack_type.beam_height_m - tier.beam_height_m) <= within_m for tier in rack.tiers)
        and _has_bays(rack_type, rack, within_m)
    )


def _has_bays(rack_type: RackType, rack: Rack, within_m: float) -> bool:
    bays: Sequence[Bay] = rack.bays
    widths_m, upright_m = rack_type.widths_m(len(bays) or 1), rack_type.upright_width_m
    offsets_m = np.cumsum([upright_m, *(width_m + upright_m for width_m in widths_m)])
    return (
        abs(upright_m - rack.upright_width_m) <= within_m
        and _all_near(offsets_m[: len(bays)].tolist(), [bay.offset_m for bay in bays], within_m)
        and abs(offsets_m[-1] - rack.length_m) <= within_m / 2
    )


def _all_near(ones: Sequence[float], others: Sequence[float], within_m: float) -> bool:
    return len(ones) == len(others) and all(
        abs(one - other) <= within_m for one, other in zip(ones, others, strict=True)
    )
