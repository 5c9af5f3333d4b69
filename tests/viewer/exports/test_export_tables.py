"""Tables and their dictionary: both of one declaration, CSV and Parquet alike, sums those of the run."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import shapely

from layouts.kpis import TimeSplit, kpis
from layouts.run import Run
from spatial.facility import Facility
from viewer.exports.source import Source
from viewer.exports.tables.dictionary import TABLES, dictionary_page
from viewer.exports.tables.figure_tables import FIGURES, SPENT
from viewer.exports.tables.table import Column, Table, arrow_table
from viewer.exports.tables.write_tables import table_names, write_tables

ARROW = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}


@pytest.fixture(scope="module")
def source(demo_site: Path, demo_facility: Facility, demo_run: Run) -> Source:
    return Source(site=demo_site, facility=demo_facility, run=demo_run)


@pytest.fixture(scope="module")
def folder(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    write_tables(folder, source, ("csv", "parquet"))
    return folder


@pytest.fixture(scope="module")
def package(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return found


def table(folder: Path, name: str) -> pa.Table:
    return pq.read_table(folder / f"{name}.parquet")


def from_csv(folder: Path, name: str, schema: pa.Schema) -> pa.Table:
    options = pyarrow.csv.ConvertOptions(
        column_types=schema, strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    return pyarrow.csv.read_csv(folder / f"{name}.csv", convert_options=options)


# the dictionary


def test_the_dictionary_is_the_tables_column_for_column(folder: Path, package: dict[str, Any]) -> None:
    assert {each["path"] for each in package["resources"]} == {
        path.name for path in folder.iterdir() if path.suffix in (".csv", ".parquet")
    }
    for resource in package["resources"]:
        told = [(each["name"], ARROW[each["type"]]) for each in resource["schema"]["fields"]]
        if resource["format"] == "parquet":
            schema = pq.read_schema(folder / resource["path"])
            assert [*zip(schema.names, schema.types, strict=True)] == told
            for field, column in zip(resource["schema"]["fields"], schema, strict=True):
                assert column.metadata[b"meaning"].decode() == field["description"]
                assert column.metadata[b"unit"].decode() == field.get("unit", "")
                assert column.nullable == ("constraints" not in field)
        else:
            header = (folder / resource["path"]).read_text(encoding="utf-8").partition("\n")[0]
            assert header.split(",") == [name for name, _ in told]


def test_the_page_for_people_says_the_same(folder: Path, package: dict[str, Any]) -> None:
    sections = (folder / "DICTIONARY.md").read_text(encoding="utf-8").split("\n## ")[1:]
    line = re.compile(r"^\| `(\w+)` \| (\w+) \|", re.MULTILINE)
    told = {section.partition("\n")[0]: line.findall(section) for section in sections}
    of_package = {
        each["name"].removesuffix("-csv"): [
            (field["name"], field["type"]) for field in each["schema"]["fields"]
        ]
        for each in package["resources"]
        if each["format"] == "csv"
    }
    assert told == of_package


def test_keys_name_rows_and_references_lead_to_rows(folder: Path, package: dict[str, Any]) -> None:
    for resource in package["resources"]:
        if resource["format"] == "parquet":
            rows = pq.read_table(folder / resource["path"])
            keys = rows.select(resource["schema"]["primaryKey"]).to_pylist()
            assert len({tuple(key.values()) for key in keys}) == len(keys), resource["name"]
            for reference in resource["schema"].get("foreignKeys", ()):
                there = table(folder, reference["reference"]["resource"].removesuffix("-parquet"))
                known = set(there[reference["reference"]["fields"]].to_pylist())
                assert set(rows[reference["fields"]].to_pylist()) - {None} <= known


def test_every_column_has_a_meaning_and_its_name_bears_its_unit() -> None:
    for each in TABLES:
        assert each.meaning.endswith(".")
        for column in each.columns:
            assert column.meaning.endswith("."), (each.name, column.name)
            for suffix, unit in (("_m", "m"), ("_s", "s"), ("_rad", "rad"), ("_m2", "m²"), ("_h", "h")):
                if column.name.endswith(suffix) and not column.name.endswith("per_m"):
                    assert column.unit == unit, (each.name, column.name)
    assert len({each.name for each in TABLES}) == len(TABLES)


def test_what_is_declared_wrongly_is_not_written(source: Source) -> None:
    def one(kind: Any, value: Any) -> Table[Any]:
        column = Column[Any](name="a", type=kind, unit="", meaning="A.", values=lambda rows: [value])
        return Table(name="t", meaning="T.", key=("a",), rows=lambda source: [1], columns=(column,))

    for kind, value in (("integer", "x"), ("integer", None), ("number", float("nan")), ("boolean", 3)):
        with pytest.raises(ValueError, match=r"t\.a"):
            arrow_table(one(kind, value), source)


def test_pages_in_the_docs_name_every_table() -> None:
    text = (Path(__file__).parents[3] / "docs" / "exporting.md").read_text(encoding="utf-8")
    assert not [each.name for each in TABLES if f"`{each.name}`" not in text]


# the files


def test_csv_and_parquet_hold_the_same(folder: Path) -> None:
    for each in TABLES:
        rows = table(folder, each.name)
        assert from_csv(folder, each.name, rows.schema).to_pylist() == rows.to_pylist(), each.name


def test_without_a_run_there_are_the_tables_of_the_site(source: Source, tmp_path: Path) -> None:
    site = Source(site=source.site, facility=source.facility)
    write_tables(tmp_path, site, ("csv",))
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == sorted(table_names(site, ("csv",)))
    assert {"aisles.csv", "locations.csv"} <= set(written)
    assert not {"events.csv", "kpis.csv"} & set(written)
    assert "# Demo hall" in dictionary_page("Demo hall", TABLES)


def test_the_same_source_gives_the_same_bytes(source: Source, folder: Path, tmp_path: Path) -> None:
    write_tables(tmp_path, source, ("csv", "parquet"))
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


# what is in them


def test_tables_of_the_site_are_the_facility(folder: Path, demo_facility: Facility) -> None:
    racks = {row["rack"]: row for row in table(folder, "racks").to_pylist()}
    for rack in demo_facility.racks:
        row = racks[rack.id]
        assert (row["length_m"], row["depth_m"], row["height_m"]) == (
            rack.length_m,
            rack.depth_m,
            rack.height_m,
        )
        assert (row["x_m"], row["y_m"], row["bays"], row["tiers"]) == (*rack.center, 8, 3)
    places = {row["location"]: row for row in table(folder, "locations").to_pylist()}
    for place in demo_facility.locations:
        row = places[place.id]
        assert (row["x_m"], row["y_m"], row["z_m"]) == place.center
        assert (row["length_m"], row["depth_m"], row["height_m"]) == place.size_m
        assert (row["state"], row["fill"]) == (place.state, place.fill)
    widths = {
        row["aisle"]: (row["clear_width_m"], row["sigma_m"]) for row in table(folder, "aisles").to_pylist()
    }
    assert widths == {each.id: (each.clear_width_m, each.sigma_m) for each in demo_facility.aisles}
    (level,) = table(folder, "levels").to_pylist()
    assert level["area_m2"] == pytest.approx(28.0 * 40.0)
    assert (
        pc.sum(table(folder, "bays")["occupied"]).as_py()
        == pc.sum(table(folder, "racks")["occupied"]).as_py()
    )


def test_events_are_the_runs_and_their_paths_are_as_long_as_they_say(folder: Path, demo_run: Run) -> None:
    rows = table(folder, "events").to_pylist()
    assert len(rows) == len(demo_run.events)
    for row, event in zip(rows, demo_run.events, strict=True):
        for name in ("seq", "agent", "kind", "start_s", "end_s", "level", "cause", "location", "quantity"):
            assert row[name] == getattr(event, name)
        path = shapely.from_wkt(row["path"])
        assert path.length == pytest.approx(row["length_m"], abs=0.002 * len(event.path))
        assert (row["x0_m"], row["y0_m"], row["x1_m"], row["y1_m"]) == (*event.path[0], *event.path[-1])


def test_sums_over_agents_intervals_and_squares_are_those_of_the_run(folder: Path, demo_run: Run) -> None:
    found = kpis(demo_run)
    told = {row["kpi"]: row["value"] for row in table(folder, "kpis").to_pylist()}
    agents, intervals = table(folder, "agents"), table(folder, "intervals")
    for name in ("lines", "distance_m"):
        for rows in (agents, intervals):
            assert pc.sum(rows[name]).as_py() == pytest.approx(told[name])
        assert told[name] == pytest.approx(getattr(found, name))
    for name in SPENT:
        for rows in (agents, intervals):
            assert pc.sum(rows[name]).as_py() == pytest.approx(told[f"total_{name}"], abs=1e-6)
    heat = table(folder, "heat")
    assert pc.sum(heat["blocked_s"]).as_py() == pytest.approx(found.total.blocked_s)
    assert pc.sum(heat["present_s"]).as_py() == pytest.approx(float(demo_run.events.seconds.sum()))
    for by in ("cause", "pair"):
        blocked = pc.sum(table(folder, f"blocking_by_{by}")["blocked_s"]).as_py()
        assert blocked == pytest.approx(
            found.total.blocked_s if by == "cause" else found.blocked.attributed_s
        )
    assert found.total.blocked_s > 60
    aisles = {row["aisle"]: row["blocked_s"] for row in table(folder, "blocking_by_aisle").to_pylist()}
    assert aisles == pytest.approx({name: each.blocked_s for name, each in found.blocked.by_aisle.items()})


def test_little_holds_for_every_queue(folder: Path, demo_run: Run) -> None:
    for row in table(folder, "queues").to_pylist():
        assert row["mean_length"] == pytest.approx(row["waits"] * row["mean_wait_s"] / demo_run.duration_s)


def test_key_figures_are_told_once_each_and_leave_none_out() -> None:
    assert len({figure.name for figure in FIGURES}) == len(FIGURES)
    assert set(SPENT) == {field.name for field in fields(TimeSplit)}
