"""Lifts and stairs that a facility knows are there without a file of rules, and a file's go before them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from spatial.errors import BadDataError
from spatial.facility import Facility, Level
from spatial.floor.agents import PICKER
from spatial.floor.facility_rules import links_of, rules_on
from spatial.navigation.build_graph import build_graph

LIFT = {
    "id": "LIFT",
    "kind": "lift",
    "from": {"level": "L0", "x_m": 1.5, "y_m": 1.5},
    "to": {"level": "L1", "x_m": 1.5, "y_m": 1.5},
    "time_s": 20.0,
}


@pytest.fixture
def two_levels(hall: Callable[..., Facility]) -> Facility:
    """A hall with an empty floor above it, and a lift in its corner."""
    below = hall()
    above = Level(id="L1", elevation_m=5.0, outline=below.levels[0].outline)
    return replace(below, levels=(*below.levels, above), extra={"links": [LIFT]})


def levels_of_main_floor(facility: Facility, *rules: Any) -> set[str]:
    graph = build_graph(facility, PICKER, *rules)
    return {graph.levels[level] for level in graph.level.tolist()}


def test_the_upper_floor_is_reached_by_the_lift_that_the_facility_knows(two_levels: Facility) -> None:
    assert levels_of_main_floor(two_levels) == {"L0", "L1"}
    assert levels_of_main_floor(replace(two_levels, extra={})) == {"L0"}


def test_rules_of_a_file_keep_the_links_but_for_those_they_name_themselves(
    two_levels: Facility, tmp_path: Path
) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("closed_aisles: []\n", encoding="utf-8")
    assert rules_on(two_levels, path).links == links_of(two_levels)
    path.write_text(
        "links: [{id: LIFT, kind: stairs, from: {level: L0, x_m: 2, y_m: 2}, to: {level: L1, x_m: 2, y_m: 2}}]",
        encoding="utf-8",
    )
    (link,) = rules_on(two_levels, path).links
    assert link.kind == "stairs"


def test_what_is_no_link_is_named_with_its_place(two_levels: Facility) -> None:
    broken = replace(two_levels, extra={"links": [{**LIFT, "time_s": -1}]})
    with pytest.raises(BadDataError, match=r"links\.0\.time_s -1"):
        rules_on(broken)
