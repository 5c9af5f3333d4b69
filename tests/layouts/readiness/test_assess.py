import csv
import json
import random as plain_random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from layouts.live.sensors import SensorBinding, Sensors
from layouts.readiness.assess import SiteData, assess
from layouts.readiness.kinds import KINDS
from layouts.readiness.registry import SourceRegistry
from layouts.wms.fields import TABLES
from layouts.wms.findings import DEFECTS
from layouts.wms.mapping import WmsMapping
from tests.layouts.readiness.clean_site import START, clean_site, iso, write_site

NEEDED = {
    table: [name for name, field in its.fields.items() if field.needed] for table, its in TABLES.items()
}
NOW_S = datetime(2026, 11, 28, tzinfo=UTC).timestamp()

REGISTRY = {
    "sources": [
        *(
            {"name": table, "table": table, "owner": "IT", "every_s": 86400, "retention_days": 365,
             "scope": {"roles": ["planner"]}}
            for table in ("locations", "items", "orders", "slots", "lines", "tasks", "lots", "assets", "downtime")
        ),
        {"name": "vehicles", "table": "positions", "owner": "Ops", "every_s": 5, "retention_days": 30,
         "scope": {"roles": ["operator"], "sites": ["NORTH"]}},
        {"name": "tags", "table": "readings", "about": "TAG-*", "owner": "QA", "every_s": 7200, "battery_free": True,
         "retention_days": 365, "scope": {"roles": ["quality"]}},
        {"name": "climate", "table": "readings", "owner": "QA", "unit": "°C", "every_s": 1800, "retention_days": 365,
         "scope": {"roles": ["quality"]}, "rules": {"low": -5, "high": 40, "max_step": 3, "completeness": 0.9}},
    ]
}  # fmt: skip


def assessed(folder, tables, *, registry=None, **known):
    sources = None if registry is None else SourceRegistry.model_validate(registry)
    return assess(SiteData(files=write_site(folder, tables), registry=sources, **known), now_s=NOW_S)


def kinds(found):
    return {(one.kind, one.table) for one in found.findings}


def put(tables, table, rows, **cells):
    for row in rows:
        tables[table][row].update(cells)


def scale(tables, table, rows, factor, *names):
    for row in rows:
        for name in names:
            tables[table][row][name] = f"{float(tables[table][row][name]) * factor:.6g}"


def shift(tables, table, rows, name, **by):
    for row in rows:
        at = datetime.fromisoformat(tables[table][row][name]) + timedelta(**by)
        tables[table][row][name] = iso(at)


def without(tables, table, *names):
    for row in tables[table]:
        for name in names:
            del row[name]


def of_sensor(tables, sensor):
    return [number for number, row in enumerate(tables["readings"]) if row["sensor"] == sensor]


def stuck(tables):
    rows = of_sensor(tables, "T-1")[200:260]
    put(tables, "readings", rows, value=tables["readings"][rows[0]]["value"])


def silent(tables):
    gone = {*of_sensor(tables, "T-2")[100:160]}
    tables["readings"] = [row for number, row in enumerate(tables["readings"]) if number not in gone]


def clock_back(tables):
    shift(tables, "tasks", range(150, len(tables["tasks"])), "start", hours=-2)
    shift(tables, "tasks", range(150, len(tables["tasks"])), "end", hours=-2)


def mixed(tables):
    for row in tables["orders"][::3]:
        row["released"] = datetime.fromisoformat(row["released"]).strftime("%d.%m.%Y %H:%M")


def twice_placed(tables):
    for row in tables["slots"][1:3]:
        tables["slots"].append({**row, "sku": tables["slots"][10]["sku"]})


def wrong_digit(tables):
    for row in tables["items"][5:7]:
        row["sku"] = row["sku"][:-1] + str((int(row["sku"][-1]) + 3) % 10)


def garbled(tables):
    for row in tables["items"][3:6]:
        row["name"] = row["name"].encode().decode("latin-1")


