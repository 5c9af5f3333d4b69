"""Rules about one unit in one location, as tables: classes of units against classes of locations."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.slotting.rules.needs import MG_PER_KG, MM3_PER_M3, given, items_of, needed, pieces_of, volume_mm3
from layouts.slotting.rules.settings import SlotRules
from layouts.slotting.rules.slot_items import SlotItem, SlotItems
from layouts.slotting.rules.slot_locations import SlotLocation

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MM_PER_M = 1e3


class Unary(NamedTuple):
    """`table` (A, B): may a unit of class `of_unit` (U,) be in a location of class `of_location` (L,)?"""

    name: str
    of_unit: Ints
    of_location: Ints
    table: Bools


def unary_rules(
    skus: Sequence[str], items: SlotItems, locations: Sequence[SlotLocation], settings: SlotRules
) -> Iterator[Unary]:
    """One for each rule, and for each class that a rule names."""
    its = items_of(skus, items)
    yield from _loads(skus, items, locations, settings)
    if settings.orientation:
        yield _pairs(
            "orientation",
            [(item.size_mm, item.keep_upright) for item in its],
            [tuple(round(size * MM_PER_M, 3) for size in place.size_m) for place in locations],
            lambda unit, size: fits(unit[0], unit[1], size),
        )
    for step in settings.weight_by_level:
        yield _chosen(
            f"weight by level: at most {step.most_kg:g} kg above {step.above_m:g} m",
            [(item.mass_kg or 0.0) > step.most_kg for item in its],
            [place.bottom_m <= step.above_m for place in locations],
        )
    if settings.role is not None:
        yield _chosen("role: pick faces", [True] * len(its), [_is_picked(it, settings) for it in locations])
    yield from _temperatures(its, locations, settings)
    yield from _hazards(its, locations, settings)
    yield from _families(its, locations, settings)


def fits(size_mm: tuple[float, float, float] | None, keep_upright: bool, space_mm: tuple[float, ...]) -> bool:
    """Whether a piece of length, width and height fits width, depth and height, turned as it may be."""
    if size_mm is None:
        return True
    if not keep_upright:
        pairs = zip(sorted(size_mm), sorted(space_mm), strict=True)
    else:
        pairs = zip((*sorted(size_mm[:2]), size_mm[2]), (*sorted(space_mm[:2]), space_mm[2]), strict=True)
    return all(size <= space for size, space in pairs)


def _loads(
    skus: Sequence[str], items: SlotItems, locations: Sequence[SlotLocation], settings: SlotRules
) -> Iterator[Unary]:
    if settings.cube is not None:
        yield _at_most("cube", volumes_mm3(skus, items), rooms_mm3(locations, settings.cube.fill_share))
    if settings.location_mass:
        yield _at_most("location mass", masses_mg(skus, items), limits_mg(locations))


def volumes_mm3(skus: Sequence[str], items: SlotItems) -> npt.NDArray[np.float64]:
    """Of all pieces of each unit (U,)."""
    pairs = zip(items_of(skus, items), pieces_of(skus, items), strict=True)
    return needed(volume_mm3(item.size_mm) * pieces for item, pieces in pairs)


def rooms_mm3(locations: Sequence[SlotLocation], fill_share: float) -> npt.NDArray[np.float64]:
    """What may be filled of each location (L,)."""
    return given(fill_share * math.prod(place.size_m) * MM3_PER_M3 for place in locations)


def masses_mg(skus: Sequence[str], items: SlotItems) -> npt.NDArray[np.float64]:
    """Of all pieces of each unit (U,); 0 where it is not told."""
    pairs = zip(items_of(skus, items), pieces_of(skus, items), strict=True)
    return needed((item.mass_kg or 0.0) * MG_PER_KG * pieces for item, pieces in pairs)


def limits_mg(locations: Sequence[SlotLocation]) -> npt.NDArray[np.float64]:
    """What each location (L,) carries; infinite where it is not told."""
    return given(
        np.inf if place.max_mass_kg is None else place.max_mass_kg * MG_PER_KG for place in locations
    )


def _is_picked(place: SlotLocation, settings: SlotRules) -> bool:
    if place.role is not None:
        return place.role == "pick"
    up_to = settings.role.pick_up_to_m if settings.role is not None else None
    return up_to is None or place.bottom_m <= up_to


def _temperatures(
    its: Sequence[SlotItem], locations: Sequence[SlotLocation], settings: SlotRules
) -> Iterator[Unary]:
    if settings.temperature is None:
        return
    of_place = [place.temperature or settings.temperature.unmarked for place in locations]
    for word in sorted({item.temperature for item in its if item.temperature}):
        kept = {word, *settings.temperature.also.get(word, ())}
        yield _chosen(
            f"temperature: {word}",
            [item.temperature == word for item in its],
            [it in kept for it in of_place],
        )


def _hazards(
    its: Sequence[SlotItem], locations: Sequence[SlotLocation], settings: SlotRules
) -> Iterator[Unary]:
    if settings.hazard is None or all(place.hazards is None for place in locations):
        return
    for word in sorted({item.hazard for item in its if item.hazard}):
        yield _chosen(
            f"hazard: {word} where it is accepted",
            [item.hazard == word for item in its],
            [word in (place.hazards or ()) for place in locations],
        )


def _families(
    its: Sequence[SlotItem], locations: Sequence[SlotLocation], settings: SlotRules
) -> Iterator[Unary]:
    if settings.family is None:
        return
    if any(place.families is not None for place in locations):
        yield _pairs(
            "family: what locations accept",
            [item.family for item in its],
            [place.families for place in locations],
            lambda family, families: families is None or family in families,
        )
    for kept in settings.family.kept_in:
        zones, aisles = set(kept.zones), set(kept.aisles)
        yield _chosen(
            f"family: {kept.family} in {', '.join((*kept.zones, *kept.aisles))}",
            [item.family == kept.family for item in its],
            [
                (not zones or place.zone in zones) and (not aisles or bool(aisles & {*place.aisles}))
                for place in locations
            ],
        )


def _chosen(name: str, units: Sequence[bool], places: Sequence[bool]) -> Unary:
    """The `units` may be in the `places` only."""
    return Unary(
        name, np.array(units, np.int64), np.array(places, np.int64), np.array([[True, True], [False, True]])
    )


def _at_most(name: str, need: npt.NDArray[np.float64], room: npt.NDArray[np.float64]) -> Unary:
    needs, of_unit = np.unique(need, return_inverse=True)
    rooms, of_location = np.unique(room, return_inverse=True)
    return Unary(name, of_unit, of_location, needs[:, None] <= rooms[None, :])


def _pairs(
    name: str,
    units: Sequence[Hashable],
    places: Sequence[Hashable],
    may: Callable[..., bool],
) -> Unary:
    one, of_unit = _classes(units)
    other, of_location = _classes(places)
    table = np.array([[may(unit, place) for place in other] for unit in one], np.bool_)
    return Unary(name, of_unit, of_location, table.reshape(len(one), len(other)))


def _classes(values: Sequence[Hashable]) -> tuple[list[Hashable], Ints]:
    numbers: dict[Hashable, int] = {}
    of = np.array([numbers.setdefault(value, len(numbers)) for value in values], np.int64)
    return [*numbers], of
