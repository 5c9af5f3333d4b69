"""What a live day came to, by the definitions of the simulator's figures; what its log cannot tell is not told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from layouts.kpis import kpis
from layouts.run import Run
from layouts.simulation.figures_of_run import FIGURES, figures_of_run


@dataclass(frozen=True, kw_only=True)
class Actuals:
    """The figures of a recorded run by name, and why each other one of FIGURES is not told."""

    told: Mapping[str, float]
    not_told: Mapping[str, str]


def actuals(run: Run, *, kinds: Collection[str] = (), warm_up_s: float = 0.0) -> Actuals:
    """The figures of a recorded `run` by `figures_of_run`, as those of a simulated one.

    `kinds` are kinds of work that its log tells at other times. A figure that rests on one that is neither there nor
    in the run is not told: nothing of it in the log is no zero. An order that was open already when the run begins
    counts from there, as in a simulation that starts then. Raises ValueError for a warm-up outside the run.
    """
    run = replace(run, orders=replace(run.orders, released_s=np.maximum(run.orders.released_s, 0.0)))
    values = figures_of_run(run, kpis(run, warm_up_s=warm_up_s))
    known = {*run.events.kind.names, *kinds}
    not_told = {}
    for name in FIGURES:
        if name in NEVER:
            not_told[name] = NEVER[name]
        elif lacking := sorted(NEEDS.get(name, frozenset()) - known):
            not_told[name] = f"the log tells no {' and no '.join(lacking)}"
        elif name in OF_ORDERS and not np.isfinite(run.orders.done_s).any():
            not_told[name] = "the log tells no order that was done in that time"
        elif name not in values or len(run.events) == 0:
            not_told[name] = "the log tells nothing in that time that it could be of"
    told = {name: value for name, value in values.items() if name not in not_told}
    return Actuals(told=told, not_told=not_told)


NEEDS = {
    "lines_per_hour": frozenset({"pick"}),
    "lines_per_labour_hour": frozenset({"pick"}),
    "blocked_share": frozenset({"wait"}),
    "metres_per_line": frozenset({"pick", "move"}),
}
"""The kinds of work that figures rest on."""

OF_ORDERS = frozenset({"order_lead_p95_s", "on_time_share"})

_JAMS = "a log tells no jams as the simulator counts them"
NEVER = {
    "deadlocks": _JAMS,
    "passes": _JAMS,
    "back_offs": _JAMS,
    "tour_lead_p95_s": "a log does not tell when tours were released",
}
