"""Each node down in turn, played day by day: single points of failure with what stock, time and detours do.

The greatest flow (`weak_points`) tells what is lost in the long run; days tell how much of it comes to pass before
the node is back, and what is lost though other ways have room, because goods on them come too late.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from layouts.network.disruptions import Disruption
from layouts.network.effects import Effect, effects
from layouts.network.model import Network, Node
from layouts.network.simulate import Outcome, Played, Stage, simulate, stage_of
from layouts.network.weak_points import WeakPoint
from layouts.statistics.intervals import CONFIDENCE
from spatial.progress import Progress, silent
from spatial.tasks.workers import Workers


@dataclass(frozen=True, kw_only=True)
class NodeStop:
    """A node down for so many `days` from the first that counts, and what that does."""

    node: str
    days: int
    effect: Effect

    @property
    def is_loss(self) -> bool:
        """Whether it is shown that less is met at once."""
        return self.effect.differences["fill_rate"].difference.high < 0


def each_node(
    network: Network,
    played: Played,
    *,
    stage: Stage | None = None,
    usual: Outcome | None = None,
    down_days: int | None = None,
    reaction_days: int = 1,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> tuple[NodeStop, ...]:
    """Stop each node but customers by itself, all on the same draws; the greatest loss of service first, then the
    greatest cost of shortage.

    A node is down for `down_days`; if not told, for its own `recover_days`; if nobody told these, for all the days
    that count. Intervals are widened (Bonferroni), so that all of one figure hold at once. `stage` and `usual`, the
    outcome without any stop, are made where they are not given. Empty without such nodes. Raises what planning
    raises.
    """
    stage = stage or stage_of(network)
    stopped = [node for node in network.nodes.values() if node.kind != "demand"]
    if not stopped:
        return ()
    days = [_days(node, down_days, played.days) for node in stopped]
    found = effects(
        stage,
        [_stop(node, takes) for node, takes in zip(stopped, days, strict=True)],
        played,
        usual=usual or simulate(stage, played=played, workers=workers),
        reaction_days=reaction_days,
        confidence=1 - (1 - CONFIDENCE) / len(stopped),
        workers=workers,
        progress=progress,
    )
    stops = [
        NodeStop(node=node.id, days=takes, effect=effect)
        for node, takes, effect in zip(stopped, days, found, strict=True)
    ]
    return tuple(sorted(stops, key=_worst_first))


def unlike_flow(
    stops: Sequence[NodeStop], weak: Sequence[WeakPoint]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The nodes that the greatest flow needs but whose loss days do not show, and those where it is the other way."""
    needed = {each.node for each in weak}
    covered = tuple(each.node for each in stops if each.node in needed and not each.is_loss)
    late = tuple(each.node for each in stops if each.node not in needed and each.is_loss)
    return covered, late


def _days(node: Node, down_days: int | None, played_days: int) -> int:
    told = node.recover_days if down_days is None else down_days
    return played_days if told is None else min(played_days, math.ceil(told))


def _stop(node: Node, days: int) -> Disruption:
    return Disruption(name=f"{node.id} down", kind="node_down", of=node.id, takes=float(days))


def _worst_first(stop: NodeStop) -> tuple[float, float, str]:
    told = stop.effect.differences
    return told["fill_rate"].difference.value, -told["short_cost_per_day"].difference.value, stop.node
