"""How long work takes, and the random streams behind it."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

PickTime = Literal["fixed", "exponential", "lognormal"]


@dataclass(frozen=True, kw_only=True)
class Work:
    """Seconds at a stop and at the depot.

    A line takes `pick_s` plus `piece_s` a piece on average. `pick_time` is how it varies about that average:
    not at all, exponentially, or lognormally with coefficient of variation `pick_cv`. A tour is handed over
    in `drop_s`. All finite and at least 0; ValueError otherwise.
    """

    pick_s: float = 8.0
    piece_s: float = 2.0
    drop_s: float = 30.0
    pick_time: PickTime = "fixed"
    pick_cv: float = 0.5

    def __post_init__(self) -> None:
        for field in ("pick_s", "piece_s", "drop_s", "pick_cv"):
            value = getattr(self, field)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{field} {value} must be a number of at least 0")

    def line_s(self, quantity: int) -> float:
        """The average seconds of one line."""
        return self.pick_s + self.piece_s * quantity


def stream(seed: int, *, agent: int, purpose: str) -> np.random.Generator:
    """The random numbers of one agent for one purpose: adding a purpose or an agent changes no other's."""
    return np.random.default_rng([seed, agent, zlib.crc32(purpose.encode())])


def paces(work: Work, *, agents: int, picks: int, seed: int) -> npt.NDArray[np.float64]:
    """Factors (A, D) of mean 1 on the seconds of each agent's picks in turn; D is 1 when picks are fixed.

    Any agent may come to make all `picks`, so each has as many.
    """
    if work.pick_time == "fixed" or (work.pick_time == "lognormal" and work.pick_cv == 0):
        return np.ones((agents, 1))
    streams = [stream(seed, agent=agent, purpose="pick") for agent in range(agents)]
    if work.pick_time == "exponential":
        return np.array([random.exponential(size=picks) for random in streams])
    spread = math.sqrt(math.log1p(work.pick_cv**2))
    return np.array([random.lognormal(-(spread**2) / 2, spread, picks) for random in streams])
