"""A rule without data binds nothing, and says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from slotting_sites import random_site

from layouts.slotting.rules.broken import Broken, broken
from layouts.slotting.rules.build import hard_rules
from layouts.slotting.rules.settings import Apart, Family, Hazard, KeptIn, SlotRules, WeightStep
from layouts.slotting.rules.slot_items import SlotItem


def test_without_any_data_only_the_number_of_skus_binds_and_the_rest_is_told():
    locations = random_site(0).locations
    untold = dict.fromkeys(
        ("beam_kg", "max_mass_kg", "zone", "temperature", "role", "most_skus", "families", "hazards")
    )
    bare = tuple(replace(place, **untold) for place in locations)
    built = hard_rules(["A", "B"], {}, bare, SlotRules(orientation=False))
    assert built.rules.allowed == {}
    assert [each.name for each in built.rules.capacities] == ["SKUs a location"]
    assert built.rules.conflicts == ()
    assert built.notes == (
        "rules: 2 of 2 SKUs are not among the items, A first: no rule about what they are binds them",
        "rules: orientation do not hold, as set",
        "cube, orientation: 2 of 2 SKUs tell no size and are not bound",
        "location mass, weight by level, beam load: no limit is told, so nothing is bound",
        "temperature, hazard, family, lots: no SKU tells its class, so nothing is bound",
        "role: no location tells its role, so all are picked from",
    )


def test_a_class_that_is_misspelt_is_told():
    settings = SlotRules(
        hazard=Hazard(apart=(Apart(classes=("acid", "alkaly")),)),
        family=Family(kept_in=(KeptIn(family="G", zones=("Z9",), aisles=("A0",)),)),
        weight_by_level=(WeightStep(above_m=1, most_kg=5),),
    )
    items = {"A": SlotItem(hazard="acid", family="F"), "B": SlotItem(hazard="alkali", mass_kg=1)}
    notes = hard_rules(["A", "B"], items, random_site(0).locations, settings).notes
    assert "hazard: no SKU has alkaly, which the rules name" in notes
    assert "family: no SKU has G, which the rules name" in notes
    assert "family: no location is in Z9, which the rules name" in notes
    assert any("weight by level" in note and "1 of 2 SKUs tell no mass" in note for note in notes)


def test_kinds_are_as_few_as_the_rules_tell_apart():
    site = random_site(1)
    built = hard_rules(site.skus, site.items, site.locations, site.settings)
    columns = np.vstack([*built.rules.allowed.values()])
    assert len(np.unique(columns, axis=1).T) == columns.shape[1] == built.rules.kind.max() + 1


def test_a_finding_names_rule_sku_location_value_and_bound():
    site = random_site(0)
    place = next(place for place in site.locations if place.bottom_m > 1.7)
    settings = SlotRules(weight_by_level=(WeightStep(above_m=1.6, most_kg=12),))
    plain = replace(place, role=None, families=None, max_mass_kg=None, beam_kg=None)
    found = broken(["A"], [0], {"A": SlotItem(mass_kg=15)}, [plain], settings)
    assert found == (
        Broken(
            rule="weight by level",
            sku="A",
            location=place.id,
            value=f"15 kg at {place.bottom_m} m",
            bound="12.0 kg above 1.6 m",
        ),
    )
    assert str(found[0]).startswith("weight by level: SKU 'A' in ")
