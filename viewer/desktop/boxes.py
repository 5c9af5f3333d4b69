"""Boxes that stand turned in a hall: their corners and edges, and which one a ray meets first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SIDES = np.array([(3, 2, 1, 0), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)])
"""The corners of each face, counter-clockwise seen from outside."""
EDGES = np.array(
    [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7)]
)
_SIGNS = np.array([(x, y, z) for z in (-1, 1) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]) / 2


def box_corners(centers: Floats, sizes: Floats, yaws: Floats) -> Floats:
    """The corners (N, 8, 3) of boxes with centres (N, 3), sizes (N, 3) along, across and up, and headings (N,)."""
    local = _SIGNS * sizes[:, None, :]
    cos, sin = np.cos(yaws)[:, None], np.sin(yaws)[:, None]
    x = local[..., 0] * cos - local[..., 1] * sin
    y = local[..., 0] * sin + local[..., 1] * cos
    return np.stack([x, y, local[..., 2]], axis=-1) + centers[:, None, :]


def box_edges(count: int, *, first: int = 0) -> Ints:
    """The ends (12 count, 2) of the edges of boxes whose corners follow each other from number `first` on."""
    edges: Ints = (EDGES[None] + first + 8 * np.arange(count)[:, None, None]).reshape(-1, 2)
    return edges


class Boxes(NamedTuple):
    """Centres (N, 3), sizes (N, 3) along, across and up, and headings (N,)."""

    centers: Floats
    sizes: Floats
    yaws: Floats

    def corners(self) -> Floats:
        """The corners (N, 8, 3)."""
        return box_corners(*self)


def first_met(
    origin: Floats, ahead: Floats, boxes: Boxes, span: tuple[float, float]
) -> tuple[int, float] | None:
    """Which box a ray meets first, and how far along it, counted in lengths of `ahead`, within `span`; else None.

    Slabs: Kay and Kajiya 1986. A ray that begins in a box meets it where it begins.
    """
    centers, sizes, yaws = boxes
    if not len(centers):
        return None
    cos, sin = np.cos(yaws), np.sin(yaws)
    apart = origin - centers
    local = np.column_stack(
        [apart[:, 0] * cos + apart[:, 1] * sin, apart[:, 1] * cos - apart[:, 0] * sin, apart[:, 2]]
    )
    way = np.column_stack(
        [ahead[0] * cos + ahead[1] * sin, ahead[1] * cos - ahead[0] * sin, np.full(len(cos), ahead[2])]
    )
    way = np.where(np.abs(way) < 1e-12, 1e-12, way)
    ends = np.stack([(-sizes / 2 - local) / way, (sizes / 2 - local) / way])
    enters = np.maximum(ends.min(axis=0).max(axis=1), span[0])
    leaves = np.minimum(ends.max(axis=0).min(axis=1), span[1])
    enters[enters > leaves] = np.inf
    nearest = int(enters.argmin())
    return None if np.isinf(enters[nearest]) else (nearest, float(enters[nearest]))
