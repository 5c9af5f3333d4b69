"""What is typed after --what-if is read exactly, or told with the value, the bound and a remedy."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.scenario import Scenario
from layouts.what_if.spec import MOST_VALUES, parse_axis, parse_spec
from layouts.what_if.variables import variables


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("pickers=4..8", (4, 5, 6, 7, 8)),
        ("pickers=4..20:8", (4, 12, 20)),
        ("pickers = 12, 4 ,8", (4, 8, 12)),
        ("pickers=2,4..6", (2, 4, 5, 6)),
        ("peak=0.8..1.6:0.2", (0.8, 1.0, 1.2, 1.4, 1.6)),
        ("one_way=none,alternate", ("none", "alternate")),
        ("robot_share=0..0.5:0.25", (0.0, 0.25, 0.5)),
        ("batch_lines=6..24:6", (6, 12, 18, 24)),
        ("speed_m_s=1,1.5", (1.0, 1.5)),
        ("routing=s-shape,exact", ("s-shape", "exact")),
        ("zoned=true,false", (True, False)),
        ("horizon_s=3600,7200.5", (3600.0, 7200.5)),
        ("traffic.deadlock=stop,pass", ("stop", "pass")),
        ("operations.packing.seats=1..3", (1, 2, 3)),
    ],
)
def test_values_and_ranges_are_read(text: str, values: tuple[object, ...]) -> None:
    read = parse_axis(text).values
    assert read == values
    assert [type(one) for one in read] == [type(one) for one in values]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pickers", "must be NAME=VALUES, such as pickers=4..20"),
        ("pickers=", "must be NAME=VALUES"),
        ("pikers=1,2", "'pikers' is nothing that can be varied: did you mean 'pickers'?"),
        ("colour=1,2", "choose one of .*pickers.*one_way"),
        ("seed=1,2", "'seed' is nothing that can be varied"),
        ("aisle_cap=1,2", "nothing that can be varied: did you mean 'operations.release.aisle_cap'?"),
        ("orders=a.csv,b.csv", "'orders' is nothing that can be varied"),
        ("pickers=0..3", "pickers 0 cannot be: input should be greater than or equal to 1"),
        ("peak=0,1", "peak 0.0 cannot be: input should be greater than 0"),
        ("robot_share=0.5,1.5", "robot_share 1.5 cannot be: input should be less than or equal to 1"),
        ("routing=exact,teleport", "routing teleport cannot be: input should be 'exact', 's-shape'"),
        ("pickers=4", "4 alone is no curve: give at least two values"),
        ("pickers=4,4", "the value 4 is there twice"),
        ("pickers=20..4", "the range 20..4 does not rise: give its lower end first"),
        ("pickers=4..20:3", "steps of 3 from 4 miss 20 by 1: change an end or the step"),
        ("pickers=4..20:0", "the step 0 must be above 0"),
        ("pickers=1..2000", f"2000 values are more than {MOST_VALUES}: give a larger step"),
        ("pickers=1..999999999:0.000000001", f"more than {MOST_VALUES}"),
        ("pickers=1..150,200..300", f"251 values are more than {MOST_VALUES}"),
        ("pickers=4.5,5", "pickers 4.5 must be a whole number"),
        ("pickers=four,5", "'four' is no number and no range: write as in 12"),
        ("pickers=1e9,5", "'1e9' is no number"),
        ("speed_m_s=1..2", "the range 1..2 needs a step, as in 1..2:0.25"),
        ("zoned=yes,no", "'yes' is not true or false"),
    ],
)
def test_a_wrong_text_is_told_with_its_remedy(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=rf"^what-if '{re.escape(text)}'.*{message}"):
        parse_axis(text)


def test_two_what_ifs_make_a_grid_and_three_are_one_too_many() -> None:
    spec = parse_spec(["pickers=4,8", "one_way=none,alternate"])
    assert list(spec.points()) == [
        {"pickers": 4, "one_way": "none"},
        {"pickers": 8, "one_way": "none"},
        {"pickers": 4, "one_way": "alternate"},
        {"pickers": 8, "one_way": "alternate"},
    ]
    with pytest.raises(ValueError, match="3 what-ifs are given: at most two"):
        parse_spec(["pickers=4,8", "peak=1,2", "pick_s=5,6"])
    with pytest.raises(ValueError, match="0 what-ifs are given"):
        parse_spec([])
    with pytest.raises(ValueError, match="pickers is varied twice"):
        parse_spec(["pickers=4,8", "pickers=5,6"])
    with pytest.raises(
        ValueError, match=r"pickers=1\.\.9: 9 curves are more than 6: give fewer values, or put it"
    ):
        parse_spec(["peak=1,2", "pickers=1..9"])


def test_every_scalar_field_but_the_seed_can_be_varied() -> None:
    known = variables()
    assert {"pickers", "routing", "zoned", "speed_m_s", "pick_s", "horizon_s"} <= set(known)
    assert not {"site", "orders", "seed", "heavy_kg", "depot", "starts_at"} & set(known)
    assert {name for name in known if name.split(".")[0] not in Scenario.model_fields} == {
        "peak",
        "robot_share",
        "one_way",
    }


numbers = st.decimals(min_value=1, max_value=9999, places=3, allow_nan=False)


@given(first=numbers, step=numbers, count=st.integers(2, MOST_VALUES))
def test_a_range_has_the_decimals_that_its_text_says(first: Decimal, step: Decimal, count: int) -> None:
    values = [first + number * step for number in range(count)]
    read = parse_axis(f"horizon_s={first}..{values[-1]}:{step}").values
    assert read == tuple(float(value) for value in values)


@given(st.sets(st.integers(1, 10_000), min_size=2, max_size=50).map(tuple))
def test_a_list_in_any_order_is_read_rising(values: tuple[int, ...]) -> None:
    assert parse_axis(f"pickers={','.join(map(str, values))}").values == tuple(sorted(values))


@given(st.sampled_from(sorted(variables())), st.text(alphabet="0123456789.,:-=e+ ²nai", max_size=20))
def test_any_text_is_read_within_its_bounds_or_refused_with_itself(name: str, tail: str) -> None:
    text = f"{name}={tail}"
    try:
        axis = parse_axis(text)
    except ValueError as error:
        is_told = text in str(error)
    else:
        is_told = 2 <= len(set(axis.values)) == len(axis.values) <= MOST_VALUES
        assert all(axis.variable.checked(value) == value for value in axis.values)
    assert is_told
