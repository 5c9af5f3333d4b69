"""A tape with the meaning of its numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

from layouts.simulation.engine.tape import Jobs, Resources, Tape
from layouts.simulation.meaning import Meaning


@dataclass(frozen=True, kw_only=True, eq=False)
class Program:
    """Everything of a shift but who plays it: arrays for the engine, and the `meaning` of their numbers.

    Jobs beyond the last that `meaning` names are refills of the buffer that asked.
    """

    tape: Tape
    seats: Resources
    jobs: Jobs
    meaning: Meaning
    notes: tuple[str, ...] = field(default=())