PLANTED = {
    "a needed column is missing": (lambda t: without(t, "lines", "quantity"), ("missing-column", "lines")),
    "cells of masses are empty": (lambda t: put(t, "items", (3, 8), mass_kg=""), ("missing-value", "items")),
    "cells of SKUs are empty": (lambda t: put(t, "lines", (3, 8), sku=""), ("missing-value", "lines")),
    "sizes of locations are empty": (
        lambda t: put(t, "locations", (70, 71), width_m="", height_m=""), ("missing-value", "locations")),
    "an order id comes twice": (
        lambda t: put(t, "orders", (9,), order=t["orders"][4]["order"]), ("duplicate-key", "orders")),
    "an item is exported twice": (lambda t: t["items"].append(dict(t["items"][7])), ("duplicate-row", "items")),
    "a task is exported twice": (lambda t: t["tasks"].append(dict(t["tasks"][70])), ("duplicate-row", "tasks")),
    "a line asks for an unknown SKU": (lambda t: put(t, "lines", (5,), sku="NOPE"), ("unknown-sku", "lines")),
    "a slot is at an unknown location": (
        lambda t: put(t, "slots", (5,), location="99-99-Z-9"), ("unknown-location", "slots")),
    "a line asks for less than nothing": (
        lambda t: put(t, "lines", (5,), quantity="-3"), ("negative-quantity", "lines")),
    "a line asks for nothing": (lambda t: put(t, "lines", (5,), quantity="0"), ("zero-quantity", "lines")),
    "stock is below nothing": (lambda t: put(t, "slots", (5,), quantity="-12"), ("negative-quantity", "slots")),
    "an order is of the future": (
        lambda t: put(t, "orders", (5,), released="2031-01-01T00:00:00Z", due="2031-01-02T00:00:00Z"),
        ("time-in-future", "orders")),
    "an order is of long ago": (
        lambda t: put(t, "orders", (5,), released="1999-01-01T00:00:00Z"), ("far-out", "orders")),
    "an order is due before its release": (
        lambda t: put(t, "orders", (5,), due="2026-01-01T00:00:00Z"), ("out-of-order", "orders")),
    "dates have two forms": (mixed, ("mixed-times", "orders")),
    "a day does not exist": (
        lambda t: put(t, "orders", (5,), released="2026-02-30T08:00:00Z"), ("no-such-time", "orders")),
    "the clock of the tasks goes back": (clock_back, ("clock-jump", "tasks")),
    "the log of a sensor has a gap": (silent, ("gap", "readings")),
    "masses are in grams": (lambda t: scale(t, "items", (3, 30), 1000, "mass_kg"), ("unit-slip", "items")),
    "sizes are in metres": (
        lambda t: scale(t, "items", (3, 30), 0.001, "length_mm", "width_mm", "height_mm"), ("unit-slip", "items")),
    "places are in centimetres": (lambda t: scale(t, "locations", (9,), 100, "x_m", "y_m"), ("far-out", "locations")),
    "widths are ten times too large": (
        lambda t: scale(t, "locations", (9, 12), 10, "width_m"), ("unit-slip", "locations")),
    "all masses are in grams": (
        lambda t: scale(t, "items", range(60), 10000, "mass_kg"), ("impossible-density", "items")),
    "two SKUs lie at one place": (twice_placed, ("shared-location", "slots")),
    "a lot is of no SKU": (lambda t: put(t, "lots", (5,), sku="NOPE"), ("unknown-sku", "lots")),
    "a lot has expired": (lambda t: put(t, "lots", (5,), expires="2026-03-01T00:00:00Z"), ("expired-stock", "lots")),
    "a pick has no order": (lambda t: put(t, "tasks", (5,), order=""), ("pick-without-order", "tasks")),
    "a pick is of an unknown order": (lambda t: put(t, "tasks", (5,), order="O99999"), ("unknown-order", "tasks")),
    "an order has no lines": (
        lambda t: t["orders"].append({**t["orders"][-1], "order": "O77777"}), ("order-without-lines", "orders")),
    "text went through a wrong encoding": (garbled, ("garbled-text", "items")),
    "a sensor is stuck": (stuck, ("stuck", "readings")),
    "a sensor tells what cannot be": (
        lambda t: put(t, "readings", (90,), value="-400"), ("sensor-out-of-range", "readings")),
    "a sensor tells what it never does": (lambda t: put(t, "readings", (90,), value="850"), ("far-out", "readings")),
    "a reading has a unit of pressure": (
        lambda t: put(t, "readings", (90,), unit="bar"), ("unknown-unit", "readings")),
    "a check digit is wrong": (wrong_digit, ("wrong-check-digit", "items")),
    "a vehicle leaps": (lambda t: put(t, "positions", (90,), x_m="150"), ("far-out", "positions")),
    "a number is no number": (lambda t: put(t, "items", (5,), mass_kg="heavy"), ("malformed-number", "items")),
    "a SKU is written in two ways": (
        lambda t: t["orders"].append({**t["orders"][3], "order": "o-00003"}), ("id-variant", "orders")),
    "a spreadsheet made ids numbers": (
        lambda t: put(t, "slots", (5,), sku="4.0E+12"), ("id-as-number", "slots")),
    "an agent is in two places": (
        lambda t: put(t, "tasks", (60,), agent=t["tasks"][59]["agent"], start=t["tasks"][59]["start"]),
        ("agent-in-two-places", "tasks")),
    "a repair ends before it begins": (
        lambda t: put(t, "downtime", (3,), end="2026-01-05T00:00:00Z"), ("out-of-order", "downtime")),
}  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_found_in_clean_data_whatever_the_order_of_rows(tmp_path, seed):
    tables = clean_site(seed)
    found = assessed(tmp_path / "a", tables, registry=REGISTRY)
    assert [one.text for one in found.findings] == []
    assert found.questions == ()
    assert all(use.score == 100 for use in found.uses)
    for rows in tables.values():
        plain_random.Random(seed).shuffle(rows)
    assert kinds(assessed(tmp_path / "b", tables, registry=REGISTRY)) == set()


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_found_in_coarse_made_up_data_without_physics(tmp_path, seed):
    """Uniform masses and sizes, vehicles that are anywhere, tasks that overlap, lines that repeat a SKU."""
    random = np.random.default_rng(seed)
    tables = clean_site(seed)
    for row in tables["items"]:
        row["mass_kg"] = f"{random.uniform(0.1, 30):.2f}"
        row.update(
            {name: f"{random.uniform(20, 900):.0f}" for name in ("length_mm", "width_mm", "height_mm")}
        )
    for row in tables["positions"]:
        row.update(x_m=f"{random.uniform(0, 80):.2f}", y_m=f"{random.uniform(0, 60):.2f}")
    tables["tasks"] = [dict(row) for row in tables["tasks"] for _ in range(2)]
    for row in tables["tasks"]:
        begin = START + timedelta(seconds=int(random.integers(0, 5 * 86400)))
        row.update(start=iso(begin), end=iso(begin + timedelta(minutes=45)))
    without(tables, "lines", "line")
    for row in list(tables["lines"][::4]):
        tables["lines"].append({**row, "quantity": str(random.integers(1, 9))})
    for row in tables["readings"]:
        row["value"] = f"{random.normal(20, 2):.1f}"
    assert [one.text for one in assessed(tmp_path, tables).findings] == []


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_defect_is_found(tmp_path, planted):
    spoil, expected = PLANTED[planted]
    tables = clean_site(7)
    spoil(tables)
    found = assessed(tmp_path, tables)
    assert expected in kinds(found)
    one = next(one for one in found.findings if (one.kind, one.table) == expected)
    assert one.remedy in one.text
    assert one.expected in one.text
    assert f"{expected[1]}.csv" in one.file


