"""The navigation graph of a hall of 120 × 200 m with 20,064 locations, beside a skeleton of its 10 cm grid.

    python benchmarks/bench_graph.py [--rounds N]

Ours gives lanes with widths, an access point for every location, aisles and rules; the peer (scikit-image's medial
axis of the occupancy grid, joined to a networkx graph cell by cell) gives the lanes only, and its nearest cell is all
it says about a location. Both start from the same facility in the same run, alternately; the peak is that of a
process of its own which builds the graph once.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import shapely
from large_hall import LENGTH_M, WIDTH_M, large_hall
from skimage.morphology import medial_axis

from spatial.facility import Facility
from spatial.floor.agents import PICKER
from spatial.floor.free_space import free_space
from spatial.navigation.build_graph import build_graph
from spatial.navigation.shortest_paths import shortest_distances
from spatial.navigation.traffic import with_aisle_closed, with_aisle_open

CELL_M = 0.1
HALLS = {"as drawn": {}, "as scanned (1 cm, 0.1°)": {"jitter_m": 0.01, "yaw_jitter_deg": 0.1}}


def peer_graph(facility: Facility) -> nx.Graph:
    """The cells of the medial axis that are wide enough, joined to those around them."""
    counts = round(WIDTH_M / CELL_M), round(LENGTH_M / CELL_M)
    x, y = np.meshgrid(*((np.arange(count) + 0.5) * CELL_M for count in counts), indexing="ij")
    free = shapely.contains_xy(free_space(facility, PICKER, "L0").clear, x, y)
    axis, away = medial_axis(np.pad(free, 1), return_distance=True, rng=0)
    cells = np.argwhere((axis & (away * CELL_M >= PICKER.radius_m))[1:-1, 1:-1])
    number = np.full(free.shape, -1)
    number[tuple(cells.T)] = np.arange(len(cells))
    graph = nx.Graph()
    graph.add_nodes_from(range(len(cells)))
    for step in ((1, 0), (0, 1), (1, 1), (1, -1)):
        near = cells + step
        inside = ((near >= 0) & (near < counts)).all(axis=1)
        other = number[tuple(near[inside].T)]
        met = other >= 0
        length = CELL_M * float(np.hypot(*step))
        pairs = zip(np.flatnonzero(inside)[met].tolist(), other[met].tolist(), strict=True)
        graph.add_weighted_edges_from((a, b, length) for a, b in pairs)
    graph.graph["xy"] = (cells + 0.5) * CELL_M
    return graph


def best(call: Callable[[], Any], rounds: int) -> float:
    """The least seconds of several runs: others may be using the machine."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def peak_mib(hall: dict[str, float], build: Callable[[Facility], Any], results: Any) -> None:
    """What a fresh process needs at most, and needed before it built anything."""
    facility = large_hall(**hall)
    before = own_peak_mib()
    build(facility)
    results.put((before, own_peak_mib()))


def own_peak_mib() -> float:
    """Linux's high-water mark of this process; the one of getrusage begins with that of its parent."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def ours(facility: Facility) -> Any:
    return build_graph(facility, PICKER)


def measured_peak(hall: dict[str, float], build: Callable[[Facility], Any]) -> str:
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    process = context.Process(target=peak_mib, args=(hall, build, results))
    process.start()
    before, after = results.get()
    process.join()
    return f"{after:6.0f} MiB (of which {before:.0f} before)"


def compare(name: str, hall: dict[str, float], rounds: int) -> None:
    facility = large_hall(**hall)
    graph, peer = ours(facility), peer_graph(facility)
    times = [(best(lambda: ours(facility), 1), best(lambda: peer_graph(facility), 1)) for _ in range(rounds)]
    a, b = (min(each) for each in zip(*times, strict=True))
    closed = with_aisle_closed(graph, "A205")
    print(f"\n{name}: {len(facility.locations):,} locations, {len(facility.racks)} rows")
    print(f"  {'':26}{'ours':>12}{'grid skeleton':>16}")
    print(f"  {'seconds to build':26}{a:12.2f}{b:16.2f}   {b / a:.1f} × as fast")
    print(f"  {'nodes':26}{len(graph.xy):12,}{peer.number_of_nodes():16,}")
    print(f"  {'edges':26}{len(graph.edges):12,}{peer.number_of_edges():16,}")
    print(f"  {'one aisle end to end, m':26}{aisle_m(graph):12.3f}{peer_aisle_m(facility, peer):16.3f}")
    print(f"  {'locations reached':26}{len(graph.access):12,}{'—':>16}")
    print(f"  peak: ours {measured_peak(hall, ours)}, grid {measured_peak(hall, peer_graph)}")
    shut = best(lambda: with_aisle_closed(graph, "A205"), 5)
    opened = best(lambda: with_aisle_open(closed, "A205"), 5)
    print(
        f"  closing an aisle {shut * 1e3:.1f} ms, opening it {opened * 1e3:.1f} ms, a rebuild {a * 1e3:.0f} ms"
    )


def aisle_m(graph: Any) -> float:
    """From one mouth of the first aisle to the other: the true length is that of its row."""
    return float(shortest_distances(graph, graph.aisles["A101"]).length_m[0, 1])


def peer_aisle_m(facility: Facility, peer: nx.Graph) -> float:
    aisle = facility.aisles[0]
    ends = [int(np.argmin(np.linalg.norm(peer.graph["xy"] - end, axis=1))) for end in (aisle.p0, aisle.p1)]
    return float(nx.dijkstra_path_length(peer, *ends))


if __name__ == "__main__":
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    for name, hall in HALLS.items():
        compare(name, hall, given.rounds)
