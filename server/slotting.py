"""Slotting as the command line calls it: scenario files in, plan folders out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from layouts.scenario import Scenario, read_scenario
from layouts.slotting.explain.explain import Explanation, explain
from layouts.slotting.from_scenario import slotting_start
from layouts.slotting.moves.budget import Choice
from layouts.slotting.plan.budgeted import crowds_of, searched_within
from layouts.slotting.plan.files import PLAN, write_moves, write_plan
from layouts.slotting.plan.make_plan import PlanWishes, make_plan
from layouts.slotting.plan.page import plan_html
from layouts.slotting.plan.proposals import propose
from layouts.slotting.plan.record import SCHEMA
from layouts.slotting.plan.slotting_plan import SlottingPlan
from layouts.slotting.prepare import Prepared, prepared, require_known, slot_tables
from layouts.slotting.rules.least_conflict import Infeasible
from layouts.slotting.search.improve import Effort
from layouts.slotting.slot_settings import SlotSettings, read_slot_settings
from layouts.slotting.trigger.reslot_trigger import ReslotTrigger, TriggerDay
from layouts.slotting.verification.actual_tours import Grouping
from layouts.slotting.verification.read_tasks import read_tasks
from layouts.slotting.verification.verification import Verification
from layouts.slotting.verification.verify import verify
from layouts.slotting.verification.walked import Prediction
from layouts.slotting.watch import Watch, watch
from layouts.slotting_table import read_slotting
from layouts.tours.due_times import is_date
from server.site_files import require_room, write_json
from server.sites import FACILITY, load_site
from spatial.errors import BadDataError
from spatial.facility_json import read_facility
from spatial.progress import Progress, silent

Ints = npt.NDArray[np.int64]


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
    page = plan_html(plan, sources=_sources(ready, scenario, settings))
    write_plan(folder, plan, scenario=scenario, settings=settings, page=page)
    progress("done", 1.0)
    return plan


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanAt:
    """A plan's folder read again: its record, its problem, and the assignment (U,) of the chosen proposal."""

    record: dict[str, Any]
    ready: Prepared
    target: Ints


def plan_at(folder: Path, *, progress: Progress = silent) -> PlanAt:
    """The plan in `folder`, with its problem made anew from the files it names.

    Raises BadDataError where it is none, was made of values instead of files, or no longer fits them.
    """
    record = _plan_record(folder / PLAN)
    inputs = record["inputs"]
    if inputs["scenario"] is None:
        raise BadDataError(f"{folder / PLAN} names no scenario: make the plan with `aisletwin slot run`")
    settings = None if inputs["settings"] is None else folder / inputs["settings"]
    ready = ready_slotting(
        folder / inputs["scenario"], settings, seed=record["search"]["seed"], progress=progress
    )
    if isinstance(ready, Infeasible):
        raise BadDataError(f"{folder}: its rules leave no plan any more: make it anew. {ready.text}")
    table = record["slotting"]
    target = ready.problem.now if table is None else ready.start.assignment(read_slotting(folder / table))
    return PlanAt(record=record, ready=ready, target=target)


def _plan_record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadDataError(f"{path} is no plan ({error}): give the folder that `slot run` wrote") from error
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        raise BadDataError(f"{path} does not say schema '{SCHEMA}': make the plan anew")
    return record


def explain_sku(folder: Path, sku: str, *, progress: Progress = silent) -> Explanation:
    """Why the plan in `folder` puts a SKU where it does; BadDataError for a SKU that there is not."""
    plan = plan_at(folder, progress=progress)
    try:
        return explain(plan.ready.problem, plan.target, sku)
    except ValueError as error:
        raise BadDataError(f"{folder}: {error}") from error


def budget_moves(
    folder: Path, budget_s: float, output: Path | None, *, effort: Effort, progress: Progress = silent
) -> Choice:
    """What to move of the plan in `folder` within a budget, or what a search for just so many moves finds, if that
    wins more; written to `output` as moves.csv, moves.json and slotting.csv.
    """
    if output is not None:
        require_room(output)
    plan = plan_at(folder, progress=_part(progress, 0.0, 0.2))
    ready, name = plan.ready, plan.record["chosen"]
    crowds = crowds_of(ready, name)
    found = searched_within(
        ready,
        crowds,
        budget_s,
        effort=effort,
        seed=plan.record["search"]["seed"],
        progress=_part(progress, 0.2, 0.9),
    )
    told = propose(
        ready, {"plan": plan.target, "search": found}, {"plan": crowds, "search": crowds}, budget_s=budget_s
    )
    best = max(told.values(), key=lambda each: each.choice.net.value).choice
    if output is not None:
        write_moves(output, ready, best)
    progress("done", 1.0)
    return best


def verify_plan(
    folder: Path,
    actual: Path,
    moved: tuple[date, date],
    *,
    grouping: Grouping,
    tolerance: float,
    progress: Progress = silent,
) -> Verification:
    """Hold the plan in `folder` against the tasks in `actual`."""
    plan = plan_at(folder, progress=progress)
    told = plan.record["prediction"]
    released = [order.released for order in plan.ready.start.shift.orders]
    days = {date.fromisoformat(text[:10]) for text in released if text is not None and is_date(text)}
    return verify(
        plan.ready.problem,
        plan.target,
        read_tasks(actual),
        moved=moved,
        learnt=days or None,
        predicted=None if told is None else Prediction.of_record(told),
        tolerance=tolerance,
        grouping=grouping,
    )


def watch_scenario(
    scenario: Path, settings: Path | None, state: Path, *, trigger: ReslotTrigger, progress: Progress = silent
) -> tuple[tuple[str, TriggerDay], ...]:
    """Feed the new days of the scenario's orders to the trigger; `state` remembers what it knows."""
    ready = ready_slotting(scenario, settings, progress=_part(progress, 0.0, 0.3))
    if isinstance(ready, Infeasible):
        raise BadDataError(f"{scenario}: {ready.text}")
    known = None
    if state.exists():
        try:
            known = Watch.of_record(json.loads(state.read_text(encoding="utf-8")))
        except ValueError as error:
            raise BadDataError(f"{state} is no state of a watch ({error}): delete it") from error
    after, told = watch(
        ready.start, trigger, known, problem=ready.problem, progress=_part(progress, 0.3, 1.0)
    )
    write_json(state, after.record())
    return told


def _sources(ready: Prepared, scenario: Path, settings: Path | None) -> dict[str, str]:
    """The files a plan was made from, each with its SHA-256."""
    told, rules = ready.start.scenario, ready.settings
    site = told.site / FACILITY if told.site.is_dir() else told.site
    files = [scenario, settings, site, told.orders, told.slotting, told.rules]
    files += [rules.items or told.items, rules.locations]
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in files if file is not None}


def _part(progress: Progress, start: float, end: float) -> Progress:
    def told(stage: str, share: float) -> None:
        if stage != "done":
            progress(stage, start + (end - start) * share)

    return told


def ready_of(
    scenario: Scenario, settings: SlotSettings, *, seed: int = 0, progress: Progress = silent
) -> Prepared | Infeasible:
    """`ready_slotting` of values at hand."""
    site = scenario.site
    facility = load_site(site).facility if site.is_dir() else read_facility(site)
    tables = slot_tables(facility, scenario, settings)
    if scenario.slotting is not None:
        require_known(settings.keep, read_slotting(scenario.slotting))
    start = slotting_start(facility, scenario, progress=progress)
    return prepared(start, settings, tables=tables, seed=seed)
