"""A better slotting of a hall, cut to one evening's moves, and what the simulator says of it at three staffings."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from layouts.demo_hall import demo_hall
from layouts.scenario import Scenario
from layouts.slotting.from_scenario import slotting_start
from layouts.slotting.plan.files import write_plan
from layouts.slotting.plan.make_plan import PlanWishes, make_plan
from layouts.slotting.plan.text import plan_text
from layouts.slotting.prepare import Prepared, prepared
from layouts.slotting.search.improve import Effort
from layouts.slotting.slot_settings import SlotSettings
from spatial.facility_json import write_facility

options = ArgumentParser(description=__doc__)
options.add_argument("-o", "--output", type=Path, required=True, help="folder for everything")
folder = options.parse_args().output

site = folder / "site"
site.mkdir(parents=True, exist_ok=True)
hall = demo_hall()
write_facility(site / "facility.json", hall)

scenario = Scenario(site=site, routing="exact", pickers=6, synthetic_orders=150, redraw_orders=True)
ready = prepared(slotting_start(hall, scenario), SlotSettings())
if isinstance(ready, Prepared):
    wishes = PlanWishes(
        budget_s=4 * 3600,
        pickers=(3, 12),
        replications=6,
        effort=Effort(rounds=3, chains=2, steps=50_000),
    )
    plan = make_plan(ready, wishes)
    print(plan_text(plan))
    write_plan(folder / "plan", plan, scenario=None, settings=None)
