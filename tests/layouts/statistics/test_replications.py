"""Replications stop where the rule says, and give the same bytes whoever plays them."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import pickle
import signal
import subprocess
import sys
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from layouts.demand.forecasting.demand_table import DemandTable
from layouts.demand.forecasting.forecast import forecast
from layouts.slotting.hard_rules import one_each
from layouts.slotting.metric import table_metric
from layouts.slotting.problem import SlottingProblem, TourUnits
from layouts.slotting.search.improve import Effort, improve
from layouts.statistics.replications import Precision, run_replications
from spatial.errors import AisletwinError, MissingToolError
from spatial.progress import silent
from spatial.tasks.local_processes import next_part, stretches
from spatial.tasks.open_workers import open_workers

ROOT = Path(__file__).parents[3]


def figures(number: int, *, spread: float = 1.0) -> dict[str, float]:
    random = np.random.default_rng([5, number])
    square = random.normal(size=(80, 80))
    return {"lines_per_h": random.normal(100, spread), "blocked": float((square @ square).sum())}


def threads(_number: int) -> dict[str, float]:
    import numba
    from threadpoolctl import threadpool_info

    pools = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
    return {"numba": numba.get_num_threads(), "blas": max(pools), "process": os.getpid()}


def faulty(number: int) -> dict[str, float]:
    if number == 7:
        raise ZeroDivisionError("no picker")
    return {"lines_per_h": 1.0}


def killed(number: int) -> dict[str, float]:
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


@pytest.fixture(autouse=True)
def findable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other processes import the tasks from this file."""
    monkeypatch.syspath_prepend(ROOT)


def bytes_of(workers, progress=silent) -> bytes:  # type: ignore[no-untyped-def]
    wanted = {"lines_per_h": Precision(absolute=0.2)}
    done = run_replications(figures, wanted=wanted, workers=workers, progress=progress)
    assert len(done.figures["blocked"]) > 50
    return pickle.dumps((dict(done.figures), dict(done.estimates)))


def test_two_and_three_processes_give_the_bytes_of_one_and_serve_many_calls() -> None:
    alone = bytes_of(None)
    for count in (2, 3):
        with open_workers(count) as workers:
            assert bytes_of(workers) == bytes_of(workers) == alone


def test_each_process_has_one_thread_and_stays() -> None:
    before = dict(os.environ)
    with open_workers(2) as workers:
        rows = [*workers.play(threads, range(8), int), *workers.play(threads, range(8), int)]
    assert {(row["numba"], row["blas"]) for row in rows} == {(1, 1)}
    assert len({row["process"] for row in rows} - {os.getpid()}) <= 2
    assert dict(os.environ) == before


@pytest.mark.parametrize("count", [1, 2])
def test_an_error_tells_its_replication(count: int) -> None:
    with open_workers(count) as workers, pytest.raises(ZeroDivisionError) as raised:
        run_replications(faulty, wanted={}, workers=workers)
    assert raised.value.__notes__ == ["in task 7"]


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_a_process_keeps_to_its_stretch_and_then_helps_whoever_has_most_left(count: int) -> None:
    left = stretches(range(10), count)
    lengths = [len(stretch) for stretch in left]
    assert max(lengths) - min(lengths) <= 1
    own = list(left[-1])
    assert [next_part(left, count - 1) for _ in own] == own
    others = [next_part(left, count - 1) for _ in range(10 - len(own))]
    assert sorted([*own, *others]) == list(range(10))
    assert count != 2 or others == [4, 3, 2, 1, 0]
    assert next_part(left, 0) is None


def test_a_killed_process_is_told_and_nothing_hangs() -> None:
    with (
        pytest.raises(AisletwinError, match="one of 2 worker processes ended early"),
        open_workers(2) as workers,
    ):
        run_replications(killed, wanted={}, workers=workers)


def test_a_task_that_cannot_travel_is_named() -> None:
    with open_workers(2) as workers, pytest.raises(TypeError, match="cannot go to another process"):
        run_replications(lambda number: {"a": number}, wanted={}, workers=workers)


INTERRUPTED = """
import sys, time
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from spatial.tasks.open_workers import open_workers

def slow(folder, number):
    import os
    Path(folder, str(os.getpid())).touch()
    time.sleep(60)

if __name__ == "__main__":
    with open_workers(2) as workers:
        workers.play(partial(slow, sys.argv[1]), range(4), int)
"""


