"""Scan, work and slot one small hall, so that the first real command does not wait for numba."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from layouts.demand.make_orders import demand_of, orders_of
from layouts.demand.spec import DemandSpec
from layouts.demo_hall import demo_hall, demo_scan_positions
from layouts.network.model import ALL, Demand, Lane, Network, Node, Stock
from layouts.network.simulate import Played, simulate
from layouts.plan_scenario import plan_scenario
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import run_on
from layouts.slotting.aisles.few_moves import few_moves
from layouts.slotting.aisles.floor import aisle_floor
from layouts.slotting.from_scenario import slotting_start
from layouts.slotting.hard_rules import one_each
from layouts.slotting.metric import table_metric
from layouts.slotting.plan.make_plan import PlanWishes, make_plan
from layouts.slotting.prepare import Prepared, prepared
from layouts.slotting.problem import SlottingProblem, TourUnits
from layouts.slotting.search.improve import Effort
from layouts.slotting.slot_settings import SlotSettings
from layouts.slotting.standing import standing
from layouts.tours.between import way_between
from layouts.tours.parallel_aisles import ParallelAisles, Picks
from scans.laz_writer import write_laz
from scans.readers import open_scans
from scans.scan_to_facility import scan_to_facility
from scans.virtual import TerrestrialScanner, scan_terrestrial
from server.site_files import write_json
from spatial.floor.agents import PICKER
from spatial.meshes.mesh import facility_mesh

hall = demo_hall()
for agent in ("picker", "reach_truck"):
    run_on(hall, Scenario(site=Path(), agent=agent, pickers=2, synthetic_orders=4))
plan_scenario(hall, Scenario(site=Path(), synthetic_orders=4, routing="exact"))
orders_of(demand_of(DemandSpec(skus=50, orders_per_day=20)))
way_between(hall, PICKER, hall.locations[0].id, hall.locations[-1].id)
ready = prepared(
    slotting_start(hall, Scenario(site=Path(), synthetic_orders=8, routing="exact")), SlotSettings()
)
if isinstance(ready, Prepared):
    make_plan(ready, PlanWishes(effort=Effort(rounds=1, steps=50, chains=1), is_proven=False))
    standing(ready)
few_moves(
    SlottingProblem(
        sku=("only",),
        location=("near", "far"),
        now=np.array([1]),
        fixed=np.zeros(1, np.bool_),
        place=np.arange(2),
        metric=table_metric(np.zeros((2, 2)), start=0, end=0),
        seconds_per_m=1.0,
        tours=TourUnits(start=np.array([0, 1]), unit=np.array([0]), weight=np.ones(1)),
        rules=one_each(2, 1),
    ),
    aisle_floor(
        ParallelAisles(aisle_m=np.array([[4.0]]), cross_m=np.zeros((2, 0)), depot_m=1.0),
        Picks(aisle=np.zeros(2, np.int64), block=np.zeros(2, np.int64), offset_m=np.array([1.0, 2.0])),
    ),
    most_moves=1,
    rounds=1,
)
simulate(
    Network(
        nodes={"S": Node(id="S", kind="supplier"), "W": Node(id="W", kind="site", capacity_sd=1.0)},
        lanes=(Lane(id="S→W", origin="S", destination="W", lead_sd_days=0.5),),
        stock={("W", ALL): Stock(units=9, up_to=9, order_at=8)},
        demand={("W", ALL): Demand(per_day=2.0, law="poisson")},
    ),
    played=Played(days=7, warm_up=0, times=2),
)

mesh = facility_mesh(hall)
scan = scan_terrestrial(
    mesh.vertices,
    mesh.faces,
    mesh.face_element,
    demo_scan_positions(hall),
    scanner=TerrestrialScanner(step_deg=1.5),
)
with tempfile.TemporaryDirectory() as folder:
    laz, poses = Path(folder, "scan.laz"), Path(folder, "poses.json")
    write_laz(laz, scan.cloud)
    write_json(poses, {"poses": scan.stations.tolist()})
    scan_to_facility(open_scans([laz], poses=poses), name="warm")
    text = Path(folder, "scan.pts")
    text.write_text("2\n0 0 0\n1e-30 5 nan\n")
    list(open_scans([text], drop_invalid=True, unit="m").chunks())
