"""Pieces of a surface that are too small to be anything are left out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Triangles = tuple[npt.NDArray[np.float64], npt.NDArray[np.int32]]


def without_crumbs(
    vertices: npt.NDArray[np.float64], faces: npt.NDArray[np.int32], *, fewest: int
) -> Triangles:
    """The pieces, joined by shared vertices, of `fewest` faces or more."""
    if len(faces) == 0:
        return vertices, faces
    start, end = faces[:, [0, 1]].ravel(), faces[:, [1, 2]].ravel()
    joined = coo_array((np.ones(len(start), np.int8), (start, end)), shape=(len(vertices), len(vertices)))
    piece = connected_components(joined, directed=False)[1][faces[:, 0]]
    kept = faces[np.bincount(piece)[piece] >= fewest]
    used, number = np.unique(kept, return_inverse=True)
    return vertices[used], number.reshape(-1, 3).astype(np.int32)
