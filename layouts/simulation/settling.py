"""When a shift has settled: MSER-5 over the lines finished minute by minute, in the mean of some replications."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from layouts.events import Floats
from layouts.run import Run
from layouts.statistics.warm_up import SHORTEST, mser5
from spatial.errors import UndecidedError

PILOT = 10
"""Replications whose mean is looked at: by a single one MSER-5 takes early peaks for warm-up."""

STEP_S = 60.0


def settled_s(runs: Iterable[Run], *, horizon_s: float) -> float:
    """Seconds after which the mean rate of lines over `runs`, all up to `horizon_s`, has settled.

    The rate is taken in steps of a minute, or shorter ones where there would be fewer than MSER-5 needs. Raises
    UndecidedError where it has not settled in the first half, or all work was done before the end.
    """
    steps = max(int(horizon_s // STEP_S), 2 * SHORTEST)
    edges = np.linspace(0.0, horizon_s, steps + 1)
    pilot = list(runs)
    done_s = min(float(run.events.end_s.max(initial=0.0)) for run in pilot)
    if done_s < horizon_s:
        raise UndecidedError(
            f"warm-up: not settled, all work was done after {done_s:.0f} of {horizon_s:.0f} s: give more orders or a "
            "shorter horizon_s"
        )
    counts = np.mean([_lines(run, edges) for run in pilot], axis=0)
    found = mser5(counts.tolist())
    if found.length is None:
        raise UndecidedError(
            f"{found} in steps of {horizon_s / steps:.0f} s: set a longer horizon_s, or warm_up_s in seconds"
        )
    return float(edges[found.length])


def _lines(run: Run, edges: Floats) -> Floats:
    """Lines picked to the end in each step."""
    events = run.events
    ends = events.end_s[events.kind.are("pick") & (events.quantity > 0)]
    return np.histogram(ends, bins=edges)[0].astype(np.float64)
