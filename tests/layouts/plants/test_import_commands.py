"""import lif, opentcs and rmf: a site with its roads and a report; wrong usage and bad data by their exit codes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from server.commands.plants import import_lif, import_opentcs, import_rmf
from spatial.errors import BadDataError
from spatial.exchange.formats import read_network
from spatial.facility_json import read_facility

Write = Callable[..., Path]


def run(*arguments: str) -> int:
    """The exit code of a command line; errors of ours are raised."""
    app = typer.Typer(pretty_exceptions_enable=False)
    for name, command in (("lif", import_lif), ("opentcs", import_opentcs), ("rmf", import_rmf)):
        app.command(name)(command)
    try:
        typer.main.get_command(app).main(arguments, prog_name="import")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def test_a_map_becomes_a_site_with_its_roads(
    rmf: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site"
    assert run("rmf", str(rmf()), "-o", str(site), "--wall-height", "3") == 0
    told = capsys.readouterr()
    assert "6 walls, 2 doors, 2 stations" in told.out
    assert "roads.json: 2 nodes, 2 edges, 16.0 m drawn" in told.out
    assert "left out: 1 crowd simulations" in told.out
    assert "note: L1: 0.050000 m per pixel" in told.err
    facility = read_facility(site)
    (source,) = facility.provenance
    assert (source.source, source.method) == ("room.building.yaml", "Open-RMF building map")
    assert source.sha256 == hashlib.sha256(rmf().read_bytes()).hexdigest()
    assert {wall.height_m for wall in facility.walls} == {3.0}
    roads = read_network(site / "roads.json")
    assert roads.vehicles == ("graph 0",)
    assert json.loads((site / "import-report.json").read_text("utf-8"))["used"]["walls"] == 5
    assert (site / "facility.glb").stat().st_size > 1000


def test_the_same_file_gives_the_same_bytes(opentcs: Write, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        assert run("opentcs", str(opentcs()), "-o", str(folder), "--lengths", "drawn", "--json") == 0
    one, two = ({path.name: path.read_bytes() for path in sorted(folder.iterdir())} for folder in folders)
    assert one == two
    assert one.keys() == {"facility.json", "facility.glb", "roads.json", "import-report.json"}
    assert str(tmp_path).encode() not in b"".join(one.values())


def test_json_is_one_document(lif: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("lif", str(lif()), "-o", str(tmp_path / "site"), "--elevation", "ground=2.5", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["facility"] == {"levels": 1, "walls": 0, "doors": 0, "stations": 1}
    assert told["roads"] == {"nodes": 2, "edges": 1, "length_m": 5.0, "vehicles": ["agv"]}
    assert told["report"]["version"] == "1.0.0"
    assert read_facility(tmp_path / "site").levels[0].elevation_m == 2.5


def test_a_map_without_lanes_leaves_no_roads(
    rmf: Write, room_level: Callable[..., dict], tmp_path: Path
) -> None:
    site = tmp_path / "site"
    assert run("rmf", str(rmf()), "-o", str(site)) == 0
    assert run("rmf", str(rmf(L1=room_level(lanes=[]))), "-o", str(site)) == 0
    assert not (site / "roads.json").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("lif", "--elevation", "ground"), "'ground' is no elevation: give LEVEL=METRES"),
        (("lif", "--elevation", "roof=3"), "no level 'roof'"),
        (("rmf", "--metres-per-pixel", "-1"), "must be a positive number"),
        (("opentcs", "--lengths", "guessed"), "guessed"),
    ],
)
def test_wrong_usage_names_the_option(
    arguments: tuple[str, ...],
    said: str,
    lif: Write,
    opentcs: Write,
    rmf: Write,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    form, *options = arguments
    file = {"lif": lif, "opentcs": opentcs, "rmf": rmf}[form]()
    assert run(form, str(file), "-o", str(tmp_path / "site"), *options) == 2
    assert said in " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert not (tmp_path / "site").exists()


def test_bad_data_leaves_an_older_site_as_it_is(opentcs: Write, tmp_path: Path) -> None:
    site = tmp_path / "site"
    assert run("opentcs", str(opentcs()), "-o", str(site)) == 0
    before = {path.name: path.read_bytes() for path in site.iterdir()}
    with pytest.raises(BadDataError):
        run("opentcs", str(opentcs(("</model>", ""))), "-o", str(site))
    assert {path.name: path.read_bytes() for path in site.iterdir()} == before
