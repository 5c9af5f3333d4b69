"""The middle of the floor: every point that is equally far from two or more obstacles.

The Voronoi diagram of points along the boundary approaches it (Brandt & Algazi 1992): with points `spacing_m`
apart it is off by up to spacing² / (8 × clearance), 1.7 cm in a lane 0.6 m wide. From there one step of Newton's
method leads to where the straight pieces of the boundary themselves are equally far, within a millimetre.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import Voronoi
from shapely import MultiPolygon

SPACING_M = 0.2
OPPOSITE = 0.5
"""Two sides seen from a point more than 41° apart: twice one less the cosine. Newton's step is sound there."""

TIGHT_M, FINER = 0.05, 4
"""Where the clearance exceeds the radius by less than this, the axis is drawn that many times finer."""

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
    sites, before, after = _sites(clear, spacing_m)
    if len(sites) < 4:
        return _skeleton(np.empty((0, 2)), np.empty(0), np.empty((0, 2), np.int64))
    middle = sites.mean(axis=0)
    diagram = Voronoi(sites - middle)
    corners = diagram.vertices + middle
    ridges = np.asarray(diagram.ridge_vertices, dtype=np.int64)
    pairs = np.asarray(diagram.ridge_points, dtype=np.int64)

    finite = (ridges >= 0).all(axis=1)
    ridges, pairs = ridges[finite], pairs[finite]
    clearance = np.zeros(len(corners))
    clearance[ridges] = np.linalg.norm(corners[ridges] - sites[pairs[:, :1]], axis=2)
    shapely.prepare(clear)
    inside = shapely.contains_xy(clear, corners)
    keep = inside[ridges].all(axis=1)
    narrowest = _narrowest(corners[ridges], clearance[ridges], sites[pairs])
    keep &= narrowest >= radius_m
    tight = narrowest[keep] < radius_m + TIGHT_M
    corners, ridges, pairs = _finer(corners, ridges[keep], pairs[keep], tight)
    corners = _centred(corners, ridges, pairs, np.stack([before, sites, after], axis=1))
    clearance = np.zeros(len(corners))
    clearance[ridges] = np.linalg.norm(corners[ridges] - sites[pairs[:, :1]], axis=2)
    return _skeleton(corners, clearance, ridges)


def _sites(clear: MultiPolygon, spacing_m: float) -> tuple[npt.NDArray[np.float64], ...]:
    """Points (S, 2) along the boundary at most `spacing_m` apart, each with the one before and after it."""
    here, before, after = [np.empty((0, 2))], [np.empty((0, 2))], [np.empty((0, 2))]
    border = shapely.remove_repeated_points(clear.boundary)
    for ring in shapely.get_parts(shapely.segmentize(border, spacing_m)):
        points = shapely.get_coordinates(ring)[:-1]
        here.append(points)
        before.append(np.roll(points, 1, axis=0))
        after.append(np.roll(points, -1, axis=0))
    sites, first = np.unique(np.concatenate(here), axis=0, return_index=True)
    return sites, np.concatenate(before)[first], np.concatenate(after)[first]


def _finer(
    corners: npt.NDArray[np.float64],
    ridges: npt.NDArray[np.int64],
    pairs: npt.NDArray[np.int64],
    tight: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The `tight` ridges (R,) in FINER pieces: past a corner the middle is a parabola, and its chord too close."""
    share = np.linspace(0.0, 1.0, FINER + 1)[1:-1, None]
    ends = corners[ridges[tight]]
    between = ends[:, :1] * (1 - share) + ends[:, 1:] * share
    new = len(corners) + np.arange(len(between) * (FINER - 1)).reshape(-1, FINER - 1)
    chain = np.concatenate([ridges[tight, :1], new, ridges[tight, 1:]], axis=1)
    pieces = np.stack([chain[:, :-1], chain[:, 1:]], axis=2).reshape(-1, 2)
    return (
        np.concatenate([corners, between.reshape(-1, 2)]),
        np.concatenate([ridges[~tight], pieces]),
        np.concatenate([pairs[~tight], np.repeat(pairs[tight], FINER, axis=0)]),
    )


def _centred(
    corners: npt.NDArray[np.float64],
    ridges: npt.NDArray[np.int64],
    pairs: npt.NDArray[np.int64],
    borders: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """The corners (V, 2) moved to where both sides of their ridge are equally far.

    `pairs` (R, 2) are the sites on the two sides of each ridge, `borders` (S, 3, 2) the boundary about a site.
    Of the ridges that meet in a corner the one counts whose sites are farthest apart.
    """
    gap = np.linalg.norm(borders[pairs[:, 0], 1] - borders[pairs[:, 1], 1], axis=1)
    order = np.argsort(gap, kind="stable")
    sides = np.full((len(corners), 2), -1)
    sides[ridges[order]] = pairs[order][:, None]
    used = np.flatnonzero(sides[:, 0] >= 0)
    point = corners[used]
    foot = [_foot(point, borders[sides[used, side]]) for side in (0, 1)]
    away = [np.linalg.norm(point - each, axis=1) for each in foot]
    slope = (point - foot[0]) / away[0][:, None] - (point - foot[1]) / away[1][:, None]
    steepness = np.einsum("ij,ij->i", slope, slope)
    opposite = steepness > OPPOSITE
    moved = corners.copy()
    moved[used[opposite]] -= ((away[0] - away[1]) / steepness)[opposite, None] * slope[opposite]
    return moved


def _foot(point: npt.NDArray[np.float64], border: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The point nearest to `point` (P, 2) of the two straight pieces through three points (P, 3, 2)."""
    start, step = border[:, :2], border[:, 1:] - border[:, :2]
    share = np.einsum("pkj,pkj->pk", point[:, None] - start, step) / np.einsum("pkj,pkj->pk", step, step)
    feet = start + np.clip(share, 0.0, 1.0)[:, :, None] * step
    nearer = np.argmin(np.linalg.norm(feet - point[:, None], axis=2), axis=1)
    return np.asarray(feet[np.arange(len(point)), nearer])


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
