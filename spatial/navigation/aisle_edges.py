"""Which edges of a level lie in which aisle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from spatial.facility import Aisle
from spatial.floor.free_space import rectangle

ALONG = 0.5**0.5
"""An edge within 45° of an aisle's line runs along it; the lanes that cross an aisle are not in it."""


def aisle_of_edges(
    xy: npt.NDArray[np.float64], edges: npt.NDArray[np.int64], aisles: Sequence[Aisle]
) -> npt.NDArray[np.int64]:
    """For each edge (E,) the index of its aisle or −1.

    An edge is in an aisle if its middle is between the aisle's faces and mouths and it runs along it, or ends
    there as the way to a rack. Where aisles overlap it is in the one it runs along best.
    """
    found = np.full(len(edges), -1)
    if not len(aisles) or not len(edges):
        return found
    ends = xy[edges]
    tree = STRtree(shapely.points(ends.mean(axis=1)))
    aisle, edge = tree.query([_strip(each) for each in aisles], predicate="covers")
    sense = np.array([_sense(each) for each in aisles])[aisle]
    step = ends[edge, 1] - ends[edge, 0]
    length = np.linalg.norm(step, axis=1)
    along = np.abs(np.einsum("ij,ij->i", step, sense)) / np.where(length > 0, length, np.inf)
    degree = np.bincount(edges.ravel(), minlength=len(xy))
    ends_there = (degree[edges[edge]] == 1).any(axis=1) | (length == 0)
    best = np.lexsort((aisle, -along, edge))
    best = best[(along >= ALONG)[best] | ends_there[best]]
    _, first = np.unique(edge[best], return_index=True)
    found[edge[best[first]]] = aisle[best[first]]
    return found


def _strip(aisle: Aisle) -> shapely.Polygon:
    step = np.subtract(aisle.p1, aisle.p0)
    middle = np.add(aisle.p0, aisle.p1) / 2
    return rectangle(
        (float(middle[0]), float(middle[1])),
        (float(np.hypot(*step)), aisle.clear_width_m),
        float(np.arctan2(step[1], step[0])),
    )


def _sense(aisle: Aisle) -> npt.NDArray[np.float64]:
    step = np.subtract(aisle.p1, aisle.p0)
    return np.asarray(step / max(float(np.hypot(*step)), 1e-12))
