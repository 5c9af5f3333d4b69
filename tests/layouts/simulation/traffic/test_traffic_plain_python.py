"""The same source runs compiled and, with NUMBA_DISABLE_JIT=1, as plain Python: with equal bytes."""

from __future__ import annotations

TOURS = """
import numpy as np
from layouts.demo_hall import demo_hall
from layouts.simulation.traffic.build_traffic import traffic_map
from layouts.simulation.traffic.check_traffic import jams_of, ways_between_mouths
from layouts.simulation.traffic.static_check import told
from layouts.simulation.traffic.traffic_map import TrafficSettings
from spatial.floor.agents import PICKER, REACH_TRUCK
from spatial.navigation.build_graph import build_graph
graphs = [build_graph(demo_hall(), agent) for agent in (PICKER, REACH_TRUCK)]
for release in ("on_arrival", "at_start"):
    for locks in (True, False):
        traffic = traffic_map(graphs, TrafficSettings(release=release, locks=locks))
        for number, graph in enumerate(graphs):
            ways = traffic.ways(ways_between_mouths(graph)[::3], graph=number)
            for column in (ways.op, ways.a, ways.b, ways.from_m, ways.to_m, ways.leg_start):
                print(column.tobytes().hex())
            print(told(jams_of(traffic, ways)))
"""


def test_plain_python_and_compiled_agree(compiled_and_plain) -> None:
    compiled, plain = compiled_and_plain(TOURS)
    assert compiled == plain
    assert len(compiled.splitlines()) == 56
