"""The part of a run that figures count: from the end of the warm-up to the end, whole or in intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.events import NONE, Floats, Ints
from layouts.run import Run


@dataclass(frozen=True)
class Window:
    """Seconds from `start_s` to `end_s`; what ends after the start and by the end is done within."""

    start_s: float
    end_s: float

    @staticmethod
    def of(run: Run, *, warm_up_s: float = 0.0) -> Window:
        """From `warm_up_s` to the end of the run; ValueError unless it is from 0 to there."""
        end_s = max(run.duration_s, float(run.events.end_s.max(initial=0.0)))
        if not 0.0 <= warm_up_s <= end_s:
            raise ValueError(
                f"warm_up_s {warm_up_s} is not in 0 … {end_s} s, the run's length: choose one within"
            )
        return Window(warm_up_s, end_s)

    @property
    def length_s(self) -> float:
        """How long it is."""
        return self.end_s - self.start_s

    @property
    def edges(self) -> Floats:
        """Start and end (2,)."""
        return np.array([self.start_s, self.end_s])

    def cut(self, interval_s: float) -> Floats:
        """Start, end and each `interval_s` seconds from the start between them; ValueError unless that is above 0."""
        if not (interval_s > 0 and math.isfinite(interval_s)):
            raise ValueError(f"interval_s {interval_s} must be a number above 0: give seconds, such as 900")
        count = max(1, math.ceil(round(self.length_s / interval_s, 9)))
        edges = self.start_s + interval_s * np.arange(count + 1.0)
        edges[-1] = self.end_s
        return edges

    def holds(self, done_s: Floats) -> npt.NDArray[np.bool_]:
        """Which of these moments (N,) lie within; at the start only where the run starts there too."""
        held: npt.NDArray[np.bool_] = done_in(self.edges, done_s) != NONE
        return held


def done_in(edges_s: Floats, done_s: Floats) -> Ints:
    """In which of the intervals between the rising `edges_s` each moment (N,) lies, NONE outside.

    An interval holds its end and not its start, which ends the one before; only where the run itself starts, at 0,
    the first holds both.
    """
    within = (done_s > edges_s[0] if edges_s[0] > 0 else done_s >= 0) & (done_s <= edges_s[-1])
    place = np.maximum(np.searchsorted(edges_s, done_s, side="left") - 1, 0)
    return np.where(within, place, NONE)
