"""Which rules bind nothing, and for want of what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layouts.slotting.rules.needs import items_of
from layouts.slotting.rules.settings import SlotRules
from layouts.slotting.rules.slot_items import SlotItem, SlotItems
from layouts.slotting.rules.slot_locations import SlotLocation


def idle_rules(
    skus: Sequence[str], items: SlotItems, locations: Sequence[SlotLocation], settings: SlotRules
) -> tuple[str, ...]:
    """A sentence for each rule that is off, lacks data for all or some of the SKUs, or names what there is not."""
    told = dict(zip(skus, items_of(skus, items), strict=True))
    its = [*told.values()]
    return (
        *_strangers(told, items),
        *_off(settings),
        *_without_sizes(its, settings),
        *_without_masses(its, locations, settings),
        *_without_classes(its, locations, settings),
        *_unknown_words(its, locations, settings),
    )


def _strangers(told: dict[str, SlotItem], items: SlotItems) -> Iterator[str]:
    missing = [sku for sku in told if sku not in items]
    if missing:
        yield (
            f"rules: {len(missing)} of {len(told)} SKUs are not among the items, {missing[0]} first: "
            "no rule about what they are binds them"
        )


def _off(settings: SlotRules) -> Iterator[str]:
    names = [name for name in type(settings).model_fields if getattr(settings, name) in (None, False)]
    if names:
        yield f"rules: {', '.join(names)} do not hold, as set"


def _without_sizes(its: Sequence[SlotItem], settings: SlotRules) -> Iterator[str]:
    missing = sum(item.size_mm is None for item in its)
    if missing and (settings.cube is not None or settings.orientation):
        yield f"cube, orientation: {missing} of {len(its)} SKUs tell no size and are not bound"


def _without_masses(
    its: Sequence[SlotItem], locations: Sequence[SlotLocation], settings: SlotRules
) -> Iterator[str]:
    beams = [place for place in locations if place.tier > 0 and place.beam_kg is not None]
    names = {
        "location mass": settings.location_mass and any(place.max_mass_kg is not None for place in locations),
        "weight by level": bool(settings.weight_by_level),
        "beam load": settings.beam_load is not None
        and bool(beams or (settings.beam_load.most_kg is not None)),
    }
    asked = [name for name, binds in names.items() if binds]
    idle = [name for name, binds in names.items() if not binds]
    missing = sum(item.mass_kg is None for item in its)
    if asked and missing:
        yield f"{', '.join(asked)}: {missing} of {len(its)} SKUs tell no mass and are not bound"
    if idle:
        yield f"{', '.join(idle)}: no limit is told, so nothing is bound"


def _without_classes(
    its: Sequence[SlotItem], locations: Sequence[SlotLocation], settings: SlotRules
) -> Iterator[str]:
    words = {
        "temperature": (settings.temperature, any(item.temperature for item in its)),
        "hazard": (settings.hazard, any(item.hazard for item in its)),
        "family": (settings.family, any(item.family for item in its)),
        "lots": (settings.lots, any(item.lot and item.family for item in its)),
    }
    idle = [name for name, (rule, is_told) in words.items() if rule is not None and not is_told]
    if idle:
        yield f"{', '.join(idle)}: no SKU tells its class, so nothing is bound"
    role = settings.role
    if role is not None and role.pick_up_to_m is None and all(place.role is None for place in locations):
        yield "role: no location tells its role, so all are picked from"


def _unknown_words(
    its: Sequence[SlotItem], locations: Sequence[SlotLocation], settings: SlotRules
) -> Iterator[str]:
    """Classes in the settings that no SKU has, and zones and aisles that no location is in: a likely slip."""
    hazards = {item.hazard for item in its}
    families = {item.family for item in its}
    zones = {place.zone for place in locations}
    aisles = {aisle for place in locations for aisle in place.aisles}
    if settings.hazard is not None:
        asked = {word for each in settings.hazard.apart for word in each.classes}
        yield from _unknown("hazard", "SKU has", asked - hazards)
    if settings.family is not None:
        family = settings.family
        asked = {word for each in family.apart for word in each.classes}
        asked |= {kept.family for kept in family.kept_in} | {kept.family for kept in family.together}
        yield from _unknown("family", "SKU has", asked - families)
        yield from _unknown(
            "family", "location is in", {z for each in family.kept_in for z in each.zones} - zones
        )
        yield from _unknown(
            "family", "location is in", {a for each in family.kept_in for a in each.aisles} - aisles
        )


def _unknown(rule: str, who: str, words: set[str]) -> Iterator[str]:
    if words:
        yield f"{rule}: no {who} {', '.join(sorted(words))}, which the rules name"
