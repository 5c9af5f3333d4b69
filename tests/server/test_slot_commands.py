"""`aisletwin slot` from the command line: scored, planned, explained, cut to a budget, verified, watched."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from layouts.demo_hall import demo_hall
from layouts.run_files import read_run
from layouts.slotting.moves.work_list import read_moves_csv
from layouts.slotting_table import read_slotting, write_slotting
from spatial.facility_json import write_facility

Aisletwin = Callable[..., Any]

SKUS, DAYS = 60, 6
FIRST = date(2026, 11, 2)
FAST = ("--rounds", "2", "--chains", "2", "--replications", "4")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hall whose fast movers lie farthest from the depot; orders of six days, and a settings file."""
    folder = tmp_path_factory.mktemp("world")
    hall = demo_hall()
    (folder / "site").mkdir()
    write_facility(folder / "site" / "facility.json", hall)
    depot = np.array(next(station.pose[:2] for station in hall.stations if station.kind == "depot"))
    low = [place for place in hall.locations if place.tier == 0]
    far = sorted(low, key=lambda place: -float(np.hypot(*(np.array(place.center[:2]) - depot))))
    write_slotting(folder / "slotting.csv", {f"S{n:02d}": (far[n].id,) for n in range(SKUS)})
    write_orders(folder / "orders.csv", FIRST, DAYS)
    scenario = {
        "site": "site",
        "orders": "orders.csv",
        "slotting": "slotting.csv",
        "routing": "exact",
        "pickers": 3,
        "pick_time": "exponential",
        "redraw_orders": True,
    }
    (folder / "scenario.yaml").write_text(yaml.safe_dump(scenario), encoding="utf-8")
    items = "\n".join(["sku,mass_kg", *(f"S{n:02d},{1 + n % 5}" for n in range(SKUS)), ""])
    (folder / "items.csv").write_text(items, encoding="utf-8")
    (folder / "slot.yaml").write_text("items: items.csv\nkeep: [S59]\n", encoding="utf-8")
    return folder


def write_orders(path: Path, first: date, days: int) -> None:
    """Forty orders a day; a SKU's chance falls with its number."""
    random = np.random.default_rng(5)
    chance = 1 / np.arange(1.0, SKUS + 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("order", "sku", "quantity", "released"))
        for day in range(days):
            released = f"{first + timedelta(days=day)}T08:00:00Z"
            for order in range(40):
                for sku in random.choice(SKUS, 3, replace=False, p=chance / chance.sum()):
                    rows.writerow((f"D{day}-{order}", f"S{sku:02d}", 1, released))


@pytest.fixture(scope="module")
def plan(world: Path, aisletwin: Aisletwin) -> Path:
    folder = world / "PLAN"
    told = aisletwin("slot", "run", world / "scenario.yaml", "-s", world / "slot.yaml", "-o", folder, *FAST)
    assert told.code == 0, told.err
    assert "Do it: plan" in told.out
    return folder


def test_today_is_scored_beside_the_usual_ways(world: Path, aisletwin: Aisletwin) -> None:
    told = aisletwin("slot", "score", world / "scenario.yaml", "-s", world / "slot.yaml", "--json")
    assert told.code == 0
    record = json.loads(told.out)
    totals = {name: its["total_s"] for name, its in record["slottings"].items()}
    assert totals["by distance"] < totals["today"] < totals["random"]
    assert record["bound_s"] <= min(totals.values())
    shown = aisletwin("slot", "score", world / "scenario.yaml")
    assert "by distance" in shown.out
    assert "at least" in shown.out


def test_the_plan_is_proven_paid_and_whole(world: Path, plan: Path) -> None:
    record = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    assert record["verdict"] == "do it"
    assert record["payback"]["answer"] == "pays back"
    (staffing,) = record["proof"]["staffings"]
    assert staffing["pickers"] == 3
    assert staffing["verdicts"][record["chosen"]] == "accept"
    assert record["gap_share"] >= 0
    before, after = read_slotting(world / "slotting.csv"), read_slotting(plan / "slotting.csv")
    assert after["S59"] == before["S59"]
    assert after["S00"] != before["S00"]
    moves = read_moves_csv(plan / "moves.csv")
    at = {sku: place for sku, (place,) in before.items()}
    for step in moves:
        assert at[step.sku] == step.here
        at[step.sku] = step.to
        places = [place for place in at.values() if place != "STAGING"]
        assert len({*places}) == len(places)
    assert at == {sku: place for sku, (place,) in after.items()}


def test_the_plans_scenario_is_simulated_like_any_other(
    plan: Path, aisletwin: Aisletwin, tmp_path: Path
) -> None:
    told = aisletwin("simulate", plan / "scenario.yaml", "-o", tmp_path / "RUN")
    assert told.code == 0
    assert read_run(tmp_path / "RUN").slotting == read_slotting(plan / "slotting.csv")


