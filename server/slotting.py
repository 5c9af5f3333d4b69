"""Slotting as the command line calls it: scenario files in, plan folders out."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from layouts.scenario import Scenario, read_scenario
from layouts.slotting.from_scenario import slotting_start
from layouts.slotting.plan.files import PAGE, write_plan
from layouts.slotting.plan.make_plan import PlanWishes, make_plan
from layouts.slotting.plan.page import plan_html
from layouts.slotting.plan.slotting_plan import SlottingPlan
from layouts.slotting.prepare import Prepared, prepared
from layouts.slotting.rules.least_conflict import Infeasible
from layouts.slotting.slot_settings import SlotSettings, read_slot_settings
from server.site_files import require_room
from server.sites import FACILITY, load_site
from spatial.facility_json import read_facility
from spatial.progress import Progress, silent
from spatial.whole_files import write_whole


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


def plan_slotting(
    scenario: Path,
    settings: Path | None,
    folder: Path,
    wishes: PlanWishes,
    *,
    progress: Progress = silent,
) -> SlottingPlan | Infeasible:
    """Plan scenario.yaml under slot.yaml into `folder`; where no plan exists nothing is written."""
    require_room(folder)
    ready = ready_slotting(scenario, settings, seed=wishes.seed, progress=_part(progress, 0.0, 0.1))
    if isinstance(ready, Infeasible):
        return ready
    plan = make_plan(ready, wishes, progress=_part(progress, 0.1, 0.95))
    progress("writing", 0.95)
    write_plan(folder, plan, scenario=scenario, settings=settings)
    with write_whole(folder / PAGE) as aside:
        aside.write_text(plan_html(plan, sources=_sources(ready, scenario, settings)), encoding="utf-8")
    progress("done", 1.0)
    return plan


def _sources(ready: Prepared, scenario: Path, settings: Path | None) -> dict[str, str]:
    """The files a plan was made from, each with its SHA-256."""
    told, rules = ready.start.scenario, ready.settings
    site = told.site / FACILITY if told.site.is_dir() else told.site
    files = [scenario, settings, site, told.orders, told.slotting, told.rules]
    files += [rules.items or told.items, rules.locations]
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in files if file is not None}


def _part(progress: Progress, start: float, end: float) -> Progress:
    return lambda stage, share: progress(stage, start + (end - start) * share)


def ready_of(
    scenario: Scenario, settings: SlotSettings, *, seed: int = 0, progress: Progress = silent
) -> Prepared | Infeasible:
    """`ready_slotting` of values at hand."""
    site = scenario.site
    facility = load_site(site).facility if site.is_dir() else read_facility(site)
    start = slotting_start(facility, scenario, progress=progress)
    return prepared(start, settings, seed=seed)
