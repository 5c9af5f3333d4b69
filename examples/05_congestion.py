"""Where pickers stand in each other's way, who cannot pass whom in narrow aisles, and what one picker more brings."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from layouts.demo_hall import demo_hall
from layouts.kpis import kpis
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import figures_of, run_on
from layouts.simulation.traffic_rules import TrafficRules
from layouts.what_if.curve import what_if
from layouts.what_if.spec import parse_spec
from layouts.what_if.text import answers
from spatial.facility_json import read_facility, write_facility

options = ArgumentParser(description=__doc__)
options.add_argument("site", type=Path, nargs="?", help="folder with facility.json; default: the demo hall")
options.add_argument("-o", "--output", type=Path, required=True, help="folder for everything")
given = options.parse_args()

site = given.site or given.output / "site"
if not given.site:
    write_facility(site / "facility.json", demo_hall())
facility = read_facility(site)
shift = Scenario(site=site, pickers=8, pick_time="lognormal")
narrow = TrafficRules(lanes={aisle.id: "narrow-two-way" for aisle in facility.aisles})

for name, scenario in (("wide", shift), ("narrow", shift.model_copy(update={"traffic": narrow}))):
    figures = kpis(run_on(facility, scenario))
    blocked = figures.total.blocked_s / figures.total.sum_s
    print(f"{name} aisles: {figures.lines_per_hour:.0f} lines/h, {blocked:.1%} of the time blocked")
    for cause, each in figures.blocked.by_cause.items():
        print(f"  {cause}: {each.waits} waits, {each.blocked_s:.0f} s")

curve = what_if(shift, parse_spec(["pickers=2..10:2"]), figures_of, folder=given.output, first=5)
print("\n".join(answers(curve)))
