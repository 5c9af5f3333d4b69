"""Which rules an assignment breaks, straight from what is told: the judge of every plan, and of `hard_rules` too.

It shares neither arrays nor code with them, so that a slip there shows here.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from layouts.slotting.rules.settings import Apart, SlotRules
from layouts.slotting.rules.slot_items import SlotItem, SlotItems
from layouts.slotting.rules.slot_locations import SlotLocation

SLACK = 1e-9
"""Relative; arithmetic, not the data, differs by so much."""


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A rule that is broken: by which SKU, where, and what is against what bound."""

    rule: str
    sku: str
    location: str
    value: str
    bound: str

    def __str__(self) -> str:
        return f"{self.rule}: SKU '{self.sku}' in '{self.location}' has {self.value}, allowed is {self.bound}"


@dataclass(frozen=True, kw_only=True)
class _Held:
    """A unit that is in a location: its SKU, its item, its pieces, and the location."""

    sku: str
    item: SlotItem
    pieces: int
    place: SlotLocation

    @property
    def kg(self) -> float:
        return (self.item.mass_kg or 0.0) * self.pieces

    @property
    def m3(self) -> float:
        return math.prod(self.item.size_mm or (0.0,)) * 1e-9 * self.pieces


def broken(
    skus: Sequence[str],
    assignment: Sequence[int],
    items: SlotItems,
    locations: Sequence[SlotLocation],
    settings: SlotRules,
) -> tuple[Broken, ...]:
    """Every breach of `settings` by units of `skus` (U) at rows `assignment` (U) of `locations`, −1 for nowhere.

    Units that are nowhere break nothing here, but their pieces are not shared out to others.
    """
    held = []
    faces = Counter(skus)
    for sku, row in zip(skus, assignment, strict=True):
        if row >= 0:
            item = items.get(sku, SlotItem())
            pieces = math.ceil(item.stock / faces[sku])
            held.append(_Held(sku=sku, item=item, pieces=pieces, place=locations[row]))
    return (
        *_alone(held, locations, settings),
        *_in_all(held, settings),
        *_together(held, settings),
        *_apart(held, settings),
    )


def _alone(held: Sequence[_Held], locations: Sequence[SlotLocation], settings: SlotRules) -> Iterator[Broken]:
    hazards_are_told = any(place.hazards for place in locations)
    for unit in held:
        item, place = unit.item, unit.place

        def found(rule: str, value: object, bound: object, unit: _Held = unit) -> Broken:
            return Broken(rule=rule, sku=unit.sku, location=unit.place.id, value=str(value), bound=str(bound))

        if settings.orientation and item.size_mm and not _fits(item, place):
            yield found("orientation", f"{item.size_mm} mm", f"{place.size_m} m")
        for step in settings.weight_by_level:
            if place.bottom_m > step.above_m and (item.mass_kg or 0) > step.most_kg:
                yield found(
                    "weight by level",
                    f"{item.mass_kg} kg at {place.bottom_m} m",
                    f"{step.most_kg} kg above {step.above_m} m",
                )
        if settings.temperature and item.temperature:
            kept = (item.temperature, *settings.temperature.also.get(item.temperature, ()))
            if (place.temperature or settings.temperature.unmarked) not in kept:
                yield found(
                    "temperature", item.temperature, place.temperature or settings.temperature.unmarked
                )
        if settings.hazard and hazards_are_told and item.hazard and item.hazard not in (place.hazards or ()):
            yield found("hazard", item.hazard, sorted(place.hazards or ("no hazards",)))
        if settings.role and _is_reserve(place, settings):
            yield found("role", "a pick face", "reserve")
        if settings.family:
            if place.families is not None and item.family not in place.families:
                yield found("family", item.family, sorted(place.families))
            for kept_in in settings.family.kept_in:
                is_inside = (not kept_in.zones or place.zone in kept_in.zones) and (
                    not kept_in.aisles or any(aisle in kept_in.aisles for aisle in place.aisles)
                )
                if item.family == kept_in.family and not is_inside:
                    yield found("family", f"{item.family} in {place.zone}, {place.aisles}", kept_in)


def _fits(item: SlotItem, place: SlotLocation) -> bool:
    """Tries the ways to turn it."""
    assert item.size_mm is not None
    a, b, c = item.size_mm
    ways = [(a, b, c), (b, a, c)]
    if not item.keep_upright:
        ways += [(a, c, b), (c, a, b), (b, c, a), (c, b, a)]
    return any(
        all(mm <= m * 1000 * (1 + SLACK) for mm, m in zip(way, place.size_m, strict=True)) for way in ways
    )


def _is_reserve(place: SlotLocation, settings: SlotRules) -> bool:
    if place.role:
        return place.role == "reserve"
    up_to = settings.role.pick_up_to_m if settings.role else None
    return up_to is not None and place.bottom_m > up_to


