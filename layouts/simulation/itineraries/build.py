"""From visits on a floor to a tape and the resources that it names."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from layouts.simulation.engine.tape import NOBODY, Floats, Ints, Tape
from layouts.simulation.itineraries.alone import Capacity
from layouts.simulation.itineraries.floor import Floor
from layouts.simulation.itineraries.sections import read_sections, section_steps
from layouts.simulation.itineraries.visits import Visits
from layouts.simulation.itineraries.write_tape import Steps, write_tape


class Built(NamedTuple):
    """The tape, the names of its resources, the capacity of these and of the gates, and when the gates open."""

    tape: Tape
    resources: tuple[Hashable, ...]
    capacity: Ints
    openings: Floats


def build(
    floor: Floor,
    visits: Visits,
    starts: Floats,
    *,
    passing: bool,
    capacity: Capacity,
    at_start: bool,
    edge_capacity: Capacity | None,
    sections: Mapping[Any, Iterable[Any]] | None,
) -> Built:
    """Number the resources (nodes, named ones, edges, sections, gates) and write the tape."""
    agents = len(visits.agents)
    edge = _edges(floor, visits)
    places = (*floor.names, *visits.names)
    lanes, lane_of, lane_seats = _lanes(floor, edge_capacity, agents, first=len(places))
    locked = None if sections is None else read_sections(floor, sections)
    first_section = len(places) + len(lanes)
    names = (*places, *lanes, *(() if locked is None else locked.names))
    if len(set(names)) < len(names):
        raise ValueError("a section or an edge has the name of a node or a resource: rename it")
    named = {name: len(floor.names) + k for k, name in enumerate(visits.names)}
    seats_of_place = _seats(capacity, {**floor.number, **named}, len(places), agents)
    none = np.full(len(edge), NOBODY)
    is_free = passing and not lanes and locked is None
    steps = Steps(
        edge=edge,
        move_s=floor.seconds[edge] if len(floor.seconds) else np.zeros(len(edge)),
        cell=none if passing else visits.node,
        lane=lane_of[edge] if lanes else none,
        face=_faces(floor, visits, passing=passing),
        foreseen=(seats_of_place == 1) & is_free,
    )
    openings, group, gates = np.unique(starts, return_inverse=True, return_counts=True)
    gate = len(names) + group
    if passing and locked is None:
        openings, gate, gates = openings[:0], gate[:0], gates[:0]
    locks = section_steps(visits, edge, locked, first=first_section)
    tape = write_tape(visits, steps, locks, at_start=at_start, gate=gate, gates=gates)
    free = np.full(len(names) - first_section, max(agents, 1))
    return Built(tape, names, np.concatenate([seats_of_place, lane_seats, free, gates]), openings)


def _edges(floor: Floor, visits: Visits) -> Ints:
    """The directed edge (S,) by which an agent comes to a visit, NOBODY at its first and where it stays."""
    edge = np.full(len(visits.node), NOBODY)
    comes = ~visits.is_first
    comes[1:] &= visits.node[1:] != visits.node[:-1]
    at = np.flatnonzero(comes)
    edge[at] = floor.edges(visits.node[at - 1], visits.node[at])
    missing = at[edge[at] == NOBODY]
    if len(missing):
        agent = visits.agents[int(np.searchsorted(visits.start, missing[0], side="right")) - 1]
        step = tuple(floor.names[node] for node in visits.node[[missing[0] - 1, missing[0]]])
        raise ValueError(
            f"itinerary of agent {agent!r}: no edge leads from {step[0]!r} to {step[1]!r}: "
            "name the nodes between them or pass route=True"
        )
    return edge


def _faces(floor: Floor, visits: Visits, *, passing: bool) -> Ints:
    """What a visit (S,) is served by: the resource it names, else with passing its node, else nothing but time."""
    named = visits.named
    if passing:
        return np.where(named == NOBODY, visits.node, named)
    elsewhere = (named != NOBODY) & (named < len(floor.names)) & (named != visits.node)
    if elsewhere.any():
        name = floor.names[named[elsewhere][0]]
        raise ValueError(f"without passing, node {name!r} is a cell: name another resource for the service")
    return np.where(named == visits.node, NOBODY, named)


def _lanes(
    floor: Floor, edge_capacity: Capacity | None, agents: int, *, first: int
) -> tuple[tuple[Hashable, ...], Ints, Ints]:
    """Edges with a capacity: names; the resource of each directed edge, from `first` on, and of none; and seats.

    The resources are (E + 1,), NOBODY for an edge without one and, at the end, for no edge.
    """
    resource = np.full(len(floor.keys) + 1, NOBODY)
    if edge_capacity is None:
        return (), resource, np.empty(0, np.int64)
    pairs = [*zip(*(ends.tolist() for ends in np.divmod(floor.keys, len(floor.names))), strict=True)]
    if not isinstance(edge_capacity, Mapping):
        undirected = dict.fromkeys((min(pair), max(pair)) for pair in pairs)
        edge_capacity = {(floor.names[u], floor.names[v]): edge_capacity for u, v in undirected}
    at = {pair: edge for edge, pair in enumerate(pairs)}
    number = {name: k for k, name in enumerate(edge_capacity)}
    for name, k in number.items():
        tail, head = (floor.number.get(end, NOBODY) for end in name)
        both = [at[pair] for pair in ((tail, head), (head, tail)) if pair in at]
        if not both or (resource[both] != NOBODY).any():
            raise ValueError(f"edge_capacity names {name}, which is no edge of the graph or is named twice")
        resource[both] = first + k
    return tuple(edge_capacity), resource, _seats(edge_capacity, number, len(number), agents)


def _seats(capacity: Capacity, number: Mapping[Hashable, int], count: int, agents: int) -> Ints:
    """The seats (count,) of resources with these numbers; where they are without limit, one for each agent."""
    given = np.ones(count)
    if isinstance(capacity, Mapping):
        for name, seats in capacity.items():
            if name not in number:
                raise ValueError(f"capacity names {name!r}, which is no node and no resource")
            given[number[name]] = seats
    else:
        given[:] = capacity
    wrong = ~((given >= 1) & ((given == np.floor(given)) | (given == np.inf)))
    if wrong.any():
        raise ValueError(f"capacity {given[wrong][0]} must be a whole number of at least 1, or infinite")
    return np.where(given == np.inf, max(agents, 2), given).astype(np.int64)
