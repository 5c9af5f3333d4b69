"""From a scenario to a run: the whole chain in the order it happens."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

from layouts.plan_scenario import plan_scenario
from layouts.run import Run
from layouts.scenario import PATHS, Scenario, read_scenario
from layouts.simulation.simulate import simulate
from layouts.simulation.work import Work
from spatial.facility import Facility
from spatial.facility_json import read_facility


def run_scenario(scenario: Scenario | Path) -> Run:
    """Simulate a scenario, given as a value or as the path of its YAML file.

    Raises UndecidedError when the site has no racks, no locations, or none that can be reached, and
    BadDataError for a file that is not what it must be.
    """
    if isinstance(scenario, Path):
        scenario = read_scenario(scenario)
    site = scenario.site / "facility.json" if scenario.site.is_dir() else scenario.site
    return run_on(read_facility(site), scenario, facility_sha256=_sha256(site))


def run_on(facility: Facility, scenario: Scenario, *, facility_sha256: str | None = None) -> Run:
    """Simulate a scenario on a facility that is at hand instead of its site's."""
    shift = plan_scenario(facility, scenario)
    run = simulate(
        shift.graph,
        shift.plan,
        depot=shift.depot,
        pickers=scenario.pickers,
        work=Work(
            pick_s=scenario.pick_s,
            piece_s=scenario.piece_s,
            drop_s=scenario.drop_s,
            pick_time=scenario.pick_time,
            pick_cv=scenario.pick_cv,
        ),
        seed=scenario.seed,
        horizon_s=math.inf if scenario.horizon_s is None else scenario.horizon_s,
        inputs=_inputs(facility, scenario, facility_sha256),
        notes=shift.notes,
    )
    return replace(run, slotting=shift.slotting)


def _inputs(facility: Facility, scenario: Scenario, facility_sha256: str | None) -> dict[str, Any]:
    """What the run came from: names and hashes, no path of this machine."""
    settings = scenario.model_dump(mode="json", exclude=set(PATHS))
    return {
        "facility": {
            "id": facility.id,
            "name": facility.name,
            "kind": facility.kind,
            "sha256": facility_sha256,
        },
        "orders": _source(scenario.orders),
        "slotting": _source(scenario.slotting),
        **{
            name: _source(path)
            for name in ("items", "rules")
            if (path := getattr(scenario, name)) is not None
        },
        "scenario": settings,
    }


def _source(path: Path | None) -> dict[str, str]:
    return {"name": "synthetic"} if path is None else {"name": path.name, "sha256": _sha256(path)}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