def _in_all(held: Sequence[_Held], settings: SlotRules) -> Iterator[Broken]:
    """What units in one location, or on one beam, add up to."""
    for units in _shared(held, lambda unit: unit.place.id):
        place = units[0].place
        if settings.skus_a_location:
            most = place.most_skus or settings.skus_a_location.most
            yield from _over("SKUs a location", units, len(units), most, "units")
        if settings.cube:
            room = settings.cube.fill_share * math.prod(place.size_m)
            yield from _over("cube", units, sum(unit.m3 for unit in units), room, "m³")
        if settings.location_mass and place.max_mass_kg is not None:
            yield from _over("location mass", units, sum(unit.kg for unit in units), place.max_mass_kg, "kg")
    if settings.beam_load:
        for units in _shared(held, lambda unit: (unit.place.rack, unit.place.bay, unit.place.tier)):
            place = units[0].place
            beam = settings.beam_load.most_kg if place.beam_kg is None else place.beam_kg
            if place.tier > 0 and beam is not None:
                yield from _over("beam load", units, sum(unit.kg for unit in units), beam, "kg")


def _over(rule: str, units: Sequence[_Held], value: float, bound: float, unit: str) -> Iterator[Broken]:
    if value > bound * (1 + SLACK) + SLACK:
        yield Broken(
            rule=rule,
            sku=units[0].sku,
            location=units[0].place.id,
            value=f"{value:.9g} {unit} of {len(units)} units",
            bound=f"{bound:.9g} {unit}",
        )


def _together(held: Sequence[_Held], settings: SlotRules) -> Iterator[Broken]:
    for told in settings.family.together if settings.family else ():
        family = [unit for unit in held if unit.item.family == told.family]
        homes = [_homes(unit.place, told.by) for unit in family]
        if len(family) > 1 and not set.intersection(*homes):
            yield Broken(
                rule="family",
                sku=family[0].sku,
                location=family[0].place.id,
                value=f"{told.family} in {len(set().union(*homes))} places",
                bound=f"one {told.by}",
            )


def _homes(place: SlotLocation, by: str) -> set[Hashable]:
    if by == "zone":
        return set() if place.zone is None else {place.zone}
    if by == "aisle":
        return {*place.aisles}
    return {place.rack} if by == "rack" else {(place.rack, place.bay)}


def _apart(held: Sequence[_Held], settings: SlotRules) -> Iterator[Broken]:
    for each in settings.hazard.apart if settings.hazard else ():
        yield from _too_near("hazard", each, [(unit, unit.item.hazard) for unit in held])
    for each in settings.family.apart if settings.family else ():
        yield from _too_near("family", each, [(unit, unit.item.family) for unit in held])
    if settings.lots:
        told = Apart(classes=("-", "-"), by=settings.lots.by)
        marked = [unit for unit in held if unit.item.lot and unit.item.family]
        for one, other in _near_pairs(marked, told):
            if one.item.family == other.item.family and one.item.lot != other.item.lot:
                yield _pair("lots", one, other, told.measure)


def _too_near(rule: str, told: Apart, words: Sequence[tuple[_Held, str | None]]) -> Iterator[Broken]:
    of = {id(unit): word for unit, word in words if word in told.classes}
    marked = [unit for unit, _ in words if id(unit) in of]
    for one, other in _near_pairs(marked, told):
        if sorted((of[id(one)] or "", of[id(other)] or "")) == sorted(told.classes):
            yield _pair(rule, one, other, told.measure)


def _pair(rule: str, one: _Held, other: _Held, measure: str) -> Broken:
    return Broken(
        rule=rule,
        sku=one.sku,
        location=one.place.id,
        value=f"SKU '{other.sku}' in '{other.place.id}', {math.dist(one.place.center, other.place.center):.3f} m off",
        bound=f"more than {measure}",
    )


def _near_pairs(units: Sequence[_Held], told: Apart) -> Iterator[tuple[_Held, _Held]]:
    """Those that share what they may not, or are nearer than they may be."""
    if told.metres is not None:
        ordered = sorted(units, key=lambda unit: unit.place.center[0])
        for row, one in enumerate(ordered):
            for other in ordered[row + 1 :]:
                if other.place.center[0] - one.place.center[0] >= told.metres:
                    break
                is_one = one.place.id == other.place.id
                if is_one or math.dist(one.place.center, other.place.center) < told.metres * (1 - SLACK):
                    yield one, other
        return
    sharing: dict[Hashable, list[int]] = defaultdict(list)
    for row, unit in enumerate(units):
        for key in _shares(unit.place, told.by or "location"):
            sharing[key].append(row)
    for one_row, other_row in sorted({pair for rows in sharing.values() for pair in combinations(rows, 2)}):
        yield units[one_row], units[other_row]


def _shares(place: SlotLocation, by: str) -> set[Hashable]:
    return {place.id} if by == "location" else _homes(place, by)


def _shared(held: Sequence[_Held], key: Callable[[_Held], Hashable]) -> list[list[_Held]]:
    groups: dict[Hashable, list[_Held]] = defaultdict(list)
    for unit in held:
        groups[key(unit)].append(unit)
    return [*groups.values()]
