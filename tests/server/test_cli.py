"""The command line: exit codes, one sentence for an error, JSON that is nothing but JSON."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from layouts.run import Run
from layouts.run_files import read_run, write_run
from scans.cloud import PointCloud
from scans.laz_writer import write_laz
from spatial.facility import Facility
from spatial.facility_json import write_facility
from spatial.navigation.graph_json import read_graph

Aisletwin = Callable[..., Any]
COMMANDS = ("scan", "graph", "path", "reconcile", "tours", "simulate", "serve", "view", "demo")


@pytest.fixture
def site(hall_site: Path, tmp_path: Path) -> Path:
    """A site of its own to write into."""
    return Path(shutil.copytree(hall_site, tmp_path / "site"))


@pytest.fixture
def scenario(site: Path) -> Path:
    path = site.parent / "scenario.yaml"
    path.write_text(yaml.safe_dump({"site": "site", "pickers": 2, "synthetic_orders": 6}), encoding="utf-8")
    return path


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("command", [(), *((command,) for command in COMMANDS)])
def test_help_ends_well_and_names_options(aisletwin: Aisletwin, command: tuple[str, ...]) -> None:
    done = aisletwin(*command, "--help")
    assert done.code == 0
    assert "--help" in done.out
    assert "Usage: aisletwin" in done.out


def test_help_loads_nothing_heavy() -> None:
    heavy = ("open3d", "numpy", "pyvista", "vtkmodules", "fastapi", "trimesh", "scipy", "numba")
    script = (
        "import sys; from server.cli import run_command; code = run_command(['scan', '--help']); "
        f"sys.exit(code or sorted(set({heavy}) & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",),
        ("scan",),
        ("scan", "hall.laz"),
        ("scan", "hall.laz", "-o", "site", "--unit", "yards"),
        ("scan", "hall.laz", "-o", "site", "--depot", "1;2"),
        ("scan", "hall.laz", "-o", "site", "--depot", "1,nan"),
        ("graph", "site", "--agent", "horse"),
        ("graph", "site", "--format", "lif"),
        ("path", "site", "01-01-A-1"),
        ("reconcile", "site", "net.json", "--level", "L0"),
        ("reconcile", "site", "net.json", "--metres-per-unit", "0"),
        ("tours", "site", "--policy", "zigzag"),
        ("tours", "site", "--heavy-kg", "5"),
        ("tours", "site", "--batching", "in-time"),
        ("tours", "site", "--orders", "orders.csv"),
        ("tours", "site", "--batch-lines", "0"),
        ("view", "site", "--mp4", "film.mp4"),
        ("serve", "site", "--port", "65536"),
        ("demo", "--depot", "here"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2_and_says_what_is_wrong(
    aisletwin: Aisletwin, arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = aisletwin(*arguments)
    assert done.code == 2
    assert done.err.splitlines()[-1].startswith("Error: ")
    assert done.out == ""
    assert not list(tmp_path.iterdir())


def test_a_graph_is_written_beside_its_facility(aisletwin: Aisletwin, site: Path) -> None:
    done = aisletwin("graph", site)
    graph = read_graph(site / "graph.json")
    assert done.code == 0
    assert f"{len(graph.xy)} nodes" in done.out

    summary = json.loads(aisletwin("graph", site, "--json", "-o", site / "cart.json", "--agent", "cart").out)
    assert read_graph(site / "cart.json").agent.name == "cart"
    assert summary["nodes"] == len(read_graph(site / "cart.json").xy)


def test_tours_are_summed_up_and_written(aisletwin: Aisletwin, site: Path, tmp_path: Path) -> None:
    path = tmp_path / "tours.json"
    done = aisletwin("tours", site, "--policy", "nearest-neighbour", "-o", path)
    plan = json.loads(path.read_text(encoding="utf-8"))
    assert done.code == 0
    summary = f"{plan['tours']} tours, {plan['lines']} lines, {plan['length_m']:,.0f} m, nearest-neighbour"
    assert done.out.startswith(summary)
    assert plan["lower_bound_m"] <= plan["length_m"] + 1e-9
    assert done.said[0].startswith("note: Orders and slotting are synthetic")

    printed = json.loads(aisletwin("tours", site, "--policy", "nearest-neighbour", "--json").out)
    assert printed["plan"] == plan["plan"]


def test_tours_run_on_the_orders_given(aisletwin: Aisletwin, site: Path, tmp_path: Path) -> None:
    orders, slotting = tmp_path / "orders.csv", tmp_path / "slotting.csv"
    orders.write_text("order,sku,quantity\nO1,tea,2\nO1,rice,1\nO2,tea,1\n", encoding="utf-8")
    slotting.write_text("sku,location\ntea,01-01-A-1\nrice,02-03-A-2\n", encoding="utf-8")
    plan = json.loads(
        aisletwin("tours", site, "--orders", orders, "--slotting", slotting, "--depot", "6,3.5", "--json").out
    )
    assert (plan["tours"], plan["lines"]) == (1, 3)
    assert {p["location"] for s in plan["plan"][0]["stops"] for p in s["picks"]} == {"01-01-A-1", "02-03-A-2"}

    slotting.write_text("sku,location\ntea,01-01-A-1\n", encoding="utf-8")
    done = aisletwin("tours", site, "--orders", orders, "--slotting", slotting)
    assert done.code == 3
    assert done.said == ["aisletwin: SKU 'rice' is ordered but has no location: add it to the slotting table"]


def test_exact_tours_cannot_be_shorter_and_are_told_edge_by_edge(aisletwin: Aisletwin, site: Path) -> None:
    done = aisletwin("tours", site, "--policy", "exact", "--explain", "T00002")
    assert done.code == 0
    *table, total, summary = done.out.splitlines()
    assert summary.endswith("exact, none can be shorter")
    assert table[0].split()[:3] == ["step", "from", "to"]
    plan = json.loads(aisletwin("tours", site, "--policy", "exact", "--json").out)
    assert total == f"{len(table) - 1} steps, {plan['plan'][1]['length_m']:.3f} m"
    assert aisletwin("tours", site, "--explain", "T99999").code == 2


def test_heavy_items_come_first_on_request(aisletwin: Aisletwin, site: Path, tmp_path: Path) -> None:
    orders, slotting, items = (tmp_path / f"{name}.csv" for name in ("orders", "slotting", "items"))
    orders.write_text("order,sku,quantity\nO1,tea,2\nO1,rice,1\n", encoding="utf-8")
    slotting.write_text("sku,location\ntea,01-01-A-1\nrice,02-03-A-2\n", encoding="utf-8")
    given = ("tours", site, "--orders", orders, "--slotting", slotting, "--policy", "exact", "--json")
    for heavy in ("tea", "rice"):
        light = {"tea": "rice", "rice": "tea"}[heavy]
        items.write_text(f"sku,mass_kg\n{heavy},20\n{light},1\n", encoding="utf-8")
        plan = json.loads(aisletwin(*given, "--items", items, "--heavy-kg", "15").out)
        assert [stop["picks"][0]["sku"] for stop in plan["plan"][0]["stops"]] == [heavy, light]


def test_floor_rules_keep_agents_off_part_of_the_floor(
    aisletwin: Aisletwin, site: Path, tmp_path: Path, hall: Facility
) -> None:
    rules = tmp_path / "floor-rules.yaml"
    x, y = np.array(hall.levels[0].outline).T
    half = [(x.min(), y.min()), (x.mean(), y.min()), (x.mean(), y.max()), (x.min(), y.max())]
    area = [[float(a), float(b)] for a, b in half]
    rules.write_text(yaml.safe_dump({"forbidden_zones": [{"name": "wet", "area": area}]}), encoding="utf-8")
    before = json.loads(aisletwin("graph", site, "--json").out)
    after = json.loads(aisletwin("graph", site, "--rules", rules, "--json").out)
    assert 0 < after["locations"] < before["locations"]
    assert set(after["unreached"]) > set(before["unreached"])
    rules.write_text("closed_aisles: [Z9]", encoding="utf-8")
    done = aisletwin("graph", site, "--rules", rules)
    assert done.code == 3
    assert "has no aisle 'Z9': choose one of" in done.said[0]


def test_a_path_is_told_edge_by_edge_and_cuts_corners_on_the_open_floor(
    aisletwin: Aisletwin, site: Path
) -> None:
    done = aisletwin("path", site, "DEPOT", "02-03-A-2")
    assert done.code == 0
    *_, total, lanes, free = done.out.splitlines()
    found = json.loads(aisletwin("path", site, "DEPOT", "02-03-A-2", "--json").out)
    assert sum(step["length_m"] for step in found["steps"]) == pytest.approx(found["lanes_m"], abs=1e-9)
    assert 0 < found["open_floor_m"] <= found["lanes_m"]
    assert total == f"{len(found['steps'])} steps, {found['lanes_m']:.3f} m"
    assert lanes == f"along the lanes: {found['lanes_m']:.3f} m"
    assert free == f"over the open floor: {found['open_floor_m']:.3f} m"
    assert aisletwin("path", site, "DEPOT", "DEPOT").code == 0
    assert aisletwin("path", site, "DEPOT", "nowhere").code == 2


@pytest.mark.parametrize(("form", "name"), [("lif", "net.json"), ("graphml", "net.graphml"), ("csv", "net")])
def test_a_graph_written_in_other_forms_agrees_with_its_site(
    aisletwin: Aisletwin, site: Path, tmp_path: Path, form: str, name: str
) -> None:
    assert aisletwin("graph", site, "--format", form, "-o", tmp_path / name).code == 0
    done = aisletwin("reconcile", site, tmp_path / name, "--json")
    found = json.loads(done.out)
    assert found["verdict"] == "pass", found
    assert done.code == 0
    assert found["alignment"]["scale"] == pytest.approx(1.0, abs=1e-6)


def test_a_network_through_racks_is_a_finding(aisletwin: Aisletwin, site: Path, tmp_path: Path) -> None:
    net = tmp_path / "net.json"
    aisletwin("graph", site, "--format", "lif", "-o", net)
    points = tmp_path / "points.csv"
    points.write_text(
        "name,network_x_m,network_y_m,facility_x_m,facility_y_m\nA,0,0,1,2\nB,10,0,11,2\nC,0,10,1,12\n",
        encoding="utf-8",
    )
    done = aisletwin("reconcile", site, net, "--points", points, "--fixed-scale")
    assert done.code == 1
    assert any(line.startswith("edges through something: ") for line in done.out.splitlines())


def test_a_shift_is_simulated_and_its_figures_are_printed(
    aisletwin: Aisletwin, scenario: Path, tmp_path: Path
) -> None:
    done = aisletwin("simulate", scenario, "-o", tmp_path / "run")
    assert done.code == 0
    assert " lines/h, " in done.out.splitlines()[0]
    assert done.out.splitlines()[1].startswith("time: walk ")
    assert read_run(tmp_path / "run").agents == ("P01", "P02")

    printed = aisletwin("simulate", scenario, "-o", tmp_path / "again", "--json")
    assert printed.err == ""
    assert json.loads(printed.out)["kpis"]["lines"] > 0
    assert files_in(tmp_path / "again") == files_in(tmp_path / "run")


def test_a_site_without_racks_is_undecided(aisletwin: Aisletwin, scenario: Path, hall: Facility) -> None:
    write_facility(scenario.parent / "site" / "facility.json", replace(hall, racks=(), locations=()))
    done = aisletwin("simulate", scenario, "-o", scenario.parent / "run")
    assert done.code == 4
    (sentence,) = done.said
    assert sentence.startswith("aisletwin: Test hall has no racks, so there is nothing to pick: scan a hall")
    assert not (scenario.parent / "run").exists()


@pytest.mark.parametrize("command", ["graph", "tours", "serve", "view"])
def test_a_folder_that_is_no_site_is_bad_data(aisletwin: Aisletwin, command: str, tmp_path: Path) -> None:
    png = ("--png", tmp_path / "a.png") if command == "view" else ()
    done = aisletwin(command, tmp_path / "nowhere", *png)
    assert done.code == 3
    (sentence,) = done.said
    assert str(tmp_path / "nowhere") in sentence
    assert not list(tmp_path.iterdir())


def test_a_run_that_is_no_run_is_bad_data(aisletwin: Aisletwin, site: Path, tmp_path: Path) -> None:
    done = aisletwin("serve", site, "--run", tmp_path / "nowhere", "--port", "0")
    assert done.code == 3
    assert "aisletwin simulate" in done.said[0]


def test_a_taken_port_is_named_with_the_remedy(aisletwin: Aisletwin, site: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for arguments in (("serve", site), ("demo", "-o", tmp_path / "demo")):
            done = aisletwin(*arguments, "--port", port)
            assert done.code == 2
            assert done.err.splitlines()[-1].endswith(
                f"127.0.0.1:{port}: address already in use: choose another --port, 0 takes a free one"
            )
    assert not (tmp_path / "demo").exists()  # told before the work, not after it


def test_a_picture_needs_no_screen_but_a_window_does(
    aisletwin: Aisletwin, site: Path, hall_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    write_run(tmp_path / "run", hall_run)
    assert aisletwin("view", site, tmp_path / "run", "--png", tmp_path / "a.png", "--at", 30).code == 0
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")

    if sys.platform == "linux":
        done = aisletwin("view", site)
        assert done.code == 2
        assert "--png" in done.said[0]


POINTS = np.random.default_rng(1).uniform(0, [30, 40, 9], (3000, 3))


def missing(path: Path) -> None:
    pass


def without_points(path: Path) -> None:
    _ply(path, np.zeros((0, 3)))


def cut_short(path: Path) -> None:
    write_laz(path, PointCloud(points=POINTS.astype(np.float32), origin=np.zeros(3)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def with_nan(path: Path) -> None:
    points = POINTS.copy()
    points[1234, 2] = np.nan
    _ply(path, points)


def in_feet(path: Path) -> None:
    _ply(path, POINTS / 0.3048)


def _ply(path: Path, points: np.ndarray) -> None:
    axes = "".join(f"property double {axis}\n" for axis in "xyz")
    header = f"ply\nformat binary_little_endian 1.0\nelement vertex {len(points)}\n{axes}end_header\n"
    path.write_bytes(header.encode() + points.astype("<f8").tobytes())


BAD_SCANS = [
    (missing, "hall.laz", "cannot be read (No such file or directory): check the name"),
    (without_points, "hall.ply", "holds 0 points: export it again"),
    (cut_short, "hall.laz", "the file is cut short; copy it again"),
    (with_nan, "hall.ply", "point 1234 of 3000 is not finite"),
    (in_feet, "hall.ply", "pass --unit m or --unit ft"),
]


@pytest.mark.parametrize(
    ("spoil", "name", "said"), BAD_SCANS, ids=lambda value: getattr(value, "__name__", "")
)
@pytest.mark.parametrize("command", ["scan", "demo"])
def test_a_bad_scan_is_3_in_one_sentence_and_leaves_nothing(
    aisletwin: Aisletwin, tmp_path: Path, command: str, spoil: Callable[[Path], None], name: str, said: str
) -> None:
    bad, output = tmp_path / name, tmp_path / "out"
    spoil(bad)
    asked = ("scan", bad) if command == "scan" else ("demo", "--once", "--scan", bad)
    done = aisletwin(*asked, "-o", output)
    assert done.code == 3
    (sentence,) = done.said
    assert sentence.startswith(f"aisletwin: {bad}")
    assert said in sentence
    assert done.out == ""
    assert not output.exists()


@pytest.mark.parametrize(
    ("spoil", "name", "said"), BAD_SCANS, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_bad_scan_leaves_an_older_site_whole(
    aisletwin: Aisletwin, site: Path, tmp_path: Path, spoil: Callable[[Path], None], name: str, said: str
) -> None:
    before = files_in(site)
    spoil(tmp_path / name)
    done = aisletwin("scan", tmp_path / name, "-o", site, "--json")
    assert (done.code, done.out) == (3, "")
    assert files_in(site) == before


@pytest.mark.parametrize("command", ["scan", "demo"])
def test_a_file_in_the_outputs_place_is_told_before_the_work(
    aisletwin: Aisletwin, tmp_path: Path, command: str
) -> None:
    scan, taken = tmp_path / "hall.laz", tmp_path / "taken"
    write_laz(scan, PointCloud(points=POINTS.astype(np.float32), origin=np.zeros(3)))
    taken.write_text("mine", encoding="utf-8")
    asked = ("scan", scan) if command == "scan" else ("demo", "--once", "--scan", scan)
    for output in (taken, taken / "deeper"):
        done = aisletwin(*asked, "-o", output)
        assert done.code == 3
        (sentence,) = done.said
        assert sentence.endswith(f"{taken} is a file, not a folder: choose another --output")
    assert taken.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (("graph", "{site}"), "graph.json"),
        (("tours", "{site}"), "tours.json"),
        (("simulate", "{scenario}"), "run"),
    ],
)
def test_an_output_that_cannot_be_written_is_named(
    aisletwin: Aisletwin, scenario: Path, tmp_path: Path, arguments: tuple[str, ...], output: str
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine", encoding="utf-8")
    paths = {"site": tmp_path / "site", "scenario": scenario}
    done = aisletwin(*(argument.format(**paths) for argument in arguments), "-o", taken / output)
    assert done.code == 3
    (sentence,) = done.said
    assert str(taken) in sentence
    assert taken.read_text(encoding="utf-8") == "mine"
