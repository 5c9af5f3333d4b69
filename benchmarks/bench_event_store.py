"""The event store: events a second, durable, beside plain SQLite; and what a restart costs on a long log.

python benchmarks/bench_event_store.py [--events 200000] [--url URL]
python benchmarks/bench_event_store.py --long 10000000 --dir DIR      # builds a log of that length first

The peer writes the same rows with sqlite3's executemany and the same durability, a commit for each batch, into one
table without any index: no ids are checked, nothing is folded.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from layouts.live.events import LiveEvent, Position, Reading, Recorded, encode_body
from layouts.live.state import TwinState
from server.intake.group_commit import GroupCommit
from server.store.opening import open_store
from server.store.snapshots import restored
from server.twin.twin import SNAPSHOT_EVERY, snapshot_of

BATCH = 1_000
START_MS = 1_790_000_000_000


def main() -> None:
    options = _options()
    if options.long:
        print(json.dumps(_long(options.dir, options.long)))
        return
    with tempfile.TemporaryDirectory(dir=options.dir) as folder:
        events = list(_events(options.events))
        url = options.url or str(Path(folder) / "log.db")
        ours = _ours(url, events)
        peer_s = _peer(Path(folder) / "peer.db", events)
    ours["peer_events_s"] = round(len(events) / peer_s)
    ours["ours_to_peer"] = round(ours["batches_s"] / ours["peer_events_s"], 2)
    print(json.dumps(ours))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--url", help="a store instead of a file in --dir")
    parser.add_argument("--long", type=int, default=0)
    parser.add_argument("--dir", type=Path, default=None)
    return parser.parse_args()


def _events(count: int) -> Iterator[LiveEvent]:
    """Positions of 10,000 agents, with ids in no order, as feeds make them; a tenth are readings."""
    for i in range(count):
        name = f"{i * 7_919 % 10_007_003:08}:{i}"
        if i % 10 == 0:
            yield LiveEvent(
                id=f"s:{name}", site="DE01", source="s", entity=f"sensor/T{i % 500}", happened_ms=START_MS + i,
                body=Reading("temperature", 4.0 + i % 7),
            )  # fmt: skip
        else:
            yield LiveEvent(
                id=f"r:{name}", site="DE01", source="r", entity=f"agent/A{i % 10_000}", happened_ms=START_MS + i,
                body=Position("L0", i % 1000 / 10, i % 77),
            )  # fmt: skip


def _ours(url: str, events: list[LiveEvent]) -> dict[str, float]:
    """Through the intake, the state folded as the events are recorded."""
    store, state = open_store(url), TwinState()

    def fold(recorded: tuple[Recorded, ...]) -> None:
        for each in recorded:
            state.apply(each)

    intake = GroupCommit(store, now_ms=lambda: time.time_ns() // 1_000_000, on_recorded=fold)  # type: ignore[arg-type]
    began_s = time.perf_counter()
    for start in range(0, len(events), BATCH):
        intake.submit(events[start : start + BATCH])
    intake.write([])
    batches_s = len(events) / (time.perf_counter() - began_s)
    single = [msgspec.structs.replace(event, id=f"one:{event.id}") for event in events[:10_000]]
    began_s = time.perf_counter()
    for event in single:
        intake.submit([event])
    intake.write([])
    single_s = len(single) / (time.perf_counter() - began_s)
    commits = intake.written.commits
    began_s = time.perf_counter()
    for event in single[:200]:
        intake.write([msgspec.structs.replace(event, id=f"waited:{event.id}")])
    waiting_s = 200 / (time.perf_counter() - began_s)
    intake.stop()
    same = restored(store).sha256() == state.sha256()
    store.close()
    return {
        "batches_s": round(batches_s),
        "one_by_one_s": round(single_s),
        "one_by_one_each_waited_for_s": round(waiting_s),
        "commits": commits,
        "fold_is_that_of_the_log": same,
    }


def _peer(path: Path, events: list[LiveEvent]) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE events (id, site, source, entity, happened_ms, body)")
    began_s = time.perf_counter()
    for start in range(0, len(events), BATCH):
        rows = [
            (e.id, e.site, e.source, e.entity, e.happened_ms, encode_body(e.body))
            for e in events[start : start + BATCH]
        ]
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
    seconds = time.perf_counter() - began_s
    connection.close()
    return seconds


def _long(folder: Path, count: int) -> dict[str, float]:
    """Build a long log as a server would, then start again from it."""
    path = folder / "long.db"
    if not path.exists():
        store, state, batch = open_store(path), TwinState(), []
        began_s = time.perf_counter()
        for event in _events(count):
            batch.append(event)
            if len(batch) == 5 * BATCH:
                for each in store.append(batch, now_ms=START_MS + count).recorded:
                    state.apply(each)
                batch = []
                if (
                    state.seq % SNAPSHOT_EVERY == 0 and state.seq < count
                ):  # the last is missing, as after a crash
                    store.save_snapshot(snapshot_of(state))
        store.close()
        print(json.dumps({"built_s": round(time.perf_counter() - began_s), "rss_MiB": _rss_mib()}))
    began_s = time.perf_counter()
    store = open_store(path)
    state = restored(store)
    seconds = time.perf_counter() - began_s
    store.close()
    return {
        "events": state.seq,
        "restart_s": round(seconds, 2),
        "rss_MiB": _rss_mib(),
        "file_MiB": path.stat().st_size >> 20,
    }


def _rss_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    main()
