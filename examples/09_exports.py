"""A site and a shift in the formats of others: models for phones, plans for paper and CAD, tables for analysts."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

import pyarrow.csv

from layouts.demo_hall import demo_hall
from layouts.run_files import write_run
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import run_on
from spatial.facility_json import read_facility, write_facility
from viewer.exports.export import export
from viewer.exports.formats import Wishes
from viewer.exports.source import read_source

options = ArgumentParser(description=__doc__)
options.add_argument("site", type=Path, nargs="?", help="folder with facility.json; default: the demo hall")
options.add_argument("-o", "--output", type=Path, required=True, help="folder for everything")
given = options.parse_args()

site = given.site or given.output / "site"
if not given.site:
    write_facility(site / "facility.json", demo_hall())
run = given.output / "run"
write_run(run, run_on(read_facility(site), Scenario(site=site, pickers=8)))

formats = ("glb", "phone-glb", "usdz", "dxf", "svg", "tables")
exported = export(given.output / "out", read_source(site, run), formats, Wishes(tables=("csv",)))
for each in exported.written:
    print(f"{each.path.name}: {each.size / 1000:.0f} kB")

tables = given.output / "out" / "tables"
aisles = pyarrow.csv.read_csv(tables / "blocking_by_aisle.csv").sort_by([("blocked_s", "descending")])
for row in aisles.slice(0, 3).to_pylist():
    print(f"aisle {row['aisle']}: blocked for {row['blocked_s']:.0f} s")
