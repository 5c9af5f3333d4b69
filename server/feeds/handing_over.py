"""Hands what a message told to the intake and waits until it is on disk: what brought it may then let go of it."""

from __future__ import annotations

import threading

from layouts.live.events import LiveEvent, refusal
from server.feeds.feed import Decoded, Message
from server.intake.intake import Intake, Receipt
from server.store.store import DeadLetter

LONGEST_WAIT_S = 60.0


def hand_over(
    intake: Intake, decoded: Decoded, message: Message, source: str, *, timeout_s: float = LONGEST_WAIT_S
) -> Receipt:
    """Returns when all events and letters of the message are durable; events that no log takes become letters, and
    are among the receipt's refused.

    Raises the store's error when they could not be written, and TimeoutError when it took longer than `timeout_s`,
    twice that where the intake is full: then they may or may not be written, and are safe to hand over again.
    """
    events: list[LiveEvent] = []
    faulty: list[tuple[LiveEvent, str]] = []
    for event in decoded.events:
        reason = refusal(event, message.arrived_ms)
        if reason is None:
            events.append(event)
        else:
            faulty.append((event, reason))
    told = [(one.payload, one.reason) for one in decoded.refused]
    told += [(message.payload, reason) for reason in dict.fromkeys(reason for _, reason in faulty)]
    letters = [
        DeadLetter(source, message.address, payload, message.arrived_ms, reason) for payload, reason in told
    ]
    outcome: list[Receipt | Exception] = []
    is_known = threading.Event()

    def tell(what: Receipt | Exception) -> None:
        outcome.append(what)
        is_known.set()

    intake.submit(events, letters, on_durable=tell, timeout_s=timeout_s)
    if not is_known.wait(timeout_s):
        raise TimeoutError(
            f"'{message.address}' was not on disk after {timeout_s:g} s: it will be handed over again"
        )
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]._replace(refused=outcome[0].refused + tuple(faulty))