def test_ctrl_c_ends_all_processes_at_once(tmp_path: Path) -> None:
    script, seen = tmp_path / "interrupted.py", tmp_path / "seen"
    script.write_text(INTERRUPTED, encoding="utf-8")
    seen.mkdir()
    command = [sys.executable, script, seen]
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as parent:
        until(lambda: len(list(seen.iterdir())) == 2)
        os.killpg(parent.pid, signal.SIGINT)  # a terminal sends it to the whole group
        _, told = parent.communicate(timeout=20)
    assert told.count("Traceback") == 1, told
    assert told.rstrip().endswith("KeyboardInterrupt")
    until(lambda: not any(Path("/proc", process.name).exists() for process in seen.iterdir()))


def until(happened, seconds: float = 20) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def cluster(tmp_path: Path):  # type: ignore[no-untyped-def]
    """The address of a real scheduler, and its two worker processes."""
    if find_spec("distributed") is None:
        pytest.skip("skipped: distributed is not installed")
    file, log = tmp_path / "scheduler.json", tmp_path / "log"
    here = ["--scheduler-file", str(file), "--host", "127.0.0.1"]
    # for as long may a lost worker be asked for what it had, where Dask itself waits 30 s
    environment = {**os.environ, "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "2s"}
    started = []
    with log.open("w", encoding="utf-8") as written:

        def dask(part: str, *arguments: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", f"distributed.cli.dask_{part}", *here, *arguments]
            started.append(
                subprocess.Popen(command, cwd=ROOT, env=environment, stdout=written, stderr=written)
            )
            return started[-1]

        try:
            dask("scheduler", "--port", "0", "--dashboard-address", "127.0.0.1:0")
            until(file.exists)
            workers = [dask("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard") for _ in range(2)]
            until(lambda: log.read_text(encoding="utf-8").count("Registered to:") == 2)
            yield json.loads(file.read_text(encoding="utf-8"))["address"], workers
        finally:
            for process in reversed(started):
                process.kill()
                process.wait()


def test_a_cluster_gives_the_bytes_of_one_process_even_when_a_worker_dies(cluster) -> None:  # type: ignore[no-untyped-def]
    address, (first, _) = cluster
    with open_workers(cluster=address) as workers:
        assert bytes_of(workers) == bytes_of(None)
        with pytest.raises(ZeroDivisionError) as raised:
            run_replications(faulty, wanted={}, workers=workers)
        assert raised.value.__notes__ == ["in task 7"]
        assert bytes_of(workers, progress=lambda _what, _share: first.kill()) == bytes_of(None)
        assert first.wait() == -signal.SIGKILL


def carried(number: int, *, warehouse: bytes) -> dict[str, float]:
    return {"bytes": len(warehouse) + number % 2}


def test_a_cluster_takes_a_task_as_large_as_a_warehouse(cluster) -> None:  # type: ignore[no-untyped-def]
    with open_workers(cluster=cluster[0]) as workers:
        done = run_replications(partial(carried, warehouse=bytes(12_000_000)), wanted={}, workers=workers)
    assert set(done.figures["bytes"]) == {12_000_000, 12_000_001}


def test_a_slotting_searched_on_a_cluster_is_that_of_one_process(cluster) -> None:  # type: ignore[no-untyped-def]
    at = np.arange(13.0)
    random = np.random.default_rng(0)
    problem = SlottingProblem(
        sku=tuple(map(str, range(12))),
        location=tuple(map(str, range(12))),
        now=random.permutation(12),
        fixed=np.zeros(12, np.bool_),
        place=np.arange(1, 13),
        metric=table_metric(np.abs(at[:, None] - at), start=0, end=0),
        seconds_per_m=1.0,
        tours=TourUnits(
            start=np.arange(0, 61, 3),
            unit=np.concatenate([random.choice(12, 3, replace=False) for _ in range(20)]),
            weight=np.ones(20),
        ),
        rules=one_each(12, 12),
    )
    effort = Effort(rounds=2, steps=200, chains=3)
    alone = improve(problem, effort=effort, seed=1)
    with open_workers(cluster=cluster[0]) as workers:
        shared = improve(problem, effort=effort, seed=1, workers=workers)
    assert shared.assignment.tolist() == alone.assignment.tolist() != problem.now.tolist()
    assert shared.curve == alone.curve


def test_forecasts_on_a_cluster_are_those_of_one_process(cluster) -> None:  # type: ignore[no-untyped-def]
    counts = np.random.default_rng(2).poisson(np.linspace(0.1, 9, 250)[:, None], (250, 120)).astype(np.uint8)
    table = DemandTable(
        skus=tuple(f"S{n:03d}" for n in range(250)), first_day=dt.date(2026, 1, 1), counts=counts
    )
    alone = forecast(table)
    with open_workers(cluster=cluster[0]) as workers:
        shared = forecast(table, workers=workers)
    assert shared.quantiles.tobytes() == alone.quantiles.tobytes()
    assert shared.score.tobytes() == alone.score.tobytes()


def test_a_cluster_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingToolError, match=r"pip install 'aisletwin\[cluster\]'"):
        open_workers(cluster="tcp://127.0.0.1:9")


def test_without_a_scheduler_or_workers_the_remedy_is_told(cluster, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("spatial.tasks.cluster.REACHED_WITHIN_S", 1)
    with pytest.raises(MissingToolError, match="dask scheduler"):
        open_workers(cluster="tcp://127.0.0.1:9")
    for worker in cluster[1]:
        worker.kill()
    with pytest.raises(MissingToolError, match="dask worker"):
        until(lambda: open_workers(cluster=cluster[0]).__exit__(None, None, None))


def test_workers_are_at_least_one() -> None:
    with pytest.raises(ValueError, match="workers 0 must be at least 1"):
        open_workers(0)


def noise(number: int, *, seed: int, mean: float = 100.0) -> dict[str, float]:
    return {"rate": float(np.random.default_rng([seed, number]).normal(mean, 5))}


def test_replications_stop_within_the_bound_and_not_long_after() -> None:
    """Of normal values with deviation 5, a half-width of 1 needs about (1.96 x 5)^2 = 96."""
    for bound in (Precision(absolute=1.0), Precision(relative=0.01)):
        done = run_replications(partial(noise, seed=1), wanted={"rate": bound})
        assert done.converged
        assert (
            done.estimates["rate"].half_width
            <= bound.absolute + bound.relative * done.estimates["rate"].value
        )
        assert 70 < done.estimates["rate"].n < 150


def test_replications_that_are_not_enough_say_so() -> None:
    wanted = {"rate": Precision(absolute=0.01)}
    done = run_replications(partial(noise, seed=1), wanted=wanted, first=3, most=40)
    assert (done.unsure, done.converged, done.estimates["rate"].n) == (("rate",), False, 40)
    around_nothing = run_replications(
        partial(noise, seed=1, mean=0.0), wanted={"rate": Precision(relative=0.01)}, most=20
    )
    assert not around_nothing.converged


def test_intervals_at_the_stop_cover_nearly_as_often_as_they_say() -> None:
    """Stopping at a short interval costs coverage: from ten replications on, less than two points in 100."""
    trials, hits = 1000, 0
    for seed in range(trials):
        done = run_replications(partial(noise, seed=seed), wanted={"rate": Precision(absolute=1.5)}, most=400)
        hits += done.estimates["rate"].low <= 100 <= done.estimates["rate"].high
    assert 0.93 <= hits / trials <= 0.97


def test_progress_never_goes_back_and_ends_at_one() -> None:
    told: list[tuple[str, float]] = []
    run_replications(
        partial(noise, seed=2),
        wanted={"rate": Precision(absolute=1.0)},
        progress=lambda what, share: told.append((what, share)),
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert "the widest interval is" in told[-2][0]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({0: {"a": 1.0}, 1: {"b": 1.0}}, "replication 1 gives b; replication 0 gives a"),
        ({0: {"a": 1.0}, 1: {"a": math.nan}}, "a of replication 1 is nan"),
        ({0: {"b": 1.0}, 1: {"b": 1.0}}, "no figure 'a' in the replications, which give b"),
    ],
)
def test_figures_that_are_no_figures_are_named(rows, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        run_replications(rows.get, wanted={"a": Precision(relative=0.1)}, first=2)


def test_a_bound_and_a_first_round_are_asked_for() -> None:
    with pytest.raises(ValueError, match="at least 0, and one of them more"):
        Precision()
    with pytest.raises(ValueError, match="first 1 must be at least 2"):
        run_replications(faulty, wanted={}, first=1)
