"""Killed at any event, alerts go on as if nothing had happened: none raised twice, none missed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import server.alerts.restart
from layouts.live.events import AlertChanged, LiveEvent
from server.alerts.engine import AlertEngine
from server.alerts.life import alerts_of
from server.alerts.memory import encode_memory
from server.alerts.restart import KeptMemory, restart
from server.alerts.rule_set import RuleSet
from server.store.opening import open_store
from server.store.store import EventStore

RULES = """
bindings:
  - {entity: "sensor/*", zone: zone/Z}
rules:
  - {id: warm, kind: threshold, channel: temperature, above: 8 °C, hysteresis: 2 °C, for_s: 60, group_over: 2,
     escalate: [{after_s: 300, severity: critical}]}
  - {id: warming, kind: rate, channel: temperature, rises: 3 °C, per_s: 60, window_s: 120, hysteresis: 1 °C}
  - {id: silent, kind: absence, where: {entity: "sensor/*"}, after_s: 90, usual_gaps: 3}
  - {id: often, kind: count, where: {entity: "sensor/*"}, event: reading, at_least: 8, window_s: 200}
  - {id: spoilt, kind: excursion, low: 2 °C, high: 8 °C, out_s: 200, degree_minutes: 15, window_s: 900}
  - {id: both, kind: joint, all_of: [warm, warming], same: zone, severity: critical}
"""
KILL_EVERY = 7


class Server:
    """A server over a real log: ticks once a second of the log's time, records steps a little late."""

    def __init__(self, rules: RuleSet, folder: Path) -> None:
        self.rules, self.memory = rules, folder / "memory.json"
        self.store = open_store(f"sqlite:///{folder / 'log.sqlite'}")
        self.start()

    def start(self) -> None:
        self.state, self.engine, self.owed = restart(self.rules, self.store, self.memory)
        self.kept = KeptMemory(self.memory, self.store)

    def tell(self, event: LiveEvent, learned_ms: int) -> None:
        self.owed += self.engine.tick(learned_ms - 1, self.state)
        self.hand_over(learned_ms - 1)
        self.record([event], learned_ms)
        self.kept.keep_if_due(self.engine)

    def hand_over(self, now_ms: int) -> None:
        while self.owed:
            steps, self.owed = self.owed, []
            self.record(steps, now_ms)

    def record(self, events: Sequence[LiveEvent], now_ms: int) -> None:
        appended = self.store.append(events, now_ms=now_ms)
        assert not appended.refused
        for recorded in appended.recorded:
            self.state.apply(recorded)
            self.owed += self.engine.apply(recorded, self.state)

    def end(self, now_ms: int) -> None:
        self.owed += self.engine.tick(now_ms, self.state)
        self.hand_over(now_ms)


def sequence(reading: Callable[..., LiveEvent]) -> list[tuple[LiveEvent, int]]:
    """Three sensors that warm and cool, fall silent, and are told late or out of order now and then."""
    chance = random.Random(7)
    told = []
    for i in range(150):
        name = chance.choice("abc")
        if 60 <= i < 90 and name == "b":
            continue  # silent for a while
        at_s = 20 * i - (45 if chance.random() < 0.15 else 0)
        value = round(6 + 5 * ((i // 18) % 2) + chance.uniform(-2.5, 2.5), 2)
        told.append((reading(max(0, at_s), value, f"sensor/{name}"), 20_000 * i + 500))
    return told


def steps_in(store: EventStore) -> list[LiveEvent]:
    """All steps that were recorded; those of one moment in any order."""
    steps = [each.event for each in store.read() if isinstance(each.event.body, AlertChanged)]
    return sorted(steps, key=lambda event: (event.happened_ms, event.id))


@pytest.mark.parametrize("keep_every", [1, 40, 10_000])
@pytest.mark.parametrize("phase", range(0, KILL_EVERY, 2))
def test_killed_at_every_few_events_alerts_are_those_of_an_uninterrupted_run(
    keep_every, phase, tmp_path, monkeypatch, make_rules, reading
):
    monkeypatch.setattr(server.alerts.restart, "KEEP_EVERY", keep_every)
    rules, told = make_rules(RULES), sequence(reading)
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    whole, killed = Server(rules, tmp_path / "whole"), Server(rules, tmp_path / "killed")
    for i, (event, learned_ms) in enumerate(told):
        whole.tell(event, learned_ms)
        killed.tell(event, learned_ms)
        if i % KILL_EVERY == phase:
            killed.start()  # steps that were owed are lost with the process
            assert encode_memory(killed.engine) == encode_memory(whole.engine), f"after event {i}"
    for one in (whole, killed):
        one.end(10**8)
    expected, got = steps_in(whole.store), steps_in(killed.store)
    assert len({event.id for event in got}) == len(got)
    assert got == expected
    assert alerts_of(killed.state) == alerts_of(whole.state)
    assert killed.state.sha256() == whole.state.sha256()
    rules_seen = {event.body.rule for event in expected if isinstance(event.body, AlertChanged)}
    assert rules_seen == {rule.id for rule in rules.rules}, "the sequence tries every rule"
    for one in (whole, killed):
        one.store.close()


def test_a_memory_that_is_broken_of_another_log_or_ahead_of_it_is_not_believed(
    tmp_path, make_rules, reading, caplog
):
    rules, told = make_rules(RULES), sequence(reading)
    live = Server(rules, tmp_path)
    for event, learned_ms in told[:60]:
        live.tell(event, learned_ms)
    live.hand_over(told[59][1])
    before = encode_memory(live.engine)
    empty = AlertEngine(rules)
    of_another = encode_memory(empty, log="another")
    empty.seq = 10**6
    for data in (b"", before[:200], of_another, encode_memory(empty, log=live.store.id)):
        live.memory.write_bytes(data)
        caplog.clear()
        live.start()
        assert encode_memory(live.engine) == before
        assert "alerts begin without their memory" in caplog.text
    live.store.close()


def test_a_disk_that_does_not_take_the_memory_stops_nothing(
    tmp_path, monkeypatch, make_rules, reading, caplog
):
    monkeypatch.setattr(server.alerts.restart, "KEEP_EVERY", 5)
    live = Server(make_rules(RULES), tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    told = sequence(reading)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        for event, learned_ms in told[:8]:
            live.tell(event, learned_ms)
    assert "cannot be kept, it is tried again: [Errno 28]" in caplog.text
    assert not live.memory.exists()
    live.tell(*told[8])
    assert live.memory.exists()
    live.store.close()


def test_a_start_folds_a_bounded_part_of_a_long_log(tmp_path, monkeypatch, make_rules, reading):
    monkeypatch.setattr(server.alerts.restart, "MOST_FOLDED", 30)
    rules, told = make_rules(RULES), sequence(reading)
    live = Server(rules, tmp_path)
    for event, learned_ms in told:
        live.tell(event, learned_ms)
    live.hand_over(told[-1][1])
    folded = []
    apply = AlertEngine.apply
    monkeypatch.setattr(
        AlertEngine, "apply", lambda self, each, state: folded.append(each.seq) or apply(self, each, state)
    )
    live.start()
    assert len(folded) == 30
    assert (live.state.seq, live.engine.seq) == (live.store.head(), live.store.head())
    live.hand_over(told[-1][1])
    for alert in alerts_of(live.state):  # what it may have forgotten, it forgot in the log as well
        assert live.engine.lives.life("S", alert.entity).is_raised == (alert.status != "cleared")
    live.store.close()
