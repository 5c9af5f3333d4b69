"""The event store in SQL, for whatever database: what differs between them is a connection and a lock."""

from __future__ import annotations

import hashlib
import secrets
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from itertools import islice
from typing import Any, Protocol

from layouts.live.events import LiveEvent, Recorded, decode_body
from server.store.admission import Row, admit, row_of
from server.store.errors import StoreError
from server.store.schema import STEPS
from server.store.store import Appended, DeadLetter, KeptLetter, Snapshot
from server.store.thinning import superfluous

IDS_AT_ONCE = 500
ROWS_AT_ONCE = 2_000
COLUMNS = "seq, id, site, source, entity, happened_ms, body, learned_ms"


class Statements(Protocol):
    """Runs statements, with `?` for each parameter."""

    def __call__(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that the statement gives."""


class SqlStore(ABC):
    """`EventStore` on a database that keeps what it commits."""

    types: dict[str, str]
    """What the database calls BLOB, BIGINT and SERIAL."""

    @abstractmethod
    def _writing(self) -> AbstractContextManager[Statements]:
        """A transaction that alone may write; committed and durable at its end, or undone and a StoreError."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Statements]:
        """Statements that see what is committed."""

    @abstractmethod
    def _insert(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows of COLUMNS into `events`, in the transaction that is going on."""

    @abstractmethod
    def _version(self, execute: Statements) -> int:
        """The version of the tables, 0 where there are none."""

    @abstractmethod
    def _set_version(self, execute: Statements, version: int) -> None:
        """Set the version of the tables."""

    @abstractmethod
    def wait(self, after: int, timeout_s: float) -> bool:
        """As of `EventStore`."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections."""

    def _migrate(self, steps: Sequence[Sequence[str]] = STEPS) -> None:
        """Bring the tables up to the version of this program; raises StoreError for those of a newer one."""
        with self._writing() as execute:
            version = self._version(execute)
            if version > len(steps):
                raise StoreError(
                    f"the store has version {version}, and this program knows {len(steps)}: install a newer aisletwin"
                )
            for step in steps[version:]:
                for statement in step:
                    for name, theirs in self.types.items():
                        statement = statement.replace(name, theirs)
                    execute(statement)
            if version == 0:
                execute("INSERT INTO about (name, value) VALUES (?, ?)", ("id", secrets.token_hex(8)))
            if version < len(steps):
                self._set_version(execute, len(steps))

    @property
    def id(self) -> str:
        """The name of this log."""
        with self._reading() as execute:
            return str(execute("SELECT value FROM about WHERE name = 'id'")[0][0])

    def append(self, events: Sequence[LiveEvent], *, now_ms: int) -> Appended:
        """Record a batch; when it returns, what it recorded is on disk."""
        with self._writing() as execute:
            seq, learned_ms = _last(execute)
            learned_ms = max(learned_ms, now_ms)  # a clock that is set back stands until it has caught up
            admission = admit(events, partial(_known_rows, execute), now_ms=learned_ms)
            recorded = tuple(
                Recorded(number, learned_ms, event) for number, event in enumerate(admission.events, seq + 1)
            )
            rows = [(number, *row, learned_ms) for number, row in enumerate(admission.rows, seq + 1)]
            if rows:
                self._insert(rows)
        return Appended(recorded, admission.known, tuple(admission.refused))

    def fill(self, log_id: str, recorded: Iterable[Recorded]) -> None:
        """Become the log `log_id` with these events, numbers and times included, in one transaction: whole or not at
        all. Raises StoreError unless the store is empty.
        """
        rest = iter(recorded)
        with self._writing() as execute:
            if execute("SELECT 1 FROM events LIMIT 1"):
                raise StoreError("the store is not empty: restore into a new one")
            execute("UPDATE about SET value = ? WHERE name = 'id'", (log_id,))
            while batch := list(islice(rest, ROWS_AT_ONCE)):
                self._insert([(each.seq, *row_of(each.event), each.learned_ms) for each in batch])

    def head(self) -> int:
        """The number of the last event, 0 for an empty log."""
        with self._reading() as execute:
            return _last(execute)[0]

    def before(self, learned_ms: int) -> int:
        """The number of the last event that was learned before then, 0 if none was.

        Times of learning never run backwards, so it is found by halving.
        """
        with self._reading() as execute:
            low, high = 0, _last(execute)[0]
            while low < high:
                middle = (low + high + 1) // 2
                rows = execute("SELECT learned_ms FROM events WHERE seq = ?", (middle,))
                low, high = (middle, high) if rows[0][0] < learned_ms else (low, middle - 1)
        return low

    def read(
        self,
        *,
        after: int = 0,
        until: int | None = None,
        entity: str | None = None,
        happened_from_ms: int | None = None,
        happened_until_ms: int | None = None,
        learned_until_ms: int | None = None,
    ) -> Iterator[Recorded]:
        """Events with after < seq ≤ until, in order of seq, that fit the other bounds; a page at a time."""
        bounds = (
            ("seq <= ?", until),
            ("entity = ?", entity),
            ("happened_ms >= ?", happened_from_ms),
            ("happened_ms <= ?", happened_until_ms),
            ("learned_ms <= ?", learned_until_ms),
        )
        told = [(condition, bound) for condition, bound in bounds if bound is not None]
        where = " AND ".join(["seq > ?", *(condition for condition, _ in told)])
        page = f"SELECT {COLUMNS} FROM events WHERE {where} ORDER BY seq LIMIT {ROWS_AT_ONCE}"
        while True:
            with self._reading() as execute:
                rows = execute(page, (after, *(bound for _, bound in told)))
            for row in rows:
                yield _recorded(row)
            if len(rows) < ROWS_AT_ONCE:
                return
            after = rows[-1][0]

    def save_snapshot(self, snapshot: Snapshot) -> None:
        """Keep a snapshot, and drop older ones that are no longer needed (see `thinning`)."""
        with self._writing() as execute:
            execute("DELETE FROM snapshots WHERE seq = ?", (snapshot.seq,))
            execute(
                "INSERT INTO snapshots (seq, learned_ms, happened_ms, sha256, state) VALUES (?, ?, ?, ?, ?)",
                (
                    snapshot.seq,
                    snapshot.learned_ms,
                    snapshot.happened_ms,
                    snapshot.sha256,
                    zlib.compress(snapshot.state, 1),
                ),
            )
            kept = [row[0] for row in execute("SELECT seq FROM snapshots ORDER BY seq")]
            for seq in superfluous(kept):
                execute("DELETE FROM snapshots WHERE seq = ?", (seq,))

    def snapshot(self, *, seq: int | None = None, happened_ms: int | None = None) -> Snapshot | None:
        """The newest with its `seq` and `happened_ms` not above those given; None if there is none."""
        bounds = [(f"{name} <= ?", bound) for name, bound in (("seq", seq), ("happened_ms", happened_ms))]
        told = [(condition, bound) for condition, bound in bounds if bound is not None]
        where = " AND ".join(["seq >= 0", *(condition for condition, _ in told)])
        columns = "seq, learned_ms, happened_ms, sha256, state"
        with self._reading() as execute:
            rows = execute(
                f"SELECT {columns} FROM snapshots WHERE {where} ORDER BY seq DESC LIMIT 1",
                [bound for _, bound in told],
            )
        if not rows:
            return None
        at_seq, learned_ms, its_happened_ms, sha256, packed = rows[0]
        try:
            state = zlib.decompress(packed)
        except zlib.error:
            state = b""  # its hash will not be that of the state
        return Snapshot(at_seq, learned_ms, its_happened_ms, state, sha256)

    def drop_snapshot(self, seq: int) -> None:
        """Forget a snapshot, as one that is damaged."""
        with self._writing() as execute:
            execute("DELETE FROM snapshots WHERE seq = ?", (seq,))

    def bury(self, letters: Sequence[DeadLetter]) -> None:
        """Keep letters; durable when it returns. One that waits already is not kept twice."""
        with self._writing() as execute:
            for letter in letters:
                letter = letter._replace(
                    source=_storable(letter.source),
                    address=_storable(letter.address),
                    reason=_storable(letter.reason),
                )
                told = "\x1f".join((letter.source, letter.address)).encode() + b"\x1f" + letter.payload
                execute(
                    "INSERT INTO letters (digest, source, address, payload, arrived_ms, reason) "
                    "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO UPDATE SET settled_ms = NULL",
                    (hashlib.sha256(told).hexdigest(), *letter),
                )

    def letters(self, *, is_settled: bool = False, source: str | None = None) -> Iterator[KeptLetter]:
        """Letters that wait (or those that are settled), oldest first."""
        where = f"number > ? AND settled_ms IS {'NOT ' if is_settled else ''}NULL"
        where += "" if source is None else " AND source = ?"
        columns = "number, settled_ms, source, address, payload, arrived_ms, reason"
        after = 0
        while True:
            with self._reading() as execute:
                rows = execute(
                    f"SELECT {columns} FROM letters WHERE {where} ORDER BY number LIMIT {ROWS_AT_ONCE}",
                    (after,) if source is None else (after, source),
                )
            for number, settled_ms, *letter in rows:
                yield KeptLetter(number, DeadLetter(*letter), settled_ms)
            if len(rows) < ROWS_AT_ONCE:
                return
            after = rows[-1][0]

    def waiting(self) -> int:
        """How many letters wait."""
        with self._reading() as execute:
            return int(execute("SELECT COUNT(*) FROM letters WHERE settled_ms IS NULL")[0][0])

    def settle(self, numbers: Sequence[int], *, now_ms: int) -> None:
        """Mark letters as taken after all."""
        with self._writing() as execute:
            for number in numbers:
                execute("UPDATE letters SET settled_ms = ? WHERE number = ?", (now_ms, number))


def _storable(text: str) -> str:
    """The text with what no database takes, half a character or a NUL, written out."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _known_rows(execute: Statements, ids: Sequence[str]) -> dict[str, Row]:
    """The rows of the log with these ids."""
    known: dict[str, Row] = {}
    for start in range(0, len(ids), IDS_AT_ONCE):
        part = ids[start : start + IDS_AT_ONCE]
        marks = ", ".join("?" * len(part))
        for name, site, source, entity, happened_ms, body in execute(
            f"SELECT id, site, source, entity, happened_ms, body FROM events WHERE id IN ({marks})", part
        ):
            known[name] = (name, site, source, entity, happened_ms, bytes(body))
    return known


def _last(execute: Statements) -> tuple[int, int]:
    """Number and record time of the last event, 0 and 0 for an empty log."""
    rows = execute("SELECT seq, learned_ms FROM events ORDER BY seq DESC LIMIT 1")
    return (rows[0][0], rows[0][1]) if rows else (0, 0)


def _recorded(row: tuple[Any, ...]) -> Recorded:
    seq, name, site, source, entity, happened_ms, body, learned_ms = row
    event = LiveEvent(
        id=name, site=site, source=source, entity=entity, happened_ms=happened_ms, body=decode_body(body)
    )
    return Recorded(seq, learned_ms, event)
