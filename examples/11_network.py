"""A chain from one supplier over two ports to two towns: what a strike does, and which node is missed most."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from layouts.network.disruptions import Disruption, Disruptions
from layouts.network.files import write_run
from layouts.network.model import ALL, Demand, Lane, Network, Node, Stock
from layouts.network.run_network import run_network
from layouts.network.simulate import Played
from layouts.network.text import run_text

options = ArgumentParser(description=__doc__)
options.add_argument("-o", "--output", type=Path, required=True, help="folder of the report")
folder = options.parse_args().output

nodes = [
    Node(id="Izmir", kind="supplier", recover_days=21), Node(id="Trieste", kind="port", recover_days=10),
    Node(id="Koper", kind="port", recover_days=10), Node(id="Duisburg", kind="site", recover_days=5),
    Node(id="Verona", kind="site"), Node(id="Milano", kind="demand"), Node(id="Berlin", kind="demand"),
]  # fmt: skip
lanes = """Izmir Trieste 4 7, Izmir Koper 4 8, Trieste Verona 1 3, Koper Verona 1 4, Trieste Duisburg 2 5,
    Verona Duisburg 2 6, Verona Milano 1 2, Duisburg Berlin 1 4"""
network = Network(
    nodes={node.id: node for node in nodes},
    lanes=tuple(
        Lane(id=f"{a}→{b}", origin=a, destination=b, lead_days=int(days), lead_sd_days=0.5, cost_per_unit=int(cost))
        for a, b, days, cost in map(str.split, lanes.split(","))
    ),
    stock={(at, ALL): Stock(units=n, up_to=n, order_at=n - 1)
           for at, n in (("Trieste", 900), ("Koper", 300), ("Verona", 300), ("Duisburg", 400))},
    demand={(at, ALL): Demand(per_day=n, law="poisson", short_cost=30) for at, n in (("Milano", 60), ("Berlin", 90))},
)  # fmt: skip
strike = Disruption(name="strike", kind="node_down", of="Trieste", probability=0.5, takes=20)
events, played = Disruptions(events=(strike,)), Played(days=60, warm_up=30, times=40)
run = run_network(network, events, played, is_each_node_stopped=True)
print(run_text(run))
write_run(folder, run, title="Two ports", sources={})
