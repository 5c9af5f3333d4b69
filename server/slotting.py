"""Slotting as the command line calls it: scenario files in, plan folders out."""

from __future__ import annotations

from pathlib import Path

from layouts.scenario import Scenario, read_scenario
from layouts.slotting.from_scenario import slotting_start
from layouts.slotting.prepare import Prepared, prepared
from layouts.slotting.rules.least_conflict import Infeasible
from layouts.slotting.slot_settings import SlotSettings, read_slot_settings
from server.sites import load_site
from spatial.facility_json import read_facility
from spatial.progress import Progress, silent


def ready_slotting(
    scenario: Path, settings: Path | None, *, seed: int = 0, progress: Progress = silent
) -> Prepared | Infeasible:
    """The problem of scenario.yaml under the rules of slot.yaml, with a legal assignment, if there is one."""
    told = read_scenario(scenario)
    return ready_of(
        told,
        SlotSettings() if settings is None else read_slot_settings(settings),
        seed=seed,
        progress=progress,
    )


def ready_of(
    scenario: Scenario, settings: SlotSettings, *, seed: int = 0, progress: Progress = silent
) -> Prepared | Infeasible:
    """`ready_slotting` of values at hand."""
    site = scenario.site
    facility = load_site(site).facility if site.is_dir() else read_facility(site)
    start = slotting_start(facility, scenario, progress=progress)
    return prepared(start, settings, seed=seed)
