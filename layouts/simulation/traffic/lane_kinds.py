"""Who can pass whom in which aisle: its clear width against the bodies that may meet there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from layouts.simulation.traffic.aisle_axes import AisleAxis, aisle_axes, edges_along, one_way_sense
from spatial.floor.agents import AgentClass
from spatial.navigation.nav_graph import NavGraph

LaneKind: TypeAlias = Literal["wide", "narrow_one_way", "narrow_two_way", "very_narrow"]
Passing: TypeAlias = Literal["can_pass", "cannot_pass", "cannot_decide"]

SURE = 0.975
"""How probable it must be that a width suffices, or that it does not, for the answer to count as known."""

DRAWN_M = 0.01
"""A planned width may be this much too small: plans are drawn to the centimetre, lanes a little off the middle."""

WIDE, NARROW, VERY_NARROW = range(3)
"""Room on an edge: two agents pass each other; they follow each other; there is one at a time."""


@dataclass(frozen=True, kw_only=True)
class Margins:
    """Metres beside the bodies, each ≥ 0. ValueError otherwise.

    `people_m` and `vehicles_m` lie between two bodies that pass, the latter where one of them is a vehicle. Room
    towards the racks is within an agent's disc, which is wider than its body. `guided_m` is what a driver needs
    beside the vehicle to steer, both sides together: in less, vehicles are guided, and a guided aisle admits one.
    `gap_m` is kept between two agents one after the other. All are choices of this model, of no standard.
    """

    people_m: float = 0.1
    vehicles_m: float = 0.4
    guided_m: float = 0.4
    gap_m: float = 0.3

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{name} {value} must be 0 or more metres")


USUAL_MARGINS = Margins()
"""What the bodies of people and trucks keep from each other by default."""


@dataclass(frozen=True, kw_only=True)
class AisleKind:
    """What an aisle is to its traffic, by its narrowest place, and why.

    `needed_m` is the width that the widest two who may meet there need to pass, `pass_probability` that the
    measured width is as much. `axis` is the line on which places in it are told; `sense` is +1 or −1 where traffic
    is one-way along or against it, 0 otherwise.
    """

    aisle: str
    kind: LaneKind
    passing: Passing
    pass_probability: float
    clear_width_m: float
    sigma_m: float
    needed_m: float
    axis: AisleAxis
    sense: int
    reason: str


@dataclass(frozen=True, kw_only=True, eq=False)
class EdgeRoom:
    """For each edge (E,): its room, the probability that the widest two pass, and the metres they need for it."""

    room: npt.NDArray[np.int8]
    pass_probability: npt.NDArray[np.float64]
    needed_m: npt.NDArray[np.float64]


def lane_kinds(
    graphs: Sequence[NavGraph],
    fleet: Sequence[AgentClass],
    *,
    margins: Margins = USUAL_MARGINS,
    override: Mapping[str, LaneKind] | None = None,
) -> dict[str, AisleKind]:
    """The kind of every aisle with lanes in one of `graphs`, each of one class, for all classes of `fleet`.

    1. The widest two who fit into the aisle and may use it pass each other: wide.
    2. A vehicle has less beside it than a driver steers in: very narrow, one agent at a time.
    3. Every lane through it leads the same way in every graph: narrow one-way; otherwise narrow two-way.
    A width that cannot be decided counts as too small. `override` says the kind of an aisle instead.

    Raises ValueError for an override of an aisle or to a kind there is not, or to one-way where the rules are not.
    """
    override = dict(override or {})
    axes = {
        aisle: axis
        for aisle, axis in aisle_axes(graphs).items()
        if any(len(edges_along(graph, aisle, axis)) for graph in graphs)
    }
    for aisle, kind in override.items():
        if aisle not in axes:
            raise ValueError(f"there is no aisle '{aisle}' with lanes: choose one of {', '.join(axes)}")
        if kind not in get_args(LaneKind):
            raise ValueError(
                f"lane kind '{kind}' of aisle '{aisle}' must be one of {', '.join(get_args(LaneKind))}"
            )
    rooms = [edge_room(graph, fleet, margins) for graph in graphs]
    return {
        aisle: _aisle_kind(aisle, axis, graphs, rooms, override.get(aisle)) for aisle, axis in axes.items()
    }


def edge_room(graph: NavGraph, fleet: Sequence[AgentClass], margins: Margins) -> EdgeRoom:
    """Room on every edge for the classes that fit there and may use it; the graph's own class always does."""
    classes = [graph.agent, *(agent for agent in fleet if agent != graph.agent)]
    width, sigma = graph.clear_width_m, graph.sigma_m
    may = [_may_use(graph, agent) for agent in classes]
    needed = np.zeros(len(width))
    for one, other in combinations_with_replacement(range(len(classes)), 2):
        pair = _passing_width(classes[one], classes[other], margins)
        needed = np.where(may[one] & may[other], np.maximum(needed, pair), needed)
    steered = np.zeros(len(width))
    for agent, there in zip(classes, may, strict=True):
        if agent.is_vehicle:
            steered = np.where(there, np.maximum(steered, 2 * agent.radius_m + margins.guided_m), steered)
    passing = _probability(width - needed, sigma)
    room = np.where(
        passing >= SURE, WIDE, np.where(_probability(width - steered, sigma) >= SURE, NARROW, VERY_NARROW)
    )
    return EdgeRoom(room=room.astype(np.int8), pass_probability=passing, needed_m=needed)