def test_every_kind_of_row_defect_has_a_severity_and_a_remedy():
    assert set(DEFECTS) <= set(KINDS)
    assert all(kind.remedy for kind in KINDS.values())


def test_the_rows_of_a_finding_are_those_that_were_spoilt(tmp_path):
    tables = clean_site(3)
    scale(tables, "items", (3, 30), 1000, "mass_kg")
    (one,) = assessed(tmp_path, tables).findings
    assert (one.kind, one.rows, one.count, one.severity) == ("unit-slip", (5, 32), 2, "high")
    assert "1000 times more" in one.expected


def test_a_score_is_the_share_of_fields_times_the_share_of_usable_rows(tmp_path):
    tables = clean_site(3)
    without(tables, "items", "height_mm")
    put(tables, "items", range(6), mass_kg="")
    uses = {use.use: use for use in assessed(tmp_path, tables).uses}
    slotting = uses["slotting"]
    assert slotting.missing == ("items.height_mm",)
    assert slotting.partly == {"items.mass_kg": 0.9}
    assert slotting.score == pytest.approx(100 * 15 / 16 * (14 + 0.9) / 15)
    assert "15 of 16 needed fields × 99.3% of their rows usable; missing: items.height_mm" in slotting.text
    assert uses["forecasting"].score == 100


def test_rows_that_cannot_be_believed_lower_the_score_of_their_field(tmp_path):
    tables = clean_site(3)
    scale(tables, "items", range(6), 1000, "mass_kg")
    slotting = next(use for use in assessed(tmp_path, tables).uses if use.use == "slotting")
    assert slotting.partly == {"items.mass_kg": 0.9}


def test_no_files_give_scores_of_nought_and_name_every_field(tmp_path):
    found = assess(SiteData(files={}))
    assert {use.score for use in found.uses} == {0}
    assert "lines.quantity" in found.uses[0].missing
    assert (found.as_of_s, found.findings, found.bottlenecks) == (None, (), ())


