"""Break-even prices by hand, and every verdict about a price borne out by pricing the comparison at it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.comparison.compare import Comparison, compare
from layouts.comparison.money import money
from layouts.comparison.prices import Holdings, Prices
from layouts.comparison.sensitivity_prices import PRICES, PriceFlip, price_flips
from layouts.comparison.sensitivity_text import price_sentence
from layouts.scenario import Scenario
from layouts.statistics.common_numbers import stream

GIVEN = Prices(
    currency="EUR",
    labour_per_h=30,
    rack_per_position=50,
    floor_per_m2_year=60,
    vehicle_per_year=5000,
    moves_once=10_000,
    hours_per_year=4_000,
    lines_per_year=2_400_000,
)
HALL = Holdings(positions=1000, floor_m2=2000, vehicles=0)


def steady(scenario: Scenario, replication: int) -> dict[str, float]:
    """100 lines an hour of labour by 6, 120 by 5 pickers."""
    return {"lines_per_hour": 600.0, "lines_per_labour_hour": 100.0 if scenario.pickers == 6 else 120.0}


def wavering(scenario: Scenario, replication: int) -> dict[str, float]:
    row = steady(scenario, replication)
    deviation = stream(0, replication=replication, agent=scenario.pickers, purpose="own").normal(0, 4)
    return row | {"lines_per_labour_hour": row["lines_per_labour_hour"] + deviation}


def compared(folder: Path, figures=steady) -> Comparison:  # type: ignore[no-untyped-def]
    return compare(
        {"now": Scenario(site=folder, pickers=6), "new": Scenario(site=folder, pickers=5)}, figures
    )


def by_name(flips: tuple[PriceFlip, ...]) -> Mapping[str, PriceFlip]:
    return {flip.name: flip for flip in flips}


def test_break_even_prices_are_those_of_the_calculation_by_hand(tmp_path: Path) -> None:
    """4,000 h are saved, worth 120,000 EUR; 1,000 m² and 2 vehicles more cost 60,000 and 10,000."""
    found = by_name(
        price_flips(compared(tmp_path), GIVEN, {"now": HALL, "new": replace(HALL, floor_m2=3000, vehicles=2)})
    )
    labour, floor, vehicle = (found[name] for name in PRICES)
    assert labour.at == pytest.approx(70_000 / 4_000)
    assert (labour.below, labour.verdict, labour.above) == ("costs more", "saves", "saves")
    assert floor.at == pytest.approx(110_000 / 1_000)
    assert (floor.below, floor.verdict, floor.above) == ("saves", "saves", "costs more")
    assert vehicle.at == pytest.approx(60_000 / 2)
    assert all(flip.flips for flip in found.values())
    assert labour.low == pytest.approx(labour.at) == labour.high
    assert (
        price_sentence(labour)
        == "new: labour_per_h, given 30 EUR/h: breaks even at 17.5; below 17.5 it costs more and above 17.5 it saves."
    )


def test_a_price_of_what_does_not_differ_flips_nothing(tmp_path: Path) -> None:
    found = by_name(price_flips(compared(tmp_path), GIVEN, {"now": HALL, "new": HALL}))
    assert (found["floor_per_m2_year"].low, found["floor_per_m2_year"].at) == (None, None)
    assert (found["labour_per_h"].low, found["labour_per_h"].high, found["labour_per_h"].below) == (
        0,
        0,
        None,
    )
    assert not any(flip.flips for flip in found.values())
    free = GIVEN.model_copy(update={"labour_per_h": 0})
    labour, *_ = price_flips(compared(tmp_path), free, {"now": HALL, "new": HALL})
    assert price_sentence(labour) == "new: labour_per_h, given 0 EUR/h: saves a year at every price above 0."
    assert (
        price_sentence(found["floor_per_m2_year"])
        == "new: floor_per_m2_year, given 60 EUR/m² and year: saves a year at every price."
    )


@given(
    floor=st.integers(0, 5000),
    vehicles=st.integers(0, 30),
    spot=st.tuples(st.sampled_from([*PRICES]), st.floats(0.01, 0.99), st.floats(1.01, 50)),
)
def test_pricing_the_comparison_at_any_price_gives_the_verdict_that_was_told(
    tmp_path_factory: pytest.TempPathFactory, floor: int, vehicles: int, spot: tuple[str, float, float]
) -> None:
    comparison = compared(tmp_path_factory.getbasetemp(), wavering)
    holdings = {"now": HALL, "new": replace(HALL, floor_m2=floor, vehicles=vehicles)}
    name, within, beyond = spot
    flip = by_name(price_flips(comparison, GIVEN, holdings))[name]
    assert verdict_at(flip.today, comparison, name, holdings) == flip.verdict
    if flip.low is None or flip.high is None:
        return
    if flip.below is not None:
        assert verdict_at(flip.low * within, comparison, name, holdings) == flip.below
    if flip.above is not None:
        assert verdict_at(max(flip.high, 1) * beyond, comparison, name, holdings) == flip.above
    inside = flip.low + (within * (flip.high - flip.low) if math.isfinite(flip.high) else 1 + beyond)
    if flip.high - flip.low > 1e-6:
        assert verdict_at(inside, comparison, name, holdings) == "cannot decide"


def verdict_at(price: float, comparison: Comparison, name: str, holdings: Mapping[str, Holdings]) -> str:
    saving = money(comparison, GIVEN.model_copy(update={name: price}), holdings).scenarios[1].saving
    assert saving is not None
    return "saves" if saving.low > 0 else "costs more" if saving.high < 0 else "cannot decide"
