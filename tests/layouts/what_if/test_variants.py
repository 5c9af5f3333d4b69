"""A point's scenario differs from the given one in what is varied, and in nothing else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.csv_table import read_rows
from layouts.demo_hall import demo_hall
from layouts.kpis import kpis
from layouts.orders import Order, read_orders
from layouts.plan_scenario import plan_scenario
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import run_scenario
from layouts.what_if.alternate_aisles import alternate_rules
from layouts.what_if.peak import peak_orders
from layouts.what_if.variants import variant
from spatial.errors import BadDataError, UndecidedError
from spatial.facility import Facility, Obstacle
from spatial.facility_json import read_facility, write_facility
from spatial.floor.agents import PICKER
from spatial.floor.floor_rules import FloorRules
from spatial.navigation.nav_graph import NavGraph, to_networkx

ORDERS = """order,sku,quantity,due,wave,note
O1,A,1,60,W1,x
O1,B,2,60,W1,x
O2,A,1,120,W1,y
O3,C,5,180,W2,z
O4,D,1,240,W2,z
O5,A,3,300,W2,z
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    write_facility(tmp_path / "facility.json", demo_hall())
    return tmp_path


def written(folder: Path, text: str, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def peaked(folder: Path, factor: float, text: str = ORDERS, seed: int = 0) -> tuple[Order, ...]:
    out = peak_orders(written(folder, text), factor, seed=seed)
    return read_orders(written(folder, out, "out.csv"))


def lines(orders: tuple[Order, ...]) -> Counter[tuple[str, int]]:
    return Counter((line.sku, line.quantity) for order in orders for line in order.lines)


def test_fields_are_replaced_and_the_given_scenario_is_left_alone(tmp_path: Path) -> None:
    scenario = Scenario(site=tmp_path)
    changed = variant(scenario, {"pickers": 9, "routing": "exact", "speed_m_s": 1.5}, folder=tmp_path)
    assert changed == scenario.model_copy(update={"pickers": 9, "routing": "exact", "speed_m_s": 1.5})
    assert scenario == Scenario(site=tmp_path)
    same = variant(scenario, {"peak": 1.0, "one_way": "none", "robot_share": 0.0}, folder=tmp_path)
    assert same == scenario
    assert not list(tmp_path.iterdir())


def test_values_that_do_not_go_together_are_told_before_anything_is_simulated(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match="zoned=True does not go with the scenario: zoned needs rules: give the YAML"
    ):
        variant(Scenario(site=tmp_path), {"zoned": True}, folder=tmp_path)
    with pytest.raises(ValueError, match=r"agent=dragon does not go .*choose one of picker"):
        variant(Scenario(site=tmp_path), {"agent": "dragon"}, folder=tmp_path)


def test_a_field_within_a_field_is_replaced(tmp_path: Path) -> None:
    scenario = Scenario.model_validate({"site": tmp_path, "operations": {"packing": {"station": "PACK"}}})
    changed = variant(scenario, {"traffic.deadlock": "pass", "operations.packing.seats": 3}, folder=tmp_path)
    assert changed.traffic == scenario.traffic.model_copy(update={"deadlock": "pass"})
    assert changed.operations.packing == scenario.operations.packing.model_copy(update={"seats": 3})  # type: ignore[union-attr]
    with pytest.raises(
        ValueError, match=r"operations\.charging\.chargers cannot be varied: the scenario has no"
    ):
        variant(scenario, {"operations.charging.chargers": 2}, folder=tmp_path)


def staff(scenario: Scenario) -> list[tuple[str | None, int]]:
    return [(group.agent, group.count) for group in scenario.operations.staff]


@pytest.mark.parametrize(
    ("share", "groups"),
    [
        (0.0, []),
        (0.25, [(None, 6), ("mobile_robot", 2)]),
        (0.3, [(None, 6), ("mobile_robot", 2)]),
        (1.0, [("mobile_robot", 8)]),
    ],
)
def test_a_share_of_the_pickers_is_replaced_by_robots(
    tmp_path: Path, share: float, groups: list[tuple[str | None, int]]
) -> None:
    scenario = Scenario(site=tmp_path, pickers=8)
    assert staff(variant(scenario, {"robot_share": share}, folder=tmp_path)) == groups


@given(share=st.floats(0, 1), counts=st.lists(st.integers(1, 30), min_size=1, max_size=4))
def test_robots_replace_who_picks_group_by_group(share: float, counts: list[int]) -> None:
    given = [{"count": count, "breaks": [{"at_s": 60, "for_s": 60}]} for count in counts]
    packers = {"count": 5, "does": ["pack"], "name": "packer"}
    scenario = Scenario.model_validate({"site": "S", "operations": {"staff": [*given, packers]}})
    changed = variant(scenario, {"robot_share": share}, folder=Path()).operations.staff
    robots = [group for group in changed if group.agent == "mobile_robot"]
    assert sum(group.count for group in changed) == sum(counts) + 5
    assert sum(group.count for group in robots) == round(share * sum(counts))
    assert all(group.breaks == () for group in robots)
    assert [group for group in changed if group.name == "packer"] == [scenario.operations.staff[-1]]


def test_pickers_change_nothing_where_staff_is_named(tmp_path: Path) -> None:
    scenario = Scenario.model_validate({"site": tmp_path, "operations": {"staff": [{"count": 3}]}})
    with pytest.raises(ValueError, match=r"pickers changes nothing where operations\.staff says who works"):
        variant(scenario, {"pickers": 4}, folder=tmp_path)


def test_a_peak_multiplies_made_up_orders(tmp_path: Path) -> None:
    scenario = Scenario(site=tmp_path, synthetic_orders=120)
    made = [
        variant(scenario, {"peak": peak}, folder=tmp_path).synthetic_orders for peak in (0.5, 1.25, 0.001)
    ]
    assert made == [60, 150, 1]


def test_a_whole_peak_keeps_the_share_of_every_line_and_each_due_date(tmp_path: Path) -> None:
    given, tripled = peaked(tmp_path, 1.0), peaked(tmp_path, 3.0)
    assert given == read_orders(written(tmp_path, ORDERS))
    assert [order.id for order in tripled[:6]] == ["O1", "O1+1", "O1+2", "O2", "O2+1", "O2+2"]
    assert lines(tripled) == Counter({line: 3 * count for line, count in lines(given).items()})
    assert Counter((o.due, o.wave) for o in tripled) == Counter({(o.due, o.wave): 3 for o in given})
    for copy in tripled:
        original = next(order for order in given if order.id == copy.id.split("+")[0])
        assert (copy.due, copy.wave) == (original.due, original.wave)


def test_a_copy_has_lines_of_another_order_of_its_wave(tmp_path: Path) -> None:
    given = {order.id: order for order in peaked(tmp_path, 1.0)}
    for seed in range(20):
        for copy in peaked(tmp_path, 2.0, seed=seed)[1::2]:
            assert copy.lines != given[copy.id.split("+")[0]].lines
            source = next(order for order in given.values() if order.lines == copy.lines)
            assert source.wave == copy.wave


def test_other_columns_of_a_table_stay_with_the_order(tmp_path: Path) -> None:
    path = written(tmp_path, peak_orders(written(tmp_path, ORDERS), 2.0, seed=0), "out.csv")
    notes = {cells["order"]: cells["note"] for _, cells in read_rows(path, required=("order", "note"))}
    assert notes["O2"] == notes["O2+1"] == "y"


@settings(max_examples=40, deadline=None)
@given(factors=st.tuples(st.floats(0.05, 4), st.floats(0.05, 4)), seed=st.integers(0, 99))
def test_a_greater_peak_has_all_orders_of_a_smaller_one(
    tmp_path_factory: pytest.TempPathFactory, factors: tuple[float, float], seed: int
) -> None:
    folder = tmp_path_factory.mktemp("peak")
    text = "order,sku,quantity\n" + "".join(f"O{n},S{n % 7},{1 + n % 3}\n" for n in range(20))
    few, many = (peaked(folder, factor, text, seed) for factor in sorted(factors))
    assert [len(few), len(many)] == [max(1, round(factor * 20)) for factor in sorted(factors)]
    known = {order.id: order for order in many}
    assert all(known[order.id] == order for order in few)


def test_an_order_named_like_a_copy_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match=r"orders\.csv has an order 'O1\+1', as a copy would be named"):
        peaked(tmp_path, 2.0, "order,sku,quantity\nO1,A,1\nO1+1,A,1\n")
    with pytest.raises(BadDataError, match=r"orders\.csv has no orders below its header"):
        peaked(tmp_path, 2.0, "order,sku,quantity\n")


