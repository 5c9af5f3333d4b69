"""A shift told to a log: what was known half-way through, what lay where, a what-if from then, the day recorded."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from layouts.demo_hall import demo_hall
from layouts.inventory.stock import on_hand
from layouts.kpis import kpis
from layouts.live.recorded_run import run_of
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import run_on, run_scenario
from server.chores.rehearsing import rehearsal
from server.fork.fork import fork
from server.fork.scenario_now import scenario_now
from server.store.opening import open_store
from server.store.snapshots import state_as_of
from spatial.facility_json import write_facility

options = ArgumentParser(description=__doc__)
options.add_argument("-o", "--output", type=Path, required=True, help="folder for everything")
folder = options.parse_args().output

hall, epoch_ms = demo_hall(), 1_790_000_000_000
write_facility(folder / "site" / "facility.json", hall)
scenario = Scenario(site=folder / "site", pickers=6, synthetic_orders=40)
store = open_store(folder / "twin.db")
for event in rehearsal(run_on(hall, scenario), hall, epoch_ms=epoch_ms):
    store.append([event], now_ms=event.happened_ms)
ends_ms = next(store.read(after=store.head() - 1)).learned_ms
half_ms = (epoch_ms + ends_ms) // 2
then = state_as_of(store, learned_ms=half_ms)
print(f"{store.head()} events, {then.seq} of them known half-way: state {then.sha256()[:12]}")
print(f"{sum(line.quantity for line in on_hand(then.stock)):.0f} units on hand by the book")
forked = fork(then, site=hall.id, log=store.id, now_ms=half_ms)
rest = kpis(run_scenario(scenario_now(forked, scenario, folder / "now").scenario))
day = kpis(run_of(store.read(), site=hall.id, from_ms=epoch_ms, until_ms=ends_ms, facility=hall))
print(f"recorded: {day.lines} lines; foretold half-way: {rest.lines} more in {rest.makespan_s / 60:.0f} min")
