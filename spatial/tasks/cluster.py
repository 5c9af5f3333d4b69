"""Tasks on the workers of a Dask cluster, so on many machines.

    dask scheduler
    NUMBA_NUM_THREADS=1 dask worker tcp://scheduler:8786 --nworkers 4 --nthreads 1

Each worker needs this aisletwin and its dependencies in the versions here, or its bytes may differ. What a lost
worker had to do is done by the others, at worst after Dask's `distributed.comm.timeouts.connect` of 30 s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from types import TracebackType
from typing import Any, TypeVar

from spatial.errors import MissingToolError
from spatial.tasks.workers import Told, chunks, packed, play_chunk

T = TypeVar("T")

REACHED_WITHIN_S = 10


class ClusterWorkers:
    """The workers behind a scheduler's address, such as `tcp://10.0.0.5:8786`.

    Raises MissingToolError without the package distributed, without a scheduler there, or without workers.
    """

    def __init__(self, address: str) -> None:
        try:
            self._dask: Any = import_module("distributed")
        except ImportError as error:
            raise MissingToolError(
                f"cluster {address} needs distributed, which is missing: pip install 'aisletwin[cluster]'"
            ) from error
        try:
            self._client = self._dask.Client(address, timeout=REACHED_WITHIN_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise MissingToolError(
                f"no Dask scheduler answers at {address} within {REACHED_WITHIN_S} s: start `dask scheduler`"
            ) from error
        self._task: tuple[bytes, Any] = b"", None
        self._threads = sum(self._client.nthreads().values())
        if not self._threads:
            self._client.close()
            raise MissingToolError(f"the cluster at {address} has no workers: start `dask worker {address}`")

    def __enter__(self) -> ClusterWorkers:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._client.close()

    def play(self, task: Callable[[int], T], numbers: Sequence[int], told: Told) -> list[T]:
        """See Workers. Raises TypeError when `task` cannot travel."""
        there = self._sent(packed(task))
        futures = [
            self._client.submit(play_chunk, there, chunk, pure=False)
            for chunk in chunks(numbers, self._threads)
        ]
        try:
            for future in self._dask.as_completed(futures, loop=self._client.loop):
                told(len(future.result()))
            return [result for future in futures for result in future.result()]
        except BaseException:
            self._client.cancel(futures)
            raise

    def _sent(self, pickled: bytes) -> Any:
        """The packed task on the cluster, sent once for all its rounds.

        It is the result of a task, not scattered data: it can be had again when the worker that holds it is lost.
        """
        if self._task[0] != pickled:
            # a whole warehouse in one task is meant
            with import_module("dask").config.set(
                {"distributed.admin.large-graph-warning-threshold": "1 TiB"}
            ):
                self._task = pickled, self._client.submit(bytes, pickled, pure=False)
        return self._task[1]
