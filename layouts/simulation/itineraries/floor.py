"""A graph as itineraries need it: numbered nodes, and the seconds of every directed edge."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import networkx as nx
import numpy as np

from layouts.simulation.engine.tape import Floats, Ints
from spatial.navigation.nav_graph import NavGraph

LENGTHS = ("length_m", "length", "weight")
"""Edge attributes that are taken for a length in metres, the first that is there."""


class Floor(NamedTuple):
    """`names` of the nodes 0 … N − 1; their `number`, by other names too; directed edges (E,).

    `keys` of edges are tail × N + head, rising; `seconds` is what each takes.
    """

    names: Sequence[Hashable]
    number: Mapping[Hashable, int]
    keys: Ints
    seconds: Floats

    def numbers(self, labels: Any) -> Ints:
        """The numbers (S,) of an array of node labels; ValueError names one that the graph lacks."""
        given = np.asarray(labels)
        if given.dtype.kind in "iu" and isinstance(self.names, range):
            unknown = (given < 0) | (given >= len(self.names))
            if unknown.any():
                raise unknown_node(given[unknown][0].item())
            return given.astype(np.int64)
        try:
            return np.array([self.number[label] for label in given.tolist()], np.int64)
        except KeyError as error:
            raise unknown_node(error.args[0]) from None

    def edges(self, tail: Ints, head: Ints) -> Ints:
        """The edges (S,) that lead from `tail` (S,) to `head` (S,), −1 where there is none."""
        key = tail * len(self.names) + head
        at = np.minimum(np.searchsorted(self.keys, key), max(0, len(self.keys) - 1))
        return np.where(self.keys[at] == key, at, -1) if len(self.keys) else np.full(len(key), -1)


def unknown_node(label: Any) -> ValueError:
    """The error for a node that is not there."""
    return ValueError(f"the graph has no node {label!r}: name nodes as the graph does")


def read_floor(graph: NavGraph | nx.Graph, *, speed_m_s: float | None) -> Floor:
    """The floor of either kind of graph. At `speed_m_s` an edge takes its length over the speed.

    Without a speed, or without a length, it takes its own time_s. Of parallel edges the fastest counts.
    ValueError for an edge that has neither, a time below 0 or a speed that is not above 0.
    """
    if speed_m_s is not None and not 0 < speed_m_s < np.inf:
        raise ValueError(f"speed_m_s {speed_m_s} must be above 0")
    if isinstance(graph, NavGraph):
        return _of_nav_graph(graph, speed_m_s)
    names: Sequence[Hashable] = list(graph.nodes)
    number = {name: k for k, name in enumerate(names)}
    if names == list(range(len(names))):
        names = range(len(names))
    ends = [(number[u], number[v]) for u, v in graph.edges()]
    tail, head = np.array(ends, np.int64).reshape(-1, 2).T
    seconds = np.array([_seconds(u, v, said, speed_m_s) for u, v, said in graph.edges(data=True)], np.float64)
    if not graph.is_directed():
        tail, head = np.concatenate([tail, head]), np.concatenate([head, tail])
        seconds = np.tile(seconds, 2)
    return _floor(names, number, tail, head, seconds)


def _of_nav_graph(graph: NavGraph, speed_m_s: float | None) -> Floor:
    seconds = graph.time_s
    if speed_m_s is not None:
        seconds = graph.length_m / np.minimum(graph.speed_limit_m_s, speed_m_s)
        seconds = np.where(graph.link >= 0, graph.time_s, seconds)
    there, back = graph.direction >= 0, graph.direction <= 0
    tail = np.concatenate([graph.edges[there, 0], graph.edges[back, 1]])
    head = np.concatenate([graph.edges[there, 1], graph.edges[back, 0]])
    names = range(len(graph.xy))
    number: dict[Hashable, int] = {name: name for name in names}
    for ids in (graph.stations, graph.access):
        number.update(ids)
    return _floor(names, number, tail, head, np.concatenate([seconds[there], seconds[back]]))


def _floor(
    names: Sequence[Hashable], number: Mapping[Hashable, int], tail: Ints, head: Ints, seconds: Floats
) -> Floor:
    wrong = np.flatnonzero(~(np.isfinite(seconds) & (seconds >= 0)))
    if len(wrong):
        edge = names[tail[wrong[0]]], names[head[wrong[0]]]
        raise ValueError(f"edge {edge} takes {seconds[wrong[0]]} s: it must take 0 s or more")
    keys = tail * len(names) + head
    order = np.lexsort((seconds, keys))
    keys, first = np.unique(keys[order], return_index=True)
    return Floor(names, number, keys, seconds[order][first])


def _seconds(u: Hashable, v: Hashable, said: Mapping[str, Any], speed_m_s: float | None) -> float:
    """How long an edge of networkx takes, by its attributes."""
    length = next((said[name] for name in LENGTHS if name in said), None)
    if speed_m_s is not None and length is not None:
        return float(length) / speed_m_s
    if "time_s" in said:
        return float(said["time_s"])
    if length is not None:
        raise ValueError(f"edge ({u!r}, {v!r}) has a length but no time_s: pass speed_m_s")
    raise ValueError(
        f"edge ({u!r}, {v!r}) has none of time_s, {', '.join(LENGTHS)}: give it length_m in metres or time_s"
    )
