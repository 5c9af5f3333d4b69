"""A picture of a site in the middle of a shift, and a short film of its start, drawn without a screen."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from layouts.demo_hall import demo_hall
from layouts.run_files import write_run
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import run_on
from spatial.facility_json import read_facility, write_facility
from viewer.desktop.desktop import film, picture

options = ArgumentParser(description=__doc__)
options.add_argument("site", type=Path, nargs="?", help="folder with facility.json; default: the demo hall")
options.add_argument("-o", "--output", type=Path, required=True, help="folder for everything")
given = options.parse_args()

site = given.site or given.output / "site"
if not given.site:
    write_facility(site / "facility.json", demo_hall())

run = given.output / "run"
write_run(run, run_on(read_facility(site), Scenario(site=site, pickers=8)))

picture(site, run, given.output / "picture.png", size=(1280, 800))
film(site, run, given.output / "film.mp4", speed=60.0, duration_s=1.0, size=(640, 400), smooth=False)
print(f"written: {given.output / 'picture.png'} and {given.output / 'film.mp4'}")
