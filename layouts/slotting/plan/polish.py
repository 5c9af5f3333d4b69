"""Small plans made proven best: what the search leaves, the exact solver settles."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layouts.slotting.exact.solve import solve_exactly
from layouts.slotting.problem import SlottingProblem
from layouts.slotting.score import score
from layouts.slotting.tour_length import MOST_EXACT
from spatial.errors import UndecidedError

Ints = npt.NDArray[np.int64]

MOST_PAIRS = 400
"""Units times locations up to which it is tried."""
MOST_NODES = 5_000


def polished(problem: SlottingProblem, assignment: Ints, *, most_moves: int | None = None) -> Ints:
    """The best assignment (U,) that the exact solver finds in a bounded search from a known one, if it is small."""
    longest = int(np.diff(problem.tours.start).max(initial=0))
    if len(problem.sku) * len(problem.location) > MOST_PAIRS or longest > MOST_EXACT:
        return assignment
    try:
        found = solve_exactly(problem, most_moves=most_moves, most_nodes=MOST_NODES, known=assignment)
    except UndecidedError:
        return assignment
    better = score(problem, found.assignment).total_s < score(problem, assignment).total_s
    return found.assignment if better else assignment
