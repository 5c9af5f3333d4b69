"""Where pickers can walk, which routing policy walks less, and what more pickers are worth."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from layouts.demo_hall import demo_hall
from layouts.kpis import kpis
from layouts.plan_scenario import plan_scenario
from layouts.run_files import write_run
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import run_on
from spatial.facility_json import read_facility, write_facility
from spatial.floor.agents import PICKER
from spatial.navigation.build_graph import build_graph

options = ArgumentParser(description=__doc__)
options.add_argument("site", type=Path, nargs="?", help="folder with facility.json; default: the demo hall")
options.add_argument("-o", "--output", type=Path, required=True, help="folder for everything")
given = options.parse_args()

site = given.site or given.output / "site"
if not given.site:
    write_facility(site / "facility.json", demo_hall())
facility = read_facility(site)
graph = build_graph(facility, PICKER)
print(f"{len(graph.access)} locations reached, {len(graph.unreached)} places not")

for policy in ("nearest-neighbour", "s-shape"):
    plan = plan_scenario(facility, Scenario(site=site, routing=policy)).plan
    print(f"{policy}: {len(plan.tours)} tours, {plan.length_m:,.0f} m")

for pickers in (2, 4, 8):
    run = run_on(facility, Scenario(site=site, pickers=pickers))
    write_run(given.output / f"run-{pickers}", run)
    figures = kpis(run)
    blocked = figures.total.blocked_s / (pickers * run.duration_s)
    print(f"{pickers} pickers: {figures.lines_per_hour or 0:.0f} lines/h, blocked {blocked:.1%} of the time")
print(*run.notes, sep="\n")
