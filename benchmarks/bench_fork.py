"""Does a what-if slow the live twin down? The time from an event to the state that has it, with and without one.

Events come at a steady rate, are made durable a few at a time in one commit (SQLite, WAL, synchronous FULL), and are
taken into a `TwinState`; meanwhile a job plays a what-if in a process of its own, as `server.jobs` runs it. Both are
measured in turn, so that other work on the machine meets both alike: told are the ratio of each round, their median,
and that of the least p95.

    python benchmarks/bench_fork.py [--events-s 500] [--seconds 4] [--rounds 3]
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from layouts.demo_hall import demo_hall
from layouts.live.events import LiveEvent, Position, Recorded, encode_event
from layouts.live.state import TwinState
from server.jobs.job_queue import JobQueue
from server.jobs.kinds import KINDS_ADDRESS
from server.jobs.runner import JobRunner
from spatial.facility_json import write_facility

COMMIT_EVERY_S = 0.01


def p95_ms(folder: Path, *, events_s: float, seconds: float) -> float:
    """The 95th percentile of the time from when an event is due to when the state has it, in milliseconds."""
    db = sqlite3.connect(folder / f"log-{time.monotonic_ns()}.sqlite")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE log (seq INTEGER PRIMARY KEY, event BLOB)")
    state, taken_s, seq = TwinState(), [], 0
    started_s = time.monotonic()
    while seq < events_s * seconds:
        due = int((time.monotonic() - started_s) * events_s)
        batch = [Recorded(number, number, event(number)) for number in range(seq + 1, due + 1)]
        with db:
            db.executemany("INSERT INTO log VALUES (?, ?)", [(r.seq, encode_event(r.event)) for r in batch])
        for recorded in batch:
            state.apply(recorded)
            taken_s.append(time.monotonic() - started_s - recorded.seq / events_s)
        seq = max(seq, due)
        time.sleep(COMMIT_EVERY_S)
    db.close()
    return float(np.percentile(taken_s, 95)) * 1000


def event(number: int) -> LiveEvent:
    """The position of one of 200 agents."""
    return LiveEvent(
        id=str(number),
        site="S",
        source="bench",
        entity=f"agent/{number % 200}",
        happened_ms=number,
        body=Position("L0", number % 50, number % 30),
    )


def main() -> None:
    """Measure in turn, and print each p95 and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events-s", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    wishes = parser.parse_args()
    alone, beside = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "site").mkdir()
        write_facility(folder / "site" / "facility.json", demo_hall())
        (folder / "scenario.yaml").write_text("site: site\nsynthetic_orders: 2000\npickers: 20\n")
        queue = JobQueue(folder / "jobs", root=folder, kinds=KINDS_ADDRESS)
        for number in range(wishes.rounds):
            alone.append(p95_ms(folder, events_s=wishes.events_s, seconds=wishes.seconds))
            arguments = {
                "scenario": "scenario.yaml",
                "what_if": [f"pickers=5..{20 + number}"],
                "replications": 50,
            }
            job = queue.submit("what_if", arguments, site="S", asked_by="bench")
            runner, stop = JobRunner(queue), threading.Event()
            thread = threading.Thread(target=runner.run, args=(stop,))
            thread.start()
            while queue.get(job.number).progress == 0:
                time.sleep(0.1)
            beside.append(p95_ms(folder, events_s=wishes.events_s, seconds=wishes.seconds))
            still = queue.get(job.number)
            queue.cancel(job.number)
            while queue.get(job.number).state == "running":
                time.sleep(0.1)
            stop.set()
            thread.join()
            print(
                f"alone {alone[-1]:.1f} ms, beside {beside[-1]:.1f} ms (job {still.state} {still.progress:.0%})"
            )
    ratios = np.divide(beside, alone)
    print(
        f"p95 beside a what-if: × {np.median(ratios):.2f} (median), × {min(beside) / min(alone):.2f} (of the least)"
    )


if __name__ == "__main__":
    main()
