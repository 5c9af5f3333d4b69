"""Half a year of orders: how well its last weeks would have been forecast, and how many pickers next week needs."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from pathlib import Path

from layouts.demand.demand_files import ORDERS, write_demand
from layouts.demand.forecasting.forecast_text import backtest_text, forecast_text
from layouts.demand.forecasting.plan_origins import ForecastSettings
from layouts.demand.forecasting.staffing import Goal
from layouts.demand.forecasting.staffing_text import staffing_text
from layouts.demand.make_orders import demand_of
from layouts.demand.spec import DemandSpec
from layouts.demo_hall import demo_hall
from server.chores import forecasting
from spatial.facility_json import write_facility

options = ArgumentParser(description=__doc__)
options.add_argument("-o", "--output", type=Path, required=True, help="folder for everything")
folder = options.parse_args().output

hall = demo_hall()
write_facility(folder / "facility.json", hall)
spec = DemandSpec(skus=80, first_day=dt.date(2026, 1, 5), days=180, orders_per_day=60, growth_per_year=0.5)
write_demand(folder, demand_of(spec), locations=[place.id for place in hall.locations[:80]])
scenario = folder / "scenario.yaml"
scenario.write_text("site: .\nslotting: slotting.csv\nbatch_lines: 6\n", encoding="utf-8")

week, alone = ForecastSettings(horizon=7), forecasting.Players()
orders = forecasting.DemandSource(path=str(folder / ORDERS))
tested, _, _ = forecasting.backtest_file(orders, folder / "backtest", week, alone)
print(backtest_text(tested), "\n")
coming, _, _ = forecasting.forecast_file(orders, folder / "forecast", week, alone)
print(forecast_text(coming), "\n")

wish = forecasting.StaffingWish(goal=Goal(figure="makespan_s", is_least=False, bound=3600.0), replications=4)
plan, notes, _ = forecasting.staff_file(folder / ORDERS, scenario, folder / "staffing", week, wish, alone)
print(staffing_text(plan), *notes, sep="\n")
