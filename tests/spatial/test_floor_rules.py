"""floor-rules.yaml: what it says is read whole, what is wrong is named by file, field, value and remedy."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import BadDataError
from spatial.floor.floor_rules import NO_RULES, FloorRules, Link, LinkEnd
from spatial.floor.rules_file import check_facility, read_floor_rules, rules_schema

EXAMPLE = """
schema: aisletwin.floor-rules/1
other_agents: [tugger]
zones:
  - {name: PICK, area: [[0, 0], [10, 0], [10, 10]], level: L0}
forbidden_zones:
  - {name: charging, area: [[0, 0], [1, 0], [1, 1]], agents: [reach_truck, tugger]}
speed_zones:
  - {area: [[0, 0], [5, 0], [5, 5], [0, 5]], limit_m_s: 0.8}
one_way:
  - {aisle: A1, heading_deg: 90}
  - {area: [[0, 0], [5, 0], [5, 5], [0, 5]], heading_deg: -45, agents: [picker]}
closed_aisles: [A3, A2]
aisle_agents:
  - {aisle: A0, agents: [picker, cart]}
links:
  - id: LIFT
    kind: lift
    from: {level: L0, x_m: 1, y_m: 2}
    to: {level: L1, x_m: 1, y_m: 2}
    time_s: 25
"""


def read(tmp_path: Path, text: str) -> FloorRules:
    path = tmp_path / "floor-rules.yaml"
    path.write_text(text, encoding="utf-8")
    return read_floor_rules(path)


def test_a_file_is_read_whole_and_its_record_reads_back(tmp_path: Path) -> None:
    rules = read(tmp_path, EXAMPLE)
    assert rules.closed_aisles == ("A2", "A3")
    assert rules.links[0].start == LinkEnd(level="L0", x_m=1, y_m=2)
    assert rules.one_way[1].concerns("picker")
    assert not rules.one_way[1].concerns("cart")
    assert rules.zones[0].is_on("L0")
    assert not rules.zones[0].is_on("L1")
    assert FloorRules.model_validate(json.loads(json.dumps(rules.to_record()))) == rules


def test_an_empty_file_has_no_rules(tmp_path: Path) -> None:
    assert read(tmp_path, "") == read(tmp_path, "# nothing yet") == read(tmp_path, "{}") == NO_RULES


def test_the_schema_accepts_what_the_reader_accepts(tmp_path: Path) -> None:
    validator = jsonschema_rs.validator_for(rules_schema())
    assert validator.is_valid(yaml.safe_load(EXAMPLE))
    assert validator.is_valid(read(tmp_path, EXAMPLE).to_record())
    assert not validator.is_valid({"one_ways": []})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- A1", "holds no fields"),
        ("{", "is no YAML"),
        ("closed_aisle: [A1]", "closed_aisle: there is no such field"),
        ("one_way: [{aisle: A1}]", "one_way.0.heading_deg: this field is needed"),
        ("one_way: [{aisle: A1, heading_deg: north}]", "one_way.0.heading_deg: .*got 'north'"),
        ("one_way: [{aisle: A1, heading_deg: .nan}]", "one_way.0.heading_deg: .*finite"),
        ("one_way: [{heading_deg: 0}]", "one_way.0: a one-way rule needs either 'aisle' or 'area'"),
        (
            "speed_zones: [{area: [[0, 0], [1, 0], [1, 1]], limit_m_s: 0}]",
            "limit_m_s: .*greater than 0, got 0",
        ),
        ("zones: [{name: Z, area: [[0, 0], [1, 0]]}]", "zones.0.area: .*at least 3"),
        ("zones: [{name: Z, area: [[0, 0], [1, 1], [1, 0], [0, 1]]}]", "zones.0.area: .*crosses itself"),
        ("zones: [{name: Z, area: [[0, 0], [1, 1], [2, 2]]}]", "zones.0.area: .*has no area"),
        ("aisle_agents: [{aisle: A1, agents: []}]", "aisle_agents.0.agents: "),
        ("aisle_agents: [{aisle: A1, agents: [piker]}]", "aisle_agents.0: 'piker' is no agent class: choose"),
        ("schema: aisletwin.floor-rules/2", "schema: .*got 'aisletwin.floor-rules/2'"),
        (
            "links: [{id: X, from: {level: L0, x_m: 0, y_m: 0}, to: {level: L0, x_m: 1, y_m: 0}}]",
            "links.0: a link joins two levels, this one stays on 'L0'",
        ),
        (
            "aisle_agents: [{aisle: A1, agents: [cart]}, {aisle: A1, agents: [picker]}]",
            "aisle_agents: 'A1' is there twice",
        ),
    ],
)
def test_a_fault_names_file_field_value_and_remedy(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadDataError, match=rf"floor-rules\.yaml.*{said}"):
        read(tmp_path, text)


def test_a_missing_file_is_bad_data(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match="cannot be read"):
        read_floor_rules(tmp_path / "none.yaml")


def test_aisles_and_levels_must_be_in_the_facility(hall, tmp_path: Path) -> None:
    facility = hall()
    path = tmp_path / "floor-rules.yaml"
    path.write_text("closed_aisles: [A9]")
    with pytest.raises(BadDataError, match=r"yaml: closed_aisles\.0: .*no aisle 'A9': choose one of A0, A1"):
        read_floor_rules(path, facility)
    ends = LinkEnd(level="L0", x_m=0, y_m=0), LinkEnd(level="L5", x_m=0, y_m=0)
    link = Link(id="X", start=ends[0], end=ends[1])
    with pytest.raises(BadDataError, match=r"links\.0\.to\.level: .*no level 'L5'"):
        check_facility(FloorRules(links=(link,)), facility)
    check_facility(FloorRules(closed_aisles=("A0", "A3")), facility)


@given(st.lists(st.sampled_from("ABCDEF")), st.sampled_from("ABCDEF"))
def test_opening_undoes_closing(closed: list[str], aisle: str) -> None:
    rules = FloorRules(closed_aisles=tuple(closed))
    assert rules.with_closed(aisle).with_closed(aisle) == rules.with_closed(aisle)
    assert rules.with_closed(aisle).with_opened(aisle) == rules.with_opened(aisle)
    assert FloorRules(closed_aisles=tuple(reversed(closed))) == rules
