"""Who picks: the pickers of a scenario, or its staff that picks."""

from __future__ import annotations

from pathlib import Path

from layouts.scenario import Scenario
from layouts.slotting.plan.crew import pickers_of, with_crew


def test_staff_that_picks_counts_and_other_staff_does_not() -> None:
    staff = [
        {"count": 3, "does": ["pick"]},
        {"count": 2, "does": ["replenish", "pick"]},
        {"count": 4, "does": ["load"]},
    ]
    scenario = Scenario.model_validate({"site": Path(), "operations": {"staff": staff}})
    assert pickers_of(scenario) == 5
    assert with_crew(scenario).pickers == 5


def test_without_staff_it_is_the_scenarios() -> None:
    assert pickers_of(Scenario(site=Path(), pickers=7)) == 7
