"""Slotting as the command line calls it: scenario files in, plan folders out."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
from layouts.slotting.plan.files import write_moves, write_plan
from layouts.slotting.plan.make_plan import PlanWishes, make_plan
from layouts.slotting.plan.names import PLAN
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
    return ready_of(read_scenario(scenario), _settings_of(settings), seed=seed, progress=progress)


def _settings_of(path: Path | None) -> SlotSettings:
    return SlotSettings() if path is None else read_slot_settings(path)


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
    files = _files(scenario, settings, ready.start.scenario, ready.settings)
    digests = {role: _digest(file) for role, file in files.items()}
    page = plan_html(plan, sources={f"{role}: {files[role].name}": its for role, its in digests.items()})
    write_plan(folder, plan, scenario=scenario, settings=settings, digests=digests, page=page)
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
    scenario = folder / inputs["scenario"]
    settings = None if inputs["settings"] is None else folder / inputs["settings"]
    told, rules = read_scenario(scenario), _settings_of(settings)
    _require_unchanged(folder, inputs.get("sha256", {}), _files(scenario, settings, told, rules))
    ready = ready_of(told, rules, seed=record["search"]["seed"], progress=progress)
    if isinstance(ready, Infeasible):
        raise BadDataError(f"{folder}: its rules leave no plan any more: make it anew. {ready.text}")
    table = record["slotting"]
    target = ready.problem.now if table is None else ready.start.assignment(read_slotting(folder / table))
    return PlanAt(record=record, ready=ready, target=target)


def _plan_record(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise BadDataError(f"{path.parent} holds no {path.name}: give the folder that `slot run` wrote")
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
    known = _known(state)
    ready = ready_slotting(scenario, settings, progress=_part(progress, 0.0, 0.3))
    if isinstance(ready, Infeasible):
        raise BadDataError(f"{scenario}: {ready.text}")
    after, told = watch(
        ready.start, trigger, known, problem=ready.problem, progress=_part(progress, 0.3, 1.0)
    )
    write_json(state, after.record())
    return told


def _known(state: Path) -> Watch | None:
    """What a watch remembers; None where it has not begun."""
    if not state.exists():
        return None
    try:
        return Watch.of_record(json.loads(state.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, BadDataError) as error:
        raise BadDataError(f"{state} is no state of a watch: delete it, or name another --state") from error


def _files(scenario: Path, settings: Path | None, told: Scenario, rules: SlotSettings) -> dict[str, Path]:
    """The files a plan is made from, by what they are."""
    files = {
        "scenario": scenario,
        "settings": settings,
        "facility": told.site / FACILITY if told.site.is_dir() else told.site,
        "orders": told.orders,
        "slotting": told.slotting,
        "floor rules": told.rules,
        "items": rules.items or told.items,
        "locations": rules.locations,
    }
    return {role: file for role, file in files.items() if file is not None}


def _digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


def _require_unchanged(folder: Path, digests: Mapping[str, str], files: Mapping[str, Path]) -> None:
    """BadDataError for a file that is not what the plan was made from; plans of old have no `digests`."""
    for role in [*digests]:
        file = files.get(role)
        if file is None or not file.is_file():
            raise BadDataError(
                f"{folder}: the {role} that the plan was made from {'is' if file is None else f'({file}) is'} no "
                "longer there: put it back or make the plan anew"
            )
        if _digest(file) != digests[role]:
            raise BadDataError(
                f"{folder}: the {role} ({file}) changed since the plan was made: put it back as it was, or make the "
                "plan anew"
            )


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
