"""A surface in fewer triangles, and how far that takes it off."""

from __future__ import annotations

import numpy as np
import pyvista as pv

from spatial.meshes.boxes import Triangles


def thinned(surface: Triangles, room: int) -> Triangles | None:
    """The surface in at most `room` triangles, by quadric error (Garland and Heckbert 1997); None if it cannot be."""
    vertices, faces = surface
    if len(faces) <= room:
        return surface
    mesh = pv.PolyData.from_regular_faces(vertices, faces)
    thin = mesh.decimate(1.0 - room / len(faces)) if room > 0 else None
    if thin is None or thin.n_cells > room:
        return None
    return np.asarray(thin.points, np.float64), thin.regular_faces.astype(np.int32)


def off_by_m(surface: Triangles, thin: Triangles) -> float:
    """How far the vertices of a surface are from its thinned form at most, metres."""
    mesh, other = (pv.PolyData.from_regular_faces(*each) for each in (surface, thin))
    return float(np.abs(mesh.compute_implicit_distance(other)["implicit_distance"]).max())
