import pytest

from layouts.wms.fields import TABLES
from layouts.wms.headers import split_unit
from layouts.wms.inference import infer_mapping
from layouts.wms.mapping import WmsMapping, read_mapping, write_mapping
from layouts.wms.tables import dry_run
from spatial.errors import BadDataError


def written(folder, **texts):
    for table, text in texts.items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    return {table: folder / f"{table}.csv" for table in texts}


def told(**record):
    return WmsMapping.model_validate(record)


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("weight_kg", "weight", "kg"),
        ("Gewicht (kg)", "gewicht", "kg"),
        ("Weight [lbs]", "weight", "lb"),
        ("weightKg", "weight", "kg"),
        ("Gewicht(g)", "gewicht", "g"),
        ("SKU", "sku", None),
        ("OrderNumber", "order number", None),
        ("Item No.", "item no", None),
        ("pcs", "pcs", None),
        ("Qty (cases)", "qty", "cases"),
        ("x", "x", None),
    ],
)
def test_a_header_is_a_name_and_a_unit(header, name, unit):
    assert split_unit(header) == (name, unit)


@pytest.mark.parametrize("table", TABLES)
def test_no_name_is_of_two_fields_of_a_table_and_each_is_as_headers_are_split(table):
    names = [name for field in TABLES[table].fields.values() for name in field.names]
    assert len(names) == len(set(names))
    assert [split_unit(name)[0] for name in names] == names


@pytest.mark.parametrize("table", TABLES)
def test_tables_come_after_those_they_refer_to_and_keys_are_fields(table):
    before = list(TABLES)[: list(TABLES).index(table)]
    assert all(field.refers in (None, *before) for field in TABLES[table].fields.values())
    assert set(TABLES[table].key) <= set(TABLES[table].fields)


@pytest.mark.parametrize("table", TABLES)
def test_a_field_goes_by_each_of_its_names(tmp_path, table):
    values = {"id": "A1", "text": "b", "whole": "3", "number": "1.5", "time": "2026-03-02T08:00:00Z"}
    fields = TABLES[table].fields
    for i in range(max(len(field.names) for field in fields.values())):
        headers = [field.names[i % len(field.names)] for field in fields.values()]
        units = [f" ({field.unit})" if field.dimension else "" for field in fields.values()]
        header = ",".join(name + unit for name, unit in zip(headers, units, strict=True))
        row = ",".join(values[field.kind] for field in fields.values())
        mapping = infer_mapping(written(tmp_path, **{table: f"{header}\n{row}\n"}))
        columns = mapping.tables[table].columns
        assert list(columns) == list(fields)
        assert [split_unit(column.column)[0] for column in columns.values()] == headers


def test_a_german_export_is_understood(tmp_path):
    files = written(
        tmp_path,
        items="Artikelnummer;Bezeichnung;Gewicht (g);Länge [cm]\n"
        "4711;Schraube, M8;1.200,5;12,25\n4712;Mutter;3,5;1\n",
        orders="Auftrag;Bestelldatum;Liefertermin\n1;31.12.2026 08:00;\n",
    )
    mapping = infer_mapping(files, told=told(time_zone="Europe/Berlin"))
    items, orders = mapping.tables["items"], mapping.tables["orders"]
    assert (items.delimiter, items.decimal, items.encoding) == (";", ",", "utf-8")
    assert {name: (column.column, column.unit) for name, column in items.columns.items()} == {
        "sku": ("Artikelnummer", None),
        "name": ("Bezeichnung", None),
        "mass_kg": ("Gewicht (g)", "g"),
        "length_mm": ("Länge [cm]", "cm"),
    }
    assert orders.columns["released"].time == "dmy"
    assert orders.columns["released"].column == "Bestelldatum"


ORDERS = "order,created\n1,1/2/2026\n"
ITEMS = "sku,weight kg\n1,2.5\n"
UNDECIDED = [
    (
        "slots",
        "location_id,location_name,sku\n1,A,2\n",
        {},
        "'location_id', 'location_name' for 'location'",
        "column",
    ),
    (
        "items",
        "Nummer,Gewicht kg\n1,2.5\n",
        {},
        "'Nummer'.*'Gewicht kg' could be it",
        "items.columns.sku.column",
    ),
    (
        "items",
        "sku,weight\n1,2.5\n",
        {},
        "has no unit",
        "items.columns.mass_kg.unit to one of g, kg, t, oz, lb",
    ),
    ("items", "sku,weight (stone)\n1,2.5\n", {}, "'stone'", "items.columns.mass_kg.unit"),
    ("lines", "order,sku,qty (cases)\n1,2,3\n", {}, "'cases'", "lines.columns.quantity.unit"),
    ("items", "sku;weight kg\n1;1,250\n", {}, "1 that can be", "tables.items.decimal"),
    (
        "items",
        "sku;weight kg\n1;1,25\n2;1.5\n",
        {},
        "1 numbers that need a decimal point, 1 that",
        "items.decimal",
    ),
    ("orders", ORDERS, {"time_zone": "UTC"}, "dmy or mdy", "tables.orders.columns.released.time"),
    ("orders", "order,created\n1,2026-01-02 08:00\n", {}, "a local time", "time_zone"),
    ("items", "sku,weight kg;name\n1,2.5;x\n", {}, "',' or ';'", "tables.items.delimiter"),
    (
        "items",
        "sku,artikel,weight kg\n1,2,3.5\n",
        {},
        "'sku', 'artikel' for 'sku'",
        "items.columns.sku.column",
    ),
]


