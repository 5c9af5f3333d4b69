"""Runs the queue's jobs in processes of their own, and holds them to their limits."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from server.jobs.job_queue import JobQueue
from server.jobs.worker import command_of

POLL_S = 0.1


@dataclass
class _Running:
    process: subprocess.Popen[bytes]
    started_s: float
    asked_s: float | None = None
    is_late: bool = False


class JobRunner:
    """Call `step` now and then, or `run` in a thread; then `close`."""

    def __init__(self, queue: JobQueue, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._queue = queue
        self._now_s = now_s
        self._running: dict[int, _Running] = {}

    def step(self) -> None:
        """See after those that run, and start as many of those that wait as may run."""
        for number, running in list(self._running.items()):
            if _has_ended(running.process):
                self._ended(number, running)
            else:
                self._hold_to_limits(number, running)
        self._queue.take_up_lost()
        for job in self._queue.jobs(state="queued"):
            if len(self._running) >= self._queue.limits.workers:
                break
            if job.number not in self._running:
                self._start(job.number)

    def run(self, stop: threading.Event) -> None:
        """`step` until `stop` is set, then `close`."""
        while not stop.wait(POLL_S):
            self.step()
        self.close()

    def close(self) -> None:
        """End all processes; their jobs are taken up again by the next runner."""
        for running in self._running.values():
            _signal(running.process, signal.SIGKILL)
            running.process.wait()
        self._running.clear()
        self._queue.take_up_lost()

    def _start(self, number: int) -> None:
        process = subprocess.Popen(
            command_of(self._queue, number), stdin=subprocess.DEVNULL, start_new_session=True
        )
        self._running[number] = _Running(process, self._now_s())

    def _hold_to_limits(self, number: int, running: _Running) -> None:
        """Ask, terminate, kill: one after the other."""
        now_s, limits = self._now_s(), self._queue.limits
        running.is_late = now_s - running.started_s > limits.wall_s
        if running.asked_s is None and (running.is_late or self._queue.get(number).is_cancel_asked):
            running.asked_s = now_s
        if running.asked_s is None:
            return
        since_s = now_s - running.asked_s
        if running.is_late or since_s > limits.grace_s:
            _signal(running.process, signal.SIGTERM)
        if since_s > 2 * limits.grace_s:
            _signal(running.process, signal.SIGKILL)

    def _ended(self, number: int, running: _Running) -> None:
        _signal(running.process, signal.SIGKILL)  # what it started and left behind
        running.process.wait()
        del self._running[number]
        if running.is_late:
            shutil.rmtree(self._queue.unfinished(self._queue.get(number)), ignore_errors=True)
            self._queue.end(
                number,
                "failed",
                f"it took more than {self._queue.limits.wall_s:g} s: ask for fewer replications or points",
            )


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it has; its number stays its own until `wait`, so that no other process is taken for it."""
    options = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, process.pid, options) is not None


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
