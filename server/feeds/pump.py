"""From a transport to the log: decode, hand over, and say done once it is on disk.

One thread takes what has arrived, however little, decodes it and hands it over as one batch. So messages that come
one by one share commits when they come fast, and none waits for others when they come slowly. A batch that the store
could not write is handed over again, after a wait, until it is taken; until then nothing newer is.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from layouts.live.events import LinkChanged, LiveEvent, refusal
from server.feeds.backoff import Backoff
from server.feeds.feed import Decoded, Decoder, Message, Refused, Reply, derived_id
from server.intake.intake import Intake, Receipt
from server.store.store import DeadLetter

log = logging.getLogger(__name__)

AT_ONCE = 256
MOST_WAITING = 20_000
"""Messages without acknowledgement (QoS 0) beyond so many are dropped and counted; others the window bounds."""


class Waiting(NamedTuple):
    """A message and whom to tell once it is on disk; `is_kept` if it comes again should it be lost here."""

    message: Message
    done: Callable[[], None]
    is_kept: bool


@dataclass(slots=True)
class Counts:
    """What a pump has done since its start."""

    messages: int = 0
    events: int = 0
    letters: int = 0
    dropped: int = 0
    retries: int = 0


@dataclass(slots=True)
class _Batch:
    events: list[LiveEvent] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    done: list[Callable[[], None]] = field(default_factory=list)


class Pump:
    """Feeds `intake` from the feed `name` at `site`; `on_reply` publishes what the decoder answers."""

    def __init__(
        self,
        *,
        name: str,
        site: str,
        decoder: Decoder,
        intake: Intake,
        now_ms: Callable[[], int],
        on_reply: Callable[[Reply], None] | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self.counts = Counts()
        self._name, self._site = name, site
        self._decoder, self._intake = decoder, intake
        self._now_ms, self._on_reply = now_ms, on_reply
        self._backoff = backoff or Backoff(first_s=0.1, longest_s=10)
        self._changed = threading.Condition()
        self._arrived: deque[Waiting | LiveEvent] = deque()
        self._failed: deque[_Batch] = deque()
        self._handed_over = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"pump-{name}", daemon=True)

    def start(self) -> None:
        """Begin to take what arrives."""
        self._thread.start()

    def stop(self, *, timeout_s: float = 10) -> bool:
        """Finish what has arrived and end; False when `timeout_s` passed first: the rest is not acknowledged."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(timeout_s)
        with self._changed:
            return self._changed.wait_for(lambda: not self._handed_over, 0 if self._thread.is_alive() else 1)

    def arrive(self, message: Message, done: Callable[[], None], *, is_kept: bool = True) -> None:
        """Take a message, from any thread; `done` is called once what it tells is on disk."""
        with self._changed:
            if self._stopping:
                return  # it is not acknowledged, so it comes again
            if not is_kept and len(self._arrived) >= MOST_WAITING:
                self.counts.dropped += 1
                return
            self._arrived.append(Waiting(message, done, is_kept))
            self._changed.notify_all()

    def link_changed(self, is_up: bool, reason: str) -> None:
        """Tell that the source of this feed came up or went down."""
        now_ms = self._now_ms()
        event = LiveEvent(
            id=derived_id(self._name, "link", now_ms, is_up, reason),
            site=self._site,
            source=self._name,
            entity=f"feed/{self._name}",
            happened_ms=now_ms,
            body=LinkChanged(is_up, reason[:1000]),
        )
        with self._changed:
            if not is_up and len(self._arrived) >= MOST_WAITING:
                # the store is slow and the link breaks often: what will come again need not wait here
                self._arrived = deque(
                    one for one in self._arrived if isinstance(one, LiveEvent) or not one.is_kept
                )
            self._arrived.append(event)
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._arrived or self._failed or self._is_finished)
                if self._failed:
                    batch = self._failed.popleft()
                    self._wait_before_retry()
                elif self._arrived:
                    batch = None
                    taken = [self._arrived.popleft() for _ in range(min(AT_ONCE, len(self._arrived)))]
                else:
                    return
            self._hand_over(batch or self._decoded(taken))

    @property
    def _is_finished(self) -> bool:
        return self._stopping and not self._handed_over

    def _wait_before_retry(self) -> None:
        self.counts.retries += 1
        self._changed.wait_for(lambda: self._stopping, self._backoff.wait_s())

    def _hand_over(self, batch: _Batch) -> None:
        def durable(outcome: Receipt | Exception) -> None:
            self._finish(batch, outcome)

        with self._changed:
            self._handed_over += 1
        try:
            self._intake.submit(batch.events, batch.letters, on_durable=durable)
        except Exception as error:  # whatever it is: nothing was acknowledged, so it is tried again
            self._finish(batch, error)

    def _finish(self, batch: _Batch, outcome: Receipt | Exception) -> None:
        """Called from the writing thread."""
        failed = isinstance(outcome, Exception)
        if failed:
            log.warning("feed %s: %d events wait: %s", self._name, len(batch.events), outcome)
        else:
            for done in batch.done:
                done()
        with self._changed:
            self._handed_over -= 1
            if failed and not self._stopping:
                self._failed.append(batch)
            elif not failed:
                self._backoff.begin_anew()
                self.counts.events += len(batch.events)
                self.counts.letters += len(batch.letters)
            self._changed.notify_all()

    def _decoded(self, taken: Iterable[Waiting | LiveEvent]) -> _Batch:
        batch = _Batch()
        for one in taken:
            if isinstance(one, LiveEvent):
                batch.events.append(one)
                continue
            decoded = decode_checked(self._decoder, one.message, now_ms=self._now_ms())
            batch.events += decoded.events
            batch.letters += [letter_of(self._name, one.message, refused) for refused in decoded.refused]
            batch.done.append(one.done)
            self.counts.messages += 1
            self._reply(decoded.replies)
        return batch

    def _reply(self, replies: Iterable[Reply]) -> None:
        for reply in replies:
            if self._on_reply is not None:
                try:
                    self._on_reply(reply)
                except Exception as error:  # an answer that cannot be sent loses no event
                    log.warning("feed %s: no reply to %s: %s", self._name, reply.address, error)


def decode_checked(decoder: Decoder, message: Message, *, now_ms: int) -> Decoded:
    """What the message tells; events that no log takes are refused, with the whole message."""
    try:
        decoded = decoder.decode(message)
    except Exception as error:  # a fault of the decoder: the message must not come again for ever
        log.exception("a decoder failed on a message of %s", message.address)
        reason = (
            f"the decoder failed ({type(error).__name__}: {error}): report it, and replay once it is mended"
        )
        return Decoded(refused=(Refused(reason, message.payload),))
    reasons = [refusal(event, now_ms) for event in decoded.events]
    if not any(reasons):
        return decoded
    taken = tuple(event for event, reason in zip(decoded.events, reasons, strict=True) if reason is None)
    refused = tuple(
        Refused(reason, message.payload) for reason in dict.fromkeys(reasons) if reason is not None
    )
    return Decoded(taken, decoded.refused + refused, decoded.replies)


def letter_of(source: str, message: Message, refused: Refused) -> DeadLetter:
    """The dead letter of what was refused."""
    return DeadLetter(source, message.address, refused.payload, message.arrived_ms, refused.reason)
