"""Orders that are drawn anew in every replication: the same for every scenario, others each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.demand.redraw import redrawn_orders
from layouts.layout_file.read_layout import build_layout_file
from layouts.orders import Order, OrderLine
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import figures_of, play_shift, ready_on, ready_shift
from layouts.statistics.common_numbers import common_numbers
from spatial.facility import Facility
from spatial.facility_json import write_facility

DAY = tuple(
    Order(id=f"O{i}", lines=(OrderLine(sku=f"S{i % 7}", quantity=1 + i % 3),), released=f"{i}")
    for i in range(40)
)


@given(st.integers(0, 2**31), st.integers(0, 500))
def test_a_redrawn_day_is_as_long_and_holds_only_orders_of_the_day(seed: int, replication: int) -> None:
    again = redrawn_orders(DAY, seed=seed, replication=replication)
    assert again == redrawn_orders(DAY, seed=seed, replication=replication)
    assert len(again) == len(DAY)
    assert len({order.id for order in again}) == len(DAY)
    known = {order.id: order for order in DAY}
    for order in again:
        origin = known[order.id.partition("#")[0]]
        assert replace(order, id=origin.id) == origin
    places = [int(order.id.partition("#")[0][1:]) for order in again]
    assert places == sorted(places)


def test_each_order_is_drawn_equally_often() -> None:
    drawn = Counter(
        order.id.partition("#")[0] for r in range(500) for order in redrawn_orders(DAY, seed=1, replication=r)
    )
    chi_square = sum((drawn[order.id] - 500) ** 2 / 500 for order in DAY)
    assert chi_square < 66  # 39 degrees of freedom: 99.6 % below


@pytest.fixture
def scenario(hall: Callable[..., Facility], tmp_path: Path) -> Scenario:
    write_facility(tmp_path / "facility.json", hall(rows=4, bays=4, tiers=2))
    return Scenario(site=tmp_path, synthetic_orders=20, pickers=3, pick_time="lognormal", redraw_orders=True)


def test_replications_have_other_orders_and_the_first_that_of_a_fixed_day(scenario: Scenario) -> None:
    fixed = scenario.model_copy(update={"redraw_orders": False})
    assert figures_of(scenario, 0) == figures_of(fixed, 0)
    orders = [ready_shift(scenario, replication=r).shift.orders for r in range(3)]
    assert len({str(each) for each in orders}) == 3
    assert len({str(ready_shift(fixed, replication=r).shift.orders) for r in range(3)}) == 1


def test_a_replication_is_the_same_whatever_was_played_before(scenario: Scenario) -> None:
    forwards = [figures_of(scenario, r) for r in range(4)]
    backwards = [figures_of(scenario, r) for r in reversed(range(4))]
    assert forwards == backwards[::-1]
    assert (
        forwards[2]["makespan_s"]
        == play_shift(ready_shift(scenario, replication=2), replication=2).events.end_s.max()
    )


def test_orders_of_a_file_are_resampled_with_a_note(scenario: Scenario, tmp_path: Path) -> None:
    ready = ready_shift(scenario)
    rows = [f"{order.id},{line.sku},{line.quantity}" for order in ready.shift.orders for line in order.lines]
    (tmp_path / "orders.csv").write_text("\n".join(["order,sku,quantity", *rows]), encoding="utf-8")
    slots = [f"{sku},{place}" for sku, places in ready.shift.slotting.items() for place in places]
    (tmp_path / "slotting.csv").write_text("\n".join(["sku,location", *slots]), encoding="utf-8")
    told = scenario.model_copy(
        update={"orders": tmp_path / "orders.csv", "slotting": tmp_path / "slotting.csv"}
    )
    drawn = ready_shift(told, replication=1)
    assert drawn.shift.orders == redrawn_orders(
        ready_on(drawn.shift.facility, told.model_copy(update={"redraw_orders": False})).shift.orders,
        seed=0,
        replication=1,
    )
    assert any("drawn with replacement" in note for note in drawn.shift.notes)


LAYOUT = """
id: PITCH
building: {width_m: 45, depth_m: 40, height_m: 6}
rack_types:
  pallet: {depth_m: 1.1, bay_pitch_m: PITCH_M, upright_width_m: 0.1, tiers_m: [1.65, 3.3], positions: 3}
blocks:
  - {id: MAIN, rack: pallet, at_m: [2, 8], rows: [1, 2, 2, 1], bays: 8, back_aisle_m: 3}
stations:
  - {id: DEPOT, kind: depot, at_m: [4, 4]}
"""


def test_common_random_numbers_make_a_small_change_of_pitch_four_times_as_sure(tmp_path: Path) -> None:
    runs = []
    for pitch in ("2.6", "3.2"):
        (tmp_path / "layout.yaml").write_text(LAYOUT.replace("PITCH_M", pitch), encoding="utf-8")
        site = tmp_path / pitch
        site.mkdir()
        write_facility(site / "facility.json", build_layout_file(tmp_path / "layout.yaml"))
        scenario = Scenario(
            site=site, synthetic_orders=150, pickers=6, pick_time="lognormal", redraw_orders=True
        )
        runs.append([figures_of(scenario, r)["lines_per_hour"] for r in range(20)])
    pair = common_numbers(runs[1], runs[0])
    assert pair.difference.high < 0
    assert pair.variance_ratio is not None
    assert pair.variance_ratio >= 4
