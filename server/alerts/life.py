"""The life of an alert: raised, acknowledged, shelved, escalated, cleared; read from its steps in any order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec

from layouts.live.events import AlertChanged, LiveEvent
from layouts.live.state import TwinState
from server.alerts.rule import Severity

Status = Literal["open", "acknowledged", "shelved", "cleared"]


@dataclass(frozen=True)
class Alert:
    """An alert as it stands. `entity` is `alert/RULE/KEY`; times in milliseconds since 1970 in UTC.

    `since_ms` is when it was last raised, `changed_ms` its last step, `by` who took that, None for the engine.
    """

    site: str
    entity: str
    rule: str
    about: str
    severity: Severity
    text: str
    status: Status
    since_ms: int
    changed_ms: int
    by: str | None
    until_ms: int | None
    options: tuple[str, ...]


class Life(msgspec.Struct):
    """The latest of each step of one alert."""

    steps: dict[str, LiveEvent] = msgspec.field(default_factory=dict)

    def apply(self, event: LiveEvent, body: AlertChanged) -> None:
        """Take a step in: of two alike the later stays, of equal times the greater id, as in `TwinState.latest`."""
        known = self.steps.get(body.step)
        if known is None or (event.happened_ms, event.id) > (known.happened_ms, known.id):
            self.steps[body.step] = event

    def at(self, step: str) -> int:
        """When it last took this step, -1 for never."""
        event = self.steps.get(step)
        return -1 if event is None else event.happened_ms

    @property
    def is_raised(self) -> bool:
        """Whether it was raised and has not cleared since; of one moment, the clearing comes last."""
        return self.at("raised") > self.at("cleared")

    @property
    def is_acknowledged(self) -> bool:
        """Whether someone has seen it since it was raised."""
        return self.is_raised and self.at("acknowledged") >= self.at("raised")

    def shelved_until(self) -> int | None:
        """Until when it is on the shelf, whether raised or not; None if it is not."""
        shelved = self.steps.get("shelved")
        if shelved is None or self.at("unshelved") >= shelved.happened_ms:
            return None
        body = shelved.body
        return body.until_ms if isinstance(body, AlertChanged) else None

    @property
    def severity(self) -> Severity:
        """That of the escalation since it was raised, else that of the raising."""
        step = "escalated" if self.at("escalated") >= self.at("raised") else "raised"
        event = self.steps.get(step)
        return (
            event.body.severity if event is not None and isinstance(event.body, AlertChanged) else "warning"
        )


def alerts_of(state: TwinState, *, now_ms: int | None = None) -> list[Alert]:
    """All alerts that were ever raised, by site and entity; a shelf that ran out at `now_ms` no longer hides.

    Without `now_ms` the state's own time counts, that of the newest event.
    """
    now = state.happened_ms if now_ms is None else now_ms
    lives = lives_of(state)
    return [
        _alert(site, entity, life, now)
        for (site, entity), life in sorted(lives.items())
        if "raised" in life.steps
    ]


def lives_of(state: TwinState) -> dict[tuple[str, str], Life]:
    """The life of each alert by site and entity."""
    lives: dict[tuple[str, str], Life] = {}
    for event, body in _steps(state):
        lives.setdefault((event.site, event.entity), Life()).apply(event, body)
    return lives


def calls_nobody(event: LiveEvent, state: TwinState) -> bool:
    """Whether a step happened while its alert lay on the shelf, or takes from the shelf what is not raised."""
    life = Life()
    for step in ("raised", "cleared", "shelved", "unshelved"):
        known = state.latest.get(f"{event.site}/alert/{event.entity}/{step}")
        if known is not None and isinstance(known.body, AlertChanged):
            life.apply(known, known.body)
    if isinstance(event.body, AlertChanged) and event.body.step == "unshelved":
        return not life.is_raised
    shelved, until = life.steps.get("shelved"), life.shelved_until()
    return shelved is not None and until is not None and shelved.happened_ms <= event.happened_ms < until


def _steps(state: TwinState) -> Iterator[tuple[LiveEvent, AlertChanged]]:
    for _, event in state.latest.items():  # noqa: PERF102, it is no dict
        if isinstance(event.body, AlertChanged):
            yield event, event.body


def _alert(site: str, entity: str, life: Life, now_ms: int) -> Alert:
    raised = life.steps["raised"]
    told = raised.body
    last = max(life.steps.values(), key=lambda event: (event.happened_ms, _order(event), event.id))
    until = life.shelved_until()
    if until is not None and until <= now_ms:
        until = None
    return Alert(
        site=site,
        entity=entity,
        rule=told.rule if isinstance(told, AlertChanged) else "",
        about=told.about if isinstance(told, AlertChanged) else "",
        severity=life.severity,
        text=told.text if isinstance(told, AlertChanged) else "",
        status=_status(life, until),
        since_ms=raised.happened_ms,
        changed_ms=last.happened_ms,
        by=last.body.by if isinstance(last.body, AlertChanged) else None,
        until_ms=until,
        options=told.options if isinstance(told, AlertChanged) else (),
    )


def _order(event: LiveEvent) -> int:
    """Of steps at one moment, the raising is the first and the clearing the last."""
    step = event.body.step if isinstance(event.body, AlertChanged) else ""
    return {"raised": 0, "cleared": 2}.get(step, 1)


def _status(life: Life, until_ms: int | None) -> Status:
    if until_ms is not None:
        return "shelved"
    if not life.is_raised:
        return "cleared"
    return "acknowledged" if life.is_acknowledged else "open"
