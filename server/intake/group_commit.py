"""Group commit: what has piled up since the last commit is written in the next one, however little it is.

So an event that comes alone is on disk as soon as the disk can, and thousands that come at once share its time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from layouts.live.events import LiveEvent, Recorded
from server.intake.intake import IntakeFullError, Receipt
from server.store.errors import StoreError
from server.store.store import Appended, DeadLetter, EventStore

log = logging.getLogger(__name__)

OnDurable = Callable[[Receipt | Exception], None]

MOST_AT_ONCE = 5_000
"""Events in one commit: at most so many are written again when one of them makes it fail."""
MOST_WAITING = 50_000


@dataclass(frozen=True)
class _Batch:
    events: Sequence[LiveEvent]
    told: Sequence[LiveEvent]
    """The events as they were handed over, before they were rewritten: what a receipt speaks of."""
    letters: Sequence[DeadLetter]
    on_durable: OnDurable | None
    refused: Sequence[tuple[LiveEvent, str]] = ()
    """Events that were not let in, and why."""

    @property
    def size(self) -> int:
        """What it counts: an empty batch counts too, since somebody waits for it."""
        return max(1, len(self.events) + len(self.letters))


@dataclass
class Written:
    """What has been written since the start, for who watches."""

    recorded: int = 0
    known: int = 0
    refused: int = 0
    letters: int = 0
    commits: int = 0
    failures: int = 0


class GroupCommit:
    """The `Intake` of one process: one thread writes to `store`. `on_recorded` is told of what was recorded, in order
    of the log, from that thread, before whoever handed it over is. `rewrite` is done to each event on the way in, as
    to hide people's names; a sentence in place of the event refuses it.
    """

    def __init__(
        self,
        store: EventStore,
        *,
        now_ms: Callable[[], int],
        on_recorded: Callable[[Sequence[Recorded]], None] = lambda _: None,
        rewrite: Callable[[LiveEvent], LiveEvent | str] | None = None,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self.written = Written()
        self.on_commit: Callable[[float], None] = lambda _: None
        """Told how many seconds each commit took."""
        self._store, self._now_ms, self._on_recorded = store, now_ms, on_recorded
        self._rewrite = rewrite
        self._most_waiting = most_waiting
        self._waiting: deque[_Batch] = deque()
        self._size = 0
        self._changed = threading.Condition()
        self._is_open = True
        self._seq = store.head()
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    def submit(
        self,
        events: Sequence[LiveEvent],
        letters: Sequence[DeadLetter] = (),
        *,
        on_durable: OnDurable | None = None,
        timeout_s: float | None = None,
    ) -> None:
        """As of `Intake`. Raises IntakeFullError when there is no room in time, or it has been stopped."""
        batch = self._rewritten(_Batch(events, events, letters, on_durable))
        with self._changed:
            has_room = self._changed.wait_for(
                lambda: (
                    not self._is_open or not self._waiting or self._size + batch.size <= self._most_waiting
                ),
                timeout_s,
            )
            if not self._is_open:
                raise IntakeFullError("the twin is being stopped: hand it over again later")
            if not has_room:
                raise IntakeFullError(
                    f"{self._size} events wait to be written, {self._most_waiting} may: hand it over again later"
                )
            self._waiting.append(batch)
            self._size += batch.size
            self._changed.notify_all()

    def _rewritten(self, batch: _Batch) -> _Batch:
        if self._rewrite is None:
            return batch
        pairs = [(told, self._rewrite(told)) for told in batch.told]
        let_in = [(told, written) for told, written in pairs if not isinstance(written, str)]
        return replace(
            batch,
            events=[written for _, written in let_in],
            told=[told for told, _ in let_in],
            refused=[(told, written) for told, written in pairs if isinstance(written, str)],
        )

    def write(self, events: Sequence[LiveEvent], letters: Sequence[DeadLetter] = ()) -> Receipt:
        """Hand over and wait until it is durable. Raises what kept it from being written."""
        done = threading.Event()
        outcome: list[Receipt | Exception] = []

        def durable(told: Receipt | Exception) -> None:
            outcome.append(told)
            done.set()

        self.submit(events, letters, on_durable=durable)
        done.wait()
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        return outcome[0]

    def has_room(self, size: int, *, timeout_s: float) -> bool:
        """Whether so many events could be handed over within `timeout_s`."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._waiting or self._size + size <= self._most_waiting, timeout_s
            )

    @property
    def waiting(self) -> int:
        """How many events wait to be written."""
        return self._size

    def stop(self, *, timeout_s: float = 30.0) -> bool:
        """Take nothing more, write what was handed over, and end; False if that took longer."""
        with self._changed:
            self._is_open = False
            self._changed.notify_all()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while batches := self._next():
            self._commit(batches)
            with self._changed:
                self._size -= sum(batch.size for batch in batches)
                self._changed.notify_all()

    def _next(self) -> list[_Batch]:
        """What waits, at most MOST_AT_ONCE events of it and one batch in any case; nothing once it has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or not self._is_open)
            batches: list[_Batch] = []
            size = 0
            while self._waiting and (not batches or size + self._waiting[0].size <= MOST_AT_ONCE):
                batches.append(self._waiting.popleft())
                size += batches[-1].size
            return batches

    def _commit(self, batches: Sequence[_Batch]) -> None:
        began_s = time.perf_counter()
        try:
            receipts: Sequence[Receipt | Exception] = self._write(batches)
        except StoreError as error:  # it would meet each of them alone, too
            receipts = self._failed(batches, error)
        except Exception as error:
            if len(batches) > 1:  # one of them is what does not go: find out which
                for batch in batches:
                    self._commit([batch])
                return
            receipts = self._failed(batches, error)
        self.written.commits += 1
        self.on_commit(time.perf_counter() - began_s)
        for batch, receipt in zip(batches, receipts, strict=True):
            if batch.on_durable is not None:
                _call(partial(batch.on_durable, receipt), "who handed events over")

    def _failed(self, batches: Sequence[_Batch], error: Exception) -> list[Exception]:
        self.written.failures += 1
        log.warning("%d events could not be written: %s", sum(len(batch.events) for batch in batches), error)
        return [error] * len(batches)

    def _write(self, batches: Sequence[_Batch]) -> list[Receipt | Exception]:
        """Write all of it, and sort out what became of each batch. Letters go first: they may be told twice."""
        letters = [letter for batch in batches for letter in batch.letters]
        if letters:
            self._store.bury(letters)
        events = [event for batch in batches for event in batch.events]
        appended = self._store.append(events, now_ms=self._now_ms()) if events else Appended((), 0, ())
        self.written.recorded += len(appended.recorded)
        self.written.known += appended.known
        self.written.refused += len(appended.refused) + sum(len(batch.refused) for batch in batches)
        self.written.letters += len(letters)
        if appended.recorded:
            self._seq = appended.recorded[-1].seq
            _call(partial(self._on_recorded, appended.recorded), "who follows the log")
        recorded = {each.event.id for each in appended.recorded}
        refused = {id(event): reason for event, reason in appended.refused}
        return [self._receipt(batch, self._seq, recorded, refused) for batch in batches]

    @staticmethod
    def _receipt(batch: _Batch, seq: int, recorded: set[str], refused: dict[int, str]) -> Receipt:
        """What became of a batch; an event that was handed over twice is recorded for the first who did."""
        new = 0
        for event in batch.events:
            if event.id in recorded and id(event) not in refused:
                recorded.remove(event.id)
                new += 1
        bad = tuple(
            (told, refused[id(event)])
            for told, event in zip(batch.told, batch.events, strict=True)
            if id(event) in refused
        )
        return Receipt(seq, new, len(batch.events) - new - len(bad), (*batch.refused, *bad))


def _call(told: Callable[[], object], who: str) -> None:
    """Tell somebody; what goes wrong there changes nothing of what is on disk."""
    try:
        told()
    except Exception:
        log.exception("%s could not be told of what was recorded", who)
