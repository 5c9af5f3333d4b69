"""The process of one job: `python -m server.jobs.worker FOLDER ROOT KINDS NUMBER LIMITS`.

Its result is made aside and renamed when whole. When the process that started it ends, it ends too, with all it
started: nobody would hold it to its limits.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from server.jobs.job import Desk, Job, JobCancelledError, JobLimits, kinds_at
from server.jobs.job_queue import KEPT, RESULTS, JobQueue
from spatial.errors import AisletwinError

log = logging.getLogger(__name__)

TOLD_EVERY_S = 0.5
WATCH_S = 0.5


def command_of(queue: JobQueue, number: int) -> list[str]:
    """The command that runs a job."""
    limits = json.dumps(asdict(queue.limits))
    return [
        sys.executable,
        "-m",
        "server.jobs.worker",
        *map(str, (queue.folder, queue.root, queue.kinds, number, limits)),
        str(os.getpid()),
    ]


def main(arguments: Sequence[str]) -> None:
    """Run the job that the arguments name, within the limits they tell."""
    folder, root, kinds, number, limits_json, parent = arguments
    limits = JobLimits(**json.loads(limits_json))
    _end_with(int(parent))
    os.nice(limits.nice)
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory_bytes, limits.memory_bytes))
    queue = JobQueue(Path(folder), root=Path(root), kinds=kinds, limits=limits)
    with queue.held(int(number)) as is_ours:
        job = queue.begin(int(number)) if is_ours else None
        if job is not None:
            _run(queue, job)


def _run(queue: JobQueue, job: Job) -> None:
    result = queue.folder / RESULTS / job.key
    aside = queue.unfinished(job)
    kept = queue.folder / KEPT / job.key
    shutil.rmtree(aside, ignore_errors=True)
    try:
        if not result.is_dir():
            aside.mkdir()
            kept.mkdir(exist_ok=True)
            desk = Desk(queue.root, aside, kept, _Teller(queue, job.number))
            kinds_at(queue.kinds)[job.kind].run(job.arguments, desk)
            if not queue.tell(job.number, "written", 1.0):
                raise JobCancelledError("cancelled while it ran")
            _publish(aside, result)
        shutil.rmtree(kept, ignore_errors=True)
        queue.end(job.number, "done", "")
    except JobCancelledError:
        queue.end(job.number, "cancelled", "cancelled while it ran")
    except MemoryError:
        bound_gib = queue.limits.memory_bytes / 2**30
        queue.end(
            job.number, "failed", f"it needs more than {bound_gib:g} GiB of memory: ask for less at once"
        )
    except AisletwinError as error:
        queue.end(job.number, "failed", str(error))
    except Exception as error:
        log.exception("job %d failed", job.number)
        queue.end(
            job.number, "failed", f"it broke off ({type(error).__name__}: {error}): see the server's log"
        )
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _publish(aside: Path, result: Path) -> None:
    try:
        aside.rename(result)
    except OSError:
        if not result.is_dir():  # else another process made the same meanwhile
            raise


class _Teller:
    """Notes progress now and then, and stops the work once it was cancelled."""

    def __init__(self, queue: JobQueue, number: int) -> None:
        self._queue, self._number = queue, number
        self._told_s = -TOLD_EVERY_S

    def __call__(self, what: str, share: float) -> None:
        if time.monotonic() - self._told_s < TOLD_EVERY_S:
            return
        self._told_s = time.monotonic()
        if not self._queue.tell(self._number, what, share):
            raise JobCancelledError("cancelled while it ran")


def _end_with(parent: int) -> None:
    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_S)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, name="watch parent", daemon=True).start()


if __name__ == "__main__":
    main(sys.argv[1:])
