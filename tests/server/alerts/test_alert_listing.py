"""What is listed, in what order, and which alert a name means."""

from __future__ import annotations

import pytest

from server.alerts.listing import alert_named, alerts_record, alerts_shown, alerts_text, rules_text
from server.alerts.steps import acknowledge, clear
from spatial.errors import BadDataError

RULES = """
rules:
  - {id: warm, kind: threshold, channel: temperature, above: 8 °C}
  - {id: damp, kind: threshold, channel: humidity, above: 70 %, severity: critical, is_quiet: false}
"""


def test_open_and_worst_come_first_and_cleared_only_when_asked_for(make_log, reading):
    log = make_log(RULES)
    for event in (
        reading(0, 9),
        reading(1, 0.9, "sensor/h", "humidity"),
        reading(2, 9, "sensor/b"),
        reading(3, 5, "sensor/b"),
    ):
        log.tell(event)
    log.tell(acknowledge(alert_named(log.state, "damp/sensor/h", now_ms=5000), by="kim", now_ms=5000))
    shown = alerts_shown(log.state, now_ms=6000)
    assert [(alert.about, alert.status) for alert in shown] == [
        ("sensor/a", "open"), ("sensor/h", "acknowledged"),
    ]  # fmt: skip
    assert len(alerts_shown(log.state, now_ms=6000, with_cleared=True)) == 3
    text = alerts_text(shown)
    assert "1970-01-01T00:00:00Z warning  open: S alert/warm/sensor/a: sensor/a: temperature 9 °C" in text
    assert "acknowledged by kim" in text
    assert alerts_record(shown)[0]["since_ms"] == 0
    assert alerts_text([]) == "no alert"
    assert rules_text(log.engine.rules).endswith("2 rules, no fault")


def test_a_name_that_leads_nowhere_is_told_with_the_nearest(make_log, reading):
    log = make_log(RULES)
    log.tell(reading(0, 9))
    with pytest.raises(BadDataError, match="did you mean alert/warm/sensor/a"):
        alert_named(log.state, "warm/sensor/aa", now_ms=0)
    with pytest.raises(BadDataError, match="there is no alert/warm/sensor/a: see alerts list"):
        alert_named(log.state, "warm/sensor/a", site="X", now_ms=0)


def test_what_a_person_clears_while_it_holds_is_raised_again_by_the_rule(make_log, reading):
    log = make_log(RULES)
    log.tell(reading(0, 9))
    steps = log.tell(clear(alert_named(log.state, "warm/sensor/a", now_ms=0), by="kim", now_ms=10_000))
    assert [step.body.step for step in steps] == ["raised"]
    assert alerts_shown(log.state, now_ms=11_000)[0].status == "open"
    assert log.tell(reading(20, 9)) == []
