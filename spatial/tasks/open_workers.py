"""Who does tasks: this process, processes of this machine, or a Dask cluster.

    with open_workers(4) as workers:
        results = workers.play(task, range(100), told)

Whoever does them, the results are the same and stand in the same order: a task depends on its number alone.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from spatial.tasks.cluster import ClusterWorkers
from spatial.tasks.local_processes import LocalProcesses
from spatial.tasks.workers import ThisProcess, Workers


def open_workers(count: int = 1, *, cluster: str | None = None) -> AbstractContextManager[Workers]:
    """`count` processes of this machine (1 is this process), or the workers of a Dask `cluster` (`tcp://…`).

    Other processes start afresh and stay until the context ends, so one context serves many calls. A task that
    goes there can be pickled: a function at the top of a module, a `functools.partial` of one, or an instance.
    Raises ValueError with fewer than one, MissingToolError where Dask or its scheduler is missing.
    """
    if cluster is not None:
        return ClusterWorkers(cluster)
    if count < 1:
        raise ValueError(f"workers {count} must be at least 1")
    if count == 1:
        return nullcontext(ThisProcess())
    return LocalProcesses(count)
