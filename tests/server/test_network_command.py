"""network load, run and transfer: exit codes, files, the same bytes from any number of workers."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Aisletwin = Callable[..., Any]

TABLES = {
    "nodes.csv": """node,kind,lon,lat,capacity_per_day,recover_days
Izmir,supplier,27.1,38.4,300,21
Trieste,port,13.8,45.6,,10
Koper,port,13.7,45.5,60,10
Verona,site,11.0,45.4,,
Duisburg,site,6.8,51.4,,5
Milano,demand,9.2,45.5,,
Berlin,demand,13.4,52.5,,
""",
    "lanes.csv": """origin,destination,mode,lead_days,lead_sd_days,capacity_per_day,cost_per_unit,distance_km,\
co2e_kg_per_unit_km,co2e_source
Izmir,Trieste,sea,4,1,300,7,2200,0.01,own ships
Izmir,Koper,sea,4,1,300,8,2250,0.01,own ships
Trieste,Verona,road,1,0,,3,300,0.03,own lorries
Koper,Verona,road,1,0,,3,330,0.03,own lorries
Trieste,Duisburg,rail,2,0,,5,1200,0.02,own lorries
Verona,Duisburg,road,2,0,20,6,900,0.03,own lorries
Verona,Milano,road,1,0,,2,160,0.03,own lorries
Duisburg,Berlin,road,1,0,,4,560,0.03,own lorries
""",
    "stock.csv": """node,stock,up_to,price
Izmir,,,50
Trieste,900,900,
Koper,0,0,
Verona,600,600,
Duisburg,150,400,
""",
    "demand.csv": "node,per_day,law,short_cost\nMilano,60,poisson,30\nBerlin,90,poisson,30\n",
    "events.yaml": """events:
  - {name: strike, kind: node_down, of: Trieste, begins: {uniform: [5, 15]}, takes: 20}
  - {name: peak, kind: demand, times: 1.4, begins: 30, takes: 10, probability: 0.5}