def test_the_page_says_what_to_do_and_shows_it(plan: Path) -> None:
    page = (plan / "report.html").read_text(encoding="utf-8")
    for words in ("do it", "Proof by simulation", "Velocities before and after", "Work list", "SHA-256"):
        assert words in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert {path.name for path in (plan / "pictures").iterdir()} >= {
        "staffing.svg",
        "stop-anywhere.png",
        "moves-L0.svg",
    }


def test_the_same_seed_gives_the_same_bytes_on_two_processes(
    world: Path, plan: Path, aisletwin: Aisletwin
) -> None:
    again = world / "AGAIN"
    asked = ("slot", "run", world / "scenario.yaml", "-s", world / "slot.yaml", "-o", again, *FAST)
    assert aisletwin(*asked, "--workers", "2").code == 0
    files = sorted(path.relative_to(plan) for path in plan.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert [name for name in files if (plan / name).read_bytes() != (again / name).read_bytes()] == []


def test_a_budget_buys_what_brings_most(plan: Path, aisletwin: Aisletwin, tmp_path: Path) -> None:
    told = aisletwin("slot", "moves", plan, "--budget", "30min", "--rounds", "2", "-o", tmp_path / "WORK")
    assert told.code == 0
    steps = read_moves_csv(tmp_path / "WORK" / "moves.csv")
    assert 0 < steps[-1].spent_s <= 1800
    assert "Do it:" in told.out
    wrong = aisletwin("slot", "moves", plan, "--budget", "soon")
    assert wrong.code == 2
    assert "--budget" in wrong.err
    nothing = aisletwin("slot", "moves", plan, "--budget", "0h")
    assert nothing.code == 2
    assert "more than 0" in nothing.err


def test_a_plan_is_not_read_over_other_orders_than_its_own(
    world: Path, plan: Path, aisletwin: Aisletwin
) -> None:
    orders = (world / "orders.csv").read_bytes()
    (world / "orders.csv").write_bytes(orders + b"D9-0,S00,1,2026-11-30T08:00:00Z\n")
    told = aisletwin("slot", "explain", plan, "--sku", "S00")
    (world / "orders.csv").write_bytes(orders)
    assert told.code == 3
    assert "the orders" in told.err
    assert "changed since the plan was made" in told.err


def test_what_is_broken_is_mended_and_what_is_not_to_be_done_is_no_work_list(
    world: Path, aisletwin: Aisletwin, tmp_path: Path
) -> None:
    """One SKU too heavy for its place, and no day on which any move could pay."""
    (tmp_path / "items.csv").write_text("sku,mass_kg\nS30,50\n", encoding="utf-8")
    at = read_slotting(world / "slotting.csv")["S30"][0]
    (tmp_path / "locations.csv").write_text(f"location,max_mass_kg\n{at},10\n", encoding="utf-8")
    rules = "items: items.csv\nlocations: locations.csv\nmoves: {horizon_days: 0.001}\n"
    (tmp_path / "slot.yaml").write_text(rules, encoding="utf-8")
    folder = tmp_path / "PLAN"
    (folder / "pictures").mkdir(parents=True)
    for stale in ("moves.csv", "report.html", "pictures/moves-L9.svg"):
        (folder / stale).write_text("of an earlier plan", encoding="utf-8")
    told = aisletwin(
        "slot",
        "run",
        world / "scenario.yaml",
        "-s",
        tmp_path / "slot.yaml",
        "-o",
        folder,
        "--no-proof",
        *FAST,
    )
    assert told.code == 1
    assert "breaks rules 1 time and stays as it is; the proposal 'repair' mends it with 1 move in" in told.out
    record = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert all(each["broken"] == [] for each in record["proposals"].values())
    assert read_slotting(folder / "slotting.csv") == read_slotting(world / "slotting.csv")
    assert read_moves_csv(folder / "moves.csv") == ()
    (step,) = read_moves_csv(folder / "proposals" / "repair-moves.csv")
    assert (step.sku, step.here) == ("S30", at)
    assert not (folder / "pictures" / "moves-L9.svg").exists()
    assert "would move" in (folder / "report.html").read_text(encoding="utf-8")


def test_a_sku_is_explained(plan: Path, aisletwin: Aisletwin) -> None:
    told = aisletwin("slot", "explain", plan, "--sku", "S00")
    assert told.code == 0
    assert "rank 1 of 60" in told.out
    unknown = aisletwin("slot", "explain", plan, "--sku", "S0")
    assert unknown.code == 3
    assert "did you mean" in unknown.err


def test_a_plan_carried_out_is_verified(
    world: Path, plan: Path, aisletwin: Aisletwin, tmp_path: Path
) -> None:
    record = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    new = {sku: place for sku, (place,) in read_slotting(plan / record["slotting"]).items()}
    old = {sku: place for sku, (place,) in read_slotting(world / "slotting.csv").items()}
    rows = [*tasks(FIRST, 5, old), *tasks(FIRST + timedelta(days=10), 5, new)]
    path = tmp_path / "tasks.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [("task", "start", "agent", "order", "sku", "location", "quantity"), *rows]
        )
    moved = f"{FIRST + timedelta(days=7)}..{FIRST + timedelta(days=8)}"
    told = aisletwin(
        "slot", "verify", plan, "--actual", path, "--moved", moved, "--tolerance", "0.5", "--json"
    )
    record = json.loads(told.out)
    assert told.code in (0, 4)
    assert record["verdict"] in ("as predicted", "more than predicted", "cannot decide")
    assert record["execution"]["left"] == 0
    wrong = aisletwin("slot", "verify", plan, "--actual", path, "--moved", "2026-11-09..2026-11-01")
    assert wrong.code == 2


