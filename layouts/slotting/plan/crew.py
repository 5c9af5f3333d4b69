"""How many pick in a scenario, by its staff where it names some."""

from __future__ import annotations

from layouts.scenario import Scenario


def pickers_of(scenario: Scenario) -> int:
    """The agents of all groups that pick, or the scenario's pickers where no group does."""
    picking = sum(group.count for group in scenario.operations.staff if "pick" in group.does)
    return picking or scenario.pickers


def with_crew(scenario: Scenario) -> Scenario:
    """The same scenario, whose `pickers` are those who pick."""
    return scenario.model_copy(update={"pickers": pickers_of(scenario)})
