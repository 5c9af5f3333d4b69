"""The addresses commands: files in, a verdict with rows out, and the exit code that goes with it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from layouts.demo_hall import demo_hall
from server.commands.addresses import addresses
from spatial.facility_json import write_facility

RUN = CliRunner()


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hall") / "facility.json"
    write_facility(path, demo_hall())
    return path


@pytest.fixture(scope="module")
def table(hall: Path) -> Path:
    scheme, path = hall.with_name("scheme.yaml"), hall.with_name("addresses.csv")
    scheme.write_text("sides: odd_left\n", encoding="utf-8")
    result = RUN.invoke(addresses, ["list", str(hall), "--scheme", str(scheme), "-o", str(path)])
    assert (result.exit_code, result.stdout) == (0, f"{path}: 768 addresses\n")
    told = RUN.invoke(addresses, ["list", str(hall), "--scheme", str(scheme), "-o", str(path), "--json"])
    assert json.loads(told.stdout) == {"file": str(path), "addresses": 768}
    return path


def test_the_written_table_has_a_row_for_every_location_and_passes(hall: Path, table: Path) -> None:
    with table.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    places = {place.id: place for place in demo_hall().locations}
    assert {row["id"] for row in rows} == places.keys()
    assert all(float(row["x_m"]) == pytest.approx(places[row["id"]].center[0], abs=1e-4) for row in rows)
    result = RUN.invoke(addresses, ["check", str(hall), str(table)])
    assert (result.exit_code, result.stdout.splitlines()[1]) == (
        0,
        "pass: 768 of 768 locations agree with the list of 768 rows",
    )


def test_swapped_aisles_fail_with_their_rows(hall: Path, table: Path, tmp_path: Path) -> None:
    lines = table.read_text(encoding="utf-8").splitlines()
    mate = {"02": "03", "03": "02"}
    path = tmp_path / "wms.csv"
    path.write_text(
        "\n".join([lines[0], *(mate.get(line[:2], line[:2]) + line[2:] for line in lines[1:])]),
        encoding="utf-8",
    )
    result = RUN.invoke(addresses, ["check", str(hall), str(path)])
    assert result.exit_code == 1
    assert "aisles 02 and 03 are swapped: 384 locations" in result.stdout
    told = RUN.invoke(addresses, ["check", str(hall), str(path), "--json"])
    record = json.loads(told.stdout)
    assert (told.exit_code, record["verdict"], record["is_inferred"], record["scheme"]) == (
        1,
        "fail",
        True,
        {},
    )
    wrong = [number for number, line in enumerate(lines, 1) if line[:2] in mate]
    assert record["findings"][0]["rows"] == wrong


def test_a_defect_of_the_file_fails_and_names_its_row(hall: Path, table: Path, tmp_path: Path) -> None:
    path = tmp_path / "wms.csv"
    path.write_text(table.read_text(encoding="utf-8") + ",,,,,,,,\n", encoding="utf-8")
    result = RUN.invoke(addresses, ["check", str(hall), str(path)])
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1].startswith("fail: 768 of 768")
    assert f"{path} row 770: blank-row" in result.stdout


def test_a_list_with_no_places_is_undecided_and_its_scheme_is_written(
    hall: Path, table: Path, tmp_path: Path
) -> None:
    path, scheme = tmp_path / "plain.csv", tmp_path / "scheme.yaml"
    column = [line.split(",")[0] for line in table.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(column), encoding="utf-8")
    result = RUN.invoke(addresses, ["check", str(hall), str(path)])
    assert (result.exit_code, "cannot decide: 768 of 768" in result.stdout) == (4, True)
    found = RUN.invoke(addresses, ["infer", str(path), "-o", str(scheme)])
    assert (found.exit_code, found.stdout) == (
        0,
        f"{scheme}: as in '01-01-01-01'; 100.0% of the rows follow it\n",
    )
    assert "odd bays are assumed on the left" in found.stderr
    of_hall = RUN.invoke(addresses, ["infer", str(path), "-o", str(scheme), "--hall", str(hall), "--json"])
    assert of_hall.exit_code == 4
    assert len(json.loads(of_hall.stdout)["alternatives"]) > 1
    again = RUN.invoke(addresses, ["check", str(hall), str(table), "--scheme", str(scheme)])
    assert again.exit_code == 0


def test_a_unit_that_nobody_told_names_the_option(hall: Path, table: Path, tmp_path: Path) -> None:
    path = tmp_path / "wms.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(["location,x,y,z", *(",".join(line.split(",")[:4]) for line in lines[1:])]))
    result = RUN.invoke(addresses, ["check", str(hall), str(path)])
    assert "(in a file for --mapping, or with --unit and --decimal)" in str(result.exception)
    assert RUN.invoke(addresses, ["check", str(hall), str(path), "--unit", "m"]).exit_code == 0
    missing = RUN.invoke(addresses, ["check", str(hall), str(tmp_path / "none.csv")])
    assert str(missing.exception).endswith(
        "none.csv cannot be read (No such file or directory): check the path"
    )
    depot = ["--depot", "48,-2", "--unit", "m"]
    assert RUN.invoke(addresses, ["check", str(hall), str(path), *depot]).exit_code == 0
