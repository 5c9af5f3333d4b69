"""The longest that one event stops the ledger, and how long a shortage rule asks for what open orders want.

    python benchmarks/bench_inventory.py [--places 50000] [--events 160000] [--orders 5000] [--closed 50000]

Peers are the plain ways to the same result: a ledger that sweeps all at once, and a look through all orders. Told is
time of the processor in ms, of each event the least of two runs, so that other work on the machine counts little;
the garbage collector is off.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
from collections.abc import Callable, Iterator
from time import thread_time

import msgspec
from swept_at_once import SweptAtOnce

from layouts.inventory.ledger import Ledger
from layouts.inventory.stock import open_lines, ordered
from layouts.live.events import (
    Body,
    LiveEvent,
    OrderClosed,
    OrderReleased,
    Recorded,
    StockCounted,
    StockMoved,
    StockSeen,
)
from layouts.live.state import TwinState

START_MS = 1_790_000_000_000
SKUS = 1000


def main() -> None:
    """Measure both, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--places", type=int, default=50_000)
    parser.add_argument("--events", type=int, default=160_000)
    parser.add_argument("--orders", type=int, default=5_000)
    parser.add_argument("--closed", type=int, default=50_000)
    wishes = parser.parse_args()
    gc.disable()
    events = list(stock_events(wishes.events, wishes.places))
    (ours, our_book), (peer, its_book) = (longest(kind, events) for kind in (Ledger, SweptAtOnce))
    if our_book != its_book:
        raise SystemExit("the ledger and its peer come to other books: they must be equal to the byte")
    asked = questions(order_state(wishes.orders, wishes.closed))
    print(json.dumps({"sweep": {"ours": ours, "peer": peer}, "open_orders": asked}, indent=1))


def stock_events(count: int, places: int) -> Iterator[LiveEvent]:
    """Movements, picks for orders, counts and sightings, one a second, up to 5 s out of order."""
    dice = random.Random(1)
    for number in range(count):
        here, there = dice.randrange(places), dice.randrange(places)
        sku, place, kind = f"S{here % SKUS}", f"N/{here:05d}", dice.random()
        body: Body
        if kind < 0.1:
            body = StockCounted(sku, place, 5.0, "count")
        elif kind < 0.2:
            body = StockSeen(place, "scan", 0.9, sku=sku, quantity=3.0)
        elif kind < 0.6:
            body = StockMoved(sku, 3.0, place, f"N/{there:05d}")
        else:
            body = StockMoved(sku, 1.0, place, None, order=f"O{number // 4}")
        at_ms = START_MS + 1000 * number - dice.randrange(5000)
        yield told(f"e{dice.getrandbits(64):016x}", f"sku/{sku}", at_ms, body)


def told(name: str, entity: str, at_ms: int, body: Body) -> LiveEvent:
    """What a WMS tells of site N."""
    return LiveEvent(id=name, site="N", source="wms", entity=entity, happened_ms=at_ms, body=body)


def longest(kind: type[Ledger], events: list[LiveEvent]) -> tuple[dict[str, float], bytes]:
    """The longest and the mean time of an event, and the book that they come to."""
    least = [float("inf")] * len(events)
    for _ in range(2):
        ledger = kind()
        for number, event in enumerate(events):
            start_s = thread_time()
            ledger.apply(event)
            least[number] = min(least[number], thread_time() - start_s)
    times = {"longest_ms": round(1000 * max(least), 2), "mean_us": round(1e6 * sum(least) / len(least), 2)}
    return times, msgspec.json.encode(ledger.record())


def tell(state: TwinState, entity: str, body: Body) -> None:
    """The next event of the log."""
    seq = state.seq + 1
    state.apply(Recorded(seq, START_MS + seq, told(f"e{seq}", entity, START_MS + seq, body)))


def order_state(open_orders: int, closed: int) -> TwinState:
    """Orders of three lines, each picked for in part, the older ones closed."""
    dice, state = random.Random(2), TwinState()
    for number in range(closed + open_orders):
        lines = tuple((f"S{dice.randrange(SKUS)}", 5.0) for _ in range(3))
        tell(state, f"order/{number}", OrderReleased(lines))
        tell(state, f"sku/{lines[0][0]}", StockMoved(lines[0][0], 2.0, "N/1", None, order=str(number)))
        if number < closed:
            tell(state, f"order/{number}", OrderClosed("done"))
    return state


def questions(state: TwinState) -> dict[str, float]:
    """Times of a first question, the next, one after 100 picks, and of looking through all; one answer to all."""
    first, answer = timed(lambda: ordered(state, "N", "S0"))
    again, answer_again = timed(lambda: ordered(state, "N", "S0"), times=20)
    newest = max(int(event.entity.partition("/")[2]) for _, event in state.latest.items("N/order/"))
    for number in range(newest - 99, newest + 1):
        tell(state, "sku/other", StockMoved("other", 1.0, "N/1", None, order=str(number)))
    changed, answer_changed = timed(lambda: ordered(state, "N", "S0"))
    plain, looked_up = timed(
        lambda: sum(line.left for line in open_lines(state, "N") if line.sku == "S0"), times=3
    )
    if not answer == answer_again == answer_changed == looked_up:
        raise SystemExit(f"kept up to date {answer}, looked through {looked_up}: they must be equal")
    return {"first_ms": first, "again_ms": again, "after_100_picks_ms": changed, "peer_ms": plain}


def timed(ask: Callable[[], int], *, times: int = 1) -> tuple[float, int]:
    """The least of some times in ms, and the answer."""
    least, answer = float("inf"), 0
    for _ in range(times):
        start_s = thread_time()
        answer = ask()
        least = min(least, thread_time() - start_s)
    return round(1000 * least, 4), answer


if __name__ == "__main__":
    main()
