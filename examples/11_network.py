"""A chain from one supplier over two ports to two towns: what a strike does, and which node is missed most."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from layouts.network.disruptions import Disruption, Disruptions, Spread
from layouts.network.files import write_run
from layouts.network.model import ALL, Demand, Lane, Network, Node, NodeKind, Stock
from layouts.network.run_network import run_network
from layouts.network.simulate import Played
from layouts.network.text import run_text

options = ArgumentParser(description=__doc__)
options.add_argument("-o", "--output", type=Path, required=True, help="folder of the report")
folder = options.parse_args().output

kinds: dict[str, NodeKind] = {
    "Izmir": "supplier", "Trieste": "port", "Koper": "port", "Verona": "site", "Duisburg": "site",
    "Milano": "demand", "Berlin": "demand",
}  # fmt: skip
restored_days = {"Izmir": 21.0, "Trieste": 10.0, "Koper": 10.0, "Duisburg": 5.0}
lanes = [
    ("Izmir", "Trieste", 4, 7), ("Izmir", "Koper", 4, 8), ("Trieste", "Verona", 1, 3), ("Koper", "Verona", 1, 4),
    ("Trieste", "Duisburg", 2, 5), ("Verona", "Duisburg", 2, 6), ("Verona", "Milano", 1, 2),
    ("Duisburg", "Berlin", 1, 4),
]  # fmt: skip
stock = {"Trieste": 900, "Koper": 300, "Verona": 300, "Duisburg": 400}
network = Network(
    nodes={name: Node(id=name, kind=kind, recover_days=restored_days.get(name)) for name, kind in kinds.items()},
    lanes=tuple(
        Lane(id=f"{tail}→{head}", origin=tail, destination=head, lead_days=days, lead_sd_days=0.5, cost_per_unit=cost)
        for tail, head, days, cost in lanes
    ),
    stock={(name, ALL): Stock(units=units, up_to=units, order_at=units - 1) for name, units in stock.items()},
    demand={
        (name, ALL): Demand(per_day=units, law="poisson", short_cost=30)
        for name, units in (("Milano", 60), ("Berlin", 90))
    },
)  # fmt: skip
strike = Disruption(
    name="strike",
    kind="node_down",
    of="Trieste",
    probability=0.5,
    begins=Spread(uniform=(0, 30)),
    takes=Spread(triangular=(7, 14, 28)),
)
run = run_network(
    network,
    Disruptions(events=(strike,)),
    Played(days=60, warm_up=30, times=40),
    is_each_node_stopped=True,
)
print(run_text(run))
write_run(folder, run, title="Two ports", sources={})
