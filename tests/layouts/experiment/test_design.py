"""Designs are balanced, and as clear of each other's effects as they say."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from layouts.experiment.contrasts import contrasts_of
from layouts.experiment.design import Design, full_design, screening_design
from layouts.experiment.factors import parse_factors
from layouts.what_if.spec import Axis

NUMBERS = (
    "pickers", "batch_lines", "pick_s", "piece_s", "drop_s", "speed_m_s", "pick_cv", "peak", "robot_share",
    "traffic.back_off_s", "traffic.pass_s", "horizon_s", "synthetic_orders", "operations.packing.order_s",
    "operations.packing.line_s", "operations.replenishment.fetch_s", "operations.replenishment.fill_s",
)  # fmt: skip


def two_each(count: int) -> tuple[Axis, ...]:
    return parse_factors(
        [f"{name}=0.5,1" if name == "robot_share" else f"{name}=1,2" for name in NUMBERS[:count]]
    )


def signs(design: Design) -> np.ndarray:
    return 2 * design.table - 1


def test_a_full_design_has_every_combination_once_and_the_last_factor_changes_fastest() -> None:
    design = full_design(parse_factors(["pickers=4,8,12", "one_way=none,alternate"]))
    assert list(design.values())[:3] == [
        {"pickers": 4, "one_way": "none"},
        {"pickers": 4, "one_way": "alternate"},
        {"pickers": 8, "one_way": "none"},
    ]
    assert len(set(design.rows)) == 6
    assert design.words == "full factorial, 6 cells"


@pytest.mark.parametrize("count", range(4, 17))
def test_a_screening_design_has_the_resolution_it_names(count: int) -> None:
    """No product of fewer columns than the resolution is constant, some product of as many is."""
    design = screening_design(two_each(count))
    table = signs(design)
    assert len(table) == {4: 8, 5: 16, 6: 16, 7: 16, 8: 16}.get(count, 32)
    assert len(set(design.rows)) == len(table)
    shortest = next(
        size
        for size in range(1, count + 1)
        if any(
            abs(table[:, list(some)].prod(axis=1).sum()) == len(table)
            for some in combinations(range(count), size)
        )
    )
    assert shortest == design.resolution
    assert f"2^({count}-" in design.words
    assert ("resolution V" if design.resolution == 5 else "resolution IV") in design.words
    # regular: two columns are equal, opposite or orthogonal
    assert np.array_equal(table.T @ table, len(table) * np.eye(count))


@pytest.mark.parametrize("count", [4, 5, 6, 8, 11, 16])
def test_main_effects_are_clear_and_aliased_pairs_are_named(count: int) -> None:
    design = screening_design(two_each(count))
    contrasts = contrasts_of(design)
    main = [each for each in contrasts if len(each.factors) == 1]
    pairs = [each for each in contrasts if len(each.factors) == 2]
    assert len(main) == count
    products = signs(design)
    for each in main:
        for one, other in combinations(range(count), 2):
            assert each.weights @ (products[:, one] * products[:, other]) == pytest.approx(0)
    named = [name for each in pairs for name in (" × ".join(each.changes), *each.aliases)]
    assert len(named) == len(set(named)) == count * (count - 1) // 2
    assert any(each.aliases for each in pairs) == (count != 5)
    for each in pairs:
        for other in pairs:
            assert each.weights @ other.weights == pytest.approx(16 / len(products) if each is other else 0)


def test_what_no_design_is_made_of_is_told() -> None:
    for texts, said in (
        (["pickers=4,8"], "1 factor makes no experiment"),
        (["pickers=4,8", "pickers=2,3"], "pickers is given twice"),
        (["pickers=1..20", "batch_lines=1..20"], "20 × 20 = 400 cells are more than 256"),
    ):
        with pytest.raises(ValueError, match=said):
            full_design(parse_factors(texts))
    with pytest.raises(ValueError, match="pickers has 3 values: a screening design takes two"):
        screening_design(parse_factors(["pickers=4,8,12", "batch_lines=1,2"]))
    with pytest.raises(ValueError, match="17 factors are more than 16"):
        screening_design(two_each(17))
    assert screening_design(two_each(3)).kind == "full"
    for text, said in (
        ("pickers", "factor 'pickers' must be NAME=VALUES"),
        ("pickers=4", "has one value"),
        ("pickers=4,x", "factor 'pickers=4,x': 'x' is no number"),
        ("speed=1,2", "factor 'speed=1,2': 'speed' is nothing that can be varied"),
    ):
        with pytest.raises(ValueError, match=said):
            parse_factors([text])