def test_files_of_a_point_are_named_by_their_content(site: Path, tmp_path: Path) -> None:
    orders = written(tmp_path, ORDERS)
    slotting = written(tmp_path, "sku,location\nA,x\n", "slotting.csv")
    scenario = Scenario(site=site, orders=orders, slotting=slotting)
    folders = [tmp_path / "one", tmp_path / "two"]
    one, two = (variant(scenario, {"peak": 2.0}, folder=folder).orders for folder in folders)
    assert one is not None
    assert two is not None
    assert one.name == two.name
    assert one.read_bytes() == two.read_bytes()
    assert variant(scenario, {"peak": 1.5}, folder=folders[0]).orders != one


def test_alternating_aisles_of_the_demo_hall_keep_all_places_reached_and_are_walked(site: Path) -> None:
    scenario = Scenario(site=site, synthetic_orders=20)
    changed = variant(scenario, {"one_way": "alternate"}, folder=site / "out")
    assert changed.rules is not None
    ways = yaml.safe_load(changed.rules.read_text())["one_way"]
    assert [way["aisle"] for way in ways] == ["A1", "A2", "A3", "A4"]
    south, north = -78.0, 102.0  # the hall stands at 12°; its aisles run across that
    assert [way["heading_deg"] for way in ways] == pytest.approx([south, north, south, north], abs=0.1)
    facility = read_facility(site / "facility.json")
    free, bound = (plan_scenario(facility, one).graph for one in (scenario, changed))
    assert set(bound.access) == set(free.access)
    public = to_networkx(bound)
    used = [node for node in public if public.degree(node)]
    assert nx.is_strongly_connected(public.subgraph(used))
    there, back = kpis(run_scenario(scenario)), kpis(run_scenario(changed))
    assert there.lines == back.lines
    assert back.distance_m > there.distance_m


