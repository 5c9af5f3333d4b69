"""Many replications of a network's days, shared by workers: the same disruptions and draws for every variant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.network.days import COSTS, SERIES, Net, Told, net_of, play_days
from layouts.network.disruptions import Disruptions, draw_spans
from layouts.network.laws import Laws, capacity_factors, demand_laws, lead_laws
from layouts.network.model import Network
from layouts.network.timeline import Timeline, Worlds, timeline_of, usual_shares
from layouts.network.wiring import Wiring, wiring_of
from spatial.progress import Progress, counted, silent
from spatial.tasks.workers import ThisProcess, Workers

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BLOCK = 20
"""Replications that one task plays."""


@dataclass(frozen=True, kw_only=True)
class Played:
    """How a network is played: `days` that count, after `warm_up` ones, `times` over. Events begin with the days that
    count. What is short is owed if customers wait (`waits`), else lost.
    """

    days: int = 180
    warm_up: int = 60
    times: int = 100
    seed: int = 0
    waits: bool = True

    def __post_init__(self) -> None:
        if self.days < 1 or self.warm_up < 0 or self.times < 2 or self.seed < 0:
            raise ValueError(f"{self}: days must be 1 or more, times 2 or more, warm_up and seed 0 or more")


@dataclass(frozen=True, eq=False, kw_only=True)
class Outcome:
    """What the replications of a network came to, with the events' spans in days that count (R, E, 2)."""

    wiring: Wiring
    played: Played
    told: Told
    spans: Ints

    def series(self, name: str) -> Ints:
        """A sum over all points by day that counts (R, T)."""
        found: Ints = self.told.series[:, self.played.warm_up :, SERIES.index(name)]
        return found

    def cost(self, name: str) -> Floats:
        """A part of the cost (R,)."""
        found: Floats = self.told.costs[:, COSTS.index(name)]
        return found


@dataclass(frozen=True, eq=False, kw_only=True)
class Stage:
    """What every play of a network needs, so that many plays of one make it once."""

    wiring: Wiring
    net: Net
    demand: Laws
    lead: Laws
    usual: Floats


def stage_of(network: Network) -> Stage:
    """The arrays, laws and usual plan of a network. Raises what planning raises."""
    wiring = wiring_of(network)
    return Stage(
        wiring=wiring,
        net=net_of(wiring),
        demand=demand_laws(network, wiring),
        lead=lead_laws(network),
        usual=usual_shares(wiring),
    )


NO_EVENTS = Disruptions(events=())


def simulate(
    network: Network | Stage,
    disruptions: Disruptions = NO_EVENTS,
    played: Played = Played(),
    *,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Play a network under events that are drawn for each replication.

    The same arguments give the same result for any number of `workers`; networks and events that share names share
    their draws. Raises what planning raises.
    """
    stage = network if isinstance(network, Stage) else stage_of(network)
    whole = played.warm_up + played.days
    drawn = draw_spans(disruptions, days=played.days, times=played.times, seed=played.seed)
    worlds, timeline = timeline_of(
        stage.wiring,
        disruptions,
        drawn + played.warm_up,
        days=whole,
        usual=stage.usual,
        progress=progress,
    )
    block = _Block(stage, worlds, timeline, played)
    blocks = range(-(-played.times // BLOCK))
    players: Workers = workers or ThisProcess()
    told = players.play(block, blocks, counted(progress, "blocks of days", len(blocks)))
    return Outcome(
        wiring=stage.wiring,
        played=played,
        told=_joined(told),
        spans=drawn,
    )


def _joined(told: list[Told]) -> Told:
    series, asked, at_once, over, costs = zip(*told, strict=True)
    whole = np.concatenate
    return Told(whole(series), whole(asked), whole(at_once), whole(over), whole(costs))


@dataclass(frozen=True, eq=False)
class _Block:
    """The task: a block of replications."""

    stage: Stage
    worlds: Worlds
    timeline: Timeline
    played: Played

    def __call__(self, number: int) -> Told:
        first = number * BLOCK
        end = min(first + BLOCK, self.played.times)
        seed, stage = self.played.seed, self.stage
        return play_days(
            stage.net,
            self.worlds,
            Timeline(self.timeline.state[first:end], self.timeline.planned[first:end]),
            stage.demand,
            stage.lead,
            np.stack([capacity_factors(stage.wiring, seed=seed, replication=r) for r in range(first, end)]),
            first=first,
            warm_up=self.played.warm_up,
            waits=self.played.waits,
            seed=seed,
        )
