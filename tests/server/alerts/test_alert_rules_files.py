"""Rules files: what is wrong is told with file, line and remedy; the example's tests pass and can fail."""

from __future__ import annotations

import pytest

from server.alerts.examples import WAREHOUSE
from server.alerts.read_rules import read_rules
from server.alerts.rule_set import KIND_MODELS
from server.alerts.rule_tests import run_rule_tests
from spatial.errors import BadDataError


def rule(**fields: str) -> str:
    base = {"id": "r", "kind": "threshold", "channel": "temperature", "above": "8 °C"} | fields
    return "rules:\n  - " + "\n    ".join(f"{key}: {value}" for key, value in base.items() if value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (rule(abov="9 °C"), r"rules\.yaml:6: rules\.0\.abov: there is no such key: write above"),
        (rule(above="8 kPa"), r":5: rules\.0\.above: rule r: unit 'kPa' measures pressure"),
        (rule(above="8"), "has no unit: write '8.* °C'"),
        (rule(above="-300 °C"), "not within -273.15 and 2000"),
        (rule(channel="humidity", above="120 %"), "not within 0 and 1"),
        (rule(channel="vibration", above="5 mm/s", hysteresis="6 mm/s"), "it would never clear"),
        (rule(above="", below="90 %", channel="humidity", hysteresis="20 %"), "it would never clear"),
        (rule(hysteresis="-1 °C"), "is below 0"),
        (rule(above=""), "neither above nor below"),
        (rule(below="7 °C", hysteresis="2 °C"), "leave nothing between"),
        (rule(kind="thresold"), "is not a kind; choose one of threshold, rate"),
        (rule(text="'{valu}'"), r"text names \{valu\}, which is not known: choose one of about"),
        (rule(text="'{value:.1f}'"), "is no template"),
        (rule(where="{entity: 'senser/*'}"), "is not KIND/NAME"),
        (rule(escalate="[{after_s: 60, severity: info}]"), "does not rise"),
        (rule(id="'a b'"), "is no id"),
        (rule(for_s="-1"), "-1 is below 0: choose a larger value"),
        (rule(kind="rate", above="", rises="2 °C", hysteresis="3 °C"), "is not below rises"),
        (rule(kind="excursion", above="", high="8 °C"), "none of out_s, degree_minutes and mkt_above"),
        (rule(kind="excursion", above="", high="8 °C", out_s="90000"), "widen the window"),
        (rule(kind="health", channel="energy", above=""), "is a counter"),
        (
            rule(kind="count", channel="", above="", event="fences", at_least="3", window_s="9"),
            "choose one of",
        ),
        (rule(kind="joint", channel="", above="", all_of="[r2, r3]"), "names r2, which there is not"),
        (rule() + "\n" + rule().partition("\n")[2], "the id r is there twice"),
        ("rules: []", "there are no rules"),
        ("rulez: []", "write rules"),
        ("a: *b", "is no YAML|alias"),
    ],
)
def test_what_is_wrong_is_told_with_its_remedy(tmp_path, text, told):
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadDataError, match=told):
        read_rules(path)


def test_rules_in_a_ring_are_told(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(
        "rules:\n  - {id: a, kind: joint, any_of: [b, c]}\n  - {id: b, kind: joint, any_of: [a, c]}\n"
        "  - {id: c, kind: threshold, channel: temperature, above: 8 °C}\n"
    )
    with pytest.raises(BadDataError, match="in a ring"):
        read_rules(path)


def test_differences_have_no_zero_point(make_log, reading):
    log = make_log(rule(above="50 °F", hysteresis="1.8 °F"))
    steps = [s for i, v in enumerate([10.5, 9.1, 8.9]) for s in log.tell(reading(i, v))]
    assert [(s.body.step, s.happened_ms) for s in steps] == [("raised", 0), ("cleared", 2000)]


def test_the_example_holds_each_kind_and_its_tests_pass():
    rules = read_rules(WAREHOUSE).rules
    assert {each.kind for each in rules} == set(KIND_MODELS)
    report = run_rule_tests(WAREHOUSE)
    assert (report.exit_code, report.untested) == (0, ()), str(report)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "above: 8 °C\n    hysteresis: 1 °C",
            "above: 12 °C\n    hysteresis: 1 °C",
            "- expected raised cold-cell",
        ),
        ("for_s: 300", "for_s: 0", r"\+ came     raised cold-cell-warm"),
        (
            "expected_ms: +3d}}\n    silent",
            "expected_ms: +3d, status: arrived}}\n    silent",
            "17 tests, 0 failed",
        ),
        ("place: S/A, quantity: 200", "place: S/A, quantity: 2", "expected silence"),
        ("same: zone", "same: entity", "- expected raised warm-behind"),
        ("usual_gaps: 4", "usual_gaps: 2", r"expected raised sensor-silent, sensor/t-7, at \+1h40m"),
    ],
)
def test_a_changed_rule_fails_the_examples_tests(tmp_path, old, new, told):
    import re

    text = WAREHOUSE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "changed.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    report = run_rule_tests(path)
    assert re.search(told, str(report)), str(report)
    assert report.exit_code == int("0 failed" not in told)


def test_tests_may_stand_in_a_file_of_their_own_and_rules_without_any_are_told(tmp_path):
    rules, tests = tmp_path / "rules.yaml", tmp_path / "tests.yaml"
    rules.write_text(rule() + "\n  - {id: other, kind: threshold, channel: humidity, above: 70 %}")
    tests.write_text(
        "tests:\n  - name: warm\n    given: [{at: +0s, entity: sensor/a, read: {temperature: 9 °C}}]\n"
        "    expect: [{at: +0s, rule: r}]\n"
    )
    report = run_rule_tests(tests, rules_from=rules)
    assert (report.exit_code, report.untested) == (0, ("other",))
    assert "warning: rule other has no test" in str(report)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("{at: 5, entity: sensor/a, read: {temperature: 9 °C}}", "at"),
        ("{at: +5x, entity: sensor/a, read: {temperature: 9 °C}}", "is no time"),
        ("{at: +5s, entity: sensor/a, read: {temperature: 9 kg}}", "measures mass"),
        ("{at: +5s, entity: sensor/a}", "give one of read"),
        ("{at: +5s, entity: sensor/a, body: {type: fense}}", "see the list of events"),
        ("{at: +5s, entity: sensr/a, read: {temperature: 9 °C}}", "is not KIND/NAME"),
    ],
)
def test_a_wrong_test_is_told(tmp_path, given, told):
    path = tmp_path / "rules.yaml"
    path.write_text(rule() + f"\ntests:\n  - name: t\n    given: [{given}]\n    silent: true\n")
    with pytest.raises(BadDataError, match=told):
        run_rule_tests(path)
