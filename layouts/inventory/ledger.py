"""The book of stock by place, SKU, lot and handling unit: movements add up, counts begin anew.

The same events give the same book in any order in which none is learned after one that happened `horizon_ms` later,
or after `most_kept` newer ones. What comes later than that still counts: a movement without a handling unit is placed
exactly, only how much counts had found or lost is then told in sum; a count, or a handling unit moved as a whole,
is placed if nothing newer happened there, and else kept in `late` and told. So the memory is bounded by what lies
where, not by time.

Sums are whole thousandths: what lies at a site is what flowed in, less what flowed out, and what counts set right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass

import msgspec

from layouts.inventory.account import Account, Adjustment, PlaceAccount, Stamp, UnitAccount, stamp_of
from layouts.inventory.account_names import AccountName, NamesBySku, name_of, names_of
from layouts.inventory.balance import Balance
from layouts.inventory.flow import Flow, FlowKey, Flows
from layouts.inventory.picked import Picked, PickRow
from layouts.inventory.rounds import Newest, Round
from layouts.inventory.sightings import Name, Sightings
from layouts.inventory.stock_key import StockKey
from layouts.live.events import LiveEvent, StockCounted, StockMoved, StockSeen

DAY_MS = 86_400_000


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long a ledger waits for what is late, and remembers what is empty.

    Events are kept one by one for `horizon_ms`, at most twice `most_kept` of them, and half as many again while what
    is older is added up by and by; lines that are empty, sightings and what was picked for orders for `forget_ms` or
    a little longer.
    """

    horizon_ms: int = 7 * DAY_MS
    most_kept: int = 50_000
    forget_ms: int = 60 * DAY_MS

    def __post_init__(self) -> None:
        if not (0 < self.horizon_ms < self.forget_ms and self.most_kept > 0):
            raise ValueError(
                f"horizon_ms {self.horizon_ms}, forget_ms {self.forget_ms}, most_kept {self.most_kept}: "
                "give 0 < horizon_ms < forget_ms and most_kept of 1 or more"
            )


LineRow = tuple[str, str, str | None, str | None, Balance]
FlowRow = tuple[str, str, str | None, Flow]


class LedgerRecord(msgspec.Struct):
    """A `Ledger` as plain values: kept movements and counts, what is added up, and how far."""

    movements: list[LiveEvent]
    lines: list[LineRow] = []
    flows: list[FlowRow] = []
    picked: list[PickRow] = []
    seen: list[LiveEvent] = []
    late: list[LiveEvent] = []
    newest_ms: int = -1
    added_up_to: Stamp = (-1, False, "")
    since_sweep: int = 0


MOST_LATE = 1000
"""So many of the newest events that could not be placed are kept."""
ADDED_UP_AT_ONCE = 64
"""So many events of an account are added up in one step."""


