"""The middle of the floor: every point that is equally far from two or more obstacles.

The Voronoi diagram of points along the boundary approaches it (Brandt & Algazi 1992); with points
`spacing_m` apart the line is off by at most spacing² / (8 × clearance), 1.7 cm in a lane 0.6 m wide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import Voronoi
from shapely import MultiPolygon

SPACING_M = 0.2
MERGE_M = 1e-4
"""Voronoi corners closer than this are one: a symmetric hall gives many of them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Skeleton:
    """Straight lines in the middle of the floor.

    `xy` (N, 2) in metres, `clearance_m` (N,) the distance from there to the nearest obstacle, `edges` (E, 2)
    pairs of indices. Every edge keeps the clearance it was asked for over its whole length.
    """

    xy: npt.NDArray[np.float64]
    clearance_m: npt.NDArray[np.float64]
    edges: npt.NDArray[np.int64]


def medial_axis(clear: MultiPolygon, *, radius_m: float, spacing_m: float = SPACING_M) -> Skeleton:
    """The medial axis of `clear` wherever the clearance is at least `radius_m`; empty if it is nowhere."""
    outlines = shapely.segmentize(clear.boundary, spacing_m)
    sites = np.unique(shapely.get_coordinates(outlines), axis=0)
    if len(sites) < 4:
        return _skeleton(np.empty((0, 2)), np.empty(0), np.empty((0, 2), np.int64))
    middle = sites.mean(axis=0)
    diagram = Voronoi(sites - middle)
    corners = diagram.vertices + middle
    ridges = np.asarray(diagram.ridge_vertices, dtype=np.int64)
    parents = sites[diagram.ridge_points]

    finite = (ridges >= 0).all(axis=1)
    ridges, parents = ridges[finite], parents[finite]
    clearance = np.zeros(len(corners))
    clearance[ridges] = np.linalg.norm(corners[ridges] - parents[:, :1], axis=2)
    shapely.prepare(clear)
    inside = shapely.contains_xy(clear, corners)
    keep = inside[ridges].all(axis=1)
    keep &= _narrowest(corners[ridges], clearance[ridges], parents) >= radius_m
    return _skeleton(corners, clearance, ridges[keep])


def _narrowest(
    ends: npt.NDArray[np.float64], clearance: npt.NDArray[np.float64], parents: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The least clearance along each ridge: between its parents if it passes there, else at an end."""
    between = parents.mean(axis=1)
    along = ends[:, 1] - ends[:, 0]
    foot = np.einsum("ij,ij->i", between - ends[:, 0], along)
    passes = (foot >= 0) & (foot <= np.einsum("ij,ij->i", along, along))
    gap = np.linalg.norm(parents[:, 1] - parents[:, 0], axis=1) / 2
    return np.asarray(np.where(passes, gap, clearance.min(axis=1)))


def _skeleton(
    corners: npt.NDArray[np.float64], clearance: npt.NDArray[np.float64], edges: npt.NDArray[np.int64]
) -> Skeleton:
    """Only the corners in use, coinciding ones merged, each edge once."""
    used, edges = np.unique(edges, return_inverse=True)
    edges = edges.reshape(-1, 2)
    cells = np.round(corners[used] / MERGE_M).astype(np.int64)
    _, first, merged = np.unique(cells, axis=0, return_index=True, return_inverse=True)
    edges = np.sort(merged.reshape(-1)[edges], axis=1)
    edges = np.unique(edges[edges[:, 0] < edges[:, 1]], axis=0)
    return Skeleton(xy=corners[used][first], clearance_m=clearance[used][first], edges=edges)
