"""Baskets: no SKU twice, every SKU with its share, families as often as their formula says."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from layouts.demand.assortment import made_up_assortment
from layouts.demand.baskets import BLOCK, Baskets
from layouts.demand.made_up_baskets import made_up_demand
from layouts.demand.spec import DemandSpec
from spatial.errors import BadDataError

SIGMAS = 4.0
"""A true formula fails one test in 16,000."""


def blocks(spec: DemandSpec, count: int) -> list[Baskets]:
    demand = made_up_demand(spec)
    draw = demand.draw_on(0, np.ones(len(demand.family_shares)))
    return [draw(number) for number in range(count)]


def require_zero_mean(values: list[float], slack: float = 0.0) -> None:
    """Of independent values, by their own spread."""
    error = np.std(values, ddof=1) / math.sqrt(len(values))
    assert abs(np.mean(values)) <= SIGMAS * error + slack, (np.mean(values), error)


LARGE_ORDERS = {
    "skus": 200,
    "lines": {"mean": 6, "single": 0.1, "most": 40},
    "families": {"together": 0},
}
CLOSE_FAMILIES = {
    "skus": 1000,
    "lines": {"mean": 5, "single": 0.2, "most": 30},
    "families": {"size": 40, "together": 0.5},
}


@pytest.mark.parametrize("part", [BLOCK, 150])
@pytest.mark.parametrize("settings_of", [{"skus": 2000}, LARGE_ORDERS, CLOSE_FAMILIES])
def test_every_sku_has_its_share_of_the_lines(settings_of: dict[str, object], part: int) -> None:
    """Also in a part of a block, and where doubles are many: to draw them anew would miss by 10 and more sigmas."""
    spec = DemandSpec.model_validate(settings_of)
    shares = made_up_assortment(spec).shares
    fifth = spec.skus // 5
    top, best = [], []
    for block in blocks(spec, 150):
        assert block.strays.sum() == 0
        sku = block.sku[: block.lines[:part].sum()]
        top.append(float((sku < fifth).sum() - 0.8 * len(sku)))
        best.append(float((sku == 0).sum() - shares[0] * len(sku)))
    require_zero_mean(top)
    require_zero_mean(best)


def same_family_pairs(block: Baskets, family: npt.NDArray[np.int64], families: int) -> float:
    order = np.repeat(np.arange(BLOCK), block.lines)
    counts = np.bincount(order * families + family[block.sku])
    return float((counts * (counts - 1) / 2).sum())


@pytest.mark.parametrize("together", [0.0, 0.2, 0.6])
def test_lines_share_a_family_as_often_as_the_formula_says(together: float) -> None:
    """Of n lines, n - 1 pairs hold the first: alike with t + (1 - t) c, c by chance; the others with t² + (1 - t²) c.

    Doubles, of which there are Σ share² among free pairs, become pairs that are alike by chance at most.
    """
    spec = DemandSpec.model_validate(
        {
            "skus": 4000,
            "abc": {"share_of_skus": 0.5, "share_of_lines": 0.5},
            "families": {"size": 40, "together": together},
            "lines": {"mean": 4, "single": 0.2, "most": 20},
        }
    )
    assortment = made_up_assortment(spec)
    chance = float((assortment.family_shares**2).sum())
    t = together
    off, pairs = [], 0.0
    for block in blocks(spec, 80):
        assert block.strays.sum() == 0
        n = block.lines
        first, others = (n - 1).sum(), ((n - 1) * (n - 2) / 2).sum()
        wanted = first * (t + (1 - t) * chance) + others * (t**2 + (1 - t**2) * chance)
        off.append(same_family_pairs(block, assortment.family, assortment.families) - wanted)
        pairs = max(pairs, float(first + others))
    require_zero_mean(off, slack=pairs / spec.skus)


def test_two_lines_of_a_family_have_the_lift_of_the_formula() -> None:
    """Of orders of two lines: lift t / share of the family + 1 - t in a family, 1 - t beyond, over line pairs."""
    spec = DemandSpec.model_validate(
        {
            "skus": 60,
            "abc": {"share_of_skus": 0.5, "share_of_lines": 0.7},
            "families": {"size": 20, "together": 0.3},
            "lines": {"mean": 2, "single": 0, "most": 2},
        }
    )
    assortment = made_up_assortment(spec)
    seen = np.zeros((3, 3))
    drawn = blocks(spec, 100)
    for block in drawn:
        pair = assortment.family[block.sku].reshape(-1, 2)
        np.add.at(seen, (pair[:, 0], pair[:, 1]), 1)
    seen = (seen + seen.T) / 2
    share = assortment.family_shares
    wanted = seen.sum() * np.outer(share, share) * (1 - 0.3) + np.diag(seen.sum() * 0.3 * share)
    doubles = float((assortment.shares**2).sum()) * seen.sum()
    assert (np.abs(seen - wanted) <= SIGMAS * np.sqrt(wanted) + doubles).all()
    lift = seen[0, 0] / seen.sum() / share[0] ** 2
    assert lift == pytest.approx(0.3 / share[0] + 0.7, rel=0.03)


def test_all_pairs_of_a_family_come_alike() -> None:
    """Of a family of 12 alike SKUs 3 are taken: each of the 66 pairs is among them with probability 6 / 132."""
    spec = DemandSpec.model_validate(
        {
            "skus": 12,
            "abc": {"share_of_skus": 0.5, "share_of_lines": 0.5},
            "families": {"size": 12, "together": 0.95},
            "lines": {"mean": 3, "single": 0, "most": 3},
        }
    )
    seen, orders = np.zeros((12, 12)), 0
    for block in blocks(spec, 60):
        trio = np.sort(block.sku.reshape(-1, 3), axis=1)
        for one, other in ((0, 1), (0, 2), (1, 2)):
            np.add.at(seen, (trio[:, one], trio[:, other]), 1)
        orders += len(trio)
    pairs = seen[np.triu_indices(12, 1)]
    chance = 6 / 132
    assert (np.abs(pairs - orders * chance) < 5 * math.sqrt(orders * chance * (1 - chance))).all()


@settings(max_examples=25, deadline=None)
@given(
    skus=st.integers(12, 300),
    size=st.integers(1, 60),
    together=st.floats(0, 0.95),
    top=st.floats(0.2, 0.6),
    most=st.integers(2, 12),
    seed=st.integers(0, 2**40),
)
def test_no_order_has_a_sku_twice(
    skus: int, size: int, together: float, top: float, most: int, seed: int
) -> None:
    spec = DemandSpec.model_validate(
        {
            "seed": seed,
            "skus": skus,
            "abc": {"share_of_skus": 0.2, "share_of_lines": top},
            "families": {"size": size, "together": together},
            "lines": {"mean": (1 + most) / 2, "most": most},
        }
    )
    assume(made_up_assortment(spec).shares[0] * spec.lines.mean <= 1)
    (block,) = blocks(spec, 1)
    (again,) = blocks(spec, 1)
    order = np.repeat(np.arange(BLOCK), block.lines)
    assert (
        len(np.unique(order * skus + block.sku)) == block.lines.sum() == len(block.sku) == len(block.pieces)
    )
    assert 1 <= block.lines.min() <= block.lines.max() <= most
    assert 0 <= block.sku.min() <= block.sku.max() < skus
    assert all((one == other).all() for one, other in zip(block, again, strict=True))


def test_lines_that_the_shares_cannot_have_are_counted() -> None:
    spec = DemandSpec.model_validate(
        {
            "skus": 40,
            "families": {"size": 2, "together": 0.9},
            "lines": {"mean": 8, "single": 0, "most": 12},
            "abc": {"share_of_skus": 0.5, "share_of_lines": 0.6},
        }
    )
    (block,) = blocks(spec, 1)
    wanted = 0.9 * (block.lines.sum() - BLOCK)
    assert block.strays.sum() == pytest.approx(wanted, rel=0.05)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"skus": 5, "lines": {"mean": 4, "most": 5}}, "one SKU makes .* more than every order: raise skus"),
        ({"skus": 60, "days": 9, "new": 1.0}, r"on day 1 \d+ SKUs are sold, but an order has up to 50 lines"),
    ],
)
def test_too_few_skus_are_told(given: dict[str, object], told: str) -> None:
    with pytest.raises(BadDataError, match=told):
        blocks(DemandSpec.model_validate(given), 1)
