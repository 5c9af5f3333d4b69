"""Jobs survive the death of their process and of the server, are done once, and keep to their limits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.jobs.job import Job, JobLimits, QueueFullError
from server.jobs.job_queue import RESULTS, JobQueue
from server.jobs.runner import JobRunner
from spatial.errors import BadDataError

KINDS = "job_kinds_tried:KINDS"
HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def kinds_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(HERE)
    monkeypatch.setenv("PYTHONPATH", str(HERE))


def queue_in(folder: Path, **limits: float) -> JobQueue:
    given = JobLimits(**{"grace_s": 0.3, **limits})  # type: ignore[arg-type]
    return JobQueue(folder / "jobs", root=folder, kinds=KINDS, limits=given)


@pytest.fixture
def runners() -> Iterator[list[JobRunner]]:
    made: list[JobRunner] = []
    yield made
    for runner in made:
        runner.close()


def steps(queue: JobQueue, count: int = 3, step_s: float = 0.0, **more: object) -> Job:
    arguments = {"count": count, "step_s": step_s, **more}
    return queue.submit("steps", arguments, site="S", asked_by="ada")


def until(runner: JobRunner, reached: Callable[[], bool], *, within_s: float = 30.0) -> None:
    end_s = time.monotonic() + within_s
    while not reached():
        assert time.monotonic() < end_s, "nothing came of it"
        runner.step()
        time.sleep(0.02)


def played(folder: Path) -> list[str]:
    log = folder / "log"
    return log.read_text().split() if log.exists() else []


def process_of(runner: JobRunner, job: Job) -> int:
    return runner._running[job.number].process.pid


def test_a_job_is_done_once_and_its_result_is_given_again(tmp_path: Path, runners: list[JobRunner]) -> None:
    queue = queue_in(tmp_path)
    runner = JobRunner(queue)
    runners.append(runner)
    job = steps(queue)
    assert (job.state, job.asked_by, job.site) == ("queued", "ada", "S")
    with pytest.raises(BadDataError, match="has no result"):
        queue.result(job.number)
    assert steps(queue).number == job.number
    until(runner, lambda: queue.get(job.number).state == "done")
    assert (queue.result(job.number) / "answer").read_text() == "3"
    assert steps(queue).number == job.number
    assert played(tmp_path) == ["0", "1", "2"]
    assert queue.get(job.number).progress == 1.0
    assert queue.prune(keep_ms=-10_000) == 1
    assert queue.jobs() == list((queue.folder / RESULTS).iterdir()) == []


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_job_whose_process_is_killed_goes_on_where_it_was(
    tmp_path: Path, runners: list[JobRunner], after: int
) -> None:
    queue = queue_in(tmp_path)
    runner = JobRunner(queue)
    runners.append(runner)
    job = steps(queue, 5, 0.15)
    until(runner, lambda: queue.get(job.number).state == "running" and len(played(tmp_path)) >= after)
    os.kill(process_of(runner, job), signal.SIGKILL)
    until(runner, lambda: queue.get(job.number).state == "done")
    assert queue.get(job.number).attempts == 2
    assert sorted(set(played(tmp_path))) == list("01234")
    assert len(played(tmp_path)) <= 6  # at most the step under way is played twice


def test_a_killed_server_takes_its_workers_with_it_and_the_next_goes_on(
    tmp_path: Path, runners: list[JobRunner]
) -> None:
    queue = queue_in(tmp_path)
    job = steps(queue, 8, 0.15)
    server = (
        "import sys, threading; from pathlib import Path; from server.jobs.job_queue import JobQueue;"
        "from server.jobs.runner import JobRunner; folder = Path(sys.argv[1]);"
        f"JobRunner(JobQueue(folder / 'jobs', root=folder, kinds='{KINDS}')).run(threading.Event())"
    )
    process = subprocess.Popen([sys.executable, "-c", server, str(tmp_path)])
    end_s = time.monotonic() + 30
    while len(played(tmp_path)) < 2:
        assert time.monotonic() < end_s
        time.sleep(0.02)
    process.kill()
    process.wait()
    runner = JobRunner(queue)
    runners.append(runner)
    until(runner, lambda: queue.get(job.number).state == "done")
    assert queue.get(job.number).attempts == 2
    assert sorted(set(played(tmp_path))) == list("01234567")


def test_cancelled_jobs_stop_whether_they_listen_or_not(tmp_path: Path, runners: list[JobRunner]) -> None:
    queue = queue_in(tmp_path, workers=2)
    runner = JobRunner(queue)
    runners.append(runner)
    polite, stubborn = steps(queue, 1000, 0.05), steps(queue, 2, 1000, is_stubborn=True)
    waiting = steps(queue, 7)
    assert queue.cancel(waiting.number).state == "cancelled"
    running = (polite.number, stubborn.number)
    until(runner, lambda: all(queue.get(number).state == "running" for number in running))
    for number in running:
        queue.cancel(number)
    until(runner, lambda: all(queue.get(number).state == "cancelled" for number in running))
    assert list((queue.folder / RESULTS).iterdir()) == []


def test_limits_of_memory_and_length_are_told(tmp_path: Path, runners: list[JobRunner]) -> None:
    queue = queue_in(tmp_path, waiting=1, memory_bytes=2**30)
    runner = JobRunner(queue)
    runners.append(runner)
    greedy = queue.submit("greedy", {"bytes": 2**32}, site="S", asked_by="ada")
    with pytest.raises(QueueFullError, match="1 jobs wait, at most 1"):
        steps(queue, 9)
    until(runner, lambda: queue.get(greedy.number).state == "failed")
    assert "more than 1 GiB" in queue.get(greedy.number).message


@pytest.mark.parametrize("wall_s", [0.0, 1.0])
def test_a_job_that_takes_too_long_fails_even_before_it_began(
    tmp_path: Path, runners: list[JobRunner], wall_s: float
) -> None:
    queue = queue_in(tmp_path, wall_s=wall_s)
    runner = JobRunner(queue)
    runners.append(runner)
    late = steps(queue, 2, 1000)
    until(runner, lambda: queue.get(late.number).state == "failed")
    assert f"more than {wall_s:g} s" in queue.get(late.number).message


def test_a_job_that_always_dies_is_given_up(tmp_path: Path, runners: list[JobRunner]) -> None:
    queue = queue_in(tmp_path, attempts=2)
    runner = JobRunner(queue)
    runners.append(runner)
    job = steps(queue, 1, 1000)
    for attempt in (1, 2):
        until(runner, lambda attempt=attempt: queue.get(job.number)[8:10] == ("", attempt))  # type: ignore[misc]
        os.kill(process_of(runner, job), signal.SIGKILL)
    until(runner, lambda: queue.get(job.number).state == "failed")
    assert "ended 2 times" in queue.get(job.number).message


def test_what_cannot_be_asked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match="no kind of job 'dance'"):
        queue_in(tmp_path).submit("dance", {}, site="S", asked_by="ada")
    real = JobQueue(tmp_path / "real", root=tmp_path, kinds="server.jobs.kinds:KINDS")
    for arguments, reason in (
        ({}, "'scenario' is missing"),
        ({"scenario": "../x.yaml"}, "outside the folder of jobs"),
        ({"scenario": "x.yaml", "replications": 0}, "replications 0 is not within 1 and 1000"),
        ({"scenario": "x.yaml", "speed": 1}, "'speed' is not known"),
        ({"scenario": "x.yaml"}, "cannot be read"),
    ):
        with pytest.raises(BadDataError, match=reason):
            real.submit("simulate", arguments, site="S", asked_by="ada")
