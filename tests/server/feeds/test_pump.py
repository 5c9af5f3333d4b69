"""What a pump hands over and when it says done; letters read again."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from layouts.live.events import LiveEvent, Reading
from server.feeds.dead_letters import replay
from server.feeds.feed import Decoded, Message, Refused
from server.feeds.pump import Pump, decode_checked
from server.intake.intake import Receipt
from server.store.store import DeadLetter, KeptLetter

NOW = 1_795_800_000_000


class Numbers:
    """Takes numbers, refuses other words; `knows` are words that a later version takes."""

    def __init__(self, **knows: int) -> None:
        self._knows = knows

    def decode(self, message: Message) -> Decoded:
        word = message.payload.decode()
        if word == "crash":
            raise RuntimeError("a fault")
        value = self._knows.get(word) if not word.isdecimal() else int(word)
        if value is None:
            return Decoded(refused=(Refused(f"'{word}' is no number", message.payload),))
        return Decoded((event(value),))


def event(value: int, happened_ms: int = NOW) -> LiveEvent:
    body = Reading("temperature", float(value))
    return LiveEvent(
        id=f"n{value}", site="S", source="f", entity="sensor/T", happened_ms=happened_ms, body=body
    )


class Log:
    """A store and its intake; fails the first `failures` times."""

    def __init__(self, failures: int = 0) -> None:
        self.events: dict[str, LiveEvent] = {}
        self.kept: list[KeptLetter] = []
        self._failures = failures

    def submit(self, events: Sequence[LiveEvent], letters=(), *, on_durable=None, timeout_s=None) -> None:
        if self._failures:
            self._failures -= 1
            on_durable(OSError("disk full"))
            return
        new = [one for one in events if one.id not in self.events]
        self.events.update((one.id, one) for one in new)
        self.bury(letters)
        on_durable(Receipt(len(self.events), len(new), len(events) - len(new), ()))

    def bury(self, letters: Sequence[DeadLetter]) -> None:
        self.kept += [KeptLetter(len(self.kept) + n, letter, None) for n, letter in enumerate(letters, 1)]

    def letters(self, *, is_settled: bool = False, source: str | None = None) -> Iterator[KeptLetter]:
        return iter([one for one in self.kept if (one.settled_ms is not None) == is_settled])

    def settle(self, numbers: Sequence[int], *, now_ms: int) -> None:
        self.kept = [one._replace(settled_ms=now_ms) if one.number in numbers else one for one in self.kept]


def pumped(log: Log, *words: str) -> tuple[list[str], Pump]:
    """Which words were done, in order."""
    done: list[str] = []
    pump = Pump(name="f", site="S", decoder=Numbers(), intake=log, now_ms=lambda: NOW)
    last = threading.Event()
    for word in words:
        pump.arrive(Message("t", word.encode(), NOW), lambda word=word: done.append(word))
    pump.arrive(Message("t", b"0", NOW), last.set)
    pump.start()
    assert last.wait(5)
    assert pump.stop()
    return done, pump


def test_all_is_done_once_events_and_letters_are_durable() -> None:
    log = Log()
    done, pump = pumped(log, "1", "two", "3", "crash")
    assert done == ["1", "two", "3", "crash"]
    assert sorted(log.events) == ["n0", "n1", "n3"]
    assert [kept.letter.payload for kept in log.kept] == [b"two", b"crash"]
    assert "report it" in log.kept[1].letter.reason
    assert (pump.counts.messages, pump.counts.events, pump.counts.letters) == (5, 3, 2)


def test_a_failed_batch_is_handed_over_again() -> None:
    log = Log(failures=2)
    done, pump = pumped(log, "1", "two")
    assert done == ["1", "two"]
    assert len(log.kept) == 1
    assert pump.counts.retries == 2


def test_an_event_of_the_future_is_a_letter_with_its_message() -> None:
    class Ahead:
        def decode(self, message: Message) -> Decoded:
            return Decoded((event(1), event(2, NOW + 3_600_000)))

    told = decode_checked(Ahead(), Message("t", b"raw", NOW), now_ms=NOW)
    assert [one.id for one in told.events] == ["n1"]
    assert told.refused[0].payload == b"raw"
    assert "set the source's clock" in told.refused[0].reason


def test_letters_are_taken_by_a_decoder_that_knows_more() -> None:
    log = Log()
    pumped(log, "two", "three", "7")
    first = replay(log, log, lambda _source: Numbers(two=2), now_ms=NOW)
    assert (first.taken, first.recorded, first.known) == (1, 1, 0)
    assert [one.reason for one in first.waiting] == ["'three' is no number"]
    again = replay(log, log, lambda _source: Numbers(two=2), now_ms=NOW)
    assert (again.taken, again.recorded) == (0, 0)
    assert sorted(log.events) == ["n0", "n2", "n7"]
    nobody = replay(log, log, lambda _source: None, now_ms=NOW)
    assert "no feed 'f' is set up" in nobody.waiting[0].reason


def test_a_replay_broken_off_before_it_settled_records_nothing_twice() -> None:
    log = Log()
    pumped(log, "two")
    waiting = list(log.kept)
    replay(log, log, lambda _source: Numbers(two=2), now_ms=NOW)
    log.kept = waiting
    again = replay(log, log, lambda _source: Numbers(two=2), now_ms=NOW)
    assert (again.taken, again.recorded, again.known) == (1, 0, 1)
