"""Two aisle widths for the same racks, drawn in a few lines each, compared on the same orders: a report to sign."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from layouts.comparison.compare import compare
from layouts.comparison.text import answers
from layouts.layout_file.read_layout import build_layout_file
from layouts.report.write_report import write_report
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import figures_of
from spatial.facility_json import write_facility

LAYOUT = """
id: HALL-{name}
building: {{width_m: 36, depth_m: 40, height_m: 8}}
blocks:
  - {{id: MAIN, at_m: [2, 10], rows: [1, 2, 2, 2, 1], bays: 8, aisle_width_m: {aisle_m}, back_aisle_m: 4}}
stations:
  - {{id: DEPOT, kind: depot, at_m: [18, 4]}}
"""

options = ArgumentParser(description=__doc__)
options.add_argument("-o", "--output", type=Path, required=True, help="folder for everything")
folder = options.parse_args().output

scenarios = {}
for name, aisle_m in (("narrow", 1.9), ("wide", 2.8)):
    site = folder / name
    site.mkdir(parents=True, exist_ok=True)
    (site / "layout.yaml").write_text(LAYOUT.format(name=name, aisle_m=aisle_m), encoding="utf-8")
    write_facility(site / "facility.json", build_layout_file(site / "layout.yaml"))
    scenarios[name] = Scenario(site=site, agent="cart", synthetic_orders=60, redraw_orders=True)

found = compare(scenarios, figures_of, first=8)
print("\n".join(answers(found)))
write_report(folder / "report.html", found, scenarios)
print(f"{folder / 'report.html'} is written: open it in a browser, or print it")
