"""The tables of made-up demand: what is read is what was made, every row is marked, sizes follow their law."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from layouts.demand.demand_files import write_demand
from layouts.demand.item_sizes import item_sizes
from layouts.demand.make_orders import demand_of, orders_of
from layouts.demand.spec import DemandSpec
from layouts.items import read_items
from layouts.orders import read_orders
from layouts.slotting_table import read_slotting
from spatial.errors import BadDataError

SPEC = DemandSpec.model_validate(
    {
        "seed": 3,
        "skus": 120,
        "days": 3,
        "orders_per_day": 50,
        "cut_offs": [{"at": "13:00", "due": "15:00", "wave": 'noon, "early"'}],
    }
)
PLACES = [f"A,{number:02d}" for number in range(40)]


def test_what_is_read_is_what_was_made(tmp_path: Path) -> None:
    written = write_demand(tmp_path, demand_of(SPEC), locations=PLACES)
    made = orders_of(demand_of(SPEC))
    assert read_orders(tmp_path / "orders.csv") == made
    assert (written.orders, written.lines) == (len(made), sum(len(order.lines) for order in made))
    assert written.pieces == sum(line.quantity for order in made for line in order.lines)
    assert written.ordered == len({line.sku for order in made for line in order.lines}) <= written.skus == 120
    assert (written.days, written.strays, written.first_released) == (3, 0, made[0].released)
    slotting, items = read_slotting(tmp_path / "slotting.csv"), read_items(tmp_path / "items.csv")
    assert list(slotting) == list(items) == [f"SKU-{rank:05d}" for rank in range(1, 121)]
    assert sorted(place for places in slotting.values() for place in places) == sorted(3 * PLACES)


def test_every_row_of_every_table_is_marked(tmp_path: Path) -> None:
    write_demand(tmp_path, demand_of(SPEC), locations=PLACES)
    for name in ("orders", "slotting", "items"):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert {row["source"] for row in csv.DictReader(file)} == {"made up by aisletwin (seed 3)"}


def test_the_same_spec_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        write_demand(folder, demand_of(SPEC), locations=PLACES)
    for file in one.iterdir():
        assert file.read_bytes() == (other / file.name).read_bytes()


def test_without_locations_there_is_no_slotting(tmp_path: Path) -> None:
    assert write_demand(tmp_path, demand_of(SPEC)).files == ("orders.csv", "items.csv")
    assert not (tmp_path / "slotting.csv").exists()


def test_demand_without_orders_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    write_demand(tmp_path, demand_of(SPEC), locations=PLACES)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    sunday = SPEC.model_copy(update={"days": 7}).first_day.replace(day=11)
    with pytest.raises(BadDataError, match="no orders come in on 2026-01-11: raise orders_per_day"):
        write_demand(tmp_path, demand_of(SPEC), only=sunday)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_half_of_the_items_are_below_the_median_and_none_above_the_most() -> None:
    """The median of what is cut off at `most` is a little below: its share of the whole law is P(below most) / 2."""
    spec = DemandSpec.model_validate(
        {"items": {"mass_kg": {"median": 2, "spread": 3, "most": 4}, "correlation": 0.9}}
    )
    mass, volume = (np.array([float(text) for text in texts]) for texts in item_sizes(spec, 20_000))
    assert mass.max() <= 4
    assert volume.max() <= 100
    below = 0.5 / 0.735952  # of the law, what is below 2, over what is below 4: Φ(0) / Φ(ln 2 / ln 3)
    assert (mass < 2).mean() == pytest.approx(below, abs=4 * (below * (1 - below) / 20_000) ** 0.5)
    assert (volume < 1.5).mean() == pytest.approx(0.5, abs=4 * 0.5 / 20_000**0.5)
    logs = np.corrcoef(np.log(mass), np.log(volume))[0, 1]
    assert 0.8 < logs < 0.9


def test_a_spread_of_1_makes_all_items_alike() -> None:
    spec = DemandSpec.model_validate({"items": {"mass_kg": {"median": 2, "spread": 1, "most": 4}}})
    assert set(item_sizes(spec, 10)[0]) == {"2"}
