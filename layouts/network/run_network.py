"""A network under disruptions: as usual, disturbed, event by event, its weak points and who else could deliver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.network.alternatives import Alternatives, alternatives
from layouts.network.checks import Finding, check
from layouts.network.disruptions import Disruptions
from layouts.network.each_node import NodeStop, each_node
from layouts.network.effects import Effect, effects
from layouts.network.figures import differences, levels
from layouts.network.model import Network
from layouts.network.simulate import NO_EVENTS, Outcome, Played, simulate, stage_of
from layouts.network.survival import Survival, survivals
from layouts.network.weak_points import WeakPoint, weak_points
from layouts.statistics.common_numbers import CommonNumbers
from layouts.statistics.intervals import Estimate
from spatial.progress import Progress, silent
from spatial.tasks.workers import Workers

Levels = Mapping[str, Estimate]
Differences = Mapping[str, CommonNumbers]


@dataclass(frozen=True, kw_only=True)
class Variant:
    """Another network under the same events and draws; differences are it less the network."""

    levels: Levels
    differences: Differences


@dataclass(frozen=True, kw_only=True)
class NetworkRun:
    """All that a run tells. `disturbed` and what follows from events are None or empty without any.

    `over` are mean units a day over each lane (L,), disturbed if there are events.
    """

    network: Network
    disruptions: Disruptions
    played: Played
    findings: tuple[Finding, ...]
    usual: Levels
    disturbed: Levels | None
    differences: Differences | None
    over: npt.NDArray[np.float64]
    effects: tuple[Effect, ...]
    node_stops: tuple[NodeStop, ...]
    weak_points: tuple[WeakPoint, ...]
    survivals: tuple[Survival, ...]
    alternatives: tuple[Alternatives, ...]
    variant: Variant | None

    @property
    def levels(self) -> Levels:
        """Those under the events, if there are any."""
        return self.usual if self.disturbed is None else self.disturbed


def run_network(
    network: Network,
    disruptions: Disruptions,
    played: Played,
    *,
    variant: Network | None = None,
    only_together: bool = False,
    is_each_node_stopped: bool = False,
    down_days: int | None = None,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> NetworkRun:
    """Play a network and tell what it comes to.

    1. As usual, without events. 2. Under all events, with the same draws. 3. A `variant` under the same. 4. Each
    event by itself, and, for nodes that stop, each other source, unless `only_together`. 5. Each node down by itself
    if `is_each_node_stopped`, for `down_days` (see `each_node`). 6. What no draw decides: weak points and times to
    survive.

    The same arguments give the same result for any number of `workers`. Raises what planning and playing raises.
    """
    share = _Shares(progress)
    stage = stage_of(network)
    usual = simulate(stage, NO_EVENTS, played, workers=workers, progress=share("as usual", 0.0, 0.15))
    has_events = bool(disruptions.events)
    told = share("disturbed", 0.15, 0.4)
    disturbed = simulate(stage, disruptions, played, workers=workers, progress=told) if has_events else usual
    other = None
    if variant is not None:
        told = share("variant", 0.4, 0.5)
        other = _variant(simulate(variant, disruptions, played, workers=workers, progress=told), disturbed)
    each: tuple[Effect, ...] = ()
    others: list[Alternatives] = []
    if not only_together:
        each = effects(
            stage,
            disruptions.events,
            played,
            usual=usual,
            reaction_days=disruptions.reaction_days,
            workers=workers,
            progress=share("events", 0.5, 0.6),
        )
        for event in disruptions.events:
            if event.kind == "node_down" and event.of not in {found.node for found in others}:
                told = share(f"instead of {event.of}", 0.6, 0.65)
                others.append(alternatives(network, event, played, workers=workers, progress=told))
    stops: tuple[NodeStop, ...] = ()
    if is_each_node_stopped:
        stops = each_node(
            network,
            played,
            stage=stage,
            usual=usual,
            down_days=down_days,
            reaction_days=disruptions.reaction_days,
            workers=workers,
            progress=share("each node", 0.65, 0.8),
        )
    return NetworkRun(
        network=network,
        disruptions=disruptions,
        played=played,
        findings=check(network),
        usual=levels(usual),
        disturbed=levels(disturbed) if has_events else None,
        differences=differences(disturbed, usual) if has_events else None,
        over=disturbed.told.over.mean(axis=0) / played.days,
        effects=each,
        node_stops=stops,
        weak_points=weak_points(
            network, usual.wiring, workers=workers, progress=share("weak points", 0.8, 0.9)
        ),
        survivals=survivals(network, usual.wiring, workers=workers, progress=share("survival", 0.9, 1.0)),
        alternatives=tuple(others),
        variant=other,
    )


def _variant(outcome: Outcome, baseline: Outcome) -> Variant:
    return Variant(levels=levels(outcome), differences=differences(outcome, baseline))


class _Shares:
    """Progress of a step as a part of the whole."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __call__(self, what: str, start: float, end: float) -> Progress:
        return lambda inner, share: self._progress(f"{what}: {inner}", start + share * (end - start))