def _may_use(graph: NavGraph, agent: AgentClass) -> npt.NDArray[np.bool_]:
    """The edges (E,) where the agent may be and, for all that is known, fits."""
    if agent == graph.agent:
        return np.ones(len(graph.edges), np.bool_)
    barred = np.array([agent.name not in group for group in graph.agent_groups] + [False])
    fits = _probability(graph.clear_width_m - 2 * agent.radius_m, graph.sigma_m) > 1 - SURE
    allowed: npt.NDArray[np.bool_] = fits & ~barred[graph.agent_group]
    return allowed


def _passing_width(one: AgentClass, other: AgentClass, margins: Margins) -> float:
    margin = margins.vehicles_m if one.is_vehicle or other.is_vehicle else margins.people_m
    return 2 * one.radius_m + 2 * other.radius_m + margin


def _probability(
    spare_m: npt.NDArray[np.float64], sigma_m: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """That the true spare width is not negative, for a normal error; planned widths are known but for DRAWN_M."""
    measured = sigma_m > 0
    chance: npt.NDArray[np.float64] = ndtr(spare_m / np.where(measured, sigma_m, 1.0))
    return np.where(measured, chance, (spare_m >= -DRAWN_M).astype(np.float64))


def _aisle_kind(
    aisle: str, axis: AisleAxis, graphs: Sequence[NavGraph], rooms: Sequence[EdgeRoom], said: LaneKind | None
) -> AisleKind:
    there = [edges_along(graph, aisle, axis) for graph in graphs]
    which = int(
        np.argmin([each.pass_probability[e].min(initial=2.0) for each, e in zip(rooms, there, strict=True)])
    )
    graph, room, edges = graphs[which], rooms[which], there[which]
    worst = edges[np.lexsort((graph.clear_width_m[edges], room.pass_probability[edges]))[0]]
    sense = one_way_sense(graphs, aisle, axis)
    least = max(int(each.room[e].max(initial=WIDE)) for each, e in zip(rooms, there, strict=True))
    kind = said or _kind(least, sense)
    if kind == "narrow_one_way" and sense == 0:
        raise ValueError(
            f"aisle '{aisle}' cannot be narrow_one_way: its lanes lead both ways; add a one_way rule"
        )
    chance, width, needed = (
        float(values[worst]) for values in (room.pass_probability, graph.clear_width_m, room.needed_m)
    )
    passing: Passing = (
        "can_pass" if chance >= SURE else "cannot_pass" if chance <= 1 - SURE else "cannot_decide"
    )
    sigma = float(graph.sigma_m[worst])
    return AisleKind(
        aisle=aisle,
        kind=kind,
        passing=passing,
        pass_probability=chance,
        clear_width_m=width,
        sigma_m=sigma,
        needed_m=needed,
        axis=axis,
        sense=sense,
        reason="the scenario says so" if said else _reason(kind, passing, width, sigma, needed),
    )


def _kind(room: int, sense: int) -> LaneKind:
    if room == WIDE:
        return "wide"
    if room == VERY_NARROW:
        return "very_narrow"
    return "narrow_one_way" if sense else "narrow_two_way"


def _reason(kind: LaneKind, passing: Passing, width_m: float, sigma_m: float, needed_m: float) -> str:
    measured = f"{width_m:.2f} m" + (f" ± {sigma_m:.2f} m" if sigma_m else "")
    told = {
        "can_pass": f"{measured} are enough for the {needed_m:.2f} m that two need to pass",
        "cannot_pass": f"{measured} are less than the {needed_m:.2f} m that two need to pass",
        "cannot_decide": f"whether {measured} are the {needed_m:.2f} m that two need to pass cannot be decided: "
        "taken as narrow",
    }[passing]
    return (
        told
        + {
            "wide": "",
            "narrow_one_way": "; one-way by the rules",
            "narrow_two_way": "; open both ways",
            "very_narrow": "; a vehicle is not surely steered there",
        }[kind]
    )
