"""The buffer is bounded, keeps the order, and leaves out nothing but older positions and readings."""

from __future__ import annotations

from pathlib import Path

import pytest

from layouts.live.events import Body, LiveEvent, Noted, Reading, StockMoved
from server.edge.alarms import LocalAlarms, LocalThreshold
from server.edge.buffer import BufferFullError, EdgeBuffer
from server.store.store import DeadLetter

T0 = 1_795_800_000_000


def event(number: int, body: Body, entity: str = "sensor/T") -> LiveEvent:
    return LiveEvent(id=f"e{number}", site="S", source="s", entity=entity, happened_ms=T0 + number, body=body)


def reading(number: int, value: float = 4.0, sensor: str = "T") -> LiveEvent:
    return event(number, Reading("temperature", value), f"sensor/{sensor}")


def moved(number: int) -> LiveEvent:
    return event(number, StockMoved("A", 1.0, to_place="S/L"), "sku/A")


@pytest.fixture
def buffer(tmp_path: Path):
    made = EdgeBuffer(tmp_path / "buffer.sqlite", name="edge-1", site="S", most_events=100, now_ms=lambda: T0)
    yield made
    made.close()


def test_events_come_out_in_order_once_and_survive_a_new_start(buffer: EdgeBuffer, tmp_path: Path) -> None:
    buffer.submit([reading(n) for n in range(5)])
    buffer.submit([reading(3), reading(5)])
    assert [held.event.id for held in buffer.oldest(4)] == ["e0", "e1", "e2", "e3"]
    buffer.confirmed(buffer.oldest(2)[-1].seq)
    again = EdgeBuffer(
        tmp_path / "buffer.sqlite", name="edge-1", site="S", most_events=100, now_ms=lambda: T0
    )
    assert len(buffer) == len(again) == 4
    assert [held.event.id for held in again.oldest(9)] == ["e2", "e3", "e4", "e5"]
    again.close()


def test_a_full_buffer_thins_readings_and_tells_how_many(buffer: EdgeBuffer) -> None:
    sent = [moved(n) if n % 5 == 0 else reading(n, sensor="AB"[n % 2]) for n in range(400)]
    for one in sent:
        buffer.submit([one])
        assert len(buffer) <= 100
    kept = [held.event for held in buffer.oldest(1000)]
    assert [one.id for one in kept if isinstance(one.body, StockMoved)] == [
        one.id for one in sent if isinstance(one.body, StockMoved)
    ]
    readings = [one for one in kept if isinstance(one.body, Reading)]
    notes = [one.body.text for one in kept if isinstance(one.body, Noted)]
    assert len(readings) + buffer.left_out == 320
    assert len(notes) == 1
    assert notes[0].startswith(f"{buffer.left_out} positions and readings were left out since")
    assert {"e398", "e399"} <= {one.id for one in readings}  # the newest of each sensor


def test_movements_are_never_left_out_but_refused_so_that_the_broker_keeps_them(buffer: EdgeBuffer) -> None:
    buffer.submit([moved(n) for n in range(100)])
    outcomes: list[object] = []
    buffer.submit([moved(100)], on_durable=outcomes.append)
    assert isinstance(outcomes[0], BufferFullError)
    assert len(buffer) == 100
    buffer.confirmed(buffer.oldest(50)[-1].seq)
    buffer.submit([moved(100)], on_durable=outcomes.append)
    assert [held.event.id for held in buffer.oldest(200)] == [f"e{n}" for n in range(50, 101)]


def test_letters_are_kept_beside_events(buffer: EdgeBuffer) -> None:
    letter = DeadLetter("s", "t", b"raw", T0, "no number")
    buffer.submit([], [letter])
    assert buffer.letters() == [(1, letter)]


def alarms() -> LocalAlarms:
    rule = LocalThreshold(id="cold", channel="temperature", high=8.0, hysteresis=1.0)
    return LocalAlarms([rule], source="edge-1")


def steps(made: list[LiveEvent]) -> list[str]:
    return [one.body.step for one in made]  # type: ignore[union-attr]


def test_alarms_are_raised_while_the_link_is_down_and_cleared_whenever() -> None:
    local = alarms()
    assert local.judge([reading(0, 9.0)]) == []
    assert steps(local.link_changed(False)) == ["raised"]  # it was too warm as the link went
    assert local.judge([reading(1, 9.5), reading(2, 7.5)]) == []  # within the hysteresis
    assert local.link_changed(True) == []
    assert steps(local.judge([reading(3, 6.9)])) == ["cleared"]
    assert local.judge([reading(4, 9.0)]) == []
    assert steps(local.link_changed(False)) == ["raised"]


def test_an_older_reading_judges_nothing() -> None:
    local = alarms()
    local.link_changed(False)
    assert steps(local.judge([reading(5, 9.0)])) == ["raised"]
    assert local.judge([reading(4, 3.0)]) == []


def test_an_alert_that_could_not_be_written_is_written_with_the_next(buffer: EdgeBuffer) -> None:
    local = alarms()
    local.link_changed(False)
    buffer.on_events = local.judge
    buffer.submit([moved(n) for n in range(1, 100)])
    outcomes: list[object] = []
    buffer.submit([reading(200, 9.0)], on_durable=outcomes.append)
    assert isinstance(outcomes[0], BufferFullError)
    buffer.confirmed(buffer.oldest(10)[-1].seq)
    buffer.submit([reading(200, 9.0)], on_durable=outcomes.append)
    assert [held.event.entity for held in buffer.oldest(200)][-2:] == ["sensor/T", "alert/cold/sensor/T"]


def test_what_is_told_once_is_written_as_soon_as_it_can_be(buffer: EdgeBuffer) -> None:
    buffer.submit([moved(n) for n in range(100)])
    buffer.submit_with_next([moved(100)])
    assert len(buffer) == 100
    buffer.confirmed(buffer.oldest(10)[-1].seq)
    buffer.submit([moved(101)])
    assert {held.event.id for held in buffer.oldest(200)[-2:]} == {"e100", "e101"}
