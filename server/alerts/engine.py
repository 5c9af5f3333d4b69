"""The engine: a fold over the log that says which alerts are raised and cleared.

It reads no clock and keeps no truth of its own: what holds follows from the events, in what state an alert is from
its steps in the log. The same log gives the same steps with the same ids, so a replay and a second server on the
same log add nothing. Deadlines are looked at as of the time they fell due, by `tick` or by the next event after.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

from layouts.live.events import AlertChanged, LinkChanged, LiveEvent, Reading, Recorded
from layouts.live.state import TwinState
from server.alerts.condition import Condition, Look
from server.alerts.flood import Flood
from server.alerts.kinds.absence import Absence, feeds_of
from server.alerts.kinds.joint import Joint
from server.alerts.kinds.joint import Part as JointPart
from server.alerts.kinds.shortage import Shortage
from server.alerts.lives import Lives
from server.alerts.rule import bound
from server.alerts.rule_set import RuleSet
from server.alerts.watch import Watch, WatchId


class AlertEngine:
    """`apply` each event of the log once the state has it, and `tick` now and then; record what they return."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.seq = 0
        self.watches: dict[WatchId, Watch] = {}
        self.lives = Lives({rule.id: rule for rule in rules.rules})
        self._conditions: dict[str, Condition] = {each.rule.id: each for each in rules.conditions()}
        self._flood = Flood(self.lives)
        self._holding: dict[tuple[str, str], dict[str, Watch]] = {}
        self._due: list[tuple[int, WatchId]] = []
        self._listeners: dict[type, list[Condition]] = {}
        self._hung_on: dict[str, list[Joint]] = {}
        self._absences = [each for each in self._conditions.values() if isinstance(each, Absence)]
        self._meant: dict[tuple[type, str, str, str], tuple[Condition, ...]] = {}
        for condition in self._conditions.values():
            for body in condition.bodies:
                self._listeners.setdefault(body, []).append(condition)
            if isinstance(condition, Joint):
                for part in condition.rule.parts:
                    self._hung_on.setdefault(part, []).append(condition)

    def apply(self, recorded: Recorded, state: TwinState) -> list[LiveEvent]:
        """What the event changes; `state` has taken it in. An event that was applied before changes nothing."""
        if recorded.seq <= self.seq:
            return []
        self.seq = recorded.seq
        event = recorded.event
        body = event.body
        if isinstance(body, AlertChanged):
            return self._take_step(event, body, state)
        if isinstance(body, LinkChanged):
            return self._take_link(event, state)
        kind = type(body)
        if kind not in self._listeners:
            return []
        channel = body.channel if isinstance(body, Reading) else ""
        place = (kind, event.site, event.entity, channel)
        meant = self._meant.get(place)
        if meant is None:
            meant = self._meant[place] = self._find_meant(event, kind, channel)
        steps: list[LiveEvent] = []
        for condition in meant:
            for key in condition.keys(event, state):
                steps += self._take((condition.rule.id, event.site, key), condition, recorded, state)
        return steps

    def tick(self, now_ms: int, state: TwinState) -> list[LiveEvent]:
        """What has fallen due by `now_ms`, each as of the time that it did."""
        steps: list[LiveEvent] = []
        while self._due and self._due[0][0] <= now_ms:
            due, name = heapq.heappop(self._due)
            watch = self.watches[name]
            if watch.due_ms == due:
                watch.due_ms = None
                steps += self._look(name, watch, due, state)
        return steps + self.lives.tick(now_ms)

    def resume(
        self,
        seq: int,
        watches: Mapping[WatchId, Watch],
        steps: Iterable[LiveEvent],
        unseen: Iterable[LiveEvent],
        state: TwinState,
    ) -> None:
        """Go on from what was remembered after event `seq`; what belongs to rules that are gone is dropped."""
        self.seq = seq
        self.lives.seed(steps, unseen)
        for name, watch in sorted(watches.items(), key=lambda item: item[0]):
            if name[0] not in self._conditions:
                continue
            self.watches[name] = watch
            if watch.due_ms is not None:
                heapq.heappush(self._due, (watch.due_ms, name))
            if watch.holds:
                self._holding.setdefault(name[:2], {})[name[2]] = watch
                self._look(name, watch, watch.clock_ms, state)  # finds again what is held back

    def next_due_ms(self) -> int | None:
        """When a tick would find something to look at."""
        times = [
            due
            for due in (self._due[0][0] if self._due else None, self.lives.next_due_ms())
            if due is not None
        ]
        return min(times, default=None)

    def _find_meant(self, event: LiveEvent, kind: type, channel: str) -> tuple[Condition, ...]:
        return tuple(
            condition
            for condition in self._listeners[kind]
            if condition.channel in (None, channel)
            and (
                isinstance(condition, Shortage)  # knows by itself which SKUs it means
                or condition.rule.where.fits(event.site, event.entity, self.rules.bindings)
            )
        )

    def _take(
        self, name: WatchId, condition: Condition, recorded: Recorded, state: TwinState
    ) -> list[LiveEvent]:
        watch = self._watch(name)
        happened_ms = recorded.event.happened_ms
        steps = self._look_if_due(name, watch, happened_ms, state)
        condition.take(watch.memory, recorded)
        return steps + self._look(name, watch, happened_ms, state)

    def _watch(self, name: WatchId) -> Watch:
        watch = self.watches.get(name)
        if watch is None:
            rule, site, key = name
            watch = self.watches[name] = Watch(self._conditions[rule].memory(site, key))
        return watch

    def _look_if_due(self, name: WatchId, watch: Watch, now_ms: int, state: TwinState) -> list[LiveEvent]:
        """Deadlines before an event are looked at before it, as if there had been a tick in between."""
        steps: list[LiveEvent] = []
        while watch.due_ms is not None and watch.due_ms < now_ms:
            due, watch.due_ms = watch.due_ms, None
            steps += self._look(name, watch, due, state)
        return steps

    def _look(self, name: WatchId, watch: Watch, now_ms: int, state: TwinState) -> list[LiveEvent]:
        watch.clock_ms = max(watch.clock_ms, now_ms)
        condition = self._conditions[name[0]]
        look = condition.look(watch.memory, watch.clock_ms, state)
        if look.due_ms is not None and (watch.due_ms is None or look.due_ms < watch.due_ms):
            watch.due_ms = look.due_ms
            heapq.heappush(self._due, (look.due_ms, name))
        if look.holds and look.is_late and not watch.holds:
            return []
        had_held, watch.holds = watch.holds, look.holds
        steps = [] if condition.rule.is_quiet else self._flood.settle(condition.rule, name, look)
        if had_held == look.holds:
            return steps
        self._keep(name, watch, look)
        return steps + self._tell_joints(name, look, state)

    def _keep(self, name: WatchId, watch: Watch, look: Look) -> None:
        holding = self._holding.setdefault(name[:2], {})
        if look.holds:
            watch.at_ms, watch.cause, watch.said = look.at_ms, look.cause, look.said
            holding[name[2]] = watch
        else:
            holding.pop(name[2], None)

    def _tell_joints(self, name: WatchId, look: Look, state: TwinState) -> list[LiveEvent]:
        rule, site, key = name
        steps: list[LiveEvent] = []
        for joint in self._hung_on.get(rule, ()):
            group = self._group(joint, site, key)
            if group is None or not joint.rule.where.fits(site, group, self.rules.bindings):
                continue
            hung = (joint.rule.id, site, group)
            watch = self._watch(hung)
            at_ms = max(look.at_ms, 0)
            steps += self._look_if_due(hung, watch, at_ms, state)
            joint.hear(watch.memory, self._parts(joint, site, group), at_ms, look.cause)
            steps += self._look(hung, watch, at_ms, state)
        return steps

    def _parts(self, joint: Joint, site: str, group: str) -> list[JointPart]:
        return [
            JointPart(rule, key, watch.at_ms, watch.cause, watch.said)
            for rule in joint.rule.parts
            for key, watch in sorted(self._holding.get((rule, site), {}).items())
            if self._group(joint, site, key) == group
        ]

    def _group(self, joint: Joint, site: str, key: str) -> str | None:
        same = joint.rule.same
        if same == "entity":
            return key
        if same == "site":
            return f"site/{site}"
        if key.startswith(f"{same}/"):
            return key
        return bound(self.rules.bindings, site, key, same)

    def _take_step(self, event: LiveEvent, body: AlertChanged, state: TwinState) -> list[LiveEvent]:
        """A step from the log: what this engine did not come to itself, it follows; unless its own data say no."""
        self.lives.take(event, body)
        steps: list[LiveEvent] = []
        name = (body.rule, event.site, body.about)
        watch = self.watches.get(name)
        if watch is not None and body.step in ("raised", "cleared"):
            steps += self._look(name, watch, max(watch.clock_ms, event.happened_ms), state)
        return steps

    def _take_link(self, event: LiveEvent, state: TwinState) -> list[LiveEvent]:
        """All that hangs on the link is looked at anew, first what it silences or frees, then the feed itself."""
        steps: list[LiveEvent] = []
        for absence in self._absences:
            behind = sorted(
                name
                for name, watch in self.watches.items()
                if name[:2] == (absence.rule.id, event.site)
                and not watch.memory.behind
                and event.entity in feeds_of(watch.memory.feed)
            )
            if not behind:
                continue
            for name in behind:
                watch = self.watches[name]
                steps += self._look_if_due(name, watch, event.happened_ms, state)
                steps += self._look(name, watch, event.happened_ms, state)
            feed = (absence.rule.id, event.site, event.entity)
            watch = self._watch(feed)
            watch.memory.behind = len(behind)
            steps += self._look(feed, watch, event.happened_ms, state)
        return steps
