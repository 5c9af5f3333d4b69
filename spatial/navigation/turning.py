"""Where an agent can turn round: the clear width of an aisle against the circle that it sweeps."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from spatial.navigation.nav_graph import NavGraph

Verdict: TypeAlias = Literal["pass", "fail", "cannot_decide"]

SURE_SIGMAS = 2.0
"""A width this many sigmas from what is needed is decided."""

EXACT_M = 1e-6
"""A width that is planned, not measured, may be this much too small: rounding."""


def aisle_turning(graph: NavGraph) -> dict[str, Verdict]:
    """For every aisle with lanes whether the agent can turn round anywhere in it, by its narrowest edge."""
    verdicts: dict[str, Verdict] = {}
    for number, aisle in enumerate(graph.aisle_ids):
        edges = np.flatnonzero(graph.aisle == number)
        if len(edges):
            narrowest = edges[np.argmin(graph.clear_width_m[edges])]
            spare = float(graph.clear_width_m[narrowest]) - graph.agent.turning_circle_m
            verdicts[aisle] = _verdict(spare, float(graph.sigma_m[narrowest]))
    return verdicts


def _verdict(spare_m: float, sigma_m: float) -> Verdict:
    doubt = max(SURE_SIGMAS * sigma_m, EXACT_M)
    if spare_m >= doubt or (sigma_m == 0.0 and spare_m >= -EXACT_M):
        return "pass"
    return "fail" if spare_m <= -doubt else "cannot_decide"