def test_a_leading_zero_tells_a_decimal_comma_from_marked_thousands(tmp_path):
    mapping = infer_mapping(written(tmp_path, items="sku;weight kg\n1;0,543\n2;1,250\n"))
    assert mapping.tables["items"].decimal == ","


@pytest.mark.parametrize(("table", "text", "more", "candidates", "option"), UNDECIDED)
def test_what_is_ambiguous_lists_the_candidates_and_the_option(
    tmp_path, table, text, more, candidates, option
):
    with pytest.raises(BadDataError, match=candidates) as error:
        infer_mapping(written(tmp_path, **{table: text}), told=told(**more))
    assert option in str(error.value)


def test_what_is_told_decides(tmp_path):
    files = written(tmp_path, orders=ORDERS, items="sku;Nr;weight\n1;2;1,250\n")
    mapping = infer_mapping(
        files,
        told=told(
            time_zone="UTC",
            tables={
                "orders": {"columns": {"released": {"time": "mdy"}}},
                "items": {"decimal": ",", "columns": {"sku": {"column": "Nr"}, "mass_kg": {"unit": "lb"}}},
            },
        ),
    )
    assert mapping.tables["orders"].columns["released"].time == "mdy"
    assert mapping.tables["items"].columns["sku"].column == "Nr"
    assert mapping.tables["items"].columns["mass_kg"].unit == "lb"
    assert mapping.tables["items"].decimal == ","


def test_values_decide_between_columns_of_one_name(tmp_path):
    files = written(tmp_path, lines="order,sku,qty,amount\n1,2,3,three\n1,4,5,five\n")
    assert infer_mapping(files).tables["lines"].columns["quantity"].column == "qty"


def test_a_column_with_a_field_s_name_is_its_even_where_the_values_are_bad(tmp_path):
    files = written(tmp_path, items="sku,weight kg\n1,2 kg\n2,3 kg\n")
    mapping = infer_mapping(files)
    assert mapping.tables["items"].columns["mass_kg"].column == "weight kg"
    assert dry_run(files, mapping).counts() == {"malformed-number": 2}


def test_columns_that_are_not_read_are_listed_and_those_told_are_kept_out(tmp_path):
    files = written(tmp_path, slots="location_id,location_name,sku,colour\n1,A,2,red\n")
    slots = infer_mapping(files, told=told(tables={"slots": {"ignored": ["location_id"]}})).tables["slots"]
    assert slots.columns["location"].column == "location_name"
    assert slots.ignored == ("location_id", "colour")


def test_a_mapping_comes_back_from_its_file_with_the_id_rules_in_full(tmp_path):
    files = written(tmp_path, items=ITEMS, orders="order,due\n1,2026-01-02T08:00:00Z\n")
    mapping = infer_mapping(files, told=told(ids={"sku": {"upper": True, "digits": [6]}}))
    write_mapping(tmp_path / "m.yaml", mapping)
    again = read_mapping(tmp_path / "m.yaml")
    assert again.tables == mapping.tables
    assert again.rules("sku") == mapping.rules("sku")
    assert set(again.ids) == {"sku", "order"}
    assert infer_mapping(files, told=again) == again


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time_zone: Mars/Base", "no time zone 'Mars/Base'"),
        ("tables: {stock: {}}", "no such table; known are locations"),
        ("tables: {items: {columns: {colour: {}}}}", "no such field; known are sku"),
        ("tables: {items: {columns: {mass_kg: {unit: mm}}}}", "none of g, kg"),
        ("tables: {items: {columns: {name: {unit: mm}}}}", "the field has none"),
        ("tables: {items: {columns: {sku: {time: iso}}}}", "the field is no time"),
        ("tabels: {}", "tabels: there is no such field"),
    ],
)
def test_a_wrong_mapping_names_its_field(tmp_path, text, said):
    (tmp_path / "m.yaml").write_text(text)
    with pytest.raises(BadDataError, match=said):
        read_mapping(tmp_path / "m.yaml")


def test_a_time_column_takes_the_form_of_the_others_where_its_values_leave_it_open(tmp_path):
    header = "order,created,due\n"
    files = written(tmp_path, orders=header + "1,1/2/2026,2/13/2026\n2,2/2/2026,\n")
    columns = infer_mapping(files, told=told(time_zone="UTC")).tables["orders"].columns
    assert (columns["released"].time, columns["due"].time) == ("mdy", "mdy")
    files = written(tmp_path, orders=header + "1,,2026-02-13T08:00Z\n")
    columns = infer_mapping(files).tables["orders"].columns
    assert (columns["released"].time, columns["due"].time) == ("iso", "iso")


def test_a_column_that_is_told_and_missing_is_named_with_the_columns_there_are(tmp_path):
    files = written(tmp_path, items=ITEMS)
    with pytest.raises(BadDataError, match=r"no column 'Nr'.*'sku', 'weight kg'"):
        infer_mapping(files, told=told(tables={"items": {"columns": {"sku": {"column": "Nr"}}}}))


def test_an_unknown_table_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no table 'stock'"):
        infer_mapping({"stock": tmp_path})
