"""What several units may add up to, in a location or on a beam, in mm³, mg and units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from layouts.slotting.hard_rules import Capacity
from layouts.slotting.rules.needs import MG_PER_KG, given
from layouts.slotting.rules.settings import SlotRules
from layouts.slotting.rules.slot_items import SlotItems
from layouts.slotting.rules.slot_locations import SlotLocation
from layouts.slotting.rules.unary import limits_mg, masses_mg, rooms_mm3, volumes_mm3

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def capacities(
    skus: Sequence[str], items: SlotItems, locations: Sequence[SlotLocation], settings: SlotRules
) -> tuple[Capacity, ...]:
    """Those that can be exceeded: cube and mass where units share a location, beams whose load is limited."""
    return tuple(_binding(each) for each in _all(skus, items, locations, settings) if _binds(each))


def most_units(place: SlotLocation, settings: SlotRules) -> float:
    """How many units may share a location; infinite where that rule does not hold."""
    if settings.skus_a_location is None:
        return np.inf
    return settings.skus_a_location.most if place.most_skus is None else place.most_skus


def _all(
    skus: Sequence[str], items: SlotItems, locations: Sequence[SlotLocation], settings: SlotRules
) -> Iterator[Capacity]:
    most = np.array([most_units(place, settings) for place in locations], np.float64)
    yield _a_location("SKUs a location", np.ones(len(skus)), most, np.isfinite(most))
    if settings.cube is not None:
        rooms = rooms_mm3(locations, settings.cube.fill_share)
        yield _a_location("cube", volumes_mm3(skus, items), rooms, most > 1)
    masses = masses_mg(skus, items)
    if settings.location_mass:
        limits = limits_mg(locations)
        yield _a_location("location mass", masses, limits, (most > 1) & np.isfinite(limits))
    if settings.beam_load is not None:
        yield _beams(masses, locations, settings.beam_load.most_kg)


def _a_location(name: str, use: Floats, most: Floats, where: Bools) -> Capacity:
    return Capacity(name=name, group=np.where(where, np.cumsum(where) - 1, -1), use=use, most=most[where])


def _beams(use: Floats, locations: Sequence[SlotLocation], most_kg: float | None) -> Capacity:
    numbers: dict[tuple[str, int, int], int] = {}
    group = np.full(len(locations), -1)
    most: list[float] = []
    for row, place in enumerate(locations):
        limit = most_kg if place.beam_kg is None else place.beam_kg
        if place.tier > 0 and limit is not None:
            group[row] = numbers.setdefault((place.rack, place.bay, place.tier), len(numbers))
            if group[row] == len(most):
                most.append(limit * MG_PER_KG)
    return Capacity(name="beam load", group=group, use=use, most=given(most))


def _binds(capacity: Capacity) -> bool:
    return bool((capacity.most < capacity.use.sum()).any())


def _binding(capacity: Capacity) -> Capacity:
    """Without the groups that hold everything there is."""
    matters = capacity.most < capacity.use.sum()
    number = np.append(np.where(matters, np.cumsum(matters) - 1, -1), -1)
    return Capacity(
        name=capacity.name,
        group=number[capacity.group],
        use=capacity.use,
        most=capacity.most[matters],
    )