def test_a_file_that_is_no_table_or_not_utf_8_is_a_finding_and_the_rest_is_read(tmp_path):
    files = write_site(tmp_path, clean_site(3))
    files["items"].write_bytes(files["items"].read_text(encoding="utf-8").encode("cp1252"))
    files["lots"].write_bytes(b"")
    found = assess(SiteData(files=files), now_s=NOW_S)
    assert kinds(found) == {("wrong-encoding", "items"), ("unreadable-file", "lots")}
    assert next(use for use in found.uses if use.use == "slotting").score == 100


def test_what_the_files_leave_open_is_asked_and_no_finding(tmp_path):
    tables = clean_site(3)
    for row in tables["items"]:
        row["weight"] = row.pop("mass_kg")
    for row in tables["orders"]:
        row["released"] = row["released"].removesuffix("Z")
    found = assessed(tmp_path, tables)
    assert found.findings == ()
    assert len(found.questions) == 2
    assert "set tables.items.columns.mass_kg.unit to one of g, kg" in " ".join(found.questions)
    assert "--time-zone" in " ".join(found.questions)
    told = WmsMapping.model_validate(
        {"time_zone": "Europe/Berlin", "tables": {"items": {"columns": {"mass_kg": {"unit": "kg"}}}}}
    )
    assert assessed(tmp_path, tables, mapping=told).questions == ()


def test_the_order_of_files_and_the_day_of_assessment_do_not_change_the_answer(tmp_path):
    tables = clean_site(3)
    clock_back(tables)
    stuck(tables)
    files = write_site(tmp_path, tables)
    answers = [
        assess(SiteData(files=dict(items)), now_s=now_s).to_record()
        for items, now_s in (([*files.items()], NOW_S), ([*files.items()][::-1], NOW_S + 1e8))
    ]
    assert json.dumps(answers[0]) == json.dumps(answers[1])


def test_a_sensor_s_own_range_counts_where_it_is_told(tmp_path):
    tables = clean_site(3)
    put(tables, "readings", of_sensor(tables, "T-1")[50:52], value="9.5")
    binding = SensorBinding(sensor="T-1", entity="location/1", channel="temperature", low=-2, high=8)
    assert ("sensor-out-of-range", "readings") in kinds(
        assessed(tmp_path, tables, sensors=Sensors([binding]))
    )


def test_a_switch_that_rests_is_not_stuck(tmp_path):
    tables = clean_site(3)
    random = np.random.default_rng(0)
    state = 0
    for row in of_sensor(tables, "T-1"):
        state = state if random.random() < 0.9 else 1 - state
        put(tables, "readings", (row,), value=str(state), channel="door")
    assert assessed(tmp_path, tables).findings == ()


def test_parquet_is_assessed_as_csv_is(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet

    tables = clean_site(3)
    files = write_site(tmp_path, tables)
    with files["items"].open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    table = pa.Table.from_pylist([{**row, "mass_kg": float(row["mass_kg"])} for row in rows])
    files["items"] = tmp_path / "items.parquet"
    pyarrow.parquet.write_table(table, files["items"])
    assert assess(SiteData(files=files), now_s=NOW_S).findings == ()


@pytest.mark.parametrize("table", [*clean_site(1, skus=25, orders=3, days=2)])
def test_any_column_may_be_missing_and_any_table_empty_and_the_rest_is_assessed(tmp_path, table):
    whole = clean_site(1, skus=25, orders=3, days=2)
    for number, header in enumerate(whole[table][0]):
        tables = clean_site(1, skus=25, orders=3, days=2)
        without(tables, table, header)
        found = assessed(tmp_path / str(number), tables, registry=REGISTRY)
        missing = [one.expected for one in found.findings if one.kind == "missing-column"]
        lacking = [field for use in found.uses for field in use.missing]
        is_told = any(f"'{header}'" in text for text in missing) or f"{table}.{header}" in lacking
        assert is_told or header not in NEEDED.get(table, ())
    files = write_site(tmp_path / "empty", whole)
    files[table].write_text(files[table].read_text(encoding="utf-8").splitlines()[0] + "\n")
    found = assess(SiteData(files=files), now_s=NOW_S)
    assert ("no-rows", table) in kinds(found)


def test_a_column_that_the_mapping_names_and_the_file_lacks_is_a_finding(tmp_path):
    told = WmsMapping.model_validate(
        {"tables": {"items": {"columns": {"mass_kg": {"column": "Gewicht", "unit": "kg"}}}}}
    )
    found = assessed(tmp_path, clean_site(3), mapping=told)
    assert [one.kind for one in found.findings] == ["missing-column"]
    assert "'Gewicht', which the mapping names for 'mass_kg'" in found.findings[0].expected
