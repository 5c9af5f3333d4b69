"""What rules of thumb cost beside the shortest tours, what a one-way aisle costs, and the lanes for a robot fleet."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from layouts.demo_hall import demo_hall
from layouts.plan_scenario import plan_scenario
from layouts.scenario import Scenario
from layouts.tours.explain import explain_tour, steps_text
from spatial.exchange.formats import write_network
from spatial.facility_json import read_facility, write_facility
from spatial.floor.agents import MOBILE_ROBOT
from spatial.navigation.build_graph import build_graph

options = ArgumentParser(description=__doc__)
options.add_argument("site", type=Path, nargs="?", help="folder with facility.json; default: the demo hall")
options.add_argument("-o", "--output", type=Path, required=True, help="folder for everything")
given = options.parse_args()

site = given.site or given.output / "site"
if not given.site:
    write_facility(site / "facility.json", demo_hall())
facility = read_facility(site)

shortest = plan_scenario(facility, Scenario(site=site, routing="exact"))
print(f"exact: {shortest.plan.length_m:,.0f} m")
for policy in ("s-shape", "largest-gap", "combined", "nearest-neighbour"):
    plan = plan_scenario(facility, Scenario(site=site, routing=policy)).plan
    print(f"{policy}: {plan.length_m / shortest.plan.length_m - 1:.1%} longer")
print(steps_text(explain_tour(shortest.graph, shortest.plan.tours[0])))

rules = given.output / "floor-rules.yaml"
rules.write_text(f"one_way: [{{aisle: {facility.aisles[0].id}, heading_deg: 90}}]\n", encoding="utf-8")
one_way = plan_scenario(facility, Scenario(site=site, routing="exact", rules=rules), is_bounded=True).plan
print(f"with one aisle one-way: {one_way.length_m / shortest.plan.length_m - 1:.2%} longer")

write_network(given.output / "lanes.lif.json", build_graph(facility, MOBILE_ROBOT), "lif", facility=facility)
