"""All rules of a file, made ready for the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from server.alerts.condition import Condition
from server.alerts.kinds.absence import Absence, AbsenceRule
from server.alerts.kinds.count import Count, CountRule
from server.alerts.kinds.excursion import Excursion, ExcursionRule
from server.alerts.kinds.health import Health, HealthRule
from server.alerts.kinds.joint import Joint, JointRule
from server.alerts.kinds.rate import Rate, RateRule
from server.alerts.kinds.shortage import Shortage, ShortageRule
from server.alerts.kinds.threshold import Threshold, ThresholdRule
from server.alerts.rule import Binding, Rule

KIND_MODELS: dict[str, type[Rule]] = {
    "threshold": ThresholdRule,
    "rate": RateRule,
    "absence": AbsenceRule,
    "excursion": ExcursionRule,
    "count": CountRule,
    "joint": JointRule,
    "shortage": ShortageRule,
    "health": HealthRule,
}
"""What may be written under each `kind`."""

_MADE: dict[type[Rule], Callable[[Any], Condition]] = {
    ThresholdRule: Threshold,
    RateRule: Rate,
    AbsenceRule: Absence,
    ExcursionRule: Excursion,
    CountRule: Count,
    JointRule: Joint,
    ShortageRule: Shortage,
    HealthRule: Health,
}


@dataclass(frozen=True)
class RuleSet:
    """Rules in the order of the file, joint ones after those that they hang on, and what belongs to which entity."""

    rules: tuple[Rule, ...]
    bindings: tuple[Binding, ...] = ()

    def conditions(self) -> tuple[Condition, ...]:
        """The rules made ready."""
        return tuple(_MADE[type(rule)](rule) for rule in self.rules)

    def rule(self, name: str) -> Rule | None:
        """The rule of this id."""
        return next((rule for rule in self.rules if rule.id == name), None)


def in_order(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules, each joint one after those that it names.

    Raises ValueError for an id that is there twice, one that leads nowhere, and rules that hang on each other.
    """
    known = {rule.id for rule in rules}
    if len(known) < len(rules):
        twice = next(rule.id for i, rule in enumerate(rules) if rule.id in {r.id for r in rules[:i]})
        raise ValueError(f"the id {twice} is there twice: give each rule its own")
    placed: dict[str, Rule] = {}
    waiting = list(rules)
    while waiting:
        ready = [rule for rule in waiting if _parts(rule) <= placed.keys()]
        for rule in waiting:
            for name in sorted(_parts(rule) - known):
                raise ValueError(
                    f"rule {rule.id} names {name}, which there is not: choose one of {sorted(known)}"
                )
        if not ready:
            ring = ", ".join(rule.id for rule in waiting)
            raise ValueError(f"the rules {ring} hang on each other in a ring: take one name out")
        placed.update((rule.id, rule) for rule in ready)
        waiting = [rule for rule in waiting if rule.id not in placed]
    return tuple(placed.values())


def _parts(rule: Rule) -> set[str]:
    return set(rule.parts) if isinstance(rule, JointRule) else set()
