"""All that can spoil at what is known now: lots with the life that they have left, wherever they lie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from layouts.inventory.fefo import DAY_MS, Perishable
from layouts.inventory.lot_ages import LotAge, ages_of_lot
from layouts.inventory.shelf_life import ShelfLife, shelf_life_of
from layouts.inventory.stock import on_hand
from layouts.inventory.temperatures import PlaceTemperatures
from layouts.live.events import LiveEvent, LotKnown, SkuKnown, StockCounted, StockMoved
from layouts.live.state import TwinState

LotName = tuple[str, str]


def perishables(
    state: TwinState,
    events: Iterable[LiveEvent],
    temperatures: PlaceTemperatures,
    *,
    now_ms: int,
    range_c: tuple[float, float],
    expected_c: float | None = None,
    place: str = "*",
) -> list[Perishable]:
    """Lines of lots that expire or age, at places that match SITE/LOCATION with * and ?, in order of line.

    `events` are those of the log, `range_c` holds the temperature where it is not known. It is taken to stay at
    `expected_c`, else at the mean of what was read where it stands, else at the worse end of the range. A lot of
    which only the date of expiry is told has what that leaves.
    """
    lots, values = known_lots(state), _unit_values(state)
    of_lot = _by_lot(events)
    found: list[Perishable] = []
    for name, lot in lots.items():
        life, value = shelf_life_of(lot), values.get(lot.sku)
        label = None if lot.expires_ms is None else (lot.expires_ms - now_ms) / DAY_MS
        if life is not None:
            told = [*of_lot[name], *of_lot["", ""]]
            ages = ages_of_lot(lot, life, told, temperatures, now_ms=now_ms, range_c=range_c)
            for age in ages:
                worst, best = age.remaining.days_at(life, _stays_at(life, age, expected_c, range_c))
                found.append(Perishable(age.key, age.quantity, worst, best, label, value))
        elif label is not None:
            rows = on_hand(state.stock, sku=lot.sku, lot=lot.lot)
            found += [
                Perishable(row.key, row.quantity, label, label, label, value)
                for row in rows
                if row.quantity > 0
            ]
    return sorted(
        (each for each in found if fnmatchcase(each.key.place, place)), key=lambda each: each.key.order
    )


def known_lots(state: TwinState) -> dict[LotName, LotKnown]:
    """What was told last of each (SKU, lot), by whatever site."""
    newest: dict[LotName, tuple[int, str, LotKnown]] = {}
    for _, event in state.latest.items():  # noqa: PERF102, it is no dict
        body = event.body
        if isinstance(body, LotKnown):
            told = (event.happened_ms, event.id, body)
            known = newest.get((body.sku, body.lot))
            if known is None or known[:2] < told[:2]:
                newest[body.sku, body.lot] = told
    return {name: newest[name][2] for name in sorted(newest)}


def _unit_values(state: TwinState) -> Mapping[str, float]:
    """What a piece of each SKU is worth, as was told last."""
    newest: dict[str, tuple[int, str, float]] = {}
    for _, event in state.latest.items():  # noqa: PERF102, it is no dict
        if isinstance(event.body, SkuKnown) and event.body.unit_value is not None:
            sku = event.entity.partition("/")[2]
            told = (event.happened_ms, event.id, event.body.unit_value)
            newest[sku] = max(newest.get(sku, told), told)
    return {sku: value for sku, (_, _, value) in newest.items()}


def _by_lot(events: Iterable[LiveEvent]) -> Mapping[LotName, list[LiveEvent]]:
    """Movements and counts by SKU and lot; those of handling units as a whole under two empty names."""
    found: dict[LotName, list[LiveEvent]] = defaultdict(list)
    for event in events:
        body = event.body
        if isinstance(body, (StockMoved, StockCounted)):
            found[("", "") if not body.sku else (body.sku, body.lot or "")].append(event)
    return found


def _stays_at(life: ShelfLife, age: LotAge, expected_c: float | None, range_c: tuple[float, float]) -> float:
    if expected_c is not None:
        return expected_c
    if age.mean_kinetic_c is not None:
        return age.mean_kinetic_c
    return max(range_c, key=life.rate)
