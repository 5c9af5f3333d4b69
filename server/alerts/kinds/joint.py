"""Several rules at once about the same entity, zone, asset, SKU or site."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, NamedTuple

import msgspec
from pydantic import Field

from layouts.live.events import LiveEvent, Recorded
from layouts.live.state import TwinState
from server.alerts.condition import Look
from server.alerts.quantity import seconds_shown
from server.alerts.rule import Rule, RuleId

Same = Literal["entity", "zone", "asset", "sku", "site"]


class JointRule(Rule):
    """`all_of` the rules, or `any_of` them, hold for the `same` thing, for `for_s`."""

    said_values: ClassVar[tuple[str, ...]] = ("holding",)

    kind: Literal["joint"]
    all_of: tuple[RuleId, ...] = ()
    any_of: tuple[RuleId, ...] = ()
    same: Same = "entity"
    for_s: float = Field(0, ge=0, le=30 * 86_400)

    def problem(self) -> None:
        """Raises ValueError unless one of the two lists names two rules or more."""
        if bool(self.all_of) == bool(self.any_of):
            raise ValueError("give one of all_of and any_of, a list of rules' ids")
        if len(set(self.parts)) < 2:
            raise ValueError(f"{', '.join(self.parts)} is one rule: name two or more")

    @property
    def parts(self) -> tuple[str, ...]:
        """The rules that it hangs on."""
        return self.all_of or self.any_of


class Part(NamedTuple):
    """A rule that holds now, of an entity."""

    rule: str
    entity: str
    at_ms: int
    cause: str
    said: str


class JointMemory(msgspec.Struct, tag="joint"):
    """Since when enough of the rules hold, by which event, and the words of those that do."""

    since_ms: int | None = None
    since_id: str = ""
    at_ms: int = -1
    at_id: str = ""
    holding: list[str] = msgspec.field(default_factory=list)


class Joint:
    """A `JointRule` made ready; the engine tells it which of its rules hold."""

    bodies: tuple[type, ...] = ()
    channel: str | None = None

    def __init__(self, rule: JointRule) -> None:
        self.rule = rule

    def keys(self, event: LiveEvent, state: TwinState) -> tuple[str, ...]:  # noqa: ARG002 - all are asked alike
        """No event is about a joint rule itself."""
        return ()

    def memory(self, site: str, key: str) -> JointMemory:  # noqa: ARG002
        """None of the rules holds yet."""
        return JointMemory()

    def take(self, memory: JointMemory, recorded: Recorded) -> None:
        """A joint rule hears rules only."""

    def hear(self, memory: JointMemory, parts: Sequence[Part], at_ms: int, cause: str) -> None:
        """Of the thing in question, `parts` hold now; `cause` changed that."""
        holding = {part.rule for part in parts}
        is_met = holding.issuperset(self.rule.all_of) if self.rule.all_of else bool(holding)
        memory.at_ms, memory.at_id = max(at_ms, memory.at_ms), cause
        memory.holding = sorted(f"{part.rule} ({part.entity}: {part.said})" for part in parts)
        if not is_met:
            memory.since_ms = None
        elif memory.since_ms is None:
            memory.since_ms, memory.since_id = at_ms, cause

    def look(self, memory: JointMemory, now_ms: int, state: TwinState) -> Look:  # noqa: ARG002
        """Whether they have held together for long enough."""
        holding = "; ".join(memory.holding)
        values = {"holding": holding}
        if memory.since_ms is None:
            told = f"only {holding}" if holding else "none of its rules holds"
            return Look(False, memory.at_ms, memory.at_id, told, values)
        due = memory.since_ms + round(self.rule.for_s * 1000)
        lasting = f" for {seconds_shown(self.rule.for_s)}" if self.rule.for_s else ""
        said = f"together{lasting}: {holding}"
        if now_ms < due:
            return Look(False, memory.at_ms, memory.at_id, said, values, due_ms=due)
        return Look(True, due, memory.since_id, said, values)