def hall_with(tmp_path: Path, facility: Facility, **fields: object) -> Scenario:
    write_facility(tmp_path / "facility.json", facility)
    return Scenario(site=tmp_path, **fields)  # type: ignore[arg-type]


def test_an_aisle_that_ends_at_a_wall_is_named(tmp_path: Path, hall) -> None:  # type: ignore[no-untyped-def]
    """A pile closes the far mouth of A1: whoever is driven in cannot come out."""
    pile = Obstacle(
        id="PILE",
        level="L0",
        kind="floor_stack",
        footprint=((11.0, 8.2), (11.4, 8.2), (11.4, 11.2), (11.0, 11.2)),
        z0_m=0.0,
        z1_m=2.0,
    )
    scenario = hall_with(tmp_path, hall(rows=4, obstacles=(pile,)))
    with pytest.raises(
        UndecidedError, match=r"leave \d+ places without a way there and back, in A1: an aisle"
    ):
        variant(scenario, {"one_way": "alternate"}, folder=tmp_path)


def test_one_way_rules_are_not_laid_over_others(tmp_path: Path, hall) -> None:  # type: ignore[no-untyped-def]
    rules = written(tmp_path, "one_way: [{aisle: A1, heading_deg: 0}]\n", "rules.yaml")
    with pytest.raises(UndecidedError, match="the floor has one-way rules already"):
        variant(hall_with(tmp_path, hall(), rules=rules), {"one_way": "alternate"}, folder=tmp_path)


