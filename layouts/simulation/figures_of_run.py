"""The figures that replications and what-ifs compare, by name."""

from __future__ import annotations

from layouts.kpis import Kpis
from layouts.run import Run

FIGURES = (
    "lines_per_hour",
    "lines_per_labour_hour",
    "blocked_share",
    "makespan_s",
    "metres_per_line",
    "deadlocks",
    "passes",
    "back_offs",
    "tour_lead_p95_s",
    "order_lead_p95_s",
    "on_time_share",
)
"""All there can be, in the order they are told."""


def figures_of_run(run: Run, figures: Kpis) -> dict[str, float]:
    """One number each, in the order they are told; what has nothing below the line is left out."""
    named: dict[str, float | None] = {
        "lines_per_hour": figures.lines_per_hour,
        "lines_per_labour_hour": figures.lines_per_labour_hour,
        "blocked_share": figures.total.blocked_s / figures.total.sum_s if figures.total.sum_s > 0 else None,
        "makespan_s": figures.makespan_s,
        "metres_per_line": figures.metres_per_line,
        "deadlocks": float(run.deadlock is not None),
        "passes": float(figures.passes),
        "back_offs": float(figures.back_offs),
    }
    if figures.tour_lead is not None:
        named["tour_lead_p95_s"] = figures.tour_lead.p95_s
    if figures.order_lead is not None:
        named["order_lead_p95_s"] = figures.order_lead.p95_s
    if figures.on_time is not None:
        named["on_time_share"] = figures.on_time.value
    return {name: value for name, value in named.items() if value is not None}
