"""Small random sites with random rules, feasible because items are made to suit an assignment that is drawn first.

Only the judge `broken` says what suits; none of the code that builds rules or searches takes part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from layouts.slotting.metric import table_metric
from layouts.slotting.problem import SlottingProblem, TourUnits
from layouts.slotting.rules.broken import broken
from layouts.slotting.rules.build import BuiltRules, hard_rules
from layouts.slotting.rules.settings import (
    Apart,
    BeamLoad,
    Cube,
    Family,
    Hazard,
    KeptIn,
    Lots,
    Role,
    SkusALocation,
    SlotRules,
    Temperature,
    Together,
    WeightStep,
)
from layouts.slotting.rules.slot_items import SlotItem
from layouts.slotting.rules.slot_locations import SlotLocation

HAZARDS = ("acid", "alkali", "flammable")
FAMILIES = ("F1", "F2", "F3", "F4")
TEMPERATURES = (None, None, "chilled", "frozen")
DRAWS = 12


@dataclass(frozen=True, kw_only=True)
class Site:
    """`planted` is legal; `now` is what is left of it after some units were moved about."""

    skus: tuple[str, ...]
    items: dict[str, SlotItem]
    locations: tuple[SlotLocation, ...]
    settings: SlotRules
    planted: tuple[int, ...]
    now: tuple[int, ...]


def random_site(seed: int, *, racks: int = 3, bays: int = 3, tiers: int = 3, fill: float = 0.8) -> Site:
    """A site of racks × bays × tiers locations, about `fill` of whose places are taken."""
    random = np.random.default_rng([seed, 61])
    locations = _locations(random, racks=racks, bays=bays, tiers=tiers)
    settings = _settings(random)
    planted = _planted(random, locations, settings, fill)
    faces = random.choice((1, 1, 1, 2), size=len(planted)).tolist()
    skus = [f"S{number:03d}" for number in range(len(planted)) for _ in range(faces[number])][: len(planted)]
    items: dict[str, SlotItem] = {}
    for sku in dict.fromkeys(skus):
        units = [row for row, other in enumerate(skus) if other in items or other == sku]
        for _ in range(DRAWS):
            item = _item(random)
            trial = {**items, sku: item}
            if not broken([skus[u] for u in units], [planted[u] for u in units], trial, locations, settings):
                break
        else:
            item = SlotItem(family=next(iter(locations[planted[skus.index(sku)]].families or [None])))
        items[sku] = item
    if broken(skus, planted, items, locations, settings):
        items = {sku: SlotItem() for sku in items}
        locations = tuple(replace(place, families=None) for place in locations)
    return Site(
        skus=tuple(skus),
        items=items,
        locations=locations,
        settings=settings,
        planted=tuple(planted),
        now=_muddled(random, planted, len(locations)),
    )


def problem_of(site: Site, *, seed: int = 0) -> tuple[SlottingProblem, BuiltRules]:
    """The site as a problem, with tours of up to four units, and its rules."""
    random = np.random.default_rng([seed, 62])
    units, places = len(site.skus), len(site.locations)
    built = hard_rules(site.skus, site.items, site.locations, site.settings)
    at = np.array([place.center[:2] for place in site.locations] + [(0.0, 0.0)])
    metres = np.abs(at[:, None] - at[None]).sum(axis=2)
    sizes = np.minimum(random.integers(1, 5, 2 * units), units)
    problem = SlottingProblem(
        sku=site.skus,
        location=tuple(place.id for place in site.locations),
        now=np.array(site.now, np.int64),
        fixed=np.zeros(units, np.bool_),
        place=np.arange(places),
        metric=table_metric(metres, start=places, end=places),
        seconds_per_m=1.0,
        tours=TourUnits(
            start=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
            unit=np.concatenate([random.choice(units, int(size), replace=False) for size in sizes]),
            weight=np.ones(len(sizes)),
        ),
        rules=built.rules,
    )
    return problem, built


def _locations(random: np.random.Generator, *, racks: int, bays: int, tiers: int) -> tuple[SlotLocation, ...]:
    accepts_hazards, marks_families = random.random(2) < 0.4
    return tuple(
        SlotLocation(
            id=f"{rack}-{bay}-{tier}",
            center=(1.2 * bay, 3.0 * rack, 0.9 * tier + 0.4),
            bottom_m=0.9 * tier,
            rack=f"R{rack}",
            bay=bay,
            tier=tier,
            aisles=(f"A{rack}", f"A{rack + 1}") if rack % 3 == 1 else (f"A{rack}",),
            size_m=(float(random.choice((0.4, 0.8, 1.2))), 0.6, float(random.choice((0.4, 0.8)))),
            beam_kg=float(random.choice((60.0, 200.0))) if random.random() < 0.5 else None,
            max_mass_kg=float(random.choice((20.0, 80.0))) if random.random() < 0.5 else None,
            zone=f"Z{rack % 2}" if random.random() < 0.9 else None,
            temperature=TEMPERATURES[random.integers(4)],
            role="reserve" if random.random() < 0.1 else None,
            most_skus=int(random.integers(2, 4)) if random.random() < 0.25 else None,
            families=frozenset(random.choice(FAMILIES, 2).tolist())
            if marks_families and random.random() < 0.2
            else None,
            hazards=frozenset(random.choice(HAZARDS, 2).tolist())
            if accepts_hazards and random.random() < 0.5
            else None,
        )
        for rack in range(racks)
        for bay in range(bays)
        for tier in range(tiers)
    )


def _settings(random: np.random.Generator) -> SlotRules:
    by = random.choice(("location", "bay", "rack", "aisle"), 4).tolist()
    holds = random.random(12) < 0.8
    return SlotRules(
        cube=Cube(fill_share=float(random.choice((0.6, 0.85, 1.0)))) if holds[0] else None,
        location_mass=bool(holds[1]),
        weight_by_level=(WeightStep(above_m=0.8, most_kg=12), WeightStep(above_m=1.7, most_kg=5))
        if holds[2]
        else (),
        beam_load=BeamLoad(most_kg=float(random.choice((40, 150)))) if holds[3] else None,
        orientation=bool(holds[4]),
        temperature=Temperature(also={"ambient": ("chilled",)}) if holds[5] else None,
        hazard=Hazard(
            apart=(
                Apart(classes=("acid", "alkali"), by=by[0]),
                Apart(classes=("acid", "flammable"), metres=float(random.choice((1.0, 2.5, 4.0)))),
                Apart(classes=("flammable", "flammable"), by=by[1]),
            )[: random.integers(4)]
        )
        if holds[6]
        else None,
        family=Family(
            kept_in=(KeptIn(family="F1", zones=("Z0",)),) if random.random() < 0.4 else (),
            together=(Together(family="F2", by=str(random.choice(("aisle", "zone", "rack", "bay")))),)
            if random.random() < 0.6
            else (),
            apart=(Apart(classes=("F3", "F4"), by=by[2]),) if random.random() < 0.5 else (),
        )
        if holds[7]
        else None,
        lots=Lots(by=by[3]) if holds[8] else None,
        role=Role(pick_up_to_m=float(random.choice((1.0, 2.0)))) if holds[9] else None,
        skus_a_location=SkusALocation(most=1) if random.random() < 0.9 else None,
    )


def _planted(
    random: np.random.Generator, locations: tuple[SlotLocation, ...], settings: SlotRules, fill: float
) -> list[int]:
    """A location for each unit, as often as it may have units and is picked from, by chance."""
    slots: list[int] = []
    for row, place in enumerate(locations):
        blank = SlotItem(family=next(iter(place.families or [None])))
        if not broken(["-"], [row], {"-": blank}, locations, settings):
            slots += [row] * (place.most_skus or 1)
    random.shuffle(slots)
    return slots[: max(1, int(fill * len(slots)))]


def _item(random: np.random.Generator) -> SlotItem:
    def some(words: tuple[str, ...], chance: float) -> str | None:
        return str(random.choice(words)) if random.random() < chance else None

    sizes = random.choice((100.0, 200.0, 350.0, 500.0, 700.0), 3).tolist()
    return SlotItem(
        mass_kg=float(random.choice((0.1, 2.5, 8.0, 15.0, 30.0))) if random.random() < 0.9 else None,
        size_mm=(sizes[0], sizes[1], sizes[2]) if random.random() < 0.9 else None,
        keep_upright=bool(random.random() < 0.3),
        temperature=some(("ambient", "chilled", "frozen"), 0.7),
        hazard=some(HAZARDS, 0.3),
        family=some(FAMILIES, 0.7),
        lot=some(("L1", "L2", "L3"), 0.5),
        stock=int(random.integers(0, 6)),
    )


def _muddled(random: np.random.Generator, planted: list[int], locations: int) -> tuple[int, ...]:
    """Some units are nowhere, some anywhere, and some have changed places."""
    now = np.array(planted)
    lost = random.random(len(now))
    now[lost < 0.3] = random.integers(0, locations, int((lost < 0.3).sum()))
    now[lost < 0.1] = -1
    if random.random() < 0.5:
        swapped = np.flatnonzero(lost > 0.7)
        now[swapped] = random.permutation(now[swapped])
    return tuple(now.tolist())
