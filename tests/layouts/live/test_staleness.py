"""Freshness: late by expectation, silent never gone, unknown while a link is down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.live.events import LinkChanged, LiveEvent, Position, Reading, Recorded
from layouts.live.sensors import SensorBinding
from layouts.live.staleness import EXPECTED, Expectation, ago, expected_of, freshness
from layouts.live.state import TwinState


def _state(*told: tuple[str, str, int, object]) -> TwinState:
    state = TwinState()
    for seq, (entity, source, happened_ms, body) in enumerate(told, start=1):
        event = LiveEvent(
            id=f"e{seq}", site="S", source=source, entity=entity, happened_ms=happened_ms, body=body
        )
        state.apply(Recorded(seq, happened_ms, event))
    return state


AT = Position(level="0", x_m=1.0, y_m=2.0)
COLD = Reading("temperature", -18.0)
DOWN, UP = LinkChanged(is_up=False, reason="no answer"), LinkChanged(is_up=True)


@pytest.mark.parametrize(
    ("age_s", "condition"),
    [(0, "fresh"), (10, "fresh"), (10.001, "late"), (25, "late"), (25.001, "silent"), (86_400, "silent")],
)
def test_an_agent_expected_every_five_seconds_is_late_after_two_and_silent_after_five_intervals(
    age_s, condition
):
    state = _state(("agent/AGV-1", "hall", 1_000_000, AT))
    assert freshness(state, 1_000_000 + int(age_s * 1000))["S/agent/AGV-1"].condition == condition


def test_silent_is_last_seen_and_the_entity_stays():
    state = _state(("agent/AGV-1", "hall", 0, AT))
    fresh = freshness(state, 3 * 3_600_000)["S/agent/AGV-1"]
    assert (fresh.condition, fresh.text) == ("silent", "last seen 3 h ago")


def test_a_tag_without_battery_that_is_read_every_four_hours_is_not_late_after_five():
    rules = (Expectation(about="sensor/tag-*", interval_s=4 * 3600), *EXPECTED)
    state = _state(("sensor/tag-7", "rfid", 0, COLD), ("sensor/T-1", "rfid", 0, COLD))
    found = freshness(state, 5 * 3_600_000, rules)
    assert found["S/sensor/tag-7"].condition == "fresh"
    assert found["S/sensor/T-1"].condition == "silent"


def test_what_hangs_on_a_feed_that_is_down_is_unknown_since_then():
    state = _state(
        ("sensor/T-1", "edge/press-3", 10_000, COLD),
        ("sensor/T-2", "other", 10_000, COLD),
        ("feed/edge", "edge", 60_000, DOWN),
    )
    found = freshness(state, 180_000)
    down = found["S/sensor/T-1"]
    assert (down.condition, down.link, down.since_ms) == ("unknown", "feed/edge", 60_000)
    assert down.text == "unknown for 2 min: feed/edge is down, last seen 2 min ago"
    assert found["S/sensor/T-2"].condition == "fresh"


def test_after_the_link_is_back_or_the_thing_told_again_it_is_judged_by_its_age():
    told = [("sensor/T-1", "edge", 10_000, COLD), ("feed/edge", "edge", 60_000, DOWN)]
    assert freshness(_state(*told, ("feed/edge", "edge", 90_000, UP)), 100_000)["S/sensor/T-1"].link is None
    again = freshness(_state(*told, ("sensor/T-1", "direct", 70_000, COLD)), 100_000)["S/sensor/T-1"]
    assert (again.condition, again.last_seen_ms) == ("fresh", 70_000)


def test_a_device_whose_own_link_is_down_is_unknown():
    state = _state(("agent/AGV-1", "hall", 10_000, AT), ("agent/AGV-1", "hall", 11_000, DOWN))
    assert freshness(state, 12_000)["S/agent/AGV-1"].condition == "unknown"


def test_kinds_that_are_not_expected_to_tell_are_left_out_and_a_future_time_is_now():
    state = _state(("order/1", "wms", 0, AT), ("agent/A", "hall", 5_000, AT))
    found = freshness(state, 0)
    assert list(found) == ["S/agent/A"]
    assert found["S/agent/A"].age_ms == 0


def test_bindings_promise_the_shortest_interval_of_their_entity():
    bindings = [
        SensorBinding(sensor="T[1]", entity="zone/cold", channel="temperature", interval_s=600),
        SensorBinding(sensor="T[1]", entity="zone/cold", channel="humidity", interval_s=60),
    ]
    rules = expected_of(bindings)
    state = _state(("zone/cold", "hall", 0, COLD), ("sensor/T[1]", "hall", 0, COLD))
    found = freshness(state, 130_000, rules)
    assert [one.condition for one in found.values()] == ["late", "late"]


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_it_never_gets_fresher_with_time(one_ms, other_ms):
    rule = Expectation(about="*", interval_s=60)
    order = ("fresh", "late", "silent")
    sooner, later = sorted((one_ms, other_ms))
    assert order.index(rule.condition(sooner)) <= order.index(rule.condition(later))


def test_spans_are_said_in_their_largest_whole_unit():
    assert [ago(ms) for ms in (-5, 999, 59_999, 60_000, 3_600_000, 172_800_000)] == [
        "0 s",
        "0 s",
        "59 s",
        "1 min",
        "1 h",
        "2 d",
    ]


@pytest.mark.parametrize("wrong", [{"interval_s": 0}, {"interval_s": 1, "late_after": 3, "silent_after": 2}])
def test_an_expectation_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="of 'agent/\\*'"):
        Expectation(about="agent/*", **wrong)
