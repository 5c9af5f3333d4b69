"""The floor's heights to a millimetre: a thin plate through the means of cells, by points that lie on the floor.

What lies on the floor and what is near it is told apart in rounds: the spread of points about the plate says how near
they must be, and the next plate goes through those that are. The first goes through the heights at which most points
of a cell lie. Racks are recognised above `floor.floor_surface`, which is coarser and needs no outline.
"""

from __future__ import annotations

from scans.recognition.building.floor import FloorPlane, FloorSurface
from scans.recognition.building.floor_cells import NEAR_M, Bounds, Counts, Floats, floor_cells
from scans.recognition.building.thin_plate import is_held, likeliest_plate, plate
from scans.recognition.surface_sigmas import root_mean_square

_SIGMAS = 3.0
_STIFFNESS = (1e3, 1e3, 1e2, 1e2, 1e1)
"""Of the plates on the way, in cells⁴: the first bend over metres and climb nothing small, be it in a corner; the
last follow what the first lie too far from, outwards from what they lie near.
"""


def fine_floor(points: Floats, counts: Counts, plane: FloorPlane, bounds: Bounds) -> FloorSurface | None:
    """Heights over `bounds` (x0, y0, x1, y1) from `points` (N, 3), metres, each the mean of `counts` (N,) points.

    None where the floor near `plane` is seen in too few cells to hold a plate. The order of points does not matter
    but for rounding.
    """
    cells = floor_cells(points, counts, plane, bounds)
    value, weight = cells.modes()
    within_m = NEAR_M / 2
    for stiffness in _STIFFNESS:
        if not is_held(weight):
            return None
        z = plate(value, weight, stiffness)
        near = cells.near(z, within_m)
        within_m = min(NEAR_M, max(within_m / 2, _SIGMAS * near.sigma_m))
        value, weight = z + near.off, near.weight
    if not is_held(weight):
        return None
    found = likeliest_plate(value, weight)
    z = found.z + plane.heights(cells.middles()).reshape(cells.shape)
    return FloorSurface(
        cells.origin, cells.cell_m, z, root_mean_square(found.sigmas[weight > 0]), found.sigmas
    )
