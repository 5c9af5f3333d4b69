"""A scenario file says what is wrong by field, and runs from its files to a Run."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from layouts.demo_hall import demo_hall
from layouts.depot import with_depot
from layouts.kpis import kpis
from layouts.orders import read_orders
from layouts.plan_scenario import plan_scenario
from layouts.run_files import read_run, write_run
from layouts.scenario import Scenario, read_scenario
from layouts.simulation.run_scenario import run_on, run_scenario
from layouts.slotting_table import write_slotting
from layouts.tours.due_times import released_s
from spatial.errors import BadDataError, UndecidedError
from spatial.facility import Opening, Wall
from spatial.facility_json import write_facility
from spatial.floor.agents import PICKER


def scenario(folder: Path, text: str) -> Path:
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no fields"),
        ("site: [", "is no YAML"),
        ("pickers: 3", "site: this field is needed"),
        ("site: S\npickers: 0", "pickers: .* greater than or equal to 1, got 0"),
        ("site: S\ndepot: [1, x]", r"depot\.1: .*got 'x'"),
        ("site: S\nroute: s-shape", "route: there is no such field; known are site"),
        (
            "site: S\nrouting: teleport",
            "routing: .*'exact', 's-shape'.* or 'nearest-neighbour', got 'teleport'",
        ),
        ("site: S\nrouting: exact\nheavy_kg: [5]", "heavy_kg needs items: give the CSV"),
        (
            "site: S\nitems: i.csv\nheavy_kg: [5]",
            "'s-shape' keeps no order of masses: heavy_kg needs 'exact'",
        ),
        ("site: S\norders: o.csv", "orders needs slotting"),
        (
            "site: S\nbatching: in-time",
            "batching 'in-time' needs routing 'exact', and neither zoned nor heavy_kg",
        ),
        ("site: S\nzoned: true", "zoned needs rules: give the YAML"),
        ("site: S\nagent: dragon", "agent 'dragon' is unknown: choose one of picker"),
        ("site: S\nhorizon_s: .nan", "horizon_s"),
        (
            "site: wide.yaml",
            "site wide.yaml is a layout file: build it with 'aisletwin layout build wide.yaml",
        ),
    ],
)
def test_a_bad_scenario_names_file_and_field(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadDataError, match=rf"scenario\.yaml.*{message}"):
        read_scenario(scenario(tmp_path, text))


def test_a_missing_scenario_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match=r"none\.yaml cannot be read"):
        read_scenario(tmp_path / "none.yaml")


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    found = read_scenario(scenario(tmp_path, "site: SITE\norders: o.csv\nslotting: s.csv"))
    assert (found.site, found.orders, found.slotting) == tuple(
        tmp_path / n for n in ("SITE", "o.csv", "s.csv")
    )


def test_a_scenario_with_its_own_orders_runs_from_files_to_files(hall, tmp_path: Path) -> None:
    (tmp_path / "SITE").mkdir()
    write_facility(tmp_path / "SITE" / "facility.json", hall())
    (tmp_path / "o.csv").write_text("order,sku,quantity\nA,x,2\nA,y,1\nB,x,1\n")
    (tmp_path / "s.csv").write_text("sku,location\nx,00-00-0\ny,02-01-1\n")
    path = scenario(tmp_path, "site: SITE\norders: o.csv\nslotting: s.csv\npickers: 2\nbatch_lines: 2")
    run = run_scenario(path)
    assert {(e.order, e.sku, e.quantity, e.location) for e in run.events if e.kind == "pick"} == {
        ("A", "x", 2, "00-00-0"),
        ("A", "y", 1, "02-01-1"),
        ("B", "x", 1, "00-00-0"),
    }
    assert run.notes == ()
    assert run.inputs["orders"]["name"] == "o.csv"
    assert str(tmp_path) not in str(run.inputs)
    for name in ("A", "B"):
        write_run(tmp_path / name, run_scenario(path))
    assert read_run(tmp_path / "A") == run
    for file in ("events.parquet", "run.json"):
        assert (tmp_path / "A" / file).read_bytes() == (tmp_path / "B" / file).read_bytes()


def test_without_orders_the_run_says_they_are_synthetic(hall) -> None:
    run = run_on(hall(), Scenario(site=Path("."), synthetic_orders=10, pickers=2))
    assert kpis(run).lines > 10
    assert any("Orders and slotting are synthetic: 10 orders over 24 SKUs" in note for note in run.notes)


def test_a_run_tells_what_lies_in_every_reachable_location_picked_or_not(hall) -> None:
    run = run_on(hall(), Scenario(site=Path("."), synthetic_orders=2))
    picked = {event.location for event in run.events if event.kind == "pick"}
    slotted = {place for places in run.slotting.values() for place in places}
    assert picked < slotted <= {location.id for location in hall().locations}
    assert len(slotted) == len(run.slotting)


def test_what_is_missing_is_said(hall) -> None:
    settings = Scenario(site=Path("."))
    with pytest.raises(UndecidedError, match="one block has no racks, so there is nothing to pick"):
        run_on(replace(hall(), racks=(), locations=()), settings)
    with pytest.raises(UndecidedError, match="racks without locations"):
        run_on(replace(hall(), locations=()), settings)


def test_the_depot_is_as_told_as_drawn_or_assumed_with_a_note(hall) -> None:
    told = with_depot(hall(), PICKER, at=(2.0, 3.0), servers=4)
    assert (told[0].stations[-1].pose, told[0].stations[-1].servers, told[2]) == ((2.0, 3.0, 0.0), 4, ())
    assert with_depot(hall(), PICKER, at=None, servers=4)[1:] == ("DEPOT", ())
    bare = hall(depot=False)
    _, _, notes = with_depot(bare, PICKER, at=None, servers=4)
    assert "assumed at the roomiest point" in notes[0]
    assert "depot: [x, y]" in notes[0]
    door = Opening(id="D", kind="dock_door", s0_m=4.0, s1_m=7.0, z0_m=0.0, z1_m=3.0)
    wall = Wall(id="W", level="L0", p0=(0.0, 0.0), p1=(14.4, 0.0), height_m=5.0, openings=(door,))
    docked, station, notes = with_depot(replace(bare, walls=(wall,)), PICKER, at=None, servers=4)
    assert "at the dock door" in notes[0]
    assert docked.stations[-1].pose[:2] == pytest.approx((5.5, 0.3), abs=0.02)
    run = run_on(replace(bare, walls=(wall,)), Scenario(site=Path("."), synthetic_orders=5))
    assert run.notes[0] == notes[0]
    assert {e.resource for e in run.events if e.kind == "drop"} == {station}


def test_a_depot_out_of_the_way_is_undecided(hall) -> None:
    with pytest.raises(UndecidedError, match=r"the depot 'DEPOT \(scenario\)' cannot be reached"):
        run_on(hall(depot=False), Scenario(site=Path("."), depot=(500.0, 500.0)))


def test_an_order_can_say_when_it_came_in(tmp_path: Path) -> None:
    table = "order,sku,quantity,released\nO1,A,1,2026-11-27T06:30:00Z\nO1,B,1,\nO2,A,1,\n"
    (tmp_path / "orders.csv").write_text(table, encoding="utf-8")
    one, two = read_orders(tmp_path / "orders.csv")
    assert released_s(one, datetime(2026, 11, 27, 6, 0, tzinfo=UTC)) == 1800.0
    assert released_s(two, None) == 0.0
    with pytest.raises(BadDataError, match=r"order 'O1' is released '2026.*set 'starts_at'"):
        released_s(one, None)


def test_due_dates_without_a_start_are_left_out_and_said(tmp_path: Path, hall) -> None:
    places = [location.id for location in hall().locations[:2]]
    (tmp_path / "slotting.csv").write_text(f"sku,location\nA,{places[0]}\nB,{places[1]}\n", encoding="utf-8")
    (tmp_path / "orders.csv").write_text(
        "order,sku,quantity,due\nO1,A,1,2026-11-27T09:00:00Z\n", encoding="utf-8"
    )
    given = {"site": tmp_path, "orders": tmp_path / "orders.csv", "slotting": tmp_path / "slotting.csv"}
    run = run_on(hall(), Scenario(**given))
    assert kpis(run).on_time is None
    assert any("due at dates" in note for note in run.notes)
    known = run_on(hall(), Scenario(**given, starts_at=datetime(2026, 11, 27, 6, 0, tzinfo=UTC)))
    assert kpis(known).on_time is not None


def test_zones_of_operations_need_zoned_tours() -> None:
    with pytest.raises(ValueError, match="need zoned: true"):
        Scenario(site=Path("."), operations={"zones": {"work": "pick-and-pass"}})


def test_orders_are_made_up_for_a_slotting_alone(tmp_path: Path) -> None:
    hall = demo_hall()
    write_facility(tmp_path / "facility.json", hall)
    places = [place.id for place in hall.locations[:40]]
    slotting = {f"S{n:02d}": (place,) for n, place in enumerate(reversed(places))}
    write_slotting(tmp_path / "slotting.csv", slotting)
    shift = plan_scenario(hall, Scenario(site=tmp_path, slotting=tmp_path / "slotting.csv"))
    lines = Counter(line.sku for order in shift.orders for line in order.lines)
    assert lines.keys() <= slotting.keys()
    assert lines["S00"] == max(lines.values())
    assert any("SKUs of the slotting" in note for note in shift.notes)
