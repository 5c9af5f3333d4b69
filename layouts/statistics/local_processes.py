"""Replications on processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import TypeVar

from threadpoolctl import threadpool_limits

from layouts.statistics.workers import Told, chunks, packed, play_chunk
from spatial.errors import AisletwinError

T = TypeVar("T")

THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class LocalProcesses:
    """`count` processes, started on first use and reused until the context ends.

    They are spawned: a fork would copy the threads that numba and BLAS hold. A script that opens them keeps its
    own work under `if __name__ == "__main__":`. Ctrl-C ends them at once; after another error they finish what
    they have begun.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        spawn = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(count, mp_context=spawn, initializer=_begin)

    def __enter__(self) -> LocalProcesses:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is not None and not issubclass(kind, Exception):
            self._terminate()
        self._pool.shutdown()

    def play(self, task: Callable[[int], T], numbers: Sequence[int], told: Told) -> list[T]:
        """See Workers. Raises AisletwinError when a process is killed, TypeError when `task` cannot travel."""
        pickled = packed(task)
        futures: list[Future[list[T]]] = []
        try:
            futures += [
                self._pool.submit(play_chunk, pickled, chunk) for chunk in chunks(numbers, self._count)
            ]
            for future in as_completed(futures):
                told(len(future.result()))
        except BrokenProcessPool as error:
            raise AisletwinError(
                f"one of {self._count} worker processes ended early: use fewer if memory is short; "
                'a script that opens them needs `if __name__ == "__main__":`'
            ) from error
        except Exception:
            for future in futures:
                future.cancel()
            raise
        return [result for future in futures for result in future.result()]

    def _terminate(self) -> None:
        """What `ProcessPoolExecutor.terminate_workers` does from Python 3.14 on."""
        for process in list((self._pool._processes or {}).values()):
            process.terminate()


def _begin() -> None:
    """Runs first in each process: one thread each, and Ctrl-C is left to the parent, who ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in THREADS:  # for what is loaded from here on
        os.environ[name] = "1"
    threadpool_limits(limits=1, user_api="blas")  # and for what the parent's main module has loaded already
    if "numba" in sys.modules:
        sys.modules["numba"].set_num_threads(1)
