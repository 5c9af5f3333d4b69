"""The alerts of all rules: which are raised, and what falls due of itself: the end of a shelf, an escalation."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

from layouts.live.events import AlertChanged, LiveEvent
from server.alerts.life import Life
from server.alerts.quantity import seconds_shown
from server.alerts.rule import MANY, RANK, Escalation, Rule
from server.alerts.steps import alert_entity, step_event


class Lives:
    """Lives by site and entity. Steps that the engine comes to count at once, and change nothing when they come back
    from the log.
    """

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = rules
        self._of: dict[tuple[str, str], Life] = {}
        self._raised: dict[tuple[str, str], set[str]] = {}
        self._due: list[tuple[int, str, str]] = []
        self.unseen: dict[str, LiveEvent] = {}
        """Steps that the engine came to and that have not come back from the log, by id."""

    def seed(self, steps: Iterable[LiveEvent], unseen: Iterable[LiveEvent] = ()) -> None:
        """Take over steps of before, and those that may not have reached the log."""
        for event in steps:
            if isinstance(event.body, AlertChanged):
                self.take(event, event.body)
        self.unseen.update((event.id, event) for event in unseen)

    def steps(self) -> list[LiveEvent]:
        """The latest of each step of each alert, in one order."""
        return [life.steps[step] for _, life in sorted(self._of.items()) for step in sorted(life.steps)]

    def take(self, event: LiveEvent, body: AlertChanged) -> None:
        """Take a step in, from the log or from the engine."""
        self.unseen.pop(event.id, None)
        life = self._of.setdefault((event.site, event.entity), Life())
        life.apply(event, body)
        if event.entity != alert_entity(body.rule, MANY):
            raised = self._raised.setdefault((body.rule, event.site), set())
            if life.is_raised:
                raised.add(event.entity)
            else:
                raised.discard(event.entity)
        self._schedule(event.site, event.entity, life)

    def life(self, site: str, entity: str) -> Life:
        """The life of an alert; one without steps if it never was raised."""
        return self._of.get((site, entity)) or Life()

    def raised_count(self, rule: str, site: str) -> int:
        """How many alerts of the rule are raised at the site, the one for many aside."""
        return len(self._raised.get((rule, site), ()))

    def step(self, site: str, at_ms: int, body: AlertChanged, *, key: str, cause: str) -> LiveEvent:
        """The engine comes to a step: it counts at once."""
        event = step_event(site, alert_entity(body.rule, key), at_ms, body, cause=cause)
        self.take(event, body)
        self.unseen[event.id] = event
        return event

    def next_due_ms(self) -> int | None:
        """When the next step falls due."""
        return self._due[0][0] if self._due else None

    def tick(self, now_ms: int) -> list[LiveEvent]:
        """The steps that have fallen due, as of then."""
        steps: list[LiveEvent] = []
        while self._due and self._due[0][0] <= now_ms:
            due, site, entity = heapq.heappop(self._due)
            life = self._of[site, entity]
            if self._next_due(life) == due:
                step = self._fallen_due(site, entity, life, due)
                steps.append(step)
        return steps

    def meet_deadlines(self, site: str, entity: str, before_ms: int) -> list[LiveEvent]:
        """The steps of one alert that fell due before something else happens to it."""
        steps: list[LiveEvent] = []
        life = self.life(site, entity)
        while (due := self._next_due(life)) is not None and due < before_ms:
            steps.append(self._fallen_due(site, entity, life, due))
        return steps

    def _fallen_due(self, site: str, entity: str, life: Life, due_ms: int) -> LiveEvent:
        raised = life.steps["raised"] if "raised" in life.steps else life.steps["shelved"]
        told = raised.body
        if not isinstance(told, AlertChanged):
            raise TypeError(f"a step of {entity} is no alert")
        if life.shelved_until() == due_ms:
            body = AlertChanged(
                told.rule,
                told.about,
                "unshelved",
                told.severity,
                told.text,
                "the shelf's end",
                None,
                told.options,
            )
            cause = life.steps["shelved"].id
        else:
            escalation = self._escalation(life, told.rule)
            severity = told.severity if escalation is None else escalation.severity
            waited = seconds_shown((due_ms - raised.happened_ms) / 1000)
            text = f"{told.text} (unacknowledged for {waited})"
            body = AlertChanged(
                told.rule, told.about, "escalated", severity, text, "escalation", None, told.options
            )
            cause = raised.id
        event = step_event(site, entity, due_ms, body, cause=cause)
        self.take(event, body)
        self.unseen[event.id] = event
        return event

    def _schedule(self, site: str, entity: str, life: Life) -> None:
        due = self._next_due(life)
        if due is not None:
            heapq.heappush(self._due, (due, site, entity))

    def _next_due(self, life: Life) -> int | None:
        until = life.shelved_until()
        if until is not None:
            return until
        raised = life.steps.get("raised")
        if raised is None or not isinstance(raised.body, AlertChanged):
            return None
        if not life.is_raised or life.is_acknowledged:
            return None
        escalation = self._escalation(life, raised.body.rule)
        if escalation is None:
            return None
        return max(raised.happened_ms + round(escalation.after_s * 1000), life.at("unshelved"))

    def _escalation(self, life: Life, rule: str) -> Escalation | None:
        """The next step up from the severity that the alert has."""
        known = self._rules.get(rule)
        steps = () if known is None else known.escalate
        return next((step for step in steps if RANK[step.severity] > RANK[life.severity]), None)