class Ledger:
    """The book."""

    def __init__(self, patience: Patience = Patience()) -> None:
        self._patience = patience
        self._accounts: dict[AccountName, Account] = {}
        self._joined: dict[AccountName, AccountName] = {}
        self._of_sku = NamesBySku()
        self._kept: dict[str, LiveEvent] = {}
        self._newest = Newest(patience.most_kept)
        self._flows = Flows()
        self._picked = Picked(patience.forget_ms)
        self._seen = Sightings(patience.forget_ms)
        self._late: list[LiveEvent] = []
        self._newest_ms = -1
        self._swept: Stamp = (-1, False, "")
        self._since_sweep = 0
        self._to_settle: Round[AccountName] = Round()
        self._to_forget: Round[Name] = Round()

    def apply(self, event: LiveEvent) -> None:
        """Take a movement, a count or a sighting in. An event that is kept already changes nothing."""
        body = event.body
        if event.happened_ms > self._newest_ms:
            self._newest_ms = event.happened_ms
        if isinstance(body, StockSeen):
            self._seen.take(event)
        elif isinstance(body, (StockMoved, StockCounted)) and event.id not in self._kept:
            self._book(event, body)

    def _book(self, event: LiveEvent, body: StockMoved | StockCounted) -> None:
        if isinstance(body, StockMoved):
            self._picked.take(body, event.happened_ms)
        stamp, until = stamp_of(event), self._until()
        accounts = [self._account(name, body.sku) for name in self._names_of(body)]
        if stamp < until:
            self._take_late(event, accounts, until)
        else:
            self._kept[event.id] = event
            self._newest.take(stamp)
            for account in accounts:
                if account.is_behind(until):
                    self._add_up(account, until, most=ADDED_UP_AT_ONCE)
                account.take(stamp, event)
        self._since_sweep += 1
        if self._since_sweep >= self._patience.most_kept:
            self._sweep()
        self._settle_share()

    def _until(self) -> Stamp:
        """What is older is added up."""
        until = (self._newest_ms - self._patience.horizon_ms, False, "")
        return until if until > self._swept else self._swept

    def _forgotten_ms(self) -> int:
        """Lines that are empty since then are forgotten: what still finds its place finds them as good as new."""
        return self._newest_ms - self._patience.forget_ms - self._patience.horizon_ms

    def _account(self, name: AccountName, sku: str) -> Account:
        account = self._accounts.get(name)
        if account is None:
            forget_ms = self._patience.forget_ms
            account = (
                UnitAccount(forget_ms, frozenset([name]))
                if isinstance(name, str)
                else PlaceAccount(StockKey(*name), forget_ms)
            )
            self._accounts[name] = account
        elif not isinstance(name, str):
            return account
        self._of_sku.add(name, sku)
        return account

    def _names_of(self, body: StockMoved | StockCounted) -> Iterable[AccountName]:
        """The accounts that a movement or count is in; units of which one is put on the other are joined for that."""
        names = names_of(body)
        if isinstance(body, StockMoved) and body.into_unit is not None and not body.sku:
            self._join(names)
        return dict.fromkeys(self._joined.get(name, name) for name in names) if self._joined else names

    def _join(self, names: Iterable[AccountName]) -> None:
        """Make one account of units, until all that they hold is forgotten."""
        whole, *others = dict.fromkeys(self._joined.get(name, name) for name in names)
        until = self._until()
        account = self._account(whole, "")
        self._add_up(account, until)
        for name in others:
            other = self._accounts.pop(name, None) or UnitAccount(
                self._patience.forget_ms, frozenset([str(name)])
            )
            if isinstance(account, UnitAccount) and isinstance(other, UnitAccount):
                self._add_up(other, until)
                account.absorb(other)
                self._joined.update(dict.fromkeys(other.units, whole))

    def _add_up(self, account: Account, until: Stamp, *, most: int | None = None) -> None:
        for event in account.add_up(until, self._flows, most=most):
            # a movement between places is in two accounts
            self._kept.pop(event.id, None)

    def _take_late(self, event: LiveEvent, accounts: list[Account], until: Stamp) -> None:
        placed = []
        for account in accounts:
            self._add_up(account, until)
            account.forget(self._forgotten_ms())
            placed.append(account.enter(event, self._flows))
        if not all(placed):
            self._late = sorted([*self._late, event], key=stamp_of)[-MOST_LATE:]

    def _sweep(self) -> None:
        """From now on only the newest `most_kept` events are kept one by one; others are added up by and by.

        When this is done depends on what was applied alone, not on when a record is taken, so that a replay comes
        to the same book.
        """
        self._since_sweep = 0
        self._swept = self._newest.oldest(self._until()) or self._swept
        steps = max(1, self._patience.most_kept // 4)  # all is through well before the next sweep
        self._to_settle = Round(self._accounts, steps=steps)
        self._to_forget = Round(self._seen.names(), steps=steps)
        self._picked.forget(self._newest_ms)

    def _settle_share(self) -> None:
        """A share of what a sweep leaves to be done; when it is done changes nothing of what the book tells."""
        until, before_ms = self._until(), self._forgotten_ms()
        for name in self._to_settle.share():
            if not self._settle_account(name, until, before_ms, most=ADDED_UP_AT_ONCE):
                self._to_settle.put_back(name)
        self._seen.forget(self._newest_ms, self._to_forget.share())
        self._picked.let_go()

    def _settle(self) -> None:
        """Add up all that is old enough, and forget all that is empty for long."""
        until, before_ms = self._until(), self._forgotten_ms()
        for name in list(self._accounts):
            self._settle_account(name, until, before_ms)
        self._to_settle, self._to_forget = Round(), Round()
        self._picked.forget(self._newest_ms)
        self._seen.forget(self._newest_ms)

    def _settle_account(
        self, name: AccountName, until: Stamp, before_ms: int, *, most: int | None = None
    ) -> bool:
        """Add an account up, and forget what is empty of it; False if more than `most` events were to be added."""
        account = self._accounts.get(name)
        if account is None:
            return True
        if account.is_behind(until):
            self._add_up(account, until, most=most)
            if account.is_behind(until):
                return False
        if account.forget(before_ms):
            for gone in account.units if isinstance(account, UnitAccount) else (name,):
                self._joined.pop(gone, None)
                self._accounts.pop(gone, None)
                self._of_sku.drop(gone)
        return True

    def lines(self, sku: str | None = None) -> Iterator[tuple[StockKey, Balance]]:
        """Lines of the book (of one SKU), in no certain order; those that are 0 too, while they are remembered."""
        names: Iterable[AccountName] = self._accounts
        if sku is not None:
            names = dict.fromkeys(self._joined.get(name, name) for name in self._of_sku.of(sku))
        for name in names:
            for key, line in self._accounts[name].now().items():
                if sku is None or key.sku == sku:
                    yield key, line

    def book(self, key: StockKey) -> int:
        """What lies on one line, in thousandths."""
        name = name_of(key)
        account = self._accounts.get(self._joined.get(name, name))
        line = None if account is None else account.now().get(key)
        return 0 if line is None else line.book

    def flows(self) -> Flows:
        """All that ever flowed, by site, SKU and lot."""
        total = Flows()
        total.add(self._flows)
        for account in self._accounts.values():
            total.add(account.flow())
        return total

    def picked(self) -> Mapping[tuple[str, str, str], int]:
        """Thousandths taken from places by (site, order, SKU), as movements that name the order tell."""
        self._picked.forget(self._newest_ms)
        return self._picked.all()

    def picked_for(self, site: str, order: str) -> Mapping[str, int]:
        """Thousandths taken from places of a site for one order, by SKU."""
        self._picked.forget(self._newest_ms)
        return self._picked.of(site, order)

    @property
    def oldest_picks(self) -> int:
        """The number of the oldest ten days of which picks are remembered: once it changes, less was `picked_for`."""
        return self._picked.oldest(self._newest_ms)

    def adjustments(self) -> list[Adjustment]:
        """What counts of the events that are kept set right, by time."""
        until = self._until()
        found = [each for account in self._accounts.values() for each in account.adjustments()]
        kept = [each for each in found if (each.at_ms, True, each.event_id) >= until]
        return sorted(kept, key=lambda each: (each.at_ms, each.event_id))

    def seen(self) -> list[LiveEvent]:
        """The newest sightings by place, source and what was seen."""
        self._seen.forget(self._newest_ms)
        return self._seen.events()

    @property
    def late(self) -> tuple[LiveEvent, ...]:
        """The newest counts and unit moves that came too late to be placed: count there again."""
        return tuple(self._late)

    @property
    def newest_ms(self) -> int:
        """When the newest that it knows happened, -1 for an empty book."""
        return self._newest_ms

    def record(self) -> LedgerRecord:
        """The book as plain values, in one order."""
        self._settle()
        lines = [item for account in self._accounts.values() for item in account.base.items()]
        return LedgerRecord(
            movements=sorted(self._kept.values(), key=stamp_of),
            lines=[(*key, line.copied()) for key, line in sorted(lines, key=lambda item: item[0].order)],
            flows=[(*key, copy(flow)) for key, flow in sorted(self._flows.items(), key=_flow_order)],
            picked=self._picked.rows(),
            seen=self._seen.events(),
            late=list(self._late),
            newest_ms=self._newest_ms,
            added_up_to=self._swept,
            since_sweep=self._since_sweep,
        )

    @staticmethod
    def of(record: LedgerRecord, patience: Patience = Patience()) -> Ledger:
        """The book that `record` was taken from."""
        ledger = Ledger(patience)
        for place, sku, lot, unit, line in record.lines:
            key = StockKey(place, sku, lot, unit)
            ledger._account(name_of(key), sku).restore(key, line.copied())
        for event in record.movements:
            if isinstance(event.body, (StockMoved, StockCounted)):
                ledger._kept[event.id] = event
                ledger._newest.take(stamp_of(event))
                for name in ledger._names_of(event.body):
                    ledger._account(name, event.body.sku).take(stamp_of(event), event)
        ledger._flows = Flows({FlowKey(site, sku, lot): copy(flow) for site, sku, lot, flow in record.flows})
        ledger._picked.restore(record.picked)
        for event in record.seen:
            ledger._seen.take(event)
        ledger._late = list(record.late)
        ledger._newest_ms, ledger._swept = record.newest_ms, record.added_up_to
        ledger._since_sweep = record.since_sweep
        return ledger


def _flow_order(item: tuple[FlowKey, Flow]) -> tuple[str | bool, ...]:
    return item[0].order
