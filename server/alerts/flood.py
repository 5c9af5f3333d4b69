"""Raising and clearing, and holding back: past `group_over` alerts of one rule at a site, one stands for the rest."""

from __future__ import annotations

from layouts.live.events import AlertChanged, LiveEvent
from server.alerts.condition import Look
from server.alerts.lives import Lives
from server.alerts.rule import MANY, Rule
from server.alerts.steps import alert_entity
from server.alerts.watch import WatchId

LONGEST_TEXT = 2_000


class Flood:
    """What holds but is not raised, by rule and site."""

    def __init__(self, lives: Lives) -> None:
        self._lives = lives
        self._back: dict[tuple[str, str], dict[str, Look]] = {}

    def settle(self, rule: Rule, name: WatchId, look: Look) -> list[LiveEvent]:
        """The steps that bring the alert in line with what holds: mostly none."""
        _, site, key = name
        is_raised = self._lives.life(site, alert_entity(rule.id, key)).is_raised
        back = self._back.setdefault((rule.id, site), {})
        if look.holds and not is_raised:
            return self._raise_or_hold_back(rule, site, key, look, back)
        if look.holds or not (is_raised or key in back):
            return []
        steps = self._clear(rule, site, key, look) if is_raised else []
        back.pop(key, None)
        return steps + self._let_go(rule, site, look, back)

    def _raise_or_hold_back(
        self, rule: Rule, site: str, key: str, look: Look, back: dict[str, Look]
    ) -> list[LiveEvent]:
        is_many = self._lives.life(site, alert_entity(rule.id, MANY)).is_raised
        if not is_many and self._lives.raised_count(rule.id, site) < rule.group_over:
            return [self._raise(rule, site, key, look)]
        back[key] = look
        if is_many:
            return []
        said = f"more than {rule.group_over} at once, the next {key}: {look.said}"
        return [self._raise(rule, site, MANY, look._replace(said=said))]

    def _let_go(self, rule: Rule, site: str, look: Look, back: dict[str, Look]) -> list[LiveEvent]:
        """Once there is room for all, the one for many clears and those held back are raised, as of now."""
        count = self._lives.raised_count(rule.id, site) + len(back)
        if count > rule.group_over or not self._lives.life(site, alert_entity(rule.id, MANY)).is_raised:
            return []
        said = f"no more than {rule.group_over} at once"
        steps = self._clear(rule, site, MANY, look._replace(said=said))
        for key, held in sorted(back.items()):
            at_ms = max(held.at_ms, look.at_ms)
            steps.append(self._raise(rule, site, key, held._replace(at_ms=at_ms)))
        back.clear()
        return steps

    def _raise(self, rule: Rule, site: str, key: str, look: Look) -> LiveEvent:
        said = {"about": key, "site": site, "rule": rule.id, "said": look.said}
        text = "{about}: {said}" if key == MANY else rule.text
        body = AlertChanged(
            rule.id,
            key,
            "raised",
            rule.severity,
            _cut(text.format_map({**look.values, **said})),
            options=look.options,
        )
        cleared_ms = self._lives.life(site, alert_entity(rule.id, key)).at("cleared")
        return self._lives.step(site, max(look.at_ms, cleared_ms + 1), body, key=key, cause=look.cause)

    def _clear(self, rule: Rule, site: str, key: str, look: Look) -> list[LiveEvent]:
        """The clearing, after what had fallen due before."""
        entity = alert_entity(rule.id, key)
        life = self._lives.life(site, entity)
        at_ms = max(look.at_ms, life.at("raised"))
        steps = self._lives.meet_deadlines(site, entity, at_ms)
        body = AlertChanged(rule.id, key, "cleared", life.severity, _cut(f"{key}: {look.said}"))
        return [*steps, self._lives.step(site, at_ms, body, key=key, cause=look.cause)]


def _cut(text: str) -> str:
    """What a joint rule over a whole site may say in full is more than the log takes."""
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
