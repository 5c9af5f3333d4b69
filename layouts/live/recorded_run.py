"""A live day as a Run: KPIs and viewers do not know it from a simulated one.

Everything is placed by when it happened, so the order in which it was learned changes no byte. Work is taken as it
was told; where no work was told, positions become moves (`layouts.live.recorded_paths`).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from layouts.live.events import (
    LiveEvent,
    OrderClosed,
    OrderReleased,
    Position,
    Recorded,
    Work,
    encode_event,
)
from layouts.live.recorded_paths import JoiningRules, Place, join, outside, part_of_path
from layouts.run import AisleFloor, Duty, Event, Run, Times
from spatial.facility import Facility

RULES = JoiningRules()


class _Window(NamedTuple):
    from_ms: int
    until_ms: int

    def seconds(self, at_ms: float) -> float:
        return (at_ms - self.from_ms) / 1000

    def holds(self, at_ms: int) -> bool:
        return self.from_ms <= at_ms < self.until_ms


class _Done(NamedTuple):
    """Something an agent did, to be sorted."""

    start_ms: int
    key: str
    event: Event


def run_of(
    events: Iterable[Recorded],
    *,
    site: str,
    from_ms: int,
    until_ms: int,
    facility: Facility | None = None,
    rules: JoiningRules = RULES,
) -> Run:
    """What happened at `site` from `from_ms` until before `until_ms` as a recorded Run, whose epoch is `from_ms`.

    Work that reaches over an end is cut there, and its quantity counts where it ends. An agent is on duty from when
    it was first seen until it was last. Raises ValueError for an empty span.
    """
    if until_ms <= from_ms:
        raise ValueError(f"until_ms {until_ms} is not after from_ms {from_ms}: give a span above 0 ms")
    window = _Window(from_ms, until_ms)
    told = sorted(
        (each.event for each in events if each.event.site == site and _begins_before(each.event, until_ms)),
        key=lambda event: (event.happened_ms, event.id),
    )
    orders = _orders(told, window)
    told = [event for event in told if event.happened_ms >= from_ms]
    work = [event for event in told if isinstance(event.body, Work)]
    moves, notes = _moves(told, work, window, rules)
    done = sorted((*_works(work, window), *moves))
    rows = tuple(_numbered(seq, each.event) for seq, each in enumerate(done))
    digest = _digest(told)
    duty = _duty(told, window)
    return Run(
        id=f"recorded-{digest[:12]}",
        kind="recorded",
        agents=tuple(sorted(duty)),
        duration_s=window.seconds(until_ms),
        events=rows,  # type: ignore[arg-type]  # a Run takes any sequence of Event
        inputs={
            "site": site,
            "from_ms": from_ms,
            "until_ms": until_ms,
            "live_events": len(told),
            "live_sha256": digest,
            "warm_up_s": 0.0,
        },
        notes=notes,
        orders=orders,  # type: ignore[arg-type]  # a Run takes any mapping to Times
        duty=duty,
        aisles={} if facility is None else {each.id: AisleFloor.of(each) for each in facility.aisles},
    )


WORK_FIELDS = ("resource", "cause", "blocked_by", "location", "order", "sku", "quantity", "job", "aisle")
"""The fields of `Work` that are those of a Run's event under the same name."""


def _begins_before(event: LiveEvent, until_ms: int) -> bool:
    begins_ms = event.body.start_ms if isinstance(event.body, Work) else event.happened_ms
    return begins_ms < until_ms


def _agent(event: LiveEvent) -> str:
    """The name of an agent; a person or anything else keeps its kind, so that no two are taken for one."""
    return event.entity.removeprefix("agent/")


def _works(work: Sequence[LiveEvent], window: _Window) -> Iterator[_Done]:
    for event in work:
        body = event.body
        if not isinstance(body, Work):
            continue
        start_ms = max(min(body.start_ms, event.happened_ms), window.from_ms)
        end_ms = min(event.happened_ms, window.until_ms)
        if end_ms == window.from_ms and body.start_ms < window.from_ms:
            continue
        path, whole_ms = body.path, event.happened_ms - body.start_ms
        if body.kind == "move" and whole_ms > end_ms - start_ms and len(path) > 1:
            path = part_of_path(
                path, (start_ms - body.start_ms) / whole_ms, (end_ms - body.start_ms) / whole_ms
            )
        told = {name: getattr(body, name) for name in WORK_FIELDS}
        if event.happened_ms > window.until_ms:
            told["quantity"] = None
        yield _Done(
            start_ms,
            event.id,
            Event(
                seq=0,
                agent=_agent(event),
                kind=body.kind,
                start_s=window.seconds(start_ms),
                end_s=window.seconds(end_ms),
                level=body.level,
                path=path,
                **told,
            ),
        )


