"""The same source runs compiled and, with NUMBA_DISABLE_JIT=1, as plain Python: with equal results."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BLOCKS = """
import numpy as np
from layouts.tours.exact.aisles.block_tour import optimal_tour
from layouts.tours.parallel_aisles import ParallelAisles, Picks
rng = np.random.default_rng(3)
for blocks, aisles, count in ((1, 4, 6), (2, 3, 7), (3, 3, 5)):
    warehouse = ParallelAisles(
        aisle_m=rng.integers(1, 9, (blocks, aisles)) * 1.1,
        cross_m=rng.integers(1, 9, (blocks + 1, aisles - 1)) * 1.3,
    )
    aisle, block = rng.integers(0, aisles, count), rng.integers(0, blocks, count)
    offset_m = rng.random(count) * warehouse.aisle_m[block, aisle]
    tour = optimal_tour(warehouse, Picks(aisle=aisle, block=block, offset_m=offset_m))
    print(tour.length_m.hex(), tour.order.tolist(), tour.walk.tolist())
"""

NETWORK = """
import numpy as np
from layouts.tours.exact.network.network_tour import optimal_network_tour
rng = np.random.default_rng(3)
for columns in (3, 4, 5):
    node = np.arange(3 * columns).reshape(3, columns)
    across = np.column_stack((node[:, :-1].ravel(), node[:, 1:].ravel()))
    along = np.column_stack((node[:-1].ravel(), node[1:].ravel()))
    edges = np.vstack((across, along, [[0, 0], [1, 3 * columns]]))
    stops = rng.integers(0, 3 * columns + 1, 5)
    tour = optimal_network_tour(edges, rng.integers(1, 9, len(edges)) * 1.1, stops, depot=1, end=columns)
    print(tour.length_m.hex(), tour.order.tolist(), tour.walk.tolist(), tour.states)
"""

ONE_WAY = """
import numpy as np
from layouts.tours.exact.one_way.one_way_tour import optimal_one_way_tour
from layouts.tours.parallel_aisles import ParallelAisles, Picks
rng = np.random.default_rng(3)
for blocks, aisles in ((1, 4), (2, 2)):
    warehouse = ParallelAisles(
        aisle_m=rng.integers(1, 9, (blocks, aisles)) * 1.1,
        cross_m=rng.integers(1, 9, (blocks + 1, aisles - 1)) * 1.3,
    )
    aisle, block = rng.integers(0, aisles, 5), rng.integers(0, blocks, 5)
    picks = Picks(aisle=aisle, block=block, offset_m=rng.random(5) * warehouse.aisle_m[block, aisle])
    along = np.tile(np.where(np.arange(aisles) % 2, -1, 1), (blocks, 1))
    tour = optimal_one_way_tour(warehouse, picks, aisle_direction=along)
    print(tour.length_m.hex(), tour.order.tolist(), tour.walk.tolist())
"""

SCATTERED = """
import numpy as np
from layouts.tours.exact.scattered.scattered_tour import optimal_scattered_tour
from layouts.tours.parallel_aisles import ParallelAisles, Picks
rng = np.random.default_rng(3)
warehouse = ParallelAisles(aisle_m=np.full((1, 4), 7.7), cross_m=np.full((2, 3), 1.3))
places = Picks(aisle=rng.integers(0, 4, 9), block=np.zeros(9, np.int64), offset_m=rng.random(9) * 7.7)
found = optimal_scattered_tour(
    warehouse,
    places,
    sku=np.arange(9) % 3,
    supply=np.ones(9, np.int64),
    demand=np.array([1, 2, 1]),
    price_steps=60,
)
print(found.tour.length_m.hex(), found.chosen.tolist(), found.lower_bound_m.hex(), found.gap)
"""


@pytest.mark.parametrize("program", [BLOCKS, NETWORK, ONE_WAY, SCATTERED])
def test_plain_python_and_compiled_agree(program: str) -> None:
    told = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", program],
            cwd=Path(__file__).resolve().parents[2],
            env={**os.environ, "NUMBA_DISABLE_JIT": disabled},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for disabled in ("0", "1")
    ]
    assert told[0] == told[1]
