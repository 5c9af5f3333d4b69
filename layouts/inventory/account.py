"""The lines of the book that hang together: one line of a place, or all lines of a handling unit, which moves as one,
and of those that were put on it.

What happened lately is kept event by event, in order of time, so that what is still to come finds its place; what
is older is added up.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import insort
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from layouts.inventory.balance import Balance, Lines, bring_in, enter, set_count, take_out
from layouts.inventory.flow import Flows
from layouts.inventory.packing import unit_afterwards
from layouts.inventory.stock_key import StockKey, thousandths
from layouts.live.events import LiveEvent, StockCounted, StockMoved

Stamp: TypeAlias = tuple[int, bool, str]
_END: Stamp = (1 << 63, True, "")


def stamp_of(event: LiveEvent) -> Stamp:
    """What events are ordered by: time, at one time movements before counts, which hold them, then id."""
    return event.happened_ms, isinstance(event.body, StockCounted), event.id


class Adjustment(NamedTuple):
    """A count of `counted` thousandths where the book had `before`."""

    at_ms: int
    key: StockKey
    before: int
    counted: int
    source: str
    event_id: str

    @property
    def change(self) -> int:
        """Found if above 0, lost if below."""
        return self.counted - self.before


class Account(ABC):
    """Lines that are added up, and `_recent`, the events after that in order."""

    __slots__ = ("_recent",)

    def __init__(self) -> None:
        self._recent: list[tuple[Stamp, LiveEvent]] = []

    def take(self, stamp: Stamp, event: LiveEvent) -> None:
        """Keep an event in its place."""
        recent = self._recent
        if recent and stamp < recent[-1][0]:
            insort(recent, (stamp, event))
        else:
            recent.append((stamp, event))

    def add_up(self, until: Stamp, flows: Flows, *, most: int | None = None) -> list[LiveEvent]:
        """Book the events before `until`, the oldest `most` of them, and keep them no longer; they are given back."""
        events: list[LiveEvent] = []
        for stamp, event in self._recent:
            if stamp >= until or len(events) == most:
                break
            self.enter(event, flows)
            events.append(event)
        del self._recent[: len(events)]
        return events

    def is_behind(self, until: Stamp) -> bool:
        """Whether anything is to be added up."""
        return bool(self._recent) and self._recent[0][0] < until

    def now(self) -> Mapping[StockKey, Balance]:
        """All its lines, with all that is known."""
        if not self._recent:
            return self.base
        copy = self.copied()
        copy.add_up(_END, Flows())
        return copy.base

    def flow(self) -> Flows:
        """What the kept events make flow."""
        flows = Flows()
        if self._recent:
            self.copied().add_up(_END, flows)
        return flows

    def adjustments(self) -> Iterator[Adjustment]:
        """What the counts among the kept events set right."""
        if not any(stamp[1] for stamp, _ in self._recent):
            return
        copy, flows = self.copied(), Flows()
        for _, event in self._recent:
            body = event.body
            if isinstance(body, StockCounted):
                key = StockKey(body.place, body.sku, body.lot, body.handling_unit)
                line = copy.base.get(key)
                before = 0 if line is None else line.book
                yield Adjustment(
                    event.happened_ms, key, before, thousandths(body.quantity), body.source, event.id
                )
            copy.enter(event, flows)

    @property
    @abstractmethod
    def base(self) -> Mapping[StockKey, Balance]:
        """The lines that are added up."""

    @abstractmethod
    def enter(self, event: LiveEvent, flows: Flows) -> bool:
        """Book its part of an event; False if it cannot be placed any more."""

    @abstractmethod
    def restore(self, key: StockKey, line: Balance) -> None:
        """Put a line back as it was added up."""

    @abstractmethod
    def forget(self, before_ms: int) -> bool:
        """Let go of empty lines to which nothing happened since; True if nothing is left of the account."""

    @abstractmethod
    def copied(self) -> Account:
        """A copy of its own."""


class PlaceAccount(Account):
    """One line, without a handling unit."""

    __slots__ = ("_forget_ms", "_key", "_line")

    def __init__(self, key: StockKey, forget_ms: int) -> None:
        super().__init__()
        self._key = key
        self._forget_ms = forget_ms
        self._line: Balance | None = None

    @property
    def base(self) -> Mapping[StockKey, Balance]:
        """Its line, if anything is added up."""
        return {} if self._line is None else {self._key: self._line}

    def enter(self, event: LiveEvent, flows: Flows) -> bool:
        """Book what concerns its line."""
        body, at_ms, key, line = event.body, event.happened_ms, self._key, self._line
        if line is None or (line.book == 0 and at_ms - line.last_ms >= self._forget_ms):
            line = self._line = Balance()
        if isinstance(body, StockMoved):
            amount = thousandths(body.quantity)
            if body.from_place == key.place and body.handling_unit is None:
                take_out(line, key, amount, body.to_place, at_ms, flows)
            if body.to_place == key.place and unit_afterwards(body) is None:
                bring_in(line, key, amount, body.from_place, at_ms, flows)
            return True
        return not isinstance(body, StockCounted) or set_count(line, key, body, at_ms, flows)

    def restore(self, key: StockKey, line: Balance) -> None:
        """Put its line back."""
        self._key, self._line = key, line

    def forget(self, before_ms: int) -> bool:
        """Let go of the line if it is empty since then."""
        line = self._line
        if line is not None and line.book == 0 and line.last_ms <= before_ms:
            self._line = line = None
        return line is None and not self._recent

    def copied(self) -> PlaceAccount:
        """A copy of its own."""
        copy = PlaceAccount(self._key, self._forget_ms)
        copy._recent = self._recent.copy()
        copy._line = None if self._line is None else self._line.copied()
        return copy


class UnitAccount(Account):
    """All lines of some outermost handling `units` and of those on them: of one, or of several of which one was put
    on or taken off another. What is known of several is kept once it was asked for, for they can be many.
    """

    __slots__ = ("_lines", "_now", "units")

    def __init__(self, forget_ms: int, units: frozenset[str]) -> None:
        super().__init__()
        self._lines = Lines(forget_ms)
        self._now: Lines | None = None
        self.units = units

    def take(self, stamp: Stamp, event: LiveEvent) -> None:
        """Keep an event in its place."""
        is_newest = not self._recent or stamp > self._recent[-1][0]
        super().take(stamp, event)
        if not is_newest:
            self._now = None
        elif self._now is not None:
            enter(self._now, event, Flows(), units=self.units)

    def add_up(self, until: Stamp, flows: Flows, *, most: int | None = None) -> list[LiveEvent]:
        """Book events before `until`, which changes nothing of what is known of all."""
        now = self._now
        events = super().add_up(until, flows, most=most)
        self._now = now
        return events

    def now(self) -> Mapping[StockKey, Balance]:
        """All its lines, with all that is known."""
        if len(self.units) == 1:
            return super().now()
        if self._now is None:
            copy = self.copied()
            copy.add_up(_END, Flows())
            self._now = copy._lines
        return self._now

    def absorb(self, other: UnitAccount) -> None:
        """Take over the lines of other units; both have added up what happened until one time."""
        self.units |= other.units
        self._now = None
        for key, line in other._lines.items():
            self._lines[key] = line
        # a movement from the one to the other is in both
        self._recent = sorted((dict(self._recent) | dict(other._recent)).items())

    @property
    def base(self) -> Mapping[StockKey, Balance]:
        """Its lines that are added up."""
        return self._lines

    def enter(self, event: LiveEvent, flows: Flows) -> bool:
        """Book what of the event concerns its units."""
        self._now = None
        return enter(self._lines, event, flows, units=self.units)

    def restore(self, key: StockKey, line: Balance) -> None:
        """Put a line back."""
        self._lines[key] = line
        self._now = None

    def forget(self, before_ms: int) -> bool:
        """Let go of empty lines to which nothing happened since."""
        lines = self._lines
        for key in [key for key, line in lines.items() if line.book == 0 and line.last_ms <= before_ms]:
            del lines[key]
            self._now = None
        return not lines and not self._recent

    def copied(self) -> UnitAccount:
        """A copy of its own."""
        copy = UnitAccount(self._lines.forget_ms, self.units)
        copy._recent = self._recent.copy()
        copy._lines = self._lines.copied()
        return copy
