"""The places of parallel aisles in the order that the sweep meets them, for kernels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.tours.exact.aisles.aisle_tables import AisleTables, aisle_tables
from layouts.tours.parallel_aisles import ParallelAisles, Picks

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class AisleFloor(NamedTuple):
    """S spots, different ones, by aisle, block and offset; places that face each other are one spot.

    `spot` (P,) is that of a place. Stretch k = aisle · B + block, `stretch_m[k]` long, holds the spots
    `start[k]:start[k + 1]`, `offset_m` (S,) from its front. `depot` is the spot where tours start and end, `depot_m`
    away from it; it is in no place. `cross_m` (B + 1, M), the last column being infinite; `tables` are those of its
    cross-aisles.
    """

    spot: Ints
    start: Ints
    offset_m: Floats
    stretch_m: Floats
    cross_m: Floats
    depot: int
    depot_m: float
    tables: AisleTables

    @property
    def spots(self) -> int:
        """S."""
        return len(self.offset_m)


def aisle_floor(warehouse: ParallelAisles, places: Picks) -> AisleFloor:
    """The floor of the `places` (P,) in a warehouse; ValueError for a place outside it or too many cross-aisles."""
    places.within(warehouse)
    blocks, (cross, aisle) = warehouse.blocks, warehouse.depot
    block = min(cross, blocks - 1)
    depot_m = 0.0 if cross == block else warehouse.aisle_m[block, aisle]
    rows = np.stack(
        [places.aisle * blocks + places.block, places.offset_m, np.zeros(len(places.aisle))], axis=1
    )
    rows = np.vstack([rows, [aisle * blocks + block, depot_m, -1.0 if cross == block else 1.0]])
    spots, spot = np.unique(rows, axis=0, return_inverse=True)
    stretches = blocks * warehouse.aisles
    return AisleFloor(
        spot=spot[:-1].astype(np.int64),
        start=np.searchsorted(spots[:, 0], np.arange(stretches + 1)).astype(np.int64),
        offset_m=np.ascontiguousarray(spots[:, 1]),
        stretch_m=np.ascontiguousarray(warehouse.aisle_m.T.ravel(), np.float64),
        cross_m=np.hstack([warehouse.cross_m, np.full((blocks + 1, 1), np.inf)]),
        depot=int(spot[-1]),
        depot_m=float(warehouse.depot_m),
        tables=aisle_tables(blocks + 1),
    )
