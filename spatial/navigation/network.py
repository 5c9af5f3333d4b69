"""Weaving places into lanes: lane edges split where a place lies or turns off, and a link to those beside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spatial.navigation.access import GRID_M, ON_LANE_M, Joints


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """Nodes `xy` (N, 2) and straight `edges` (E, 2); `node` (S,) is the node of each place or −1."""

    xy: npt.NDArray[np.float64]
    edges: npt.NDArray[np.int64]
    node: npt.NDArray[np.int64]


def weave(xy: npt.NDArray[np.float64], edges: npt.NDArray[np.int64], joints: Joints) -> Network:
    """The lanes `xy` (L, 2), `edges` (E, 2) with every joined place as a node; lane nodes keep their index.

    A place on a lane becomes a node of the lane; one beside it gets its own node and a straight link. Places
    on the same point of a lane share the node.
    """
    met = np.flatnonzero(joints.edge >= 0)
    turn, split_xy, pieces, _ = split(xy, edges, joints.edge[met], joints.offset_m[met])
    nodes = np.concatenate([xy, split_xy])
    beside = np.linalg.norm(joints.stand[met] - joints.turn[met], axis=1) > ON_LANE_M
    own = len(nodes) + np.arange(np.count_nonzero(beside))
    links = np.column_stack([turn[beside], own])
    node = np.full(len(joints.edge), -1)
    node[met] = turn
    node[met[beside]] = own
    return Network(
        xy=np.concatenate([nodes, joints.stand[met[beside]]]),
        edges=canonical(np.concatenate([pieces, links])),
        node=node,
    )


def canonical(edges: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Each edge once, tail < head, in rising order; loops dropped."""
    ordered = np.sort(edges, axis=1)
    return np.unique(ordered[ordered[:, 0] < ordered[:, 1]], axis=0).reshape(-1, 2)


def split(
    xy: npt.NDArray[np.float64],
    edges: npt.NDArray[np.int64],
    edge: npt.NDArray[np.int64],
    offset_m: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Split `edge` (S,) at `offset_m` (S,): the node of each cut (S,), the new nodes (K, 2), all edges after it
    (P, 2) in their old sense, and the old edge (P,) that each is a piece of. A cut within GRID_M of an end is there.
    """
    ends = xy[edges]
    length = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    cuts, cut = np.unique(
        np.column_stack([edge, np.round(offset_m / GRID_M).astype(np.int64)]), axis=0, return_inverse=True
    )
    on, along = cuts[:, 0], cuts[:, 1] * GRID_M
    at_tail, at_head = along < GRID_M / 2, along > length[on] - GRID_M
    inner = ~(at_tail | at_head)
    node = np.where(at_tail, edges[on, 0], edges[on, 1])
    node[inner] = len(xy) + np.arange(np.count_nonzero(inner))
    share = (along[inner] / length[on[inner]])[:, None]
    new_xy = ends[on[inner], 0] * (1 - share) + ends[on[inner], 1] * share

    whole = np.arange(len(edges))
    edge_of = np.concatenate([whole, on[inner], whole])
    place = np.concatenate([np.zeros(len(edges)), along[inner], length])
    order = np.lexsort((place, edge_of))
    chain = np.concatenate([edges[:, 0], node[inner], edges[:, 1]])[order]
    same = edge_of[order][:-1] == edge_of[order][1:]
    pieces = np.column_stack([chain[:-1], chain[1:]])[same]
    return node[cut.reshape(-1)], new_xy, pieces, edge_of[order][:-1][same]
