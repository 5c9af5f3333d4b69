"""Where counting is worth most: what an error there would cost, times how likely it is, less the visit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from layouts.inventory.belief import Belief, Case
from layouts.inventory.stock_key import units
from layouts.live.events import SkuKnown
from layouts.live.state import TwinState


@dataclass(frozen=True, kw_only=True)
class Stakes:
    """What errors cost, in the currency of `SkuKnown.unit_value`.

    `share` of the booked value is at stake in each case; goods that the book has not are worth `unbooked_value`;
    `unknown_unit_value` stands for a SKU of which no value is told. `per_place` adds what depends on the place, as
    picks that fail there. A visit costs `visit_cost`.
    """

    share: Callable[[Case], float] = lambda case: {"other quantity": 0.3}.get(case, 1.0)
    unbooked_value: float = 100.0
    unknown_unit_value: float = 1.0
    visit_cost: float = 2.0
    per_place: Callable[[str], float] = lambda _: 0.0


class Visit(NamedTuple):
    """A place to count: `value` is what counting is expected to be worth, `stop` its turn on the way."""

    place: str
    wrong: float
    at_stake: float
    value: float
    stop: int
    reason: str


def count_list(
    state: TwinState,
    found: Iterable[Belief],
    *,
    stakes: Stakes = Stakes(),
    most: int | None = None,
    route: Callable[[str], object] | None = None,
) -> list[Visit]:
    """The places where counting is worth more than the visit, the most valuable first, `most` at most.

    `stop` numbers the places of the list by `route`, which sorts places as they are passed; without it by name.
    Ties: by place.
    """
    worth = booked_values(state, stakes)
    visits = []
    for belief in found:
        booked = worth.get(belief.place, 0.0)
        extra = stakes.per_place(belief.place)
        loss = sum(
            part * (extra + _at_stake(case, booked, stakes))
            for case, part in belief.probability.items()
            if case != "as booked"
        )
        if loss > stakes.visit_cost:
            stake = loss / belief.wrong
            visits.append(Visit(belief.place, belief.wrong, stake, loss - stakes.visit_cost, 0, belief.text))
    best = sorted(visits, key=lambda visit: (-visit.value, visit.place))[:most]
    passed = sorted(best, key=lambda visit: (route(visit.place) if route else visit.place, visit.place))
    stops = {visit.place: number for number, visit in enumerate(passed, start=1)}
    return [visit._replace(stop=stops[visit.place]) for visit in best]


def booked_values(state: TwinState, stakes: Stakes) -> Mapping[str, float]:
    """What lies at each place by the book is worth; lines below 0 count as much as those above."""
    each: dict[str, tuple[int, str, float]] = {}
    for _, event in state.latest.items():  # noqa: PERF102, it is no dict
        if isinstance(event.body, SkuKnown) and event.body.unit_value is not None:
            sku = event.entity.partition("/")[2]
            told = (event.happened_ms, event.id, event.body.unit_value)
            each[sku] = max(each.get(sku, told), told)
    at: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for key, line in state.stock.lines():
        at[key.place][key.sku] += abs(line.book)
    return {
        place: sum(
            units(amount) * (each[sku][2] if sku in each else stakes.unknown_unit_value)
            for sku, amount in sorted(skus.items())
        )
        for place, skus in at.items()
    }


def _at_stake(case: Case, booked: float, stakes: Stakes) -> float:
    return stakes.unbooked_value if case == "occupied" else stakes.share(case) * booked
