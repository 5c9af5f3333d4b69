"""A scenario's problem with its rules and costs: what the tables say is what is counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from layouts.scenario import Scenario
from layouts.slotting.from_scenario import SlottingStart, slotting_start
from layouts.slotting.objective.balance import Balance
from layouts.slotting.prepare import Prepared, prepared
from layouts.slotting.rules.least_conflict import Infeasible
from layouts.slotting.score import score
from layouts.slotting.slot_settings import Objective, SlotSettings, read_slot_settings
from layouts.slotting_table import write_slotting
from spatial.errors import BadDataError
from spatial.facility import Facility


@pytest.fixture
def start(aisles_hall: Facility, hall_scenario: Scenario, tmp_path: Path) -> SlottingStart:
    """Three SKUs on one tour: A on the floor, B right above it, C far away."""
    floor = next(place for place in aisles_hall.locations if place.tier == 0)
    above = next(
        place
        for place in aisles_hall.locations
        if (place.rack, place.bay, place.position, place.tier) == (floor.rack, floor.bay, floor.position, 2)
    )
    far = aisles_hall.locations[-1]
    (tmp_path / "orders.csv").write_text("order,sku,quantity\n1,A,2\n1,B,1\n1,C,3\n", encoding="utf-8")
    write_slotting(tmp_path / "slotting.csv", {"A": (floor.id,), "B": (above.id,), "C": (far.id,)})
    files = {"orders": tmp_path / "orders.csv", "slotting": tmp_path / "slotting.csv"}
    return slotting_start(aisles_hall, hall_scenario.model_copy(update=files))


def items(folder: Path, text: str) -> Path:
    path = folder / "items.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_tables_only_walking_and_heights_count(start: SlottingStart) -> None:
    ready = prepared(start, SlotSettings())
    assert isinstance(ready, Prepared)
    assert [cost.name for cost in ready.problem.place_costs] == ["ergonomics"]
    assert not ready.problem.crowd_costs
    assert (ready.legal == ready.problem.now).all()
    assert not ready.today
    told = score(ready.problem, ready.problem.now)
    assert told.travel_m == pytest.approx(start.shift.plan.tours[0].length_m, abs=0.01)


def test_a_location_above_reach_costs_a_climb(start: SlottingStart) -> None:
    ready = prepared(start, SlotSettings())
    assert isinstance(ready, Prepared)
    ergonomics = SlotSettings().objective.ergonomics
    assert ergonomics is not None
    heights = ready.stock.height_m
    assert heights is not None
    extra = ergonomics.pick_s(heights[ready.problem.now])
    assert extra[1] > ergonomics.climb_s > extra[0]
    assert score(ready.problem, ready.problem.now).others_s["ergonomics"] == pytest.approx(extra.sum())


def test_refills_count_by_volume_and_only_where_sizes_are_told(start: SlottingStart, tmp_path: Path) -> None:
    table = items(tmp_path, "sku,length_mm,width_mm,height_mm\nA,100,100,100\nB,200,100,100\nC,100,100,100\n")
    ready = prepared(start, SlotSettings(items=table))
    assert isinstance(ready, Prepared)
    refills = next(cost for cost in ready.problem.place_costs if cost.name == "replenishment")
    assert refills.of_unit == pytest.approx([2e-3, 2e-3, 3e-3])  # pieces × m³
    assert (refills.of_location > 0).all()


def test_kept_skus_stay(start: SlottingStart) -> None:
    ready = prepared(start, SlotSettings(keep=("B",)))
    assert isinstance(ready, Prepared)
    assert ready.problem.fixed.tolist() == [False, True, False]
    with pytest.raises(BadDataError, match="keep names SKU 'Z'"):
        prepared(start, SlotSettings(keep=("Z",)))


def test_balance_between_aisles_groups_by_aisle(start: SlottingStart) -> None:
    settings = SlotSettings(objective=Objective(balance=Balance(by="aisle")))
    ready = prepared(start, settings)
    assert isinstance(ready, Prepared)
    (cost,) = ready.problem.crowd_costs
    aisle_of = start.floor.graph.aisle_of
    named = [aisle_of[name] for name in ready.problem.location]
    assert len({*zip(named, cost.group.tolist(), strict=True)}) == len({*named})
    with pytest.raises(BadDataError, match=r"objective\.balance is by zone"):
        prepared(start, SlotSettings(objective=Objective(balance=Balance(by="zone"))))


def test_rules_that_leave_no_place_are_told(start: SlottingStart, tmp_path: Path) -> None:
    table = items(tmp_path, "sku,length_mm,width_mm,height_mm\nA,9000,9000,9000\n")
    found = prepared(start, SlotSettings(items=table))
    assert isinstance(found, Infeasible)
    assert "A" in found.skus


def test_what_breaks_a_rule_today_is_told_and_moved(start: SlottingStart, tmp_path: Path) -> None:
    table = items(tmp_path, "sku,mass_kg\nA,5\nB,40\nC,5\n")
    path = tmp_path / "slot.yaml"
    path.write_text(
        "items: items.csv\nrules: {weight_by_level: [{above_m: 1.0, most_kg: 12}]}\n", encoding="utf-8"
    )
    settings = read_slot_settings(path)
    assert settings.items == table
    ready = prepared(start, settings)
    assert isinstance(ready, Prepared)
    assert [found.sku for found in ready.today] == ["B"]
    assert not ready.broken(ready.legal)
    assert (ready.legal != ready.problem.now).tolist() == [False, True, False]


def test_the_wrong_field_is_named(tmp_path: Path) -> None:
    path = tmp_path / "slot.yaml"
    path.write_text("objective: {ergonomics: {golden_m: [1, 3]}}\n", encoding="utf-8")
    with pytest.raises(BadDataError, match=r"slot\.yaml.*ergonomics"):
        read_slot_settings(path)


def test_a_problem_without_tours_is_scored_as_nothing(start: SlottingStart) -> None:
    empty = replace(
        start.problem.tours,
        start=np.zeros(1, np.int64),
        unit=np.zeros(0, np.int64),
        weight=np.zeros(0),
    )
    problem = replace(start.problem, tours=empty)
    assert score(problem, problem.now).total_s == 0


def test_a_scenarios_items_may_have_columns_of_their_own(start: SlottingStart, tmp_path: Path) -> None:
    table = items(tmp_path, "sku,mass_kg,volume_l,family,source\nA,2,1.5,F1,made up\n")
    own = replace(start, scenario=start.scenario.model_copy(update={"items": table}))
    ready = prepared(own, SlotSettings())
    assert isinstance(ready, Prepared)
    assert (ready.items["A"].mass_kg, ready.items["A"].family) == (2.0, "F1")
    with pytest.raises(BadDataError, match="column 'volume_l'"):
        prepared(start, SlotSettings(items=table))
    table.write_text("sku,mass_kg\nA,2\nA,3\n", encoding="utf-8")
    with pytest.raises(BadDataError, match="row 3 column 'sku' has 'A' again"):
        prepared(own, SlotSettings())
