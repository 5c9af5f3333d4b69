"""A Sparkplug host: births, aliases, sequence, deaths and rebirth requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from layouts.live.events import LinkChanged, LiveEvent, Reading, refusal
from server.feeds.feed import Decoded, Message
from server.feeds.sparkplug.datatypes import wire_value
from server.feeds.sparkplug.decoder import SparkplugDecoder
from server.feeds.sparkplug.host_state import host_state
from server.feeds.sparkplug.payload import Metric, Payload, Scalar, Value, decode_payload, encode_payload
from server.feeds.sparkplug.settings import SparkplugSettings

NOW_MS = 1_790_000_000_000
DOUBLE, INT8, STRING, INT64 = 10, 1, 12, 4
BINDINGS = (
    {"metric": "Cell/*/Temp*", "entity": "sensor/{device}", "channel": "temperature"},
    {"metric": "Rack/Load", "entity": "asset/{node}", "channel": "mass", "unit": "kg"},
)


def host(**options: Any) -> SparkplugDecoder:
    return SparkplugDecoder(SparkplugSettings.model_validate({"site": "S1", "metrics": BINDINGS, **options}))


def metric(name: str | None, told: Scalar, kind: int = DOUBLE, **fields: Any) -> Metric:
    return Metric(name=name, datatype=kind, value=wire_value(told, kind), **fields)


def temp(told: float = 4.0, unit: str = "Cel", **fields: Any) -> Metric:
    return metric("Cell/1/Temp", told, alias=5, properties={"engUnit": Value(5, unit)}, **fields)


def tell(
    made: SparkplugDecoder, where: str, seq: int | None, *metrics: Metric, after_s: float = 0
) -> Decoded:
    now_ms = NOW_MS + round(1000 * after_s)
    payload = encode_payload(Payload(timestamp_ms=now_ms, seq=seq, metrics=metrics))
    return made.decode(Message(f"spBv1.0/G/{where}", payload, now_ms))


def bd(number: int) -> Metric:
    return metric("bdSeq", number, INT64)


def born(made: SparkplugDecoder) -> list[LiveEvent]:
    first = tell(made, "NBIRTH/N", 0, bd(3), metric("Rack/Load", -5, INT8))
    second = tell(made, "DBIRTH/N/D", 1, temp())
    assert not (*first.refused, *second.refused, *first.replies, *second.replies)
    return [*first.events, *second.events]


def test_births_tell_links_and_first_values_and_data_by_alias_goes_on() -> None:
    made = host()
    told = {(event.entity, event.source): event.body for event in born(made)}
    assert told == {
        ("feed/sparkplug/G/N", "sparkplug/G/N"): LinkChanged(True, "born"),
        ("asset/N", "sparkplug/G/N"): Reading("mass", -5.0),
        ("feed/sparkplug/G/N/D", "sparkplug/G/N/D"): LinkChanged(True, "born"),
        ("sensor/D", "sparkplug/G/N/D"): Reading("temperature", 4.0),
    }
    data = tell(made, "DDATA/N/D", 2, Metric(alias=5, value=Value(3, 46.5)), after_s=1)
    assert [event.body for event in data.events] == [Reading("temperature", 46.5)]
    assert not data.replies
    assert all(refusal(event, NOW_MS + 1000) is None for event in data.events)


def test_the_property_tells_the_unit_and_a_wrong_one_is_refused() -> None:
    made = host()
    tell(made, "NBIRTH/N", 0, bd(0))
    warm = tell(made, "DBIRTH/N/D", 1, temp(50.0, "[degF]"))
    assert Reading("temperature", 10.0) in [event.body for event in warm.events]
    wrong = tell(made, "DDATA/N/D", 2, temp(50.0, "kPa"))
    assert not wrong.events
    assert "unit 'kPa' measures pressure" in wrong.refused[0].reason


def test_a_gap_asks_for_a_rebirth_once_a_minute_and_the_data_is_taken() -> None:
    made = host(rebirth_every_s=60)
    born(made)
    asked = [
        tell(made, "DDATA/N/D", seq, Metric(alias=5, value=Value(3, 5.0)), after_s=at)
        for seq, at in ((3, 1), (5, 2), (6, 3), (9, 62))
    ]
    assert [len(one.replies) for one in asked] == [1, 0, 0, 1]
    assert all(one.events for one in asked)
    reply = asked[0].replies[0]
    (told,) = decode_payload(reply.payload).metrics
    assert reply.address == "spBv1.0/G/NCMD/N"
    assert (told.name, told.value, told.datatype) == ("Node Control/Rebirth", Value(4, True), 11)


def test_the_sequence_goes_round_without_a_gap() -> None:
    made = host()
    born(made)
    told = [tell(made, "NDATA/N", seq % 256, after_s=seq) for seq in range(2, 600)]
    assert not any(one.replies or one.refused for one in told)


@pytest.mark.parametrize("where", ["DDATA/N/D", "DBIRTH/N/D", "NDATA/N"])
def test_what_comes_before_the_birth_waits_and_asks_for_it(where: str) -> None:
    told = tell(host(), where, 7, temp())
    assert not told.events
    assert len(told.replies) == 1
    assert "not born yet" in told.refused[0].reason


def test_an_alias_that_no_birth_told_is_refused_and_asked_for() -> None:
    made = host()
    born(made)
    told = tell(made, "DDATA/N/D", 2, Metric(alias=99, value=Value(3, 1.0)), temp(6.0))
    assert [event.body for event in told.events] == [Reading("temperature", 6.0)]
    assert "alias 99" in told.refused[0].reason
    assert len(told.replies) == 1


def test_a_death_takes_all_devices_with_it_and_that_of_an_older_connection_nothing() -> None:
    made = host()
    born(made)
    assert tell(made, "NDEATH/N", None, bd(2)) == Decoded()
    told = tell(made, "NDEATH/N", None, bd(3), after_s=9)
    assert [(event.entity, event.body) for event in told.events] == [
        (f"feed/sparkplug/{name}", LinkChanged(False, "node G/N died")) for name in ("G/N", "G/N/D")
    ]
    assert {event.happened_ms for event in told.events} == {NOW_MS + 9000}
    assert tell(made, "DDATA/N/D", 2, temp()).refused
    # it comes back with a clock behind ours: the link is up after it was down
    again = tell(made, "NBIRTH/N", 0, bd(4), after_s=5)
    assert again.events[0].happened_ms == NOW_MS + 9001


def test_what_is_historical_keeps_its_time_and_what_comes_twice_its_id() -> None:
    made = host()
    born(made)
    old = temp(2.0, is_historical=True, timestamp_ms=NOW_MS - 3_600_000)
    one, two = (tell(made, "DDATA/N/D", 2, old) for _ in range(2))
    assert one.events == two.events
    assert one.events[0].happened_ms == NOW_MS - 3_600_000
    assert not two.replies
    undated = temp(2.0, is_historical=True)
    assert "historical without a timestamp" in tell(made, "DDATA/N/D", 3, undated).refused[0].reason


def test_null_unbound_and_datasets_tell_nothing_and_no_number_is_refused() -> None:
    made = host()
    born(made)
    gone = Metric(name="Cell/1/Temp", is_null=True)
    assert tell(made, "DDATA/N/D", 2, gone) == Decoded()
    table = Metric(name="Cell/1/Temp", datatype=16, value=Value(6, b"\x08\x02\x12\x01a"))
    assert "DataSet" in tell(made, "DDATA/N/D", 3, table).refused[0].reason
    assert (
        "is no number" in tell(made, "DDATA/N/D", 4, metric("Cell/1/Temp", "warm", STRING)).refused[0].reason
    )


def test_a_metric_of_the_node_itself_has_no_device_to_be_named_by() -> None:
    made = host()
    told = tell(made, "NBIRTH/N", 0, bd(0), temp())
    assert [event.body for event in told.events] == [LinkChanged(True, "born")]
    assert "bind them with {node}" in told.refused[0].reason


def test_commands_and_states_of_hosts_tell_nothing() -> None:
    state = host_state("twin", now_ms=NOW_MS)
    assert state.topic == "spBv1.0/STATE/twin"
    assert json.loads(state.birth) == {"online": True, "timestamp": NOW_MS}
    assert json.loads(state.death) == {"online": False, "timestamp": NOW_MS}
    assert host().decode(Message(state.topic, state.birth, NOW_MS)) == Decoded()
    assert tell(host(), "NCMD/N", None) == Decoded()
    with pytest.raises(ValueError, match="no name"):
        host_state("a/b", now_ms=0)


def test_no_broken_message_breaks_the_host(mutations: Callable[..., Iterator[bytes]]) -> None:
    made = host()
    birth = encode_payload(Payload(timestamp_ms=NOW_MS, seq=0, metrics=(bd(1), temp())))
    data = encode_payload(Payload(timestamp_ms=NOW_MS, seq=1, metrics=(temp(is_historical=True),)))
    steps = ("NBIRTH/N", "DBIRTH/N/D", "DDATA/N/D", "NDATA/N", "DDEATH/N/D", "NDEATH/N")
    taken = 0
    for place, payload in enumerate(mutations([birth, data], 20_000, seed=8)):
        if place % 6 == 0:
            # born again, so that what follows finds a session
            for whole in ("NBIRTH/N", "DBIRTH/N/D"):
                made.decode(Message(f"spBv1.0/G/{whole}", birth, NOW_MS))
        result = made.decode(Message(f"spBv1.0/G/{steps[place % 6]}", payload, NOW_MS))
        assert isinstance(result, Decoded)
        for event in result.events:
            taken += 1
            why = refusal(event, NOW_MS)
            assert why is None or "future" in why
    assert taken > 1_000
