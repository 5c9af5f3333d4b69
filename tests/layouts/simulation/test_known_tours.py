"""What figures of a scenario share with those before them changes nothing of any of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layouts import planned_tours, scenario_files
from layouts.kpis import kpis
from layouts.last_used import LastUsed
from layouts.plan_scenario import plan_scenario, tours_on
from layouts.planned_tours import CREW, FLOOR, PLAYED, floor_key, planned_shift, tours_key
from layouts.scenario import PATHS, Scenario
from layouts.scenario_files import digests_of, sha256_of
from layouts.simulation import run_scenario
from layouts.simulation.figures_of_run import figures_of_run
from layouts.simulation.operations.settings import Operations
from layouts.simulation.operations.staffing import StaffGroup
from layouts.simulation.run_scenario import figures_of, play_shift, ready_shift
from layouts.simulation.traffic_rules import TrafficRules
from spatial.errors import BadDataError
from spatial.facility import Facility
from spatial.facility_json import read_facility, write_facility

OTHER: dict[str, Any] = {
    "synthetic_orders": 21,
    "redraw_orders": False,
    "agent": "reach_truck",
    "pickers": 7,
    "routing": "return",
    "batching": "short-tours",
    "batch_lines": 5,
    "zoned": True,
    "heavy_kg": (5.0,),
    "speed_m_s": 2.0,
    "pick_s": 1.0,
    "piece_s": 9.0,
    "drop_s": 5.0,
    "pick_time": "lognormal",
    "pick_cv": 1.5,
    "seed": 9,
    "depot": (2.0, 1.0),
    "starts_at": "2026-11-27T06:00:00Z",
    "horizon_s": 900.0,
    "warm_up_s": 20.0,
    "operations": Operations(staff=(StaffGroup(count=2),)),
    "traffic": TrafficRules(lanes={"A1": "narrow-two-way"}),
}
"""Another value of every field that names no file."""


class Planned(list[int]):
    """The replications whose tours were planned."""


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> Planned:
    """Told what is planned; nothing is known at first."""
    for module, name, most in (
        (planned_tours, "_floors", 1),
        (planned_tours, "_demands", 1),
        (run_scenario, "_readies", 1),
        (run_scenario, "_grounds", 1),
    ):
        monkeypatch.setattr(module, name, LastUsed(most))
    monkeypatch.setattr(planned_tours, "_tours", LastUsed(10_000, lambda tours: tours.plan.lines))
    told = Planned()

    def spied(*given: Any, replication: int) -> Any:
        told.append(replication)
        return tours_on(*given, replication=replication)

    monkeypatch.setattr(planned_tours, "tours_on", spied)
    return told


@pytest.fixture
def scenario(hall: Callable[..., Facility], tmp_path: Path) -> Scenario:
    write_facility(tmp_path / "facility.json", hall(rows=4, bays=4))
    return Scenario(site=tmp_path, synthetic_orders=20, batch_lines=6, redraw_orders=True, seed=3)


@pytest.fixture
def undrawn(scenario: Scenario) -> Scenario:
    """The same in a hall without a depot, so that as many hand over at once as there are pickers."""
    facility = read_facility(scenario.site)
    others = tuple(each for each in facility.stations if each.kind != "depot")
    write_facility(scenario.site, replace(facility, stations=others))
    return scenario


def anew(scenario: Scenario, replication: int) -> dict[str, float]:
    """The figures of a replication, with nothing that is known."""
    ready = ready_shift(scenario, replication=replication)
    run = play_shift(ready, replication=replication)
    return figures_of_run(run, kpis(run, warm_up_s=ready.warm_up_s))


@pytest.mark.parametrize("is_redrawn", [True, False])
@pytest.mark.parametrize("site", ["scenario", "undrawn"])
def test_another_staffing_finds_the_tours_and_plays_as_if_they_were_planned_anew(  # type: ignore[no-untyped-def]
    site: str, is_redrawn: bool, planned: Planned, request
) -> None:
    scenario = request.getfixturevalue(site).model_copy(update={"redraw_orders": is_redrawn})
    staffed = [scenario.model_copy(update={"pickers": count}) for count in (1, 6, 3, 6)]
    for one in staffed:
        for replication in range(2):
            assert figures_of(one, replication) == anew(one, replication)
    assert planned == ([0, 1] if is_redrawn else [0])


@pytest.mark.parametrize("field", sorted(PLAYED | CREW))
def test_what_only_tells_how_tours_are_played_changes_none(
    field: str, scenario: Scenario, planned: Planned
) -> None:
    base = {"horizon_s": 1000.0} if field == "warm_up_s" else {}
    scenario = scenario.model_copy(update=base)
    other = Scenario.model_validate({**scenario.model_dump(), field: OTHER[field]})
    for one in (scenario, other):
        known = planned_shift(one, digests_of(one), replication=1)
        true = plan_scenario(read_facility(one.site), one, replication=1)
        assert (known.plan, known.orders, known.notes) == (true.plan, true.orders, true.notes)
        assert (known.depot, known.facility) == (true.depot, true.facility)
    assert planned == [1]
    assert figures_of(other, 1) == anew(other, 1)


@pytest.mark.parametrize("field", sorted({*Scenario.model_fields} - {*PATHS} - PLAYED - CREW))
def test_every_other_field_is_part_of_the_key(field: str, scenario: Scenario) -> None:
    other = scenario.model_copy(update={field: OTHER[field]})
    files = digests_of(scenario)
    assert tours_key(scenario, files, replication=0) != tours_key(other, files, replication=0)
    assert (floor_key(scenario, files) != floor_key(other, files)) == (field in FLOOR)


def test_tours_in_time_depend_on_who_picks_and_on_how_long_it_takes(
    scenario: Scenario, planned: Planned
) -> None:
    timed = scenario.model_copy(update={"routing": "exact", "batching": "in-time"})
    for field in sorted(CREW):
        other = Scenario.model_validate({**timed.model_dump(), field: OTHER[field]})
        files = digests_of(timed)
        assert tours_key(timed, files, replication=0) != tours_key(other, files, replication=0)
    few = timed.model_copy(update={"synthetic_orders": 6})
    for pickers in (1, 3):
        one = few.model_copy(update={"pickers": pickers})
        assert figures_of(one, 0) == anew(one, 0)
    assert planned == [0, 0]


@pytest.mark.parametrize("is_redrawn", [True, False])
def test_a_file_that_changed_is_read_again(
    is_redrawn: bool, scenario: Scenario, planned: Planned, tmp_path: Path
) -> None:
    slotting, orders = tmp_path / "slotting.csv", tmp_path / "orders.csv"
    places = sorted(place.id for place in read_facility(scenario.site).locations)
    tables = [f"sku,location\nA,{places[a]}\nB,{places[b]}\n" for a, b in ((0, 1), (-1, 1))]
    orders.write_text("order,sku,quantity\nO1,A,1\nO2,B,2\n", encoding="utf-8")
    given = scenario.model_copy(update={"orders": orders, "slotting": slotting, "redraw_orders": is_redrawn})
    told = []
    for table in (*tables, tables[0]):
        slotting.write_text(table, encoding="utf-8")
        told.append(figures_of(given, 0))
        assert told[-1] == anew(given, 0)
    orders.write_text("order,sku,quantity\nO1,A,1\nO2,A,2\n", encoding="utf-8")
    assert figures_of(given, 0) == anew(given, 0)
    assert told[0] == told[2] != told[1]
    assert planned == [0, 0, 0]


def test_a_copy_of_the_files_elsewhere_finds_the_same_tours(
    scenario: Scenario, planned: Planned, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.json"
    copy.write_bytes((tmp_path / "facility.json").read_bytes())
    assert figures_of(scenario, 0) == figures_of(scenario.model_copy(update={"site": copy}), 0)
    assert planned == [0]


def test_a_file_that_changes_while_it_is_read_is_refused_and_not_kept(
    scenario: Scenario, planned: Planned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "facility.json"
    before = site.read_bytes()

    def written_again(path: Path) -> Facility:
        site.write_bytes(before.replace(b"0.9", b"0.8"))
        return read_facility(path)

    monkeypatch.setattr(planned_tours, "read_facility", written_again)
    with pytest.raises(BadDataError, match=r"site .* changed while it was read: simulate again"):
        figures_of(scenario, 0)
    monkeypatch.undo()
    site.write_bytes(before)
    assert figures_of(scenario, 0) == anew(scenario, 0)


def test_a_missing_table_is_told_whatever_is_known(
    scenario: Scenario, planned: Planned, tmp_path: Path
) -> None:
    figures_of(scenario, 0)
    with pytest.raises(BadDataError, match="gone"):
        figures_of(scenario.model_copy(update={"slotting": tmp_path / "gone.csv"}), 0)


def test_a_settled_file_is_hashed_once_and_one_just_written_every_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, hashed = tmp_path / "file", []
    true = scenario_files._hashed
    monkeypatch.setattr(scenario_files, "_known", LastUsed(4))
    monkeypatch.setattr(scenario_files, "_hashed", lambda path: hashed.append(path) or true(path))
    file.write_bytes(b"one")
    times = os.stat(file).st_mtime_ns
    one = sha256_of(file)
    file.write_bytes(b"two")
    os.utime(file, ns=(times, times))
    assert sha256_of(file) != one
    assert len(hashed) == 2
    monkeypatch.setattr(scenario_files, "SETTLED_NS", -(10**18))
    assert sha256_of(file) == sha256_of(file) != one
    assert len(hashed) == 3
    file.write_bytes(b"longer")
    sha256_of(file)
    assert len(hashed) == 4


def test_the_last_used_are_kept_within_their_weight() -> None:
    made: list[str] = []

    def value(key: str) -> str:
        made.append(key)
        return key

    kept = LastUsed[str](5, len)
    for key in ("aa", "bb", "aa", "cc", "bb", "aa", "toolong", "toolong", "aa"):
        assert kept.get(key, lambda key=key: value(key)) == key  # type: ignore[misc]
    assert made == ["aa", "bb", "cc", "bb", "aa", "toolong", "aa"]
    with pytest.raises(ZeroDivisionError):
        kept.get("x", lambda: str(1 / 0))
    assert kept.get("x", lambda: "made") == "made"


@pytest.mark.parametrize("most", [1, 10_000])
def test_however_few_tours_are_kept_figures_are_the_same(
    most: int, scenario: Scenario, planned: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planned_tours, "_tours", LastUsed(most, lambda tours: tours.plan.lines))
    told = [
        figures_of(scenario.model_copy(update={"pickers": pickers}), replication)
        for pickers in (2, 5)
        for replication in range(3)
    ]
    assert np.array_equal(
        [row["lines_per_hour"] for row in told],
        [
            anew(scenario.model_copy(update={"pickers": pickers}), replication)["lines_per_hour"]
            for pickers in (2, 5)
            for replication in range(3)
        ],
    )
    assert len(planned) == (6 if most == 1 else 3)
