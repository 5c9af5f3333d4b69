"""What waits to be forwarded, on disk: a queue of bounded length, not a log, for what was forwarded is taken out.

When it is full, of the positions and readings every second one of each entity is left out, oldest first, never
the newest of an entity. Movements, counts, alerts and all other kinds are never left out: when nothing can be thinned
any more, what comes is refused, so that the broker keeps it. How many were left out is told as an event.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from layouts.live.events import LiveEvent, Noted, decode_event, encode_event, kind_of
from layouts.live.latest import key_of
from server.feeds.feed import derived_id
from server.intake.intake import Receipt
from server.store.store import DeadLetter
from spatial.errors import AisletwinError

THINNABLE = ("position", "reading")
THINNED_AT_ONCE = 0.1
"""Share of the length that is freed at a time, so that thinning is rare."""
MOST_LETTERS = 10_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS waiting(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, thin_by TEXT, event BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS waiting_thin ON waiting(thin_by, seq) WHERE thin_by IS NOT NULL;
CREATE TABLE IF NOT EXISTS letters(
  number INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT, address TEXT, payload BLOB, arrived_ms INTEGER, reason TEXT);
CREATE TABLE IF NOT EXISTS counts(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT OR IGNORE INTO counts VALUES('left_out', 0), ('note_seq', 0);
"""
_THIN = """
DELETE FROM waiting WHERE seq IN (
  SELECT seq FROM (
    SELECT seq, row_number() OVER (PARTITION BY thin_by ORDER BY seq) AS nth,
      lead(seq) OVER (PARTITION BY thin_by ORDER BY seq) AS later
    FROM waiting WHERE thin_by IS NOT NULL)
  WHERE later IS NOT NULL AND nth % 2 = 1 ORDER BY seq LIMIT ?)
"""
"""The newest of each entity has no later one: it stays."""


class BufferFullError(AisletwinError):
    """The buffer holds nothing that may be thinned; the message says its length."""


class BufferWriteError(AisletwinError):
    """The buffer's file cannot be written."""


class Held(NamedTuple):
    """An event in the buffer; `seq` grows in the order in which they came."""

    seq: int
    event: LiveEvent