def test_other_rules_are_kept(tmp_path: Path, hall) -> None:  # type: ignore[no-untyped-def]
    rules = written(tmp_path, "closed_aisles: [A2]\n", "rules.yaml")
    changed = variant(hall_with(tmp_path, hall(), rules=rules), {"one_way": "alternate"}, folder=tmp_path)
    assert changed.rules is not None
    record = yaml.safe_load(changed.rules.read_text())
    assert record["closed_aisles"] == ["A2"]
    assert [(way["aisle"], way["heading_deg"]) for way in record["one_way"]] == [
        ("A0", 0.0),
        ("A1", 180.0),
        ("A3", 0.0),
    ]


def test_a_single_aisle_has_no_neighbour(tmp_path: Path, hall) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UndecidedError, match="no two aisles beside each other to alternate"):
        variant(hall_with(tmp_path, hall(rows=1)), {"one_way": "alternate"}, folder=tmp_path)


def grid(columns: int, turn_deg: float, shift_m: float = 0.0) -> NavGraph:
    """Two blocks of parallel aisles, 3 m apart, between three cross-aisles; the far block moved by `shift_m`."""
    places = [(3.0 * column, y) for column in range(columns) for y in (0.0, 10.0)]
    places += [(3.0 * column + shift_m, y) for column in range(columns) for y in (13.0, 23.0)]
    turn = np.radians(turn_deg)
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    nodes = range(2 * columns)
    aisles = [(2 * number, 2 * number + 1) for number in nodes]
    crossing = [(n, n + 2) for n in range(4 * columns - 2) if n not in (2 * columns - 2, 2 * columns - 1)]
    joining = [(2 * column + 1, 2 * columns + 2 * column) for column in range(columns)]
    edges = np.array(sorted([*aisles, *crossing, *joining]))
    xy = np.array(places) @ spin
    names = tuple(f"{'NF'[number >= columns]}{number % columns}" for number in nodes)
    number_of = {pair: number for number, pair in enumerate(aisles)}
    return NavGraph(
        facility="GRID",
        agent=PICKER,
        levels=("L0",),
        xy=xy,
        level=np.zeros(len(xy), np.int64),
        kind=np.zeros(len(xy), np.int64),
        edges=edges,
        length_m=np.linalg.norm(xy[edges[:, 1]] - xy[edges[:, 0]], axis=1),
        clear_width_m=np.full(len(edges), 3.0),
        sigma_m=np.zeros(len(edges)),
        access={name: pair[0] for name, pair in zip(names, aisles, strict=True)},
        pick_faces={},
        stations={},
        aisles=dict(zip(names, aisles, strict=True)),
        aisle_of={name: name for name in names},
        unreached={},
        aisle=np.array([number_of.get((a, b), -1) for a, b in edges.tolist()]),
        aisle_ids=names,
    )


def ways(rules: FloorRules, block: str, columns: int) -> list[float]:
    heading = {way.aisle: way.heading_deg for way in rules.one_way}
    return [heading[f"{block}{column}"] for column in range(columns)]


@pytest.mark.parametrize(
    ("turn_deg", "first"), [(0.0, -90.0), (30.0, -60.0), (-60.0, -150.0), (200.0, 110.0)]
)
def test_aisles_in_line_go_one_way_and_neighbours_the_other_however_the_hall_stands(
    turn_deg: float, first: float
) -> None:
    rules = alternate_rules(grid(4, turn_deg))
    other = first + 180 if first < 0 else first - 180
    assert ways(rules, "N", 4) == [first, other, first, other]
    assert ways(rules, "F", 4) == ways(rules, "N", 4)


def test_blocks_that_are_not_in_line_alternate_each_by_itself() -> None:
    rules = alternate_rules(grid(3, 0.0, shift_m=1.5))
    assert ways(rules, "N", 3) == ways(rules, "F", 3) == [90.0, -90.0, 90.0]
