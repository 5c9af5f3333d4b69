"""Factors on working times, each used once in turn."""

from __future__ import annotations

from layouts.compiled import compiled
from layouts.simulation.engine.tape import Floats, Ints


@compiled
def next_pace(pace: Floats, draws: Ints, stream: int, agent: int) -> float:
    """The next number of the agent's stream."""
    draw = draws[stream, agent]
    draws[stream, agent] = draw + 1
    return float(pace[stream, agent, draw % pace.shape[2]])