def _moves(
    told: Sequence[LiveEvent], work: Sequence[LiveEvent], window: _Window, rules: JoiningRules
) -> tuple[list[_Done], tuple[str, ...]]:
    """The moves by positions, outside told work, and what a reader must know of them."""
    places: dict[str, dict[int, Place]] = defaultdict(dict)
    for event in told:
        if isinstance(event.body, Position) and window.holds(event.happened_ms):
            at = Place(event.happened_ms, event.body.level, event.body.x_m, event.body.y_m)
            places[_agent(event)][event.happened_ms] = at  # of equal times the greater id, as in Latest
    busy: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for event in work:
        if isinstance(event.body, Work):
            busy[_agent(event)].append((event.body.start_ms, event.happened_ms))
    done: list[_Done] = []
    silences = jumps = 0
    for agent, reports in sorted(places.items()):
        joined = join(tuple(reports.values()), rules)
        silences, jumps = silences + joined.silences, jumps + joined.jumps
        spans = deque(sorted(busy[agent]))
        for stretch in joined.moves:
            while spans and spans[0][1] <= stretch.start.at_ms:
                spans.popleft()
            done += (_moved(agent, *piece, window) for piece in outside(stretch, tuple(spans)))
    return done, _notes(rules, silences, jumps) if places else ()


def _moved(agent: str, start: Place, end: Place, window: _Window) -> _Done:
    event = Event(
        seq=0,
        agent=agent,
        kind="move",
        start_s=window.seconds(start.at_ms),
        end_s=window.seconds(end.at_ms),
        level=start.level,
        path=((start.x_m, start.y_m), (end.x_m, end.y_m)),
    )
    return _Done(start.at_ms, f"~{agent}/{start.at_ms:015d}", event)  # after told work of the same time


def _notes(rules: JoiningRules, silences: int, jumps: int) -> tuple[str, ...]:
    notes = [
        f"Moves without a task log are straight lines between position reports, within {rules.tolerance_m:g} m of "
        "each; standing of which no cause was told counts as idle.",
        "An agent is on duty from when it was first seen until it was last seen.",
    ]
    if silences:
        notes.append(
            f"{silences} silences of more than {rules.silent_s:g} s are gaps: nothing is shown for them."
        )
    if jumps:
        notes.append(
            f"{jumps} jumps, to another level or faster than {rules.fastest_m_s:g} m/s, are gaps: nobody is shown "
            "to have gone there."
        )
    return tuple(notes)


def _orders(told: Sequence[LiveEvent], window: _Window) -> Mapping[str, Times]:
    """Orders released or closed in the window; of what was told twice the later counts."""
    released: dict[str, LiveEvent] = {}
    closed: dict[str, LiveEvent] = {}
    for event in told:
        if event.happened_ms < window.until_ms:
            if isinstance(event.body, OrderReleased):
                released[event.entity] = event
            elif isinstance(event.body, OrderClosed):
                closed[event.entity] = event
    found: dict[str, Times] = {}
    for name in dict.fromkeys((*released, *closed)):
        opening, closing = released.get(name), closed.get(name)
        if closing is not None and closing.happened_ms < window.from_ms:
            continue
        due_ms = opening.body.due_ms if opening and isinstance(opening.body, OrderReleased) else None
        is_done = closing is not None and isinstance(closing.body, OrderClosed) and closing.body.how == "done"
        found[name.removeprefix("order/")] = Times(
            released_s=None if opening is None else window.seconds(opening.happened_ms),
            due_s=None if due_ms is None else window.seconds(due_ms),
            done_s=window.seconds(closing.happened_ms) if is_done and closing is not None else None,
        )
    return found


def _duty(told: Sequence[LiveEvent], window: _Window) -> Mapping[str, Duty]:
    duty: dict[str, Duty] = {}
    for event in told:
        if not isinstance(event.body, (Work, Position)):
            continue
        begins_ms = event.body.start_ms if isinstance(event.body, Work) else event.happened_ms
        span = Duty(
            window.seconds(max(begins_ms, window.from_ms)),
            window.seconds(min(event.happened_ms, window.until_ms)),
        )
        known = duty.get(_agent(event), span)
        duty[_agent(event)] = Duty(min(known.from_s, span.from_s), max(known.until_s, span.until_s))
    return duty


def _digest(told: Iterable[LiveEvent]) -> str:
    digest = hashlib.sha256()
    for event in told:
        digest.update(encode_event(event) + b"\n")
    return digest.hexdigest()


def _numbered(seq: int, event: Event) -> Event:
    return replace(event, seq=seq)
