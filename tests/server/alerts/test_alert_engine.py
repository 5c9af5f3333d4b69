"""The engine over a log: the same alerts whoever runs it, in whatever order events come, whenever it restarts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.live.events import AlertChanged, LiveEvent, Reading, Recorded, refusal
from layouts.live.state import TwinState
from server.alerts.engine import AlertEngine
from server.alerts.examples import WAREHOUSE
from server.alerts.life import alerts_of
from server.alerts.memory import decode_memory, encode_memory, resume_engine
from server.alerts.read_rules import read_rules
from server.alerts.steps import acknowledge, shelve, unshelve

EXAMPLE = read_rules(WAREHOUSE)

WARM = """
rules:
  - {id: warm, kind: threshold, channel: temperature, above: 8 °C, hysteresis: 1 °C, for_s: 60, group_over: 3,
     escalate: [{after_s: 600, severity: critical}]}
"""


def steps_of(events: list[LiveEvent]) -> list[tuple[str, str, int]]:
    return [(e.body.step, e.body.about, e.happened_ms) for e in events if isinstance(e.body, AlertChanged)]


def test_hysteresis_and_duration_follow_the_definition(make_log, reading):
    log = make_log(WARM)
    values = [5, 9, 9, 7.5, 9, 7.5, 8.5, 7, 9, 5]
    steps = [step for i, value in enumerate(values) for step in log.tell(reading(30 * i, value))]
    assert steps_of(steps) == [("raised", "sensor/a", 90_000), ("cleared", "sensor/a", 210_000)]


@given(
    values=st.lists(st.tuples(st.integers(0, 600), st.sampled_from([5.0, 7.5, 9.0])), min_size=1, max_size=25)
)
@settings(max_examples=60, deadline=None)
def test_ticks_between_events_change_nothing_but_when_it_is_told(values):
    told = [
        LiveEvent(
            id=f"{i}",
            site="S",
            source="t",
            entity="sensor/cold-1",
            happened_ms=at * 10_000,
            body=Reading("temperature", value),
        )
        for i, (at, value) in enumerate(sorted(values))
    ]
    outcomes = []
    for ticks in (False, True):
        engine, state, steps = AlertEngine(EXAMPLE), TwinState(), []
        for seq, event in enumerate(told, start=1):
            if ticks:
                steps += engine.tick(event.happened_ms - 1, state)
            recorded = Recorded(seq, event.happened_ms, event)
            state.apply(recorded)
            steps += engine.apply(recorded, state)
        steps += engine.tick(told[-1].happened_ms, state)
        outcomes.append(
            sorted(step.id for step in steps if step.body.rule in ("cold-cell-warm", "sensor-silent"))
        )
    assert outcomes[0] == outcomes[1]


def test_a_replay_and_a_second_server_make_the_same_steps(make_log, log_type, make_rules, reading):
    log = make_log(WARM)
    for i in range(40):
        for name in ("a", "b"):
            log.tell(reading(20 * i, 9 if (i // 8 + (name == "b")) % 2 else 5, f"sensor/{name}"))
        log.tick(20_000 * i + 5_000)
    logged = {r.event.id: r.event for r in log.recorded}
    engine, state = AlertEngine(make_rules(WARM)), TwinState()
    for recorded in log.recorded:
        state.apply(recorded)
        for step in engine.apply(recorded, state):
            assert logged[step.id] == step
    assert len([r for r in log.recorded if isinstance(r.event.body, AlertChanged)]) > 6


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_restart_from_memory_goes_on_as_if_nothing_had_happened(cut, log_type, reading):
    told = [reading(60 * i, 9 if i % 20 > 10 else 5, f"sensor/cold-{i % 3}") for i in range(60)]
    outcomes = []
    for restarts in (False, True):
        log = log_type(AlertEngine(EXAMPLE))
        for i, event in enumerate(told):
            log.tell(event)
            if restarts and i == cut:
                log.engine, again = resume_engine(
                    EXAMPLE, decode_memory(encode_memory(log.engine)), log.state
                )
                assert again == []
        log.tick(10**8)
        outcomes.append(([recorded.event for recorded in log.recorded], encode_memory(log.engine)))
    assert outcomes[0] == outcomes[1]
    assert len(outcomes[0][0]) > len(told) + 2


def test_a_step_that_did_not_reach_the_log_is_handed_over_again(make_rules, reading):
    engine, state = AlertEngine(make_rules(WARM)), TwinState()
    recorded = Recorded(1, 0, reading(0, 9))
    state.apply(recorded)
    assert engine.apply(recorded, state) == []
    lost = engine.tick(60_000, state)
    _, again = resume_engine(make_rules(WARM), decode_memory(encode_memory(engine)), state)
    assert again == lost
    assert len(lost) == 1


def test_a_memory_of_another_event_is_refused(make_rules):
    rules = make_rules(WARM)
    state = TwinState()
    data = encode_memory(AlertEngine(rules))
    state.seq = 4
    with pytest.raises(ValueError, match="keep both together"):
        resume_engine(rules, decode_memory(data), state)


def test_what_is_old_and_comes_late_raises_nothing_now(make_log, reading):
    log = make_log(WARM)
    log.tell(reading(1000, 5))
    assert log.tell(reading(100, 30), 1_000_000) == []
    assert log.tell(reading(200, 30), 1_000_000) == []
    assert log.tick(2_000_000) == []
    other = make_log(WARM)
    for at in range(0, 600, 60):  # an edge node hands over what it kept for hours
        assert other.tell(reading(at, 30), 10_000_000) == []
    steps = other.tell(reading(10_000, 30), 10_000_000)
    assert [step for step, _, _ in steps_of(steps)] == ["raised"]  # and it is still warm


def test_a_step_told_twice_or_by_the_other_server_adds_nothing(make_log, reading):
    log, other = make_log(WARM), make_log(WARM)
    for at in (0, 30):
        log.tell(reading(at, 9))
        other.tell(reading(at, 9))
    raised = log.tick(60_000)
    assert other.tell(raised[0]) == []
    assert other.tick(70_000) == []
    assert [a.status for a in alerts_of(other.state)] == ["open"]


def test_the_other_server_saw_a_late_reading_first_and_both_end_alike(make_log, reading):
    first, second = make_log(WARM), make_log(WARM)
    for log in (first, second):
        log.tell(reading(0, 9))
    raised = first.tick(61_000)
    cleared = first.tell(reading(59, 5), 62_000)
    second.tell(reading(59, 5), 62_000)
    again = second.tell(raised[0], 63_000)
    assert [e.id for e in again] == [e.id for e in cleared]
    assert [a.status for a in alerts_of(second.state)] == ["cleared"]


def test_more_than_group_over_at_once_become_one_and_come_apart_again(make_log, reading):
    log = make_log(WARM)
    for i in range(10):
        log.tell(reading(i, 9, f"sensor/{i}"))
    steps = log.tick(200_000)
    assert [about for step, about, _ in steps_of(steps)] == ["sensor/0", "sensor/1", "sensor/2", "many"]
    for i in range(7):
        steps = log.tell(reading(300 + i, 5, f"sensor/{i}"))
    assert steps_of(steps)[:1] == [("cleared", "many", 306_000)]
    open_ = [alert.about for alert in alerts_of(log.state) if alert.status == "open"]
    assert open_ == ["sensor/7", "sensor/8", "sensor/9"]


def test_acknowledge_stops_the_escalation_and_shelves_run_out(make_log, reading):
    log = make_log(WARM)
    log.tell(reading(0, 9))
    log.tick(60_000)
    alert = alerts_of(log.state)[0]
    log.tell(acknowledge(alert, by="kim", now_ms=100_000))
    assert log.tick(10_000_000) == []
    alert = alerts_of(log.state)[0]
    assert (alert.status, alert.by, alert.since_ms) == ("acknowledged", "kim", 60_000)
    with pytest.raises(ValueError, match="acknowledged by kim"):
        acknowledge(alert, by="lee", now_ms=1)

    log = make_log(WARM)
    log.tell(reading(0, 9))
    log.tick(60_000)
    log.tell(shelve(alerts_of(log.state)[0], by="kim", until_ms=900_000, now_ms=100_000))
    assert alerts_of(log.state, now_ms=899_999)[0].status == "shelved"
    steps = log.tick(1_000_000)
    assert [step for step, _, _ in steps_of(steps)] == ["unshelved", "escalated"]
    after = alerts_of(log.state)[0]
    assert (after.status, after.severity) == ("open", "critical")
    with pytest.raises(ValueError, match="not shelved"):
        unshelve(after, by="kim", now_ms=1)
    with pytest.raises(ValueError, match="not within 0 and 720"):
        shelve(after, by="kim", until_ms=10, now_ms=20)


def test_steps_are_read_alike_in_any_order(make_log, reading):
    log = make_log(WARM)
    for i, value in enumerate([9, 9, 9, 5, 9, 9, 9]):
        log.tell(reading(60 * i, value))
    log.tell(acknowledge(alerts_of(log.state)[0], by="kim", now_ms=400_000))
    backwards = TwinState()
    steps = [r.event for r in log.recorded if isinstance(r.event.body, AlertChanged)]
    for i, event in enumerate(reversed(steps)):
        backwards.apply(Recorded(i + 1, 1_000_000, event))
    assert alerts_of(backwards) == alerts_of(log.state)


def test_a_joint_rule_over_a_whole_site_says_no_more_than_the_log_takes(make_log, reading):
    log = make_log(
        "rules:\n  - {id: warm, kind: threshold, channel: temperature, above: 8 °C, is_quiet: true}\n"
        "  - {id: damp, kind: threshold, channel: humidity, above: 70 %, is_quiet: true}\n"
        "  - {id: both, kind: joint, all_of: [warm, damp], same: site}\n"
    )
    for i in range(300):
        log.tell(reading(i, 9, f"sensor/{i}"))
    steps = log.tell(reading(400, 0.9, "sensor/h", "humidity"))
    assert steps_of(steps) == [("raised", "site/S", 400_000)]
    assert refusal(steps[0], 400_000) is None


@given(order=st.permutations(range(12)), last=st.sampled_from([5, 9]))
@settings(max_examples=40, deadline=None)
def test_in_whatever_order_readings_come_the_newest_decides_at_the_end(order, last):
    values = [9, 9, 5, 9, 7.5, 9, 9, 9, 5, 9, 9, last]
    engine, state = AlertEngine(EXAMPLE), TwinState()
    for seq, i in enumerate(order, start=1):
        event = LiveEvent(
            id=f"{i}", site="S", source="t", entity="sensor/cold-1", happened_ms=i * 400_000,
            body=Reading("temperature", float(values[i])),
        )  # fmt: skip
        recorded = Recorded(seq, 12 * 400_000, event)
        state.apply(recorded)
        engine.apply(recorded, state)
    engine.tick(12 * 400_000, state)
    raised = engine.lives.life("S", "alert/cold-cell-warm/sensor/cold-1").is_raised
    assert raised == (last == 9)
