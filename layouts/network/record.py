"""A run, a check and a plan of transfers as values for JSON, and as CSV tables."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from layouts.network.alternatives import Alternatives
from layouts.network.checks import Finding
from layouts.network.effects import Effect
from layouts.network.figures import verdict
from layouts.network.model import Network
from layouts.network.plan import Plan
from layouts.network.run_network import Differences, NetworkRun
from layouts.network.text import answers
from layouts.network.transfers import Transfers
from layouts.statistics.intervals import Estimate
from layouts.statistics.selection import Selection


def run_dict(run: NetworkRun) -> dict[str, Any]:
    """As JSON holds it; endless days and missing capacities are null."""
    return {
        "schema": "aisletwin.network-run/1",
        "played": vars(run.played),
        "events": [event.model_dump(mode="json", exclude_none=True) for event in run.disruptions.events],
        "reaction_days": run.disruptions.reaction_days,
        "answers": list(answers(run)),
        "usual": _records(run.usual),
        "disturbed": None if run.disturbed is None else _records(run.disturbed),
        "differences": None if run.differences is None else _differences(run.differences),
        "variant": None
        if run.variant is None
        else {"levels": _records(run.variant.levels), "differences": _differences(run.variant.differences)},
        "effects": list(map(_effect, run.effects)),
        "node_stops": [
            {"node": each.node, "days": each.days, "is_loss": each.is_loss, **_effect(each.effect)}
            for each in run.node_stops
        ],
        "weak_points": [{**each._asdict(), "cut_off": list(each.cut_off)} for each in run.weak_points],
        "survivals": [
            {**each._asdict(), "days": _finite(each.days), "is_exposed": each.is_exposed}
            for each in run.survivals
        ],
        "alternatives": list(map(_alternatives, run.alternatives)),
        "findings": [each._asdict() for each in run.findings],
    }


def check_dict(network: Network, planned: Plan, findings: Sequence[Finding]) -> dict[str, Any]:
    """What was read and what is odd about it."""
    return {
        "schema": "aisletwin.network-check/1",
        "nodes": len(network.nodes),
        "lanes": len(network.lanes),
        "families": list(network.families),
        "planned_cost_per_day": planned.cost,
        "unmet_per_day": float(planned.unmet.sum()),
        "findings": [each._asdict() for each in findings],
    }


def transfers_dict(found: Transfers) -> dict[str, Any]:
    """The plan of transfers with its shadow prices."""
    return {
        "schema": "aisletwin.network-transfers/1",
        **{name: value for name, value in vars(found).items() if not isinstance(value, tuple)},
        "moves": [each._asdict() for each in found.moves],
        "balances": [each._asdict() for each in found.balances],
        "full_lanes": [each._asdict() for each in found.full_lanes],
    }


def transfers_csv(found: Transfers) -> str:
    """A row a move."""
    return _csv(("lane", "origin", "destination", "family", "units", "cost", "reason"), found.moves)


def lanes_csv(run: NetworkRun) -> str:
    """A row a lane: the units a day over it, and the share of its capacity."""
    rows = (
        (lane.id, lane.origin, lane.destination, float(over), share_of(float(over), lane.capacity_per_day))
        for lane, over in zip(run.network.lanes, run.over, strict=True)
    )
    return _csv(("lane", "origin", "destination", "units_per_day", "share_of_capacity"), rows)


def share_of(over: float, capacity: float) -> float | None:
    """The share of a capacity that is used; None where there is no bound, or nothing can go."""
    return over / capacity if 0 < capacity < math.inf else None


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(header)
    table.writerows(rows)
    return text.getvalue()


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "event": effect.event.name,
        "happened": effect.happened,
        "missed": _record(effect.missed),
        "survived_days": _record(effect.survived),
        "recovered_days": _record(effect.recovered),
        "not_recovered": effect.not_recovered,
        "differences": _differences(effect.differences),
    }


def _alternatives(found: Alternatives) -> dict[str, Any]:
    return {
        "node": found.node,
        "answer": found.answer,
        "ranked": [
            {
                "node": each.node,
                "lanes": list(each.lanes),
                "unit_cost": each.unit_cost,
                "lead_days": each.lead_days,
                "capacity_per_day": _finite(each.capacity_per_day),
                "fill_rate": each.fill_rate.record(),
                "cost_to_serve": each.cost_to_serve.record(),
            }
            for each in found.ranked
        ],
        "by_fill_rate": _selection(found.by_fill_rate),
        "by_cost": _selection(found.by_cost),
    }


def _selection(found: Selection | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "leader": found.leader,
        "is_clear": found.is_clear,
        "systems": [
            {"name": each.name, "verdict": each.verdict, "difference": _record(each.difference)}
            for each in found.systems
        ],
    }


def _differences(found: Differences) -> dict[str, Any]:
    return {
        name: {"difference": pair.difference.record(), "verdict": verdict(name, pair.difference)}
        for name, pair in found.items()
    }


def _records(found: Mapping[str, Estimate]) -> dict[str, Any]:
    return {name: estimate.record() for name, estimate in found.items()}


def _record(estimate: Estimate | None) -> dict[str, Any] | None:
    return None if estimate is None else estimate.record()


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
