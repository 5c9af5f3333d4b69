import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.wms.inference import infer_mapping
from layouts.wms.mapping import WmsMapping
from layouts.wms.numerals import numbers
from layouts.wms.tables import dry_run, load
from spatial.errors import BadDataError

DATA = Path(__file__).parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="skipped: no shared data")

ITEMS = {
    "sku": ["0007", "A-1", 'größer; "x"'],
    "name": ["Zange, groß", None, 'Rohr 5" lang'],
    "mass_kg": [0.1, 1234.5, None],
    "length_mm": [10.0, 0.25, 7.0],
}


def quoted(cell, decimal, delimiter):
    text = "" if cell is None else str(cell).replace(".", decimal) if isinstance(cell, float) else cell
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in (delimiter, '"')) else text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize(
    ("delimiter", "decimal"), [(",", "."), (";", ","), ("\t", ","), ("|", "."), (",", ",")]
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_clean_table_equals_its_source_in_any_form_of_csv(tmp_path, encoding, delimiter, decimal, line_end):
    rows = [delimiter.join(ITEMS)]
    rows += [delimiter.join(quoted(cell, decimal, delimiter) for cell in row)
             for row in zip(*ITEMS.values(), strict=True)]  # fmt: skip
    path = tmp_path / "items.csv"
    path.write_bytes((line_end.join(rows) + line_end).encode(encoding))
    told = {"tables": {"items": {"encoding": "latin-1"}}} if encoding == "latin-1" else {}
    mapping = infer_mapping({"items": path}, told=WmsMapping.model_validate(told))
    loaded = load({"items": path}, mapping, quarantine=tmp_path / "bad")
    assert loaded.tables["items"].to_pydict() == ITEMS
    assert mapping.tables["items"].decimal == decimal
    assert mapping.tables["items"].delimiter == delimiter
    assert not (tmp_path / "bad").exists()
    again = load({"items": path}, mapping, quarantine=tmp_path / "bad")
    assert again.tables == loaded.tables


def test_an_encoding_that_is_not_told_is_asked_for_with_the_place(tmp_path):
    (tmp_path / "items.csv").write_bytes("sku,name\n1,a\n2,groß\n".encode("latin-1"))
    with pytest.raises(BadDataError, match=r"line 3 has byte 0xDF.*tables.items.encoding to 'latin-1'"):
        infer_mapping({"items": tmp_path / "items.csv"})


def test_parquet_and_csv_of_one_table_load_the_same(tmp_path):
    start = pa.array([1_772_438_400_123, 1_772_438_401_000, None], pa.timestamp("ms", "Europe/Berlin"))
    table = pa.table({"order": [1, 2, 3], "released": start, "wave": ["a", None, "b"]})
    pa.parquet.write_table(table, tmp_path / "orders.parquet")
    texts = table.set_column(1, "released", start.cast(pa.timestamp("ms", "UTC")).cast(pa.string()))
    pa.csv.write_csv(texts, tmp_path / "orders.csv")
    loaded = []
    for name in ("orders.parquet", "orders.csv"):
        files = {"orders": tmp_path / name}
        loaded.append(load(files, infer_mapping(files), quarantine=tmp_path / "bad").tables["orders"])
    assert loaded[0] == loaded[1]
    assert loaded[0]["released"].combine_chunks() == start.cast(pa.timestamp("ms", "UTC"))
    assert loaded[0]["order"].to_pylist() == ["1", "2", "3"]


def test_units_are_converted_to_the_field_s_own(tmp_path):
    (tmp_path / "i.csv").write_text("sku,weight (lb),length (in),width [cm]\n1,1,1,2.5\n")
    (tmp_path / "l.csv").write_text("order,sku,qty (dozen)\n1,1,3\n")
    files = {"items": tmp_path / "i.csv", "lines": tmp_path / "l.csv"}
    tables = load(files, infer_mapping(files), quarantine=tmp_path / "bad").tables
    (item,) = tables["items"].to_pylist()
    assert item == {
        "sku": "1",
        "mass_kg": 0.45359237,
        "length_mm": pytest.approx(25.4, rel=1e-15),
        "width_mm": 25.0,
    }
    assert tables["lines"]["quantity"].to_pylist() == [36]


def test_ids_of_two_systems_meet_by_their_rules(tmp_path):
    (tmp_path / "l.csv").write_text("location\nA-01-001\nA-02-001\n")
    (tmp_path / "s.csv").write_text("bin,sku\na.1.1,x\na.2.1,y\n")
    files = {"locations": tmp_path / "l.csv", "slots": tmp_path / "s.csv"}
    plain = infer_mapping(files)
    assert load(files, plain, quarantine=tmp_path / "bad").findings.counts() == {"unknown-location": 2}
    rules = {"upper": True, "separators": ".", "digits": [1]}
    ruled = WmsMapping.model_validate({"ids": {"location": rules}})
    loaded = load(files, infer_mapping(files, told=ruled), quarantine=tmp_path / "bad")
    assert loaded.tables["slots"]["location"].to_pylist() == ["A-1-1", "A-2-1"]
    assert loaded.quarantined == {"locations": 0, "slots": 0}
    assert [change[:4] for change in loaded.findings.id_changes] == [
        ("locations", "location", "digits", 2),
        ("slots", "bin", "separators", 2),
        ("slots", "bin", "upper", 2),
    ]


NUMBERS = st.decimals(-(10**12), 10**12, places=3, allow_nan=False)


@given(NUMBERS, st.booleans(), st.booleans())
def test_numbers_with_point_or_comma_and_marked_thousands_are_read(number, with_comma, grouped):
    text = f"{number:,.3f}" if grouped else f"{number:.3f}"
    if with_comma:
        text = text.translate(str.maketrans(",.", ".,"))
    values, malformed = numbers(pa.array([text]), decimal="," if with_comma else ".")
    assert not malformed[0]
    assert values[0] == float(number)


@pytest.mark.parametrize(
    "text", ["1,23", "1.2.3", "12,34.5", "1 000", "nan", "inf", "0x1", "1e", ".", "-", "1_0", "٣"]
)
def test_what_is_no_number_is_not_made_one(text):
    values, malformed = numbers(pa.array([text, ""]), decimal=".")
    assert malformed.tolist() == [True, False]
    assert (values != values).all()


@needs_data
def test_order_lines_of_a_real_warehouse_load_whole(tmp_path):
    path = DATA / "operations" / "order_lines" / "df_lines_given.csv"
    loaded = load({"lines": path}, infer_mapping({"lines": path}), quarantine=tmp_path / "bad")
    source = pa.csv.read_csv(path)
    lines = loaded.tables["lines"]
    assert loaded.quarantined == {"lines": 0}
    assert lines["quantity"].to_pylist() == source["PCS"].to_pylist()
    assert lines["order"].to_pylist() == [str(order) for order in source["OrderNumber"].to_pylist()]
    assert lines["location"].to_pylist() == source["Location"].to_pylist()
    with pytest.raises(BadDataError, match="dmy or mdy"):
        infer_mapping({"orders": path})


@needs_data
def test_a_history_of_picks_loads_whole_once_its_locations_are_told(tmp_path):
    folder = DATA / "benchmarks" / "wms_history_synth"
    files = {"slots": folder / "initial_stock.parquet", "tasks": folder / "picking_events.parquet"}
    with pytest.raises(BadDataError, match="'location_id', 'location_name' for 'location'"):
        infer_mapping(files)
    named = {"columns": {"location": {"column": "location_name"}}}
    told = WmsMapping.model_validate({"time_zone": "UTC", "tables": dict.fromkeys(files, named)})
    loaded = load(files, infer_mapping(files, told=told), quarantine=tmp_path / "bad")
    stock, picks = (pa.parquet.read_table(path) for path in files.values())
    assert not loaded.findings
    assert loaded.tables["slots"]["quantity"].to_pylist() == stock["units"].to_pylist()
    assert loaded.tables["slots"]["sku"].to_pylist() == stock["sku"].to_pylist()
    start = picks["timestamp"].cast(pa.timestamp("ms"), safe=False).cast(pa.timestamp("ms", "UTC"))
    assert loaded.tables["tasks"]["start"].combine_chunks() == start.combine_chunks()


def test_findings_are_told_a_line_each_with_what_the_id_rules_changed(tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("sku,weight (kg)\na1,1\na2,heavy\nA3,2\n")
    told = WmsMapping.model_validate({"ids": {"sku": {"upper": True}}})
    findings = dry_run({"items": path}, infer_mapping({"items": path}, told=told))
    assert findings.text().splitlines() == [
        f"{path} row 3 column 'weight (kg)': malformed-number: got 'heavy', "
        "expected a number in kg, with a decimal point",
        "items column 'sku': rule 'upper' changed 2 cells, as 'a1' to 'A1'",
    ]
    record = json.loads(json.dumps(findings.to_record()))
    assert record["counts"] == {"malformed-number": 1}
    assert record["defects"][0]["row"] == 3
    assert record["id_changes"][0]["cells"] == 2