class EdgeBuffer:
    """Takes events like an intake, and is durable when `submit` returns. For any threads."""

    def __init__(
        self, path: Path, *, name: str, site: str, most_events: int, now_ms: Callable[[], int]
    ) -> None:
        self._path, self._name, self._site = path, name, site
        self._most, self._now_ms = most_events, now_ms
        self._lock = threading.Lock()
        self.on_events: Callable[[Sequence[LiveEvent]], Sequence[LiveEvent]] = lambda _events: ()
        """Told of each batch before it is written; the events that it gives are written with it."""
        self._pending: list[LiveEvent] = []
        self._grew = threading.Condition()
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
            self._length = int(self._db.execute("SELECT count(*) FROM waiting").fetchone()[0])
        except sqlite3.Error as error:
            raise BufferWriteError(
                f"buffer {path} cannot be opened ({error}): check the path and the disk"
            ) from error

    def submit(
        self,
        events: Sequence[LiveEvent],
        letters: Sequence[DeadLetter] = (),
        *,
        on_durable: Callable[[Receipt | Exception], None] | None = None,
        timeout_s: float | None = None,  # noqa: ARG002 (it never waits)
    ) -> None:
        """Write events and letters; `on_durable` is called before it returns, with the error if it could not."""
        outcome: Receipt | Exception
        try:
            outcome = self._write(events, letters)
        except (sqlite3.Error, BufferFullError) as error:
            outcome = error
        if on_durable is not None:
            on_durable(outcome)
        elif isinstance(outcome, Exception):
            raise BufferWriteError(f"buffer {self._path} cannot be written: {outcome}") from outcome
        with self._grew:
            self._grew.notify_all()

    def submit_with_next(self, events: Sequence[LiveEvent]) -> None:
        """Write what nobody would hand over again: now if it can be, else with the next that is written."""
        with self._lock:
            self._pending += events
        self.submit([], on_durable=lambda _outcome: None)

    def oldest(self, most: int) -> list[Held]:
        """The oldest events, in order."""
        with self._lock:
            rows = self._db.execute("SELECT seq, event FROM waiting ORDER BY seq LIMIT ?", (most,)).fetchall()
        return [Held(seq, decode_event(event)) for seq, event in rows]

    def confirmed(self, until_seq: int, *, refused: Sequence[tuple[LiveEvent, str]] = ()) -> None:
        """The central server has all events up to `until_seq`; those refused there become letters here."""
        now_ms = self._now_ms()
        letters = [
            DeadLetter(event.source, "central server", encode_event(event), now_ms, reason)
            for event, reason in refused
        ]
        with self._lock:
            with _Transaction(self._db):
                gone = self._db.execute("DELETE FROM waiting WHERE seq <= ?", (until_seq,)).rowcount
                self._bury(letters)
            self._length -= gone

    def wait(self, timeout_s: float) -> bool:
        """Wait until something waits to be forwarded."""
        with self._grew:
            return len(self) > 0 or self._grew.wait(timeout_s)

    def letters(self) -> list[tuple[int, DeadLetter]]:
        """Letters by number, oldest first."""
        with self._lock:
            rows = self._db.execute("SELECT * FROM letters ORDER BY number").fetchall()
        return [(row[0], DeadLetter(*row[1:])) for row in rows]

    @property
    def left_out(self) -> int:
        """How many positions and readings were left out since the buffer was made."""
        with self._lock:
            return self._count("left_out")

    def __len__(self) -> int:
        with self._lock:
            return self._length

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    def _write(self, events: Sequence[LiveEvent], letters: Sequence[DeadLetter]) -> Receipt:
        with self._lock:
            # an alert is judged once, so it is pending until it could be written
            self._pending += self.on_events(events)
            with _Transaction(self._db):
                recorded = self._add([*events, *self._pending])
                length = self._length + recorded
                if length > self._most:
                    length = self._thin(length)
                self._bury(letters)
                seq = int(self._db.execute("SELECT coalesce(max(seq), 0) FROM waiting").fetchone()[0])
            self._length = length
            known = len(events) + len(self._pending) - recorded
            self._pending.clear()
        return Receipt(seq, recorded, known, ())

    def _add(self, events: Sequence[LiveEvent]) -> int:
        rows = [
            (event.id, key_of(event) if kind_of(event) in THINNABLE else None, encode_event(event))
            for event in events
        ]
        before = self._db.total_changes
        self._db.executemany("INSERT OR IGNORE INTO waiting(id, thin_by, event) VALUES(?, ?, ?)", rows)
        return self._db.total_changes - before

    def _thin(self, length: int) -> int:
        excess = length - self._most + 1  # and one for the note
        wanted = excess + int(THINNED_AT_ONCE * self._most)
        left_out = 0
        while left_out < wanted:
            count = self._db.execute(_THIN, (wanted - left_out,)).rowcount
            if not count:
                break
            left_out += count
        if left_out < excess:
            raise BufferFullError(
                f"{self._most} events wait and none may be left out: bring the link back, or raise most_events"
            )
        return length - left_out + self._replace_note(left_out)

    def _replace_note(self, left_out: int) -> int:
        """Tell the sum so far, in place of a note that waits still; by how much that lengthens the queue."""
        self._db.execute("UPDATE counts SET value = value + ? WHERE name='left_out'", (left_out,))
        total = self._count("left_out")
        gone = self._db.execute("DELETE FROM waiting WHERE seq = ?", (self._count("note_seq"),)).rowcount
        added = self._add([self._note(total)])
        self._db.execute("UPDATE counts SET value = (SELECT max(seq) FROM waiting) WHERE name='note_seq'")
        return added - gone

    def _count(self, name: str) -> int:
        return int(self._db.execute("SELECT value FROM counts WHERE name=?", (name,)).fetchone()[0])

    def _note(self, total: int) -> LiveEvent:
        text = (
            f"{total} positions and readings were left out since the buffer was made: "
            f"more than {self._most} events waited for the link"
        )
        return LiveEvent(
            id=derived_id(self._name, "left out", total, self._now_ms()),
            site=self._site,
            source=self._name,
            entity=f"feed/{self._name}",
            happened_ms=self._now_ms(),
            body=Noted(text, by=self._name),
        )

    def _bury(self, letters: Sequence[DeadLetter]) -> None:
        if letters:
            self._db.executemany(
                "INSERT INTO letters(source, address, payload, arrived_ms, reason) VALUES(?, ?, ?, ?, ?)",
                letters,
            )
            self._db.execute(
                "DELETE FROM letters WHERE number <= (SELECT max(number) FROM letters) - ?", (MOST_LETTERS,)
            )


class _Transaction:
    """All of it or nothing."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            try:
                self._db.execute("COMMIT")
                return
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
