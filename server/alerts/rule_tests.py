"""Rules' own tests: given events at relative times, which alerts are expected, and when there must be silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from layouts.live.events import AlertChanged, LiveEvent, Recorded
from layouts.live.state import TwinState
from server.alerts.engine import AlertEngine
from server.alerts.read_rules import Fault, RulesFile, faulty, read_rules_file, validated
from server.alerts.rule_test_form import START_MS, Expected, RuleTest, Silent, at_ms, events_of


@dataclass(frozen=True)
class TestOutcome:
    """How one test went; `faults` says what was expected and what came instead."""

    __test__ = False

    name: str
    line: int
    faults: tuple[str, ...]


@dataclass(frozen=True)
class TestReport:
    """All tests of a file, and rules that none of them names."""

    __test__ = False

    outcomes: tuple[TestOutcome, ...]
    untested: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0 if all pass, 1 if one fails."""
        return int(any(each.faults for each in self.outcomes))

    def __str__(self) -> str:
        """A line for each test, the differences of those that fail below it, and a warning for untested rules."""
        lines: list[str] = []
        for each in self.outcomes:
            lines.append(f"{'FAIL' if each.faults else 'ok  '} {each.name} (line {each.line})")
            lines += [f"     {fault}" for fault in each.faults]
        lines += [f"warning: rule {name} has no test: add one that names it" for name in self.untested]
        failed = sum(bool(each.faults) for each in self.outcomes)
        return "\n".join([*lines, f"{len(self.outcomes)} tests, {failed} failed"])


def run_rule_tests(path: Path, *, rules_from: Path | None = None) -> TestReport:
    """Run the tests of a file on its rules, or on those of the file `rules_from`.

    Raises BadDataError for rules or tests that are not what they must be, with file, line and remedy.
    """
    file = read_rules_file(path, may_have_rules_elsewhere=rules_from is not None)
    rules = file.rules if rules_from is None else read_rules_file(rules_from).rules
    names = {rule.id for rule in rules.rules}
    tests = _tests(path, file, names)
    outcomes = tuple(
        TestOutcome(test.name, line, tuple(_faults(test, AlertEngine(rules)))) for line, test in tests
    )
    named = {name for _, test in tests for name in _named(test, names)}
    return TestReport(
        outcomes, tuple(rule.id for rule in rules.rules if rule.id not in named and not rule.is_quiet)
    )


def _tests(path: Path, file: RulesFile, rules: set[str]) -> list[tuple[int, RuleTest]]:
    faults: list[Fault] = []
    tests: list[tuple[int, RuleTest]] = []
    raw = file.tests or []
    if not isinstance(raw, list):
        raise faulty(path, file.text, [Fault(("tests",), "this is no list: begin each test with a dash")])
    for i, entry in enumerate(raw):
        test = validated(entry, RuleTest, ("tests", i), faults)
        if test is None:
            continue
        faults += [
            Fault(("tests", i), f"there is no rule {name}: choose one of {', '.join(sorted(rules))}")
            for name in sorted(_named(test, set()) - rules)
        ]
        try:
            events_of(test)
        except ValueError as error:
            faults.append(Fault(("tests", i, "given"), str(error)))
        tests.append((file.text.line(("tests", i)), test))
    if faults:
        raise faulty(path, file.text, faults)
    return tests


def _named(test: RuleTest, all_rules: set[str]) -> set[str]:
    named = {each.rule for each in test.expect}
    if isinstance(test.silent, Silent):
        return named | (set(test.silent.rules) or all_rules)
    return named | (all_rules if test.silent else set())


def _faults(test: RuleTest, engine: AlertEngine) -> Iterator[str]:
    steps = _run(test, engine)
    wanted = {each.rule for each in test.expect}
    left = [step for step in steps if isinstance(step.body, AlertChanged) and step.body.rule in wanted]
    for expected in test.expect:
        found = next((step for step in left if _is(step, expected)), None)
        if found is None:
            yield f"- expected {_told(expected)}"
        else:
            left.remove(found)
    for step in left:
        yield f"+ came     {_shown(step)}"
    if test.silent is not False:
        silent = test.silent.rules if isinstance(test.silent, Silent) else ()
        for step in steps:
            body = step.body
            if (
                isinstance(body, AlertChanged)
                and body.rule not in wanted
                and (not silent or body.rule in silent)
            ):
                yield f"+ came     {_shown(step)}, expected silence"


def _run(test: RuleTest, engine: AlertEngine) -> list[LiveEvent]:
    """Events go in when they are learned, deadlines are met in between, up to the end: `ends`, or the last event."""
    state, seq, steps = TwinState(), 0, []

    def take(event: LiveEvent, learned_ms: int) -> None:
        nonlocal seq
        seq += 1
        recorded = Recorded(seq, learned_ms, event)
        state.apply(recorded)
        for step in engine.apply(recorded, state):
            steps.append(step)
            take(step, learned_ms)

    def meet_deadlines(until_ms: int) -> None:
        while (due := engine.next_due_ms()) is not None and due <= until_ms:
            for step in engine.tick(due, state):
                steps.append(step)
                take(step, due)

    events = events_of(test)
    for learned_ms, event in events:
        meet_deadlines(learned_ms)
        take(event, learned_ms)
    meet_deadlines(events[-1][0] if test.ends is None else START_MS + at_ms(test.ends))
    return steps


def _is(step: LiveEvent, expected: Expected) -> bool:
    body = step.body
    texts = (expected.contains,) if isinstance(expected.contains, str) else expected.contains
    return (
        isinstance(body, AlertChanged)
        and body.rule == expected.rule
        and body.step == expected.step
        and expected.about in (None, body.about)
        and expected.severity in (None, body.severity)
        and expected.options in (None, len(body.options))
        and all(text in body.text for text in texts)
        and abs(step.happened_ms - START_MS - at_ms(expected.at)) <= at_ms(expected.within)
    )


def _told(expected: Expected) -> str:
    parts = [f"{expected.step} {expected.rule}", expected.about or "any", f"at {expected.at}"]
    if expected.severity:
        parts.append(expected.severity)
    if expected.contains:
        parts.append(f"with {expected.contains!r}")
    if expected.options is not None:
        parts.append(f"{expected.options} options")
    return ", ".join(parts)


def _shown(step: LiveEvent) -> str:
    body = step.body
    if not isinstance(body, AlertChanged):
        return step.entity
    at_s = (step.happened_ms - START_MS) / 1000
    options = f", {len(body.options)} options" if body.options else ""
    return f"{body.step} {body.rule}, {body.about}, at +{at_s:g}s, {body.severity}{options}, '{body.text}'"
