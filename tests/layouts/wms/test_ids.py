from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from layouts.wms.cells import read_cells
from layouts.wms.fields import TABLES
from layouts.wms.ids import IdRules
from layouts.wms.mapping import ColumnMap, WmsMapping

SIGNS = "-_./ :"
TEXTS = st.text(st.sampled_from("aAbßzZ0019 -_./:\u00a0é"), max_size=14) | st.text(max_size=8)
RULES = st.builds(
    IdRules,
    strip=st.booleans(),
    separators=st.text(st.sampled_from(SIGNS), max_size=4),
    separator=st.sampled_from(["-", "", ".", "_"]),
    upper=st.booleans(),
    digits=st.lists(st.integers(1, 5), max_size=4).map(tuple),
)


@given(TEXTS, RULES)
def test_applying_rules_twice_is_applying_them_once(text, rules):
    once = rules.apply(text)
    assert rules.apply(once) == once


@given(TEXTS)
def test_default_rules_only_remove_spaces_around(text):
    assert IdRules().apply(text) == text.strip()


@given(st.lists(st.integers(0, 9_999), min_size=1, max_size=4), st.integers(1, 6))
def test_numbers_between_separators_keep_their_values(parts, width):
    text = "-".join(map(str, parts))
    padded = IdRules(digits=(width,)).apply(text).split("-")
    assert [int(part) for part in padded] == parts
    assert all(len(part) == max(width, len(str(value))) for part, value in zip(padded, parts, strict=True))


@given(TEXTS, RULES)
def test_ids_that_differ_in_case_and_separators_become_one_under_both_rules(text, rules):
    both = rules.model_copy(update={"upper": True, "separators": SIGNS, "strip": True})
    assert both.apply(text.upper().replace("_", "/")) == both.apply(text)


@given(st.lists(TEXTS, max_size=12), RULES)
def test_a_column_has_the_id_of_each_cell_and_the_count_of_what_each_rule_changed(texts, rules):
    mapping = WmsMapping(ids={"location": rules})
    field = TABLES["locations"].fields["location"]
    cells = read_cells(
        pa.array(texts, pa.string()), "location", field, ColumnMap(), mapping=mapping, decimal="."
    )
    spoiled = {i for fault in cells.faults for i, bad in enumerate(fault.rows) if bad}
    expected = [rules.apply(text) or None for text in texts]
    assert [v for i, v in enumerate(cells.values.to_pylist()) if i not in spoiled] == [
        v for i, v in enumerate(expected) if i not in spoiled
    ]
    counts = {change.rule: change.cells for change in cells.changes}
    for rule in ("strip", "separators", "upper", "digits"):
        changed = 0
        for text in texts:
            steps = [("", text), *rules.steps(text)]
            changed += sum(name == rule and after != before for (_, before), (name, after) in pairwise(steps))
        assert counts.get(rule, 0) == changed


@pytest.mark.parametrize(
    ("rules", "text", "id_"),
    [
        (IdRules(upper=True), " a-1 ", "A-1"),
        (IdRules(separators="./ ", digits=(2,)), "A.1/003 7", "A-01-03-07"),
        (IdRules(digits=(2, 3)), "7-7-0007", "07-007-0007"),
        (IdRules(separators="-", separator=""), "12-34-A", "1234A"),
        (IdRules(digits=(1,)), "000", "0"),
        (IdRules(strip=False), " A", " A"),
    ],
)
def test_rules_by_example(rules, text, id_):
    assert rules.apply(text) == id_


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"separators": "-x"}, "'x' is a letter"),
        ({"separator": " "}, "lost at the ends"),
        ({"digits": (0,)}, "digits"),
    ],
)
def test_rules_that_would_not_settle_are_refused(rule, said):
    with pytest.raises(ValidationError, match=said):
        IdRules(**rule)
