"""Agent classes: what is refused, the presets, and that the docs state them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from spatial.floor.agents import AGENT_CLASSES, ORDER_PICKER, PICKER, REACH_TRUCK, AgentClass

DOCS = Path(__file__).parents[2] / "docs" / "navigation.md"


def number(value: float | None, otherwise: str) -> str:
    return otherwise if value is None else f"{value:g}"


def said_of(agent: AgentClass) -> dict[str, list[str]]:
    """The rows the tables of the docs must have for an agent, by the table's first heading after `agent`."""
    at_corner = "no loss"
    if agent.corner_speed_m_s is not None:
        at_corner = f"{agent.corner_speed_m_s:g} m/s"
    if agent.turn_s is not None:
        at_corner = f"stops, {agent.turn_s:g} s for 90°"
    lift = number(agent.lift_speed_m_s, "reaches" if not agent.is_vehicle else "–")
    circle = "on the spot" if agent.turning_radius_m is None else f"{2 * agent.turning_radius_m:g}"
    return {
        "radius m": [
            f"{agent.radius_m:.2f}",
            f"{agent.height_m:.1f}",
            f"{agent.speed_m_s:.1f}",
            f"{agent.reach_m:.1f}",
            circle,
        ],
        "loaded m/s": [
            number(agent.loaded_speed_m_s, "as empty"),
            number(agent.acceleration_m_s2, "at once"),
            number(agent.deceleration_m_s2, "at once"),
            at_corner,
            lift + (", on the way" if agent.lifts_while_travelling else ""),
        ],
    }


@pytest.mark.parametrize("agent", AGENT_CLASSES.values(), ids=lambda agent: agent.name)
def test_the_docs_state_every_preset(agent: AgentClass) -> None:
    rows: dict[str, list[str]] = {}
    heading = ""
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == "agent":
            heading = cells[1]
        if line.startswith("|") and cells[0] == f"`{agent.name}`":
            rows[heading] = cells[1:]
    assert rows == said_of(agent)


def test_an_agent_of_size_and_speed_alone_loses_nothing_to_motion() -> None:
    plain = AgentClass(name="x", radius_m=0.3, height_m=2.0, speed_m_s=1.2)
    assert replace(plain, name="picker") == PICKER


@pytest.mark.parametrize(
    "field",
    [
        "acceleration_m_s2",
        "deceleration_m_s2",
        "loaded_speed_m_s",
        "corner_speed_m_s",
        "turn_s",
        "lift_speed_m_s",
    ],
)
@pytest.mark.parametrize("value", [0.0, -1.0, float("inf"), float("nan")])
def test_numbers_of_motion_are_positive(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{field} {value} of agent 'picker' must be a positive number"):
        replace(PICKER, **{field: value})


def test_an_agent_has_one_way_round_a_corner_and_a_speed_to_lift_at() -> None:
    with pytest.raises(ValueError, match=r"corner_speed_m_s 1\.0 and turn_s 2\.0"):
        replace(REACH_TRUCK, turn_s=2.0)
    with pytest.raises(ValueError, match="lifts while travelling: give its lift_speed_m_s"):
        replace(ORDER_PICKER, lift_speed_m_s=None)


def test_machines_are_vehicles_and_people_on_foot_are_none() -> None:
    on_foot = [agent.name for agent in AGENT_CLASSES.values() if not agent.is_vehicle]
    assert on_foot == ["picker", "cart"]


@pytest.mark.parametrize("agent", AGENT_CLASSES.values(), ids=lambda agent: agent.name)
def test_no_preset_is_faster_loaded_or_round_a_corner(agent: AgentClass) -> None:
    for speed in (agent.loaded_speed_m_s, agent.corner_speed_m_s):
        assert speed is None or speed <= agent.speed_m_s
