"""What to pick first so that least spoils: what has the shortest life left, as it was kept, not as its label says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from layouts.inventory.stock_key import StockKey

DAY_MS = 86_400_000


class Perishable(NamedTuple):
    """Stock with the days it has left, at worst and at best, at the temperature it is expected to stand in.

    `label_days` is what its nominal date of expiry leaves, None without one; `unit_value` None if not told.
    """

    key: StockKey
    quantity: float
    worst_days: float
    best_days: float
    label_days: float | None = None
    unit_value: float | None = None

    @property
    def value(self) -> float | None:
        """What all of it is worth."""
        return None if self.unit_value is None else self.unit_value * self.quantity


class Turn(NamedTuple):
    """The place of stock in the order of picking, and where its label alone would put it, from 1."""

    number: int
    by_label: int
    stock: Perishable


def fefo(stock: Iterable[Perishable]) -> list[Turn]:
    """The order to pick in: first to expire, first out, by the days left at worst.

    What is over already is left out: it may not be picked. Ties: the best days, the label, then the line.
    """

    def by_label(each: Perishable) -> tuple[float, tuple[str | bool, ...]]:
        days = each.worst_days if each.label_days is None else each.label_days
        return (days, each.key.order)

    usable = [each for each in stock if each.worst_days > 0]
    labelled = {each.key: number for number, each in enumerate(sorted(usable, key=by_label), start=1)}
    kept = sorted(usable, key=lambda each: (each.worst_days, each.best_days, *by_label(each)))
    return [Turn(number, labelled[each.key], each) for number, each in enumerate(kept, start=1)]


def near_end(stock: Iterable[Perishable], *, within_days: float) -> list[Perishable]:
    """What has at worst so many days left or is over, the soonest first; of equal ones the most valuable."""
    found = [each for each in stock if each.worst_days <= within_days]
    return sorted(found, key=lambda each: (each.worst_days, -(each.value or 0.0), each.key.order))


class Arrival(NamedTuple):
    """So many pieces came in at a time; they may be used before `expires_ms`, whatever `label_ms` says."""

    at_ms: int
    pieces: int
    expires_ms: int
    label_ms: int


class Outcome(NamedTuple):
    """Pieces that were delivered, spoiled, asked for in vain, and are left good at the end."""

    delivered: int
    spoiled: int
    missing: int
    left: int


class Saving(NamedTuple):
    """The same trace picked three ways: by arrival, by label, by the life that is left."""

    fifo: Outcome
    by_label: Outcome
    fefo: Outcome

    @property
    def text(self) -> str:
        """One sentence with the figures."""
        less = self.fifo.spoiled - self.fefo.spoiled
        return (
            f"{less} pieces fewer spoil by life left than by arrival: {self.fefo.spoiled} instead of "
            f"{self.fifo.spoiled}, by label {self.by_label.spoiled}; {self.fefo.missing} instead of "
            f"{self.fifo.missing} are asked for in vain"
        )


def saving(arrivals: Sequence[Arrival], demand: Sequence[tuple[int, int]], *, until_ms: int) -> Saving:
    """What the order of picking makes of arrivals and of demand (time [ms], pieces), until a time.

    What is asked for in vain is lost, not delivered later. By life left no order spoils less: each demand takes what
    is first to expire, which is the greatest matching of pieces and demands (Glover 1967).
    """
    return Saving(
        _played(arrivals, demand, [each.at_ms for each in arrivals], until_ms),
        _played(arrivals, demand, [each.label_ms for each in arrivals], until_ms),
        _played(arrivals, demand, [each.expires_ms for each in arrivals], until_ms),
    )


def _played(
    arrivals: Sequence[Arrival], demand: Sequence[tuple[int, int]], rank: Sequence[int], until_ms: int
) -> Outcome:
    left = [each.pieces if each.at_ms <= until_ms else 0 for each in arrivals]
    order = sorted(range(len(arrivals)), key=lambda i: (rank[i], arrivals[i].at_ms, i))
    delivered = missing = 0
    for at_ms, pieces in sorted(demand):
        if at_ms > until_ms:
            break
        wanted = pieces
        for i in order:
            if arrivals[i].at_ms <= at_ms < arrivals[i].expires_ms and left[i] and wanted:
                taken = min(left[i], wanted)
                left[i] -= taken
                wanted -= taken
        delivered += pieces - wanted
        missing += wanted
    spoiled = sum(left[i] for i, each in enumerate(arrivals) if each.expires_ms <= until_ms)
    return Outcome(delivered, spoiled, missing, sum(left) - spoiled)
