"""Every location of the recognised racks, with what the scan saw in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from scans.recognition.aisles import FoundAisle, Side
from scans.recognition.places.addresses import addresses
from scans.recognition.places.contents import Content, content_of, look_through
from scans.recognition.places.fan import Beams, Fans
from scans.recognition.places.place_grid import PlaceGrid, place_grid, positions_in
from scans.recognition.racks.choice import footprint
from scans.recognition.racks.rows import FoundRow
from scans.recognition.tiled_points import TiledPoints
from spatial.facility import Location, Point3, Rack
from spatial.locations import location_box, tier_span, world_from_rack
from spatial.poses import Matrix4, transform_points


def find_locations(
    rows: Sequence[FoundRow],
    racks: Sequence[Rack],
    aisles: Sequence[FoundAisle],
    aisle_of: Mapping[Side, int],
    points: npt.NDArray[np.float64],
    beams: Sequence[Beams],
    *,
    first: int = 0,
) -> Iterator[Location]:
    """The locations of `racks`, row by row; `points` (N, 3) are the hall's, `beams` those that found them.

    Of a level above the ground, `rows` are numbered from `first` in `aisles`, and `points` are the level's.
    """
    cloud, fans = TiledPoints.of(points, points[:, 2]), Fans.of(beams)
    for index, (row, rack) in enumerate(zip(rows, racks, strict=True), first):
        rack_from_world: Matrix4 = np.linalg.inv(world_from_rack(rack)).astype(np.float64)
        inside = _inside(row, rack, rack_from_world, cloud)
        positions = positions_in(rack, inside)
        grid = place_grid(rack, positions)
        looks = look_through(fans, rack_from_world, grid)
        tops = _tops(rack, grid, inside)
        cell_of = {
            (int(bay), int(position)): p
            for p, (bay, position) in enumerate(zip(grid.bay, grid.position, strict=True))
        }
        for address in addresses(index, row, rack, positions, aisles, aisle_of):
            p, tier = cell_of[address.bay, address.position], address.tier
            content = content_of(int(looks.stopped[p, tier]), int(looks.through[p, tier]))
            center, size = location_box(rack, address.bay, tier, address.position, address.positions)
            yield Location(
                id=address.id,
                rack=rack.id,
                bay=address.bay,
                tier=tier,
                position=address.position,
                center=_rounded(center),
                size_m=_rounded(size),
                state=content.state,
                fill=_fill(content, float(tops[p, tier]), size[2]),
                confidence=content.confidence,
            )


def _inside(
    row: FoundRow, rack: Rack, rack_from_world: npt.NDArray[np.float64], cloud: TiledPoints
) -> npt.NDArray[np.float64]:
    """The points (M, 3) of the row's footprint, in the row's own frame."""
    points, _ = cloud.near(np.array(footprint(row).exterior.coords), 0.0)
    local = transform_points(rack_from_world, points)
    return np.asarray(
        local[
            (local[:, 0] > 0)
            & (local[:, 0] < rack.length_m)
            & (np.abs(local[:, 1]) < rack.depth_m / 2)
            & (local[:, 2] > 0)
        ]
    )


def _tops(rack: Rack, grid: PlaceGrid, local: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Height (P, T) above its tier at which a place's content ends: below it lie 98 % of the points there."""
    tops = np.zeros(grid.shape)
    order = np.argsort(local[:, 0], kind="stable")
    u, z = local[order, 0], local[order, 2]
    for p, (first, last) in enumerate(np.searchsorted(u, grid.u)):
        for tier in range(grid.shape[1]):
            bottom, top = tier_span(rack, tier)
            within = z[first:last][(z[first:last] > bottom + 0.05) & (z[first:last] < top - 0.03)]
            if len(within):
                tops[p, tier] = _quantile(within, 0.98) - bottom
    return tops


def _quantile(values: npt.NDArray[np.float64], share: float) -> float:
    """np.quantile of a few values, which mostly checks what it is given."""
    rank = share * (len(values) - 1)
    below = int(rank)
    parted = np.partition(values, (below, min(below + 1, len(values) - 1)))
    low, high = float(parted[below]), float(parted[min(below + 1, len(values) - 1)])
    part = rank - below
    return high - (high - low) * (1.0 - part) if part >= 0.5 else low + (high - low) * part


def _fill(content: Content, top_m: float, height_m: float) -> float | None:
    if content.state == "unseen":
        return None
    return round(min(max(top_m / max(height_m, 1e-9), 0.0), 1.0), 3) if content.state == "occupied" else 0.0


def _rounded(xyz: Point3) -> Point3:
    return round(xyz[0], 4), round(xyz[1], 4), round(xyz[2], 4)
