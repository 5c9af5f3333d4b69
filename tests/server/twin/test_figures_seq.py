"""Figures say of which event they are: of the same event they are the same on every server, and never go back."""

from __future__ import annotations

import msgspec

from layouts.live.events import Body, LiveEvent, OrderReleased, Position, Recorded, StockCounted
from layouts.live.state import TwinState
from server.twin.live_figures import figures_of


def log() -> list[Recorded]:
    bodies: list[tuple[str, Body]] = [
        ("agent/P1", Position("L0", 1.0, 1.0)),
        ("sku/A", StockCounted("A", "S/01-01-A-1", 50)),
        ("order/O1", OrderReleased((("A", 3.0),))),
        ("agent/P2", Position("L0", 2.0, 1.0)),
    ]
    return [
        Recorded(n, 1000 + n, told(n, entity, body)) for n, (entity, body) in enumerate(bodies * 5, start=1)
    ]


def told(n: int, entity: str, body: Body) -> LiveEvent:
    """The newest are told first."""
    return LiveEvent(id=f"e{n}", site="S", source="t", entity=entity, happened_ms=10 * (50 - n), body=body)


def test_two_servers_of_one_log_say_the_same_of_the_same_event_and_neither_goes_back():
    one, other = TwinState(), TwinState()
    told = {}
    for recorded in log():
        one.apply(recorded)
        figures = figures_of(one, "S", letters=0, now_ms=1)
        assert figures.seq > max(told, default=0)
        told[figures.seq] = figures
    for recorded in log():
        other.apply(recorded)
        figures = figures_of(other, "S", letters=0, now_ms=2)
        assert msgspec.structs.replace(figures, at_ms=1) == told[figures.seq]
    assert len({msgspec.structs.replace(figures, seq=0) for figures in told.values()}) > 3
