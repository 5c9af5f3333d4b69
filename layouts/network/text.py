"""What a run, a check or a plan of transfers says, in sentences."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from layouts.network.checks import Finding
from layouts.network.each_node import NodeStop, unlike_flow
from layouts.network.effects import Effect
from layouts.network.figures import FIGURES, verdict
from layouts.network.model import Network
from layouts.network.plan import Plan
from layouts.network.run_network import Differences, Levels, NetworkRun
from layouts.network.survival import Survival
from layouts.network.transfers import Transfers, limits_of
from layouts.network.weak_points import WeakPoint
from layouts.statistics.intervals import Estimate

SHOWN = 5


def shown(figure: str, estimate: Estimate) -> tuple[Estimate, str]:
    """The figure as it is shown, shares in percent, with its unit."""
    return (estimate.scaled(100), "%") if figure == "fill_rate" else (estimate, FIGURES[figure].unit)


def shown_difference(figure: str, difference: Estimate) -> tuple[Estimate, str]:
    """A difference as it is shown, of shares in points."""
    return (difference.scaled(100), "points") if figure == "fill_rate" else (difference, FIGURES[figure].unit)


def run_text(run: NetworkRun) -> str:
    """All answers, one a line."""
    return "\n".join(answers(run))


def answers(run: NetworkRun) -> tuple[str, ...]:
    """The run in sentences: differences first, then levels, events, weak points, survival, alternatives."""
    return (
        *(_differences("events against none", run.differences) if run.differences is not None else ()),
        *(
            _differences("variant against network", run.variant.differences)
            if run.variant is not None
            else ()
        ),
        *_levels(run.levels),
        *map(effect_text, run.effects),
        *_stops(run.node_stops, run.weak_points),
        *_weak(run.weak_points),
        *_survival(run.survivals),
        *(each.answer for each in run.alternatives),
        *(f"{finding.kind}: {finding.text}" for finding in run.findings),
    )


def service_verdict(run: NetworkRun, goal: float) -> Literal["pass", "fail", "cannot_decide"]:
    """Whether the share met at once, under the events, is at least the goal; the interval decides."""
    level = run.levels["fill_rate"]
    return "pass" if level.low >= goal else "fail" if level.high < goal else "cannot_decide"


def effect_text(effect: Effect) -> str:
    """What an event does by itself."""
    name = f"event '{effect.event.name}'"
    if effect.missed is None:
        return f"{name}: it happens in no replication"
    if effect.survived is None:
        return f"{name}: no demand is missed in {effect.happened} replications with it"
    change, unit = shown_difference("fill_rate", effect.differences["fill_rate"].difference)
    told = f"{name}: demand is missed in {effect.missed.scaled(100).text('%')}"
    told += f"; from its begin on it is met for {effect.survived.text('days')}"
    if effect.recovered is not None:
        told += f"; after its end it takes {effect.recovered.text('days')} to recover"
    if effect.not_recovered:
        told += f"; {effect.not_recovered} times not within the days played"
    return f"{told}; met at once {change.text(unit)}"


def stop_text(stop: NodeStop) -> str:
    """What a node that is down does to service and to what shortage costs."""
    told = stop.effect.differences
    change, unit = shown_difference("fill_rate", told["fill_rate"].difference)
    dear, unit_of_cost = shown_difference("short_cost_per_day", told["short_cost_per_day"].difference)
    name = f"{stop.node} down for {stop.days} days"
    return f"{name}: met at once {change.text(unit)}; cost of shortage {dear.text(unit_of_cost)}"


def weak_text(weak: WeakPoint) -> str:
    """What is lost without a node."""
    told = f"without {weak.node}, {weak.lost_per_day:,.6g} units a day ({weak.share:.1%}) cannot be served"
    return f"{told}; it is the only way to {_some(sorted({*weak.cut_off}))}" if weak.cut_off else told


def survival_text(survival: Survival) -> str:
    """How long demand is met without a node, and whether that is long enough."""
    days = "for ever" if math.isinf(survival.days) else f"for {survival.days:.4g} days"
    told = f"without {survival.node} all demand is met {days}"
    if survival.recover_days is None:
        return told
    return f"{told}; it takes {survival.recover_days:g} days to restore{': exposed' if survival.is_exposed else ''}"


def check_text(network: Network, planned: Plan, findings: tuple[Finding, ...]) -> str:
    """What was read, what it plans, and what is odd."""
    kinds = Counter(node.kind for node in network.nodes.values())
    lines = [
        f"{len(network.nodes):,} nodes ({', '.join(f'{count:,} {kind}' for kind, count in sorted(kinds.items()))}), "
        f"{len(network.lanes):,} lanes, {len(network.families):,} families",
        f"plan: {planned.flow.sum():,.6g} units a day over lanes for {planned.cost:,.6g} a day",
        *(f"{'fault' if each.is_fault else 'note'}: {each.kind}: {each.text}" for each in findings),
    ]
    return "\n".join(lines)


def transfers_text(found: Transfers) -> str:
    """The moves with their reasons, what they save, and what keeps more from being saved."""
    saved = found.short_cost_before - found.short_cost - found.cost
    lines = [
        f"{len(found.moves)} transfers for {found.days} days: they cost {found.cost:,.6g} and save {saved:,.6g} of "
        f"{found.short_cost_before:,.6g}"
    ]
    for move in found.moves:
        family = "" if move.family == "all" else f" {move.family}"
        lines.append(f"{move.units:,}{family} over {move.lane}: {move.reason}")
    for what, worth in list(limits_of(found).items())[:SHOWN]:
        lines.append(f"one more at {what} would save {worth:,.4g}")
    if not found.is_whole:
        lines.append("units are whole; what one more would save is told for parts of a unit")
    return "\n".join(lines)


def _differences(what: str, found: Differences) -> Iterator[str]:
    for figure, pair in found.items():
        difference, unit = shown_difference(figure, pair.difference)
        told = verdict(figure, pair.difference)
        yield f"{what}: {FIGURES[figure].title.lower()} {difference.text(unit)}: {told}"


def _levels(found: Levels) -> Iterator[str]:
    for figure, level in found.items():
        estimate, unit = shown(figure, level)
        yield f"{FIGURES[figure].title.lower()}: {estimate.text(unit)}"
    if "co2e_kg_per_unit" not in found:
        yield "co2e: not told, a lane that is used has no factor"


def _stops(found: tuple[NodeStop, ...], weak: tuple[WeakPoint, ...]) -> Iterator[str]:
    if not found:
        return
    losses = [each for each in found if each.is_loss]
    yield (
        f"each node down in turn: less is met at once without {len(losses)} of {len(found)}; intervals hold for "
        "all of them at once"
    )
    yield from map(stop_text, losses[:SHOWN])
    covered, late = unlike_flow(found, weak)
    if covered:
        yield f"needed in the long run, but no loss is shown in the days they are down: {_some(list(covered))}"
    if late:
        yield f"other ways have room in the long run, but not in time, without {_some(list(late))}"


def _weak(found: tuple[WeakPoint, ...]) -> Iterator[str]:
    if not found:
        yield "no single node is needed to serve all demand"
    yield from map(weak_text, found[:SHOWN])
    if len(found) > SHOWN:
        yield f"{len(found) - SHOWN} more nodes without which demand is lost"


def _survival(found: tuple[Survival, ...]) -> Iterator[str]:
    first = [each for each in found if each.is_exposed] or [
        each for each in found if math.isfinite(each.days)
    ]
    yield from map(survival_text, first[:SHOWN])


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
