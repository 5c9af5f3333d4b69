"""All rules together: the demo hall, the laws over whole facilities, and what is handed on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from layouts.demo_hall import demo_hall
from layouts.rules.check_layout import check_layout
from layouts.rules.finding import exactly, judged
from layouts.rules.limits import Limits
from layouts.rules.report import exit_code, findings_dict, findings_text
from spatial.facility import Facility
from spatial.floor.agents import CART, PICKER, REACH_TRUCK

CREW = (PICKER, CART, REACH_TRUCK)
TOLD = Limits(
    lift_height_m={"reach_truck": 6.0},
    tier_load_kg=3000,
    load_unit_kg=500,
    sprinkler_height_m=8.5,
    turn_in="nowhere",
    pass_in="nowhere",
)
ORDER = ("fail", "cannot_decide", "pass")


def one(verdict: str) -> Any:
    value, sigma = {"pass": (2.0, 0.0), "fail": (0.5, 0.0), "cannot_decide": (1.0, 0.1)}[verdict]
    return judged(
        "r", ("E",), "x_m", exactly(value, sigma), at_least=1.0, context="c", remedy="do it", source="s"
    )


def test_the_demo_hall_keeps_all_but_the_way_to_its_only_exit() -> None:
    findings = check_layout(demo_hall(), CREW, TOLD)
    broken = [f for f in findings if f.verdict != "pass"]
    assert [(f.rule, f.elements, f.verdict) for f in broken] == [("escape_straight", ("L0", "X1"), "fail")]
    assert {f.rule for f in findings} == {
        "aisle_width",
        "blocked_aisle",
        "clear_height",
        "exit_size",
        "escape_walked",
        "escape_straight",
        "dead_end",
        "pick_reach",
        "tier_load",
        "top_load_to_roof",
        "top_load_to_sprinklers",
        "back_to_back",
    }


def test_without_more_said_the_demo_hall_leaves_open_what_it_does_not_tell() -> None:
    findings = check_layout(demo_hall(), CREW)
    undecided = {f.rule for f in findings if f.verdict == "cannot_decide"}
    assert undecided == {"pick_reach", "tier_load", "top_load_to_sprinklers"}
    assert exit_code(findings) == 1


def test_every_finding_has_an_element_a_source_and_a_message() -> None:
    for finding in check_layout(demo_hall(), CREW):
        assert finding.elements
        assert finding.source
        assert finding.message.startswith(finding.quantity)
        assert finding.verdict == "pass" or finding.message.endswith(finding.remedy)


def test_the_same_hall_gives_the_same_bytes() -> None:
    one_run, other = (json.dumps(findings_dict(check_layout(demo_hall(), CREW, TOLD))) for _ in range(2))
    assert one_run == other


def measured(facility: Facility, sigma_m: float) -> Facility:
    """The facility as a scan with that sigma everywhere would have it."""
    return replace(
        facility,
        kind="as_built",
        walls=tuple(replace(wall, sigma_m=sigma_m) for wall in facility.walls),
        racks=tuple(
            replace(rack, sigma_m=sigma_m, tiers=tuple(replace(tier, sigma_m=sigma_m) for tier in rack.tiers))
            for rack in facility.racks
        ),
        aisles=tuple(replace(aisle, sigma_m=sigma_m) for aisle in facility.aisles),
    )


def test_a_larger_sigma_decides_nothing_that_a_smaller_left_open() -> None:
    limits = TOLD.model_copy(update={"turn_in": "every_aisle", "pass_in": "every_aisle"})
    runs = [
        check_layout(
            measured(demo_hall(), sigma), CREW, limits.model_copy(update={"as_built_sigma_m": sigma})
        )
        for sigma in (0.001, 0.1, 0.4, 2.0)
    ]
    for sharp, vague in pairwise(runs):
        for before, after in zip(sharp, vague, strict=True):
            assert after.rule == before.rule
            assert after.verdict in ("cannot_decide", before.verdict)
    assert {"pass", "fail"} <= {f.verdict for f in runs[0]}
    assert sum(f.verdict == "cannot_decide" for f in runs[-1]) > sum(
        f.verdict == "cannot_decide" for f in runs[0]
    )


def test_a_hall_with_wider_aisles_keeps_every_rule_of_aisles_it_kept(hall: Callable[..., Facility]) -> None:
    aisle_rules = ("aisle_width", "aisle_turning", "aisle_passing", "blocked_aisle", "dead_end")
    limits = Limits(pass_in="every_aisle")
    before: list[int] | None = None
    for width in (0.7, 1.5, 2.4, 3.4, 4.2):
        found = check_layout(hall(aisle_m=width, rows=2, bays=2), CREW, limits)
        now = [ORDER.index(f.verdict) for f in found if f.rule in aisle_rules]
        assert before is None or all(a <= b for a, b in zip(before, now, strict=True))
        before = now


def test_nobody_is_no_crew() -> None:
    with pytest.raises(ValueError, match="give at least one agent class"):
        check_layout(demo_hall(), ())


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([], 0),
        (["pass"], 0),
        (["pass", "cannot_decide"], 4),
        (["cannot_decide", "fail", "pass"], 1),
    ],
)
def test_a_fail_goes_before_what_is_undecided(verdicts: list[str], code: int) -> None:
    assert exit_code([one(verdict) for verdict in verdicts]) == code


def test_the_text_counts_and_tells_what_is_wrong_first() -> None:
    findings = [one("pass"), one("cannot_decide"), one("fail")]
    assert findings_text(findings).splitlines() == [
        "1 fail, 1 cannot_decide, 1 pass",
        "fail r E: x_m 0.5 is below 1 m (c): do it [s]",
        "cannot_decide r E: x_m 1 ± 0.196 cannot be decided against 1 m (c): measure more closely, or do it [s]",
    ]
    assert findings_text(findings, passes=True).splitlines()[-1] == "pass r E: x_m 2 is at least 1 m (c) [s]"


def test_the_record_is_strict_json_with_every_field() -> None:
    record = json.loads(json.dumps(findings_dict([one("fail")]), allow_nan=False))
    assert record == {
        "schema": "aisletwin.layout-findings/1",
        "counts": {"fail": 1, "cannot_decide": 0, "pass": 0},
        "findings": [
            {
                "rule": "r",
                "elements": ["E"],
                "verdict": "fail",
                "quantity": "x_m",
                "value": 0.5,
                "sense": "at_least",
                "limit": 1.0,
                "sigma": 0.0,
                "at": None,
                "context": "c",
                "message": "x_m 0.5 is below 1 m (c): do it",
                "remedy": "do it",
                "source": "s",
            }
        ],
    }
