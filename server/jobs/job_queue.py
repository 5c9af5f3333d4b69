"""The queue of jobs: an SQLite file and a folder of results, shared by all processes that know them.

Whoever runs a job holds its lock file, which the system lets go of when the process ends, however it ends: so a job
that is `running` and not locked has lost its process, and `take_up_lost` puts it back.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from server.clock import clock_ms
from server.jobs.job import Job, JobLimits, QueueFullError, State, key_of_job, kinds_at
from spatial.errors import BadDataError

QUEUE, RESULTS, LOCKS, KEPT = "jobs.sqlite", "results", "locks", "kept"

_TABLE = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, arguments TEXT NOT NULL, key TEXT NOT NULL,
    site TEXT NOT NULL, asked_by TEXT NOT NULL, state TEXT NOT NULL, progress REAL NOT NULL, message TEXT NOT NULL,
    attempts INTEGER NOT NULL, is_cancel_asked INTEGER NOT NULL,
    asked_ms INTEGER NOT NULL, started_ms INTEGER, ended_ms INTEGER
)
"""


class JobQueue:
    """Jobs in `folder`; `kinds` is the address `MODULE:NAME` of what can be asked for, `root` where its files are."""

    def __init__(
        self,
        folder: Path,
        *,
        root: Path,
        kinds: str,
        limits: JobLimits | None = None,
        now_ms: Callable[[], int] = clock_ms,
    ) -> None:
        self.folder, self.root, self.kinds = folder, root, kinds
        self.limits = limits or JobLimits()
        self._now_ms = now_ms
        for name in (RESULTS, LOCKS, KEPT):
            (folder / name).mkdir(parents=True, exist_ok=True)
        with self._open() as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute(_TABLE)

    def submit(self, kind: str, arguments: Mapping[str, Any], *, site: str, asked_by: str) -> Job:
        """Ask for a job. One with the same key that waits, runs or is done is given back instead of a second.

        Raises BadDataError for what cannot be asked, QueueFullError when too many wait.
        """
        key = key_of_job(kinds_at(self.kinds), kind, arguments, self.root)
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            for job in map(_job, db.execute("SELECT * FROM jobs WHERE key = ? ORDER BY number DESC", (key,))):
                is_lost = job.state == "done" and not self._result(key).is_dir()
                if job.state not in ("failed", "cancelled") and not job.is_cancel_asked and not is_lost:
                    return job
            (waiting,) = db.execute("SELECT count(*) FROM jobs WHERE state = 'queued'").fetchone()
            if waiting >= self.limits.waiting:
                raise QueueFullError(
                    f"{waiting} jobs wait, at most {self.limits.waiting} may: ask again later or cancel one"
                )
            number = db.execute(
                "INSERT INTO jobs VALUES (NULL, ?, ?, ?, ?, ?, 'queued', 0, '', 0, 0, ?, NULL, NULL)",
                (kind, json.dumps(arguments, sort_keys=True), key, site, asked_by, self._now_ms()),
            ).lastrowid
        return self.get(number or 0)

    def get(self, number: int) -> Job:
        """A job by its number; BadDataError if there is none."""
        with self._open() as db:
            row = db.execute("SELECT * FROM jobs WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise BadDataError(f"there is no job {number}: see `aisletwin jobs list`")
        return _job(row)

    def jobs(self, *, state: State | None = None, site: str | None = None) -> list[Job]:
        """Jobs in the order in which they were asked for."""
        with self._open() as db:
            rows = db.execute(
                "SELECT * FROM jobs WHERE (? IS NULL OR state = ?) AND (? IS NULL OR site = ?) ORDER BY number",
                (state, state, site, site),
            )
            return [_job(row) for row in rows]

    def cancel(self, number: int) -> Job:
        """Cancel a job: one that waits at once, one that runs as soon as it can; ended jobs stay as they are."""
        self.get(number)
        with self._open() as db:
            db.execute(
                "UPDATE jobs SET state = 'cancelled', ended_ms = ?, message = 'cancelled before it began' "
                "WHERE number = ? AND state = 'queued'",
                (self._now_ms(), number),
            )
            db.execute(
                "UPDATE jobs SET is_cancel_asked = 1 WHERE number = ? AND state = 'running'", (number,)
            )
        return self.get(number)

    def result(self, number: int) -> Path:
        """The folder of a job's result; BadDataError while there is none."""
        job = self.get(number)
        path = self._result(job.key)
        if job.state != "done" or not path.is_dir():
            raise BadDataError(
                f"job {number} is {job.state} and has no result: {job.message or 'wait for it'}"
            )
        return path

    def prune(self, *, keep_ms: int, keep_most: int = 1_000) -> int:
        """Forget ended jobs beyond the newest `keep_most` or older than `keep_ms`, and results of none; how many."""
        before_ms = self._now_ms() - keep_ms
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            gone = db.execute(
                "DELETE FROM jobs WHERE state IN ('done', 'failed', 'cancelled') AND (ended_ms < ? OR number NOT IN "
                "(SELECT number FROM jobs ORDER BY number DESC LIMIT ?))",
                (before_ms, keep_most),
            ).rowcount
            needed = {key for (key,) in db.execute("SELECT key FROM jobs")}
            for name in (RESULTS, KEPT):
                for path in (self.folder / name).iterdir():
                    if path.name.lstrip(".").partition(".")[0] not in needed:
                        shutil.rmtree(path, ignore_errors=True)
        return gone

    @contextmanager
    def held(self, number: int) -> Iterator[bool]:
        """Whether this process has the job's lock, until the end of the block or of the process."""
        descriptor = os.open(self.folder / LOCKS / str(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            is_ours = False
            with suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_ours = True
            yield is_ours
        finally:
            os.close(descriptor)

    def begin(self, number: int) -> Job | None:
        """Start a waiting job, whose lock the caller holds; None if it does not wait any more."""
        with self._open() as db:
            count = db.execute(
                "UPDATE jobs SET state = 'running', progress = 0, attempts = attempts + 1, started_ms = ?, "
                "message = '' WHERE number = ? AND state = 'queued'",
                (self._now_ms(), number),
            ).rowcount
        return self.get(number) if count else None

    def tell(self, number: int, message: str, progress: float) -> bool:
        """Note how far a running job is; whether it shall go on."""
        with self._open(synchronous="NORMAL") as db:  # need not last: it would make the live log's disk wait
            db.execute(
                "UPDATE jobs SET message = ?, progress = max(progress, ?) WHERE number = ? AND state = 'running'",
                (message, min(1.0, max(0.0, progress)), number),
            )
            row = db.execute("SELECT is_cancel_asked FROM jobs WHERE number = ?", (number,)).fetchone()
        return row is not None and not row[0]

    def end(self, number: int, state: State, message: str) -> None:
        """Note how a job ended; one that ended already stays as it is."""
        with self._open() as db:
            db.execute(
                "UPDATE jobs SET state = ?, message = ?, ended_ms = ?, progress = CASE ? WHEN 'done' THEN 1 ELSE "
                "progress END WHERE number = ? AND state IN ('queued', 'running')",
                (state, message, self._now_ms(), state, number),
            )

    def take_up_lost(self) -> None:
        """Put jobs back whose process is no more; those cancelled, or lost too often, end."""
        for job in self.jobs(state="running"):
            with self.held(job.number) as is_ours:
                if is_ours:
                    self._take_up(self.get(job.number))

    def unfinished(self, job: Job) -> Path:
        """Where a job makes its result."""
        return self.folder / RESULTS / f".{job.key}.{job.number}.part"

    def _take_up(self, job: Job) -> None:
        if job.state != "running":
            return
        shutil.rmtree(self.unfinished(job), ignore_errors=True)
        if job.is_cancel_asked:
            self.end(job.number, "cancelled", "cancelled while it ran")
        elif job.attempts >= self.limits.attempts:
            self.end(
                job.number,
                "failed",
                f"its process ended {job.attempts} times before it was done, at most {self.limits.attempts} are "
                "tried: give it more memory or less to do",
            )
        else:
            with self._open() as db:
                db.execute(
                    "UPDATE jobs SET state = 'queued', message = 'begun again: its process was ended' "
                    "WHERE number = ? AND state = 'running'",
                    (job.number,),
                )

    def _result(self, key: str) -> Path:
        return self.folder / RESULTS / key

    @contextmanager
    def _open(self, *, synchronous: Literal["FULL", "NORMAL"] = "FULL") -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.folder / QUEUE, timeout=30)
        try:
            db.execute(f"PRAGMA synchronous = {synchronous}")
            with db:
                yield db
        finally:
            db.close()


def _job(row: tuple[Any, ...]) -> Job:
    number, kind, arguments, *rest = row
    job = Job(number, kind, json.loads(arguments), *rest)
    return job._replace(is_cancel_asked=bool(job.is_cancel_asked))
