"""A first batching: large orders first, each into the fullest batch that has room."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layouts.tours.batching.problem import BatchingProblem
from spatial.errors import UndecidedError


def first_fit(problem: BatchingProblem) -> npt.NDArray[np.int64]:
    """The batch (N,) of every order by best fit decreasing; UndecidedError where that needs too many batches."""
    batch_of = np.zeros(problem.orders, np.int64)
    room: list[float] = []
    group: list[int] = []
    for order in np.argsort(-problem.size, kind="stable"):
        size = problem.size[order]
        fits = [at for at, left in enumerate(room) if size <= left and group[at] == problem.group[order]]
        if fits:
            batch = min(fits, key=lambda at: room[at])
        else:
            batch = len(room)
            room.append(problem.capacity)
            group.append(int(problem.group[order]))
        room[batch] -= size
        batch_of[order] = batch
    if len(room) > problem.most_batches:
        raise UndecidedError(
            f"no batching in {problem.batches_at_most} batches was found, best fit needs {len(room)}: allow more"
        )
    return batch_of
