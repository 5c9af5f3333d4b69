"""What an event store does, and the values that go in and out; `open_store` in `opening.py` makes one from a URL.

The log is numbered from 1 without gaps visible to a reader: what `read` gives never changes afterwards. `learned_ms`
never runs backwards, whatever the clock does. An id that is in the log already is told twice and not recorded
again; an id that comes with another content is refused with a dead letter, for one of the two would be lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from layouts.live.events import LiveEvent, Recorded


class Appended(NamedTuple):
    """What became of a batch: what was recorded, in order, how many were known, which were refused and why."""

    recorded: tuple[Recorded, ...]
    known: int
    refused: tuple[tuple[LiveEvent, str], ...]


class DeadLetter(NamedTuple):
    """A message that could not be taken: as it came, from where, when, and the reason, a sentence with a remedy."""

    source: str
    address: str
    payload: bytes
    arrived_ms: int
    reason: str


class KeptLetter(NamedTuple):
    """A dead letter in the store; `settled_ms` is when a replay took it, None while it waits."""

    number: int
    letter: DeadLetter
    settled_ms: int | None


class Snapshot(NamedTuple):
    """The state after event `seq`, encoded; `happened_ms` is the latest that any event up to it happened."""

    seq: int
    learned_ms: int
    happened_ms: int
    state: bytes
    sha256: str


class EventStore(Protocol):
    """An append-only log with snapshots and dead letters. Methods block; one thread at a time may call `append`.

    All of them raise StoreError (an AisletwinError) when the store cannot do it, a full disk included; then
    nothing of the batch is in the log.
    """

    @property
    def id(self) -> str:
        """The name of this log, made when it was: the same for all processes behind it and after a restore."""

    def append(self, events: Sequence[LiveEvent], *, now_ms: int) -> Appended:
        """Record a batch; when it returns, what it recorded is on disk."""

    def head(self) -> int:
        """The number of the last event, 0 for an empty log."""

    def before(self, learned_ms: int) -> int:
        """The number of the last event that was learned before then, 0 if none was."""

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
        """Events with after < seq ≤ until, in order of seq, that fit the other bounds (inclusive); in bounded memory.

        `entity` is `kind/name`, of any site.
        """

    def wait(self, after: int, timeout_s: float) -> bool:
        """Wait until there is an event after `after`, by any process; False when `timeout_s` passed first."""

    def save_snapshot(self, snapshot: Snapshot) -> None:
        """Keep a snapshot; the store decides which older ones it still needs."""

    def snapshot(self, *, seq: int | None = None, happened_ms: int | None = None) -> Snapshot | None:
        """The newest with its `seq` and `happened_ms` not above those given; None if there is none."""

    def bury(self, letters: Sequence[DeadLetter]) -> None:
        """Keep letters; durable when it returns."""

    def letters(self, *, is_settled: bool = False, source: str | None = None) -> Iterator[KeptLetter]:
        """Letters that wait (or those that are settled), oldest first."""

    def settle(self, numbers: Sequence[int], *, now_ms: int) -> None:
        """Mark letters as taken after all."""

    def close(self) -> None:
        """Let go of files and connections."""
