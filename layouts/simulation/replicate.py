"""A scenario simulated as often as its figures ask for, on as many processes or machines as there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from layouts.scenario import Scenario
from layouts.simulation.run_scenario import figures_of
from layouts.statistics.replications import Precision, Replications, run_replications
from layouts.what_if.figure_kinds import figure_kind
from spatial.progress import Progress, silent
from spatial.tasks.open_workers import open_workers

FIGURE = "lines_per_hour"
"""The figure that is to be known to within its bound."""


@dataclass(frozen=True, kw_only=True)
class ReplicationPlan:
    """How often: `first` times, or until the half-width of lines per hour is within `relative` of them, `most` times.

    And by whom: so many local processes, or the machines of a Dask `cluster`; the figures are the same.
    """

    first: int = 1
    relative: float | None = None
    most: int = 200
    workers: int = 1
    cluster: str | None = None

    @property
    def wanted(self) -> Mapping[str, Precision]:
        """The bounds of figures."""
        return {} if self.relative is None else {FIGURE: Precision(relative=self.relative)}


ONCE = ReplicationPlan()


def replicate(scenario: Scenario, plan: ReplicationPlan, *, progress: Progress = silent) -> Replications:
    """Replications 0, 1, … of `scenario`; at least two of them."""
    with open_workers(plan.workers, cluster=plan.cluster) as workers:
        return run_replications(
            partial(figures_of, scenario),
            wanted=plan.wanted,
            first=max(2, plan.first),
            most=max(plan.most, plan.first, 2),
            workers=workers,
            progress=progress,
        )


def replications_text(done: Replications) -> str:
    """A line for each figure with its interval, and what more is needed."""
    kinds = {name: figure_kind(name) for name in done.estimates}
    width = max(len(kind.title) for kind in kinds.values())
    lines = [
        f"{kind.title:<{width}}  {done.estimates[name].scaled(kind.factor).text(kind.unit)}"
        for name, kind in kinds.items()
    ]
    if done.unsure:
        lines.append("Not sure enough: allow more replications with --most, or a wider --precision.")
    return "\n".join(lines)


def replications_dict(done: Replications) -> dict[str, Any]:
    """Every figure's mean with its interval, and its values replication by replication."""
    return {
        "unsure": list(done.unsure),
        "estimates": {name: estimate.record() for name, estimate in done.estimates.items()},
        "values": {name: list(values) for name, values in done.figures.items()},
    }