""",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chain")
    for name, text in TABLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run(aisletwin: Aisletwin, folder: Path, output: Path, *more: object) -> Any:
    return aisletwin(
        "network", "run", folder, "--disruptions", folder / "events.yaml", "-o", output,
        "--days", 60, "--warm-up", 20, "--times", 25, *more,
    )  # fmt: skip


def test_load_tells_what_it_read_and_ends_with_1_where_demand_is_cut_off(
    folder: Path, tmp_path: Path, aisletwin: Aisletwin
) -> None:
    done = aisletwin("network", "load", folder, "-o", tmp_path / "map.svg")
    assert done.code == 0, done.err
    assert "7 nodes (2 demand, 2 port, 2 site, 1 supplier), 8 lanes" in done.out
    assert "<svg" in (tmp_path / "map.svg").read_text(encoding="utf-8")
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text.replace("Duisburg,Berlin", "Duisburg,Milano"), encoding="utf-8")
    done = aisletwin("network", "load", tmp_path, "--json")
    assert done.code == 1
    assert json.loads(done.out)["findings"][0]["kind"] == "unreachable-demand"
    (tmp_path / "lanes.csv").write_text("origin,destination\nIzmir,Nowhere\n", encoding="utf-8")
    done = aisletwin("network", "load", tmp_path)
    assert done.code == 3
    assert "lanes.csv row 2 column 'destination' is 'Nowhere'" in done.err


def test_a_run_writes_a_page_that_loads_nothing_from_elsewhere(
    folder: Path, tmp_path: Path, aisletwin: Aisletwin
) -> None:
    done = run(aisletwin, folder, tmp_path / "out", "--service", "99.9%")
    assert done.code == 1, done.err
    assert "service of 99.9%: fail" in done.out
    assert "events against none: met at once" in done.out
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "network.html", "network.json", "lanes.csv", "map.svg",
    }  # fmt: skip
    page = (tmp_path / "out" / "network.html").read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href)=\"(?!#)", page)
    assert page.count("<svg") == 2
    for word in (
        "Instead of Trieste",
        "Single points of failure",
        "Time to survive",
        "own ships; ",
        "Berlin",
    ):
        assert word.removesuffix("; ") in page
    record = json.loads((tmp_path / "out" / "network.json").read_text(encoding="utf-8"))
    assert record["differences"]["fill_rate"]["verdict"] == "worse"
    assert record["effects"][0]["survived_days"]["value"] > 0
    assert {each["node"] for each in record["weak_points"]} >= {"Izmir", "Trieste", "Verona", "Duisburg"}
    survivals = {each["node"]: each for each in record["survivals"]}
    assert survivals["Trieste"]["is_exposed"]
    assert survivals["Verona"]["is_exposed"] is None


def test_any_number_of_workers_gives_the_same_bytes(
    folder: Path, tmp_path: Path, aisletwin: Aisletwin
) -> None:
    assert run(aisletwin, folder, tmp_path / "one", "--only-together").code == 0
    assert run(aisletwin, folder, tmp_path / "two", "--only-together", "--workers", 2).code == 0
    for name in ("network.html", "network.json", "lanes.csv", "map.svg"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_each_node_is_stopped_and_ranked_with_the_same_bytes_from_any_number_of_workers(
    folder: Path, tmp_path: Path, aisletwin: Aisletwin
) -> None:
    asked = ("--only-together", "--each-node", "--down-days", 9)
    done = run(aisletwin, folder, tmp_path / "one", *asked)
    assert done.code == 0, done.err
    assert "each node down in turn: less is met at once without " in done.out
    assert run(aisletwin, folder, tmp_path / "two", *asked, "--workers", 2).code == 0
    for name in ("network.html", "network.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    stops = json.loads((tmp_path / "one" / "network.json").read_text(encoding="utf-8"))["node_stops"]
    assert {each["node"] for each in stops} == {"Izmir", "Trieste", "Koper", "Verona", "Duisburg"}
    assert {each["days"] for each in stops} == {9}
    lost = [each["differences"]["fill_rate"]["difference"]["value"] for each in stops]
    assert lost == sorted(lost)
    assert stops[0]["is_loss"]
    done = run(aisletwin, folder, tmp_path, "--down-days", 9)
    assert done.code == 2
    assert "add --each-node" in done.err


def test_a_variant_is_compared_on_the_same_draws(folder: Path, tmp_path: Path, aisletwin: Aisletwin) -> None:
    """More stock at Trieste does not help while it is down, more at Duisburg does; the same network differs by 0."""
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text.replace("Duisburg,150,400", "Duisburg,3000,3000"), encoding="utf-8")
    done = run(aisletwin, folder, tmp_path / "out", "--against", tmp_path, "--only-together", "--json")
    found = json.loads(done.out)["variant"]["differences"]["fill_rate"]
    assert (done.code, found["verdict"]) == (0, "better")
    done = run(aisletwin, folder, tmp_path / "out", "--against", folder, "--only-together", "--json")
    found = json.loads(done.out)["variant"]["differences"]["fill_rate"]
    assert (found["difference"]["value"], found["verdict"]) == (0, "no difference")


def test_service_in_the_interval_is_undecided(folder: Path, tmp_path: Path, aisletwin: Aisletwin) -> None:
    level = json.loads(run(aisletwin, folder, tmp_path, "--only-together", "--json").out)["disturbed"][
        "fill_rate"
    ]
    done = run(aisletwin, folder, tmp_path, "--only-together", "--service", str(level["value"]))
    assert done.code == 4
    assert "cannot decide" in done.out
    assert run(aisletwin, folder, tmp_path, "--only-together", "--service", "half").code == 2


def test_transfers_are_told_with_reasons(folder: Path, tmp_path: Path, aisletwin: Aisletwin) -> None:
    """Duisburg needs 90 a day for 5 days; 90 a day come on the last 3: it is 30 short of 450 - 270 with its 150."""
    done = aisletwin("network", "transfer", folder, "--days", 5, "-o", tmp_path / "moves.csv")
    assert done.code == 0, done.err
    assert "30 over Verona→Duisburg road: Duisburg would be short of 30; a unit there saves" in done.out
    with (tmp_path / "moves.csv").open(encoding="utf-8") as table:
        assert [(row["lane"], row["units"]) for row in csv.DictReader(table)] == [
            ("Verona→Duisburg road", "30")
        ]
    record = json.loads(aisletwin("network", "transfer", folder, "--days", 5, "--json").out)
    assert record["short_cost_before"] == 900
    assert record["cost"] == 180
