import pytest

from layouts.items import read_items
from layouts.orders import read_orders
from layouts.slotting.rules.slot_items import read_slot_items
from layouts.slotting_table import read_slotting
from layouts.wms.demand import items_of, orders_of, slotting_of
from layouts.wms.inference import infer_mapping
from layouts.wms.tables import load
from layouts.wms.write_tables import write_scenario_tables
from spatial.errors import BadDataError


def loaded(folder, **texts):
    for table, text in texts.items():
        (folder / f"{table}.csv").write_text(text)
    files = {table: folder / f"{table}.csv" for table in texts}
    return load(files, infer_mapping(files), quarantine=folder / "bad")


def test_lines_slots_and_items_are_what_the_small_readers_read(tmp_path):
    tables = loaded(
        tmp_path,
        items="sku,mass_kg\n7,0.5\n8,2\n9,1\n",
        slots="sku,location\n8,B\n7,A\n8,A\n",
        lines="order,sku,quantity\nO2,7,1\nO1,8,3\nO2,8,2\nO2,7,1\n",
    )
    assert orders_of(tables) == read_orders(tmp_path / "lines.csv")
    assert slotting_of(tables) == read_slotting(tmp_path / "slots.csv")
    assert list(slotting_of(tables)) == ["8", "7"]
    assert items_of(tables) == read_items(tmp_path / "items.csv")


def test_orders_have_the_times_of_their_own_table_in_utc(tmp_path):
    tables = loaded(
        tmp_path,
        orders="order,created,due,wave\nO1,2026-03-02T08:00:00+01:00,,w\nO2,2026-03-02T09:00Z,2026-03-02T12:00:00.5Z,\n",
        lines="order,sku,quantity\nO2,7,1\nO1,8,3\n",
    )
    second, first = orders_of(tables)
    assert (first.released, first.due, first.wave) == ("2026-03-02T07:00:00.000Z", None, "w")
    assert (second.released, second.due, second.wave) == (
        "2026-03-02T09:00:00.000Z",
        "2026-03-02T12:00:00.500Z",
        None,
    )


def test_an_empty_location_and_an_item_without_a_mass_are_left_out(tmp_path):
    tables = loaded(tmp_path, items="sku,mass_kg\n7,\n8,2\n", slots="sku,location,qty\n,A,0\n8,B,4\n")
    assert slotting_of(tables) == {"8": ("B",)}
    assert items_of(tables) == {"8": 2.0}


def test_a_table_that_is_not_loaded_is_named(tmp_path):
    with pytest.raises(BadDataError, match="no table of lines is loaded, only items"):
        orders_of(loaded(tmp_path, items="sku\n7\n"))


def test_sizes_go_along_to_slotting_where_all_three_are_told(tmp_path):
    tables = loaded(
        tmp_path,
        items="sku,mass_kg,length mm,width mm,height mm\n7,0.5,300,200,100\n8,2,300,,100\n9,,1,1,1\n",
    )
    assert write_scenario_tables(tmp_path / "out", tables) == ("items.csv",)
    items = read_slot_items(tmp_path / "out" / "items.csv")
    assert items["7"].size_mm == (300.0, 200.0, 100.0)
    assert items["8"].size_mm is None
    assert read_items(tmp_path / "out" / "items.csv") == {"7": 0.5, "8": 2.0}
