"""Dead letters read again, by the decoder as it is now."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import islice
from typing import NamedTuple

from layouts.live.events import LiveEvent
from server.feeds.feed import Decoded, Decoder, Message, Refused
from server.feeds.pump import decode_checked
from server.intake.intake import Intake, Receipt
from server.store.store import EventStore, KeptLetter
from spatial.errors import AisletwinError

AT_ONCE = 200


class ReplayError(AisletwinError):
    """A replay did not come to its end; what it settled is settled, and it may be begun again."""


class StillWaiting(NamedTuple):
    """A letter that is refused still, and why."""

    number: int
    reason: str


class ReplayReport(NamedTuple):
    """How many letters were taken, how many events that recorded and how many were known, and which still wait."""

    taken: int
    recorded: int
    known: int
    waiting: tuple[StillWaiting, ...]


def replay(
    store: EventStore,
    intake: Intake,
    decoder_for: Callable[[str], Decoder | None],
    *,
    now_ms: int,
    source: str | None = None,
    timeout_s: float = 60,
) -> ReplayReport:
    """Read the letters that wait (of `source`) again and settle those that are taken.

    `decoder_for` gives the decoder of a letter's source, None where there is none: such letters wait on. A letter
    is settled once all that it tells is on disk; broken off and begun again, nothing is recorded twice, for a
    decoder gives the same ids. Raises ReplayError when the store does not take the events within `timeout_s`.
    """
    decoders: dict[str, Decoder | None] = {}
    report = ReplayReport(0, 0, 0, ())
    letters = iter(list(store.letters(source=source)))
    while batch := list(islice(letters, AT_ONCE)):
        for kept in batch:
            if kept.letter.source not in decoders:
                decoders[kept.letter.source] = decoder_for(kept.letter.source)
        read = [(kept, _read(kept, decoders[kept.letter.source], now_ms)) for kept in batch]
        receipt = _made_durable(intake, [event for _, told in read for event in told.events], timeout_s)
        refused = {event.id: reason for event, reason in receipt.refused}
        waiting = [(kept.number, _fault(told, refused)) for kept, told in read]
        taken = [number for number, reason in waiting if reason is None]
        store.settle(taken, now_ms=now_ms)
        report = ReplayReport(
            report.taken + len(taken),
            report.recorded + receipt.recorded,
            report.known + receipt.known,
            report.waiting + tuple(StillWaiting(n, reason) for n, reason in waiting if reason is not None),
        )
    return report


def _read(kept: KeptLetter, decoder: Decoder | None, now_ms: int) -> Decoded:
    letter = kept.letter
    message = Message(letter.address, letter.payload, letter.arrived_ms)
    if decoder is None:
        return Decoded(refused=(_no_decoder(letter.source, letter.payload),))
    return decode_checked(decoder, message, now_ms=now_ms)


def _fault(told: Decoded, refused: dict[str, str]) -> str | None:
    reasons = [one.reason for one in told.refused]
    reasons += [refused[event.id] for event in told.events if event.id in refused]
    return reasons[0] if reasons else None


def _no_decoder(source: str, payload: bytes) -> Refused:
    return Refused(f"no feed '{source}' is set up: add it to the twin's file", payload)


def _made_durable(intake: Intake, events: list[LiveEvent], timeout_s: float) -> Receipt:
    if not events:
        return Receipt(0, 0, 0, ())
    outcomes: list[Receipt | Exception] = []
    finished = threading.Event()

    def durable(outcome: Receipt | Exception) -> None:
        outcomes.append(outcome)
        finished.set()

    intake.submit(events, on_durable=durable, timeout_s=timeout_s)
    if not finished.wait(timeout_s):
        raise ReplayError(
            f"{len(events)} events were not on disk after {timeout_s:g} s: see the store's health"
        )
    if isinstance(outcomes[0], Exception):
        raise ReplayError(f"{len(events)} events could not be recorded: {outcomes[0]}") from outcomes[0]
    return outcomes[0]