def tasks(first: date, days: int, at: dict[str, str]) -> list[tuple[object, ...]]:
    """Twelve tours a day of ten picks each, like the orders."""
    random = np.random.default_rng(9)
    chance = 1 / np.arange(1.0, SKUS + 1)
    rows: list[tuple[object, ...]] = []
    for day in range(days):
        for tour in range(12):
            for pick, sku in enumerate(random.choice(SKUS, 10, replace=False, p=chance / chance.sum())):
                start = (
                    f"{first + timedelta(days=day)}T{8 + tour // 6:02d}:{tour % 6 * 10:02d}:{pick * 5:02d}Z"
                )
                name = f"S{sku:02d}"
                rows.append((f"{first}-{day}-{tour}-{pick}", start, "P1", f"{day}-{tour}", name, at[name], 1))
    return rows


def test_a_watch_begins_goes_on_and_tells_a_bad_slotting(
    world: Path, aisletwin: Aisletwin, tmp_path: Path
) -> None:
    state = tmp_path / "watch.json"
    told = aisletwin("slot", "watch", world / "scenario.yaml", "--state", state, "--json")
    days = json.loads(told.out)["days"]
    assert [each["day"] for each in days] == [str(FIRST + timedelta(days=n)) for n in range(1, DAYS)]
    assert told.code == (1 if json.loads(told.out)["due"] else 0)
    again = aisletwin("slot", "watch", world / "scenario.yaml", "--state", state)
    assert again.code == 3
    assert "no order is newer" in again.err


@pytest.mark.parametrize("text", ["x", "[]", '{"schema": "aisletwin.reslot-watch/1", "until": "2026-11-02"}'])
def test_a_state_of_nothing_known_is_refused(
    world: Path, aisletwin: Aisletwin, tmp_path: Path, text: str
) -> None:
    state = tmp_path / "watch.json"
    state.write_text(text, encoding="utf-8")
    told = aisletwin("slot", "watch", world / "scenario.yaml", "--state", state)
    assert told.code == 3
    assert "no state of a watch" in told.err
    assert state.read_text(encoding="utf-8") == text


def test_rules_in_conflict_are_a_finding_and_write_nothing(
    world: Path, aisletwin: Aisletwin, tmp_path: Path
) -> None:
    (tmp_path / "items.csv").write_text("sku,mass_kg\nS00,50\n", encoding="utf-8")
    rules = "items: items.csv\nrules: {weight_by_level: [{above_m: 0, most_kg: 10}, {above_m: 0.0, most_kg: 5}]}\n"
    (tmp_path / "slot.yaml").write_text(rules.replace("above_m: 0,", "above_m: 0.0,"), encoding="utf-8")
    locations = ["location,max_mass_kg", *(f"{place.id},10" for place in demo_hall().locations), ""]
    (tmp_path / "locations.csv").write_text("\n".join(locations), encoding="utf-8")
    (tmp_path / "slot.yaml").write_text("items: items.csv\nlocations: locations.csv\n", encoding="utf-8")
    told = aisletwin(
        "slot", "run", world / "scenario.yaml", "-s", tmp_path / "slot.yaml", "-o", tmp_path / "PLAN", *FAST
    )
    assert told.code == 1
    assert "No plan exists" in told.out
    assert not (tmp_path / "PLAN" / "plan.json").exists()


def test_a_scenario_alone_means_to_run_it(aisletwin: Aisletwin, tmp_path: Path) -> None:
    told = aisletwin("slot", tmp_path / "no.yaml", "-o", tmp_path / "PLAN")
    assert told.code == 3
    assert "no.yaml" in told.err
    assert aisletwin("slot", "scroe", tmp_path / "no.yaml").code == 2


def test_a_folder_without_a_plan_says_so(tmp_path: Path, aisletwin: Aisletwin) -> None:
    told = aisletwin("slot", "explain", tmp_path, "--sku", "A")
    assert told.code == 3
    assert "holds no plan.json" in told.err
    assert "slot run" in told.err


def test_a_search_without_a_round_decides_nothing(world: Path, aisletwin: Aisletwin, tmp_path: Path) -> None:
    asked = ("slot", "run", world / "scenario.yaml", "-o", tmp_path / "PLAN", "--no-proof")
    told = aisletwin(*asked, "--seconds", "0", *FAST)
    assert told.code == 4
    assert "give it more --seconds" in told.out
    assert json.loads((tmp_path / "PLAN" / "plan.json").read_text(encoding="utf-8"))["search"]["is_cut"]
