"""How long work takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

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
