"""Itineraries as flat arrays: who is where in which order, and for how long it is served there."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.tape import NOBODY, Floats, Ints
from layouts.simulation.itineraries.floor import Floor, unknown_node


class Visits(NamedTuple):
    """Visits (S,) of all agents one after the other, those of agent i from `start[i]` on, (A + 1,).

    `node`, `service_s`; `named` is what a visit asks for by name, NOBODY for none: a node or, from N on, one of
    `names`.
    """

    agents: tuple[Hashable, ...]
    start: Ints
    node: Ints
    service_s: Floats
    named: Ints
    names: tuple[Hashable, ...]

    @property
    def is_first(self) -> npt.NDArray[np.bool_]:
        """Whether a visit (S,) is where its agent begins."""
        first = np.zeros(len(self.node), np.bool_)
        first[self.start[:-1]] = True
        return first


def read_visits(floor: Floor, itineraries: Mapping[Hashable, Any] | Sequence[Any]) -> Visits:
    """All itineraries in the order given; ValueError names the agent whose itinerary makes no sense."""
    if not isinstance(itineraries, Mapping):
        itineraries = dict(enumerate(itineraries))
    if not itineraries:
        raise ValueError("there is no itinerary: give at least one agent something to do")
    number: dict[Hashable, int] = {}
    parts = []
    for agent, itinerary in itineraries.items():
        try:
            parts.append(_read(floor, itinerary, number))
        except (ValueError, TypeError) as error:
            raise ValueError(f"itinerary of agent {agent!r}: {error}") from error
    node, service_s, named = (np.concatenate(column) for column in zip(*parts, strict=True))
    start = np.concatenate([[0], np.cumsum([len(part[0]) for part in parts])])
    return Visits(tuple(itineraries), start, node, service_s, named, tuple(number))


def _read(floor: Floor, itinerary: Any, number: dict[Hashable, int]) -> tuple[Ints, Floats, Ints]:
    if _is_arrays(itinerary):
        node, service_s = floor.numbers(itinerary[0]), np.asarray(itinerary[1], np.float64)
        named = np.full(len(node), NOBODY)
    elif isinstance(itinerary, np.ndarray) and itinerary.ndim == 1 and itinerary.dtype.kind in "iu":
        node, service_s = floor.numbers(itinerary), np.zeros(len(itinerary))
        named = np.full(len(node), NOBODY)
    else:
        rows = [*_each(floor, itinerary, number)]
        node = np.array([row[0] for row in rows], np.int64)
        service_s = np.array([row[1] for row in rows], np.float64)
        named = np.array([row[2] for row in rows], np.int64)
    if len(node) == 0:
        raise ValueError("it is empty, and an agent must begin somewhere: name its first node")
    if node.shape != service_s.shape:
        raise ValueError(f"{node.shape} nodes and {service_s.shape} service times must be of one length")
    if not (np.isfinite(service_s) & (service_s >= 0)).all():
        wrong = service_s[~(np.isfinite(service_s) & (service_s >= 0))][0]
        raise ValueError(f"service_s {wrong} must be finite and at least 0")
    return node, service_s, named


def _is_arrays(itinerary: Any) -> bool:
    """Whether it is given as two arrays, nodes and service times."""
    return (
        isinstance(itinerary, tuple | list)
        and len(itinerary) == 2
        and all(isinstance(each, np.ndarray) for each in itinerary)
    )


def _each(floor: Floor, itinerary: Any, number: dict[Hashable, int]) -> Iterator[tuple[int, float, int]]:
    """Node, seconds and named resource of each visit: a node, (node, s) or (node, s, resource)."""
    for visit in itinerary:
        if isinstance(visit, Hashable) and visit in floor.number:
            yield floor.number[visit], 0.0, NOBODY
            continue
        if not isinstance(visit, tuple | list) or not 1 <= len(visit) <= 3:
            raise unknown_node(visit)
        if visit[0] not in floor.number:
            raise unknown_node(visit[0])
        named = NOBODY if len(visit) < 3 or visit[2] is None else _resource(floor, visit[2], number)
        yield floor.number[visit[0]], float(visit[1]) if len(visit) > 1 else 0.0, named


def _resource(floor: Floor, name: Hashable, number: dict[Hashable, int]) -> int:
    """The number of a resource: a node's own, or a new one from N on."""
    if name in floor.number:
        return floor.number[name]
    return number.setdefault(name, len(floor.names) + len(number))


def along_routes(floor: Floor, visits: Visits) -> Visits:
    """The visits with the nodes of the fastest ways between them put in; ValueError where there is no way."""
    nodes = len(floor.names)
    pair = visits.node[:-1] * nodes + visits.node[1:]
    goes = (visits.node[1:] != visits.node[:-1]) & ~visits.is_first[1:]
    wanted, which = np.unique(pair[goes], return_inverse=True)
    between = _ways(floor, wanted // nodes, wanted % nodes)
    flat = np.concatenate([np.empty(0, np.int64), *between])
    size = np.array([len(way) for way in between], np.int64)
    before = np.zeros(len(visits.node), np.int64)
    before[1:][goes] = size[which]
    place = np.arange(len(visits.node)) + np.cumsum(before)
    node = np.empty(len(visits.node) + int(before.sum()), np.int64)
    is_given = np.zeros(len(node), np.bool_)
    is_given[place] = True
    node[place] = visits.node
    first = (np.cumsum(size) - size)[which]
    lead = size[which]
    within = np.arange(int(lead.sum())) - np.repeat(np.cumsum(lead) - lead, lead)
    node[~is_given] = flat[np.repeat(first, lead) + within]
    service_s, named = np.zeros(len(node)), np.full(len(node), NOBODY)
    service_s[place], named[place] = visits.service_s, visits.named
    start = np.append(place[visits.start[:-1]], len(node))
    return visits._replace(start=start, node=node, service_s=service_s, named=named)


def _ways(floor: Floor, tail: Ints, head: Ints) -> list[Ints]:
    """The nodes strictly between each pair on its fastest way."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    nodes = len(floor.names)
    ends = floor.keys // nodes, floor.keys % nodes
    weights = csr_array((floor.seconds, ends), shape=(nodes, nodes))
    ways: list[Ints] = []
    for origin in np.unique(tail).tolist():
        before = dijkstra(weights, indices=origin, return_predecessors=True)[1]
        for goal in head[tail == origin].tolist():
            way, at = [], int(before[goal])
            while at != origin:
                if at < 0:
                    raise ValueError(
                        f"there is no way from node {floor.names[origin]!r} to {floor.names[goal]!r}"
                    )
                way.append(at)
                at = int(before[at])
            ways.append(np.array(way[::-1], np.int64))
    return ways
