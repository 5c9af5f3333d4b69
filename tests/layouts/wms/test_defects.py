"""Every kind of defect is named with its file, row, column and value."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.wms.findings import DEFECTS
from layouts.wms.mapping import WmsMapping
from layouts.wms.tables import dry_run, load
from spatial.errors import BadDataError

CLEAN = {
    "locations": "location,zone,x_m,max_mass_kg\nA-01,F,1.5,900\nA-02,F,2.5,900\nA-03,F,3.5,900\n",
    "items": "sku,name,mass_kg\n4711,Bolt,0.2\n4712,Nut,0.1\n4713,Gear,2\n",
    "orders": "order,released,due\nO1,2026-03-02 08:00,2026-03-02 12:00\nO2,2026-03-02 09:00,\n",
    "slots": "location,sku,quantity,min_quantity,max_quantity\nA-01,4711,5,2,9\nA-02,4712,0,2,9\nA-03,,,,\n",
    "lines": "order,line,sku,quantity\nO1,1,4711,2\nO1,2,4712,1\nO2,1,4711,7\n",
    "tasks": "task,start,end,sku\nT1,1772438400,1772438460,4711\nT2,1772438500,1772438560,4712\n",
}
TIMES = {"orders": "local", "tasks": "epoch_s"}
UNITS = {"x_m": "m", "max_mass_kg": "kg", "mass_kg": "kg"}


def mapping_of(texts, *, delimiter=","):
    tables = {}
    for table, text in texts.items():
        columns = {}
        for header in text.partition("\n")[0].split(delimiter):
            columns[header] = {"column": header}
            if header in ("released", "due", "start", "end"):
                columns[header]["time"] = TIMES[table]
            if header in UNITS:
                columns[header]["unit"] = UNITS[header]
        tables[table] = {"delimiter": delimiter, "decimal": ".", "columns": columns}
    return WmsMapping.model_validate({"time_zone": "Europe/Berlin", "tables": tables})


def files_of(folder: Path, texts):
    for table, text in texts.items():
        (folder / f"{table}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return {table: folder / f"{table}.csv" for table in texts}


ROWS = [
    ("too-few-cells", "lines", "O2,3\n", 5, "", "O2,3"),
    ("too-many-cells", "lines", "O2,3,4711,1,5\n", 5, "", "O2,3,4711,1,5"),
    ("blank-row", "lines", " ,,,\n", 5, "", " , , , "),
    ("blank-row", "lines", "\nO2,2,4712,1\n", 5, "", ", , , "),
    (
        "repeated-header",
        "lines",
        "order,line,sku,quantity\nO2,2,4712,1\n",
        5,
        "",
        "order, line, sku, quantity",
    ),
    ("totals-row", "lines", "Total:,,,10\n", 5, "", "Total:, , , 10"),
    ("totals-row", "items", "Summe,,2.3\n", 5, "", "Summe, , 2.3"),
    ("missing-value", "lines", "O2,2,,1\n", 5, "sku", ""),
    ("missing-value", "slots", "A-03,,4,,\n", 5, "sku", ""),
    ("spreadsheet-error", "items", "4714,#REF!,1\n", 5, "name", "#REF!"),
    ("spreadsheet-error", "lines", "O2,2,#N/A,1\n", 5, "sku", "#N/A"),
    ("id-as-number", "items", "4.01E+12,Pin,1\n", 5, "sku", "4.01E+12"),
    ("id-as-number", "items", "4714.0,Pin,1\n", 5, "sku", "4714.0"),
    ("control-character", "items", "47\x0714,Pin,1\n", 5, "sku", "47\x0714"),
    ("control-character", "items", "4714,P\ufffdn,1\n", 5, "name", "P\ufffdn"),
    ("malformed-number", "items", '4714,Pin,"1,5"\n', 5, "mass_kg", "1,5"),
    ("malformed-number", "lines", "O2,2,4711,two\n", 5, "quantity", "two"),
    ("fractional-quantity", "lines", "O2,2,4711,1.5\n", 5, "quantity", "1.5"),
    ("negative-quantity", "lines", "O2,2,4711,-3\n", 5, "quantity", "-3"),
    ("negative-quantity", "slots", "A-03,4711,-3,,\n", 5, "quantity", "-3"),
    ("zero-quantity", "lines", "O2,2,4711,0\n", 5, "quantity", "0"),
    ("out-of-range", "items", "4714,Pin,12000\n", 5, "mass_kg", "12000"),
    ("out-of-range", "items", "4714,Pin,-1\n", 5, "mass_kg", "-1"),
    ("out-of-range", "locations", "A-04,F,3e7,\n", 5, "x_m", "3e7"),
    ("malformed-time", "orders", "O3,2.3.2026,\n", 4, "released", "2.3.2026"),
    (
        "malformed-time",
        "tasks",
        "T3,1772438400000,,\n".replace(",,\n", ",,4711\n"),
        4,
        "start",
        "1772438400000",
    ),
    ("no-such-time", "orders", "O3,2026-02-30 08:00,\n", 4, "released", "2026-02-30 08:00"),
    ("no-such-time", "orders", "O3,2026-02-20 25:00,\n", 4, "released", "2026-02-20 25:00"),
    ("time-in-gap", "orders", "O3,2026-03-29 02:30,\n", 4, "released", "2026-03-29 02:30"),
    ("ambiguous-time", "orders", "O3,2026-10-25 02:30,\n", 4, "released", "2026-10-25 02:30"),
    ("time-out-of-range", "orders", "O3,1900-01-01 00:00,\n", 4, "released", "1900-01-01 00:00"),
    ("out-of-order", "orders", "O3,2026-03-02 12:00,2026-03-02 08:00\n", 4, "due", "2026-03-02 08:00"),
    ("out-of-order", "slots", "A-03,4711,5,9,2\n", 5, "max_quantity", "2"),
    ("out-of-order", "tasks", "T3,1772438500,1772438400,4711\n", 4, "end", "1772438400"),
    ("duplicate-row", "items", "4711,Bolt,0.2\n", 5, "sku", "4711"),
    ("duplicate-key", "items", "4711,Bolt M8,0.2\n", 5, "sku", "4711"),
    ("duplicate-key", "lines", "O1,2,4711,1\n", 5, "order", "O1 2"),
    ("unknown-location", "slots", "A-99,4711,5,,\n", 5, "location", "A-99"),
    ("unknown-sku", "lines", "O2,2,999,1\n", 5, "sku", "999"),
    ("unknown-sku", "tasks", "T3,1772438500,,999\n", 4, "sku", "999"),
    ("unknown-order", "lines", "O9,1,4711,1\n", 5, "order", "O9"),
]


@pytest.mark.parametrize(("kind", "table", "more", "row", "column", "value"), ROWS)
def test_a_bad_row_is_named_and_only_it_is_set_aside(tmp_path, kind, table, more, row, column, value):
    texts = {**CLEAN, table: CLEAN[table] + more}
    files, mapping = files_of(tmp_path, texts), mapping_of(CLEAN)
    (defect,) = dry_run(files, mapping).defects
    assert defect[:6] == (kind, table, str(files[table]), row, column, value)
    assert defect.expected
    loaded = load(files, mapping, quarantine=tmp_path / "bad")
    assert loaded.quarantined == {name: int(name == table) for name in texts}
    assert loaded.tables[table].num_rows == CLEAN[table].count("\n") - 1 + more.count("\n") - 1
    kept = (tmp_path / "bad" / f"{table}.csv").read_text().splitlines()
    assert kept[1].startswith(f"{row},")
    assert kind in kept[1]


FILES = [
    ("unreadable-file", "lines", b"", 0, ""),
    ("unreadable-file", "lines", "order,line,sku,quantity\nO1,1,4711\xfc,2\n".encode("latin-1"), 0, ""),
    ("no-rows", "lines", b"order,line,sku,quantity\n", 0, ""),
    ("missing-column", "lines", b"order,line,sku,qty\nO1,1,4711,2\n", 1, "quantity"),
    ("duplicate-column", "lines", b"order,line,sku,quantity,sku\nO1,1,4711,2,4712\n", 1, "sku"),
    ("unclosed-quote", "lines", b'order,line,sku,quantity\nO1,1,4711,2\nO1,2,"4712,1\nO2,1,4711,7\n', 3, ""),
    ("unclosed-quote", "lines", b'order,line,sku,quantity\nO1,1,4711,"2\nO1,2,4712,1\n', 2, ""),
]


@pytest.mark.parametrize(("kind", "table", "data", "row", "column"), FILES)
def test_a_fault_of_a_file_is_found_by_a_dry_run_and_refused_by_a_load(
    tmp_path, kind, table, data, row, column
):
    files, mapping = files_of(tmp_path, {**CLEAN, table: data}), mapping_of(CLEAN)
    defect = next(defect for defect in dry_run(files, mapping).defects if defect.kind == kind)
    assert (defect.table, defect.file, defect.row, defect.column) == (table, str(files[table]), row, column)
    with pytest.raises(BadDataError, match=kind):
        load(files, mapping, quarantine=tmp_path / "bad")


def test_a_column_without_a_name_is_told_and_its_rows_load(tmp_path):
    files = files_of(tmp_path, {"items": "sku,mass_kg,\n1,2,x\n2,3,\n"})
    mapping = mapping_of({"items": "sku,mass_kg"})
    (defect,) = dry_run(files, mapping).defects
    assert (defect.kind, defect.value) == ("unnamed-column", "x")
    assert load(files, mapping, quarantine=tmp_path / "bad").tables["items"].num_rows == 2


def test_a_name_that_comes_twice_is_told_and_refused_only_where_the_column_is_read(tmp_path):
    files = files_of(tmp_path, {"items": "sku,mass_kg,note,note\n1,2,x,y\n"})
    mapping = mapping_of({"items": "sku,mass_kg"})
    (defect,) = dry_run(files, mapping).defects
    assert (defect.kind, defect.row, defect.column) == ("duplicate-column", 1, "note")
    assert load(files, mapping, quarantine=tmp_path / "bad").tables["items"].num_rows == 1


def test_a_row_that_refers_to_a_quarantined_row_is_set_aside_with_it(tmp_path):
    texts = {**CLEAN, "items": CLEAN["items"].replace("Bolt,0.2", "Bolt,heavy")}
    files, mapping = files_of(tmp_path, texts), mapping_of(CLEAN)
    found = dry_run(files, mapping)
    assert found.counts() == {"malformed-number": 1, "quarantined-reference": 4}
    places = [(defect.table, defect.row) for defect in found.defects]
    assert places == [("items", 2), ("slots", 2), ("lines", 2), ("lines", 4), ("tasks", 2)]


def test_every_kind_of_defect_has_a_case():
    shown = {case[0] for case in ROWS + FILES} | {"unnamed-column", "quarantined-reference"}
    assert shown == set(DEFECTS)
    assert len(DEFECTS) >= 20


def test_clean_tables_have_no_defects(tmp_path):
    assert not dry_run(files_of(tmp_path, CLEAN), mapping_of(CLEAN))


def test_several_defects_of_a_row_are_all_told_in_one_line_of_the_quarantine(tmp_path):
    files = files_of(tmp_path, {"items": "sku,name,mass_kg\n1,#REF!,x\n2,b,3\n"})
    mapping = mapping_of({"items": "sku,name,mass_kg"})
    loaded = load(files, mapping, quarantine=tmp_path / "bad")
    assert [defect.column for defect in loaded.findings.defects] == ["name", "mass_kg"]
    assert (tmp_path / "bad" / "items.csv").read_text() == (
        "row,reasons,sku,name,mass_kg\n"
        "2,\"spreadsheet-error in 'name': expected a value: correct the formula and export anew; "
        "malformed-number in 'mass_kg': expected a number in kg, with a decimal point\",1,#REF!,x\n"
    )


def test_a_row_with_a_bad_cell_and_an_unknown_sku_has_both_defects(tmp_path):
    texts = {**CLEAN, "lines": CLEAN["lines"] + "O2,2,999,-1\n"}
    found = dry_run(files_of(tmp_path, texts), mapping_of(CLEAN))
    assert [(defect.kind, defect.row) for defect in found.defects] == [
        ("negative-quantity", 5),
        ("unknown-sku", 5),
    ]


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        ({"items": {"decimal": ".", "columns": {"mass_kg": {"column": "mass_kg"}}}}, "mass_kg.unit"),
        ({"items": {"columns": {"mass_kg": {"column": "m", "unit": "g"}}}}, "items.decimal"),
        ({"items": {"columns": {"sku": {}}}}, "sku.column"),
        ({"orders": {"columns": {"due": {"column": "due"}}}}, "due.time"),
        ({"orders": {"columns": {"due": {"column": "due", "time": "local"}}}}, "time_zone"),
    ],
)
def test_what_a_mapping_leaves_out_is_asked_for_and_not_guessed(tmp_path, gap, said):
    mapping = WmsMapping.model_validate({"tables": gap})
    files = {table: path for table, path in files_of(tmp_path, CLEAN).items() if table in gap}
    with pytest.raises(BadDataError, match=said):
        dry_run(files, mapping)


def test_a_needed_field_that_a_mapping_has_no_column_for_is_a_missing_column(tmp_path):
    files = files_of(tmp_path, {"items": CLEAN["items"]})
    (defect,) = dry_run(files, WmsMapping.model_validate({"tables": {"items": {}}})).defects
    assert (defect.kind, defect.row) == ("missing-column", 1)
    assert "tables.items.columns.sku.column" in defect.expected
    with pytest.raises(ValueError, match="no table 'items'"):
        dry_run(files, WmsMapping())


def test_a_quarantine_of_an_earlier_run_does_not_stay(tmp_path):
    mapping = mapping_of({"items": "sku,mass_kg"})
    for text, count in (("sku,mass_kg\n1,x\n2,1\n", 1), ("sku,mass_kg\n1,1\n2,1\n", 0)):
        load(files_of(tmp_path, {"items": text}), mapping, quarantine=tmp_path / "bad")
        assert len(list((tmp_path / "bad").iterdir())) == count


CELLS = st.sampled_from(
    ["", "O1", "1", "2", "4711", "-1", "0", "1.5", "x", "#REF!", "Total", "a;b", 'q"', "n\nn"]
)


@given(rows=st.lists(st.lists(CELLS, max_size=6), min_size=1, max_size=12))
def test_every_row_is_loaded_or_set_aside_with_a_reason(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("rows")
    with (folder / "lines.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["order", "line", "sku", "quantity"], *rows])
    files, mapping = {"lines": folder / "lines.csv"}, mapping_of({"lines": CLEAN["lines"]})
    findings = dry_run(files, mapping)
    if "no-rows" in findings.counts():
        assert all(len(row) not in (0, 4) for row in rows)
        return
    loaded = load(files, mapping, quarantine=folder / "bad")
    assert loaded.findings == findings
    assert loaded.tables["lines"].num_rows + loaded.quarantined["lines"] == len(rows)
    bad = {defect.row for defect in findings.defects}
    assert len(bad) == loaded.quarantined["lines"]
    clean = [row for number, row in enumerate(rows, start=2) if number not in bad]
    assert loaded.tables["lines"]["sku"].to_pylist() == [row[2] for row in clean]
    assert loaded.tables["lines"]["quantity"].to_pylist() == [int(row[3]) for row in clean]
    if bad:
        with (folder / "bad" / "lines.csv").open(newline="") as file:
            assert [int(row[0]) for row in csv.reader(file) if row[0] != "row"] == sorted(bad)


def test_rows_are_counted_as_records_where_a_quoted_cell_has_line_breaks(tmp_path):
    files = files_of(tmp_path, {"items": 'sku,name,mass_kg\n1,"a\nb",1\n2,b\n3,"c\n\nd",1\n4,e,x\n'})
    found = dry_run(files, mapping_of({"items": "sku,name,mass_kg"}))
    assert [(defect.kind, defect.row) for defect in found.defects] == [
        ("too-few-cells", 3),
        ("malformed-number", 5),
    ]
