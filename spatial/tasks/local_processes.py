"""Tasks on processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import pairwise
from types import TracebackType
from typing import TypeVar

from threadpoolctl import threadpool_limits

from spatial.errors import AisletwinError
from spatial.tasks.workers import Told, chunks, packed, play_chunk

T = TypeVar("T")

THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class LocalProcesses:
    """`count` processes, started on first use and reused until the context ends.

    They are spawned: a fork would copy the threads that numba and BLAS hold. A script that opens them keeps its
    own work under `if __name__ == "__main__":`. Ctrl-C ends them at once; after another error they finish what
    they have begun.
    """

    def __init__(self, count: int) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._processes = [ProcessPoolExecutor(1, mp_context=spawn, initializer=_begin) for _ in range(count)]

    def __enter__(self) -> LocalProcesses:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is not None and not issubclass(kind, Exception):
            self._terminate()
        for process in self._processes:
            process.shutdown()

    def play(self, task: Callable[[int], T], numbers: Sequence[int], told: Told) -> list[T]:
        """See Workers. Raises AisletwinError when a process is killed, TypeError when `task` cannot travel.

        Each process has a stretch of the numbers, so that it keeps what it worked out for the last one; who is done
        takes the end of the stretch that has most left.
        """
        pickled, parts = packed(task), chunks(numbers, len(self._processes))
        left = stretches(range(len(parts)), len(self._processes))
        results: list[list[T]] = [[] for _ in parts]
        running: dict[Future[list[T]], tuple[int, int]] = {}

        def give(process: int) -> None:
            part = next_part(left, process)
            if part is not None:
                future = self._processes[process].submit(play_chunk, pickled, parts[part])
                running[future] = process, part

        try:
            for process in range(len(self._processes)):
                give(process)
            while running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    process, part = running.pop(future)
                    results[part] = future.result()
                    told(len(results[part]))
                    give(process)
        except BrokenProcessPool as error:
            raise AisletwinError(
                f"one of {len(self._processes)} worker processes ended early: use fewer if memory is short; "
                'a script that opens them needs `if __name__ == "__main__":`'
            ) from error
        return [result for part in results for result in part]

    def _terminate(self) -> None:
        """What `ProcessPoolExecutor.terminate_workers` does from Python 3.14 on."""
        for executor in self._processes:
            for process in list((executor._processes or {}).values()):
                process.terminate()


def stretches(parts: Sequence[int], count: int) -> list[deque[int]]:
    """The parts in turn, in `count` stretches of nearly the same length."""
    bounds = [len(parts) * i // count for i in range(count + 1)]
    return [deque(parts[begin:end]) for begin, end in pairwise(bounds)]


def next_part(left: Sequence[deque[int]], own: int) -> int | None:
    """Take the next part of one's own stretch, else the last of the longest; None when all are taken."""
    if left[own]:
        return left[own].popleft()
    longest = max(left, key=len)
    return longest.pop() if longest else None


def _begin() -> None:
    """Runs first in each process: one thread each, and Ctrl-C is left to the parent, who ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    has_numba = (
        "numba" in sys.modules
    )  # by the parent's main module: it takes no other number when it compiles
    for name in THREADS[1:] if has_numba else THREADS:  # for what is loaded from here on
        os.environ[name] = "1"
    threadpool_limits(limits=1, user_api="blas")  # and for what is loaded already
    if has_numba:
        sys.modules["numba"].set_num_threads(1)
