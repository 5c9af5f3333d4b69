"""A plan's folder: what to do, the new slotting, the work list, and what pictures are made from."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from layouts.report.drawing import Drawing
from layouts.report.drawing_png import drawing_png
from layouts.report.drawing_svg import drawing_svg
from layouts.scenario import PATHS, Scenario
from layouts.slotting.moves.budget import Choice
from layouts.slotting.moves.stop_anywhere import PAYS, PAYS_NOT, UNDECIDED
from layouts.slotting.moves.work_list import choice_record, write_moves_csv
from layouts.slotting.pictures.plan_drawings import plan_pictures
from layouts.slotting.pictures.staffing_chart import staffing_chart
from layouts.slotting.pictures.stop_curve import stop_curve
from layouts.slotting.pictures.velocity_map import VELOCITY, velocity_map, write_velocity_map
from layouts.slotting.plan.names import (
    MOVES,
    MOVES_JSON,
    PAGE,
    PICTURES,
    PLAN,
    PROPOSALS,
    SCENARIO,
    SLOTTING,
    plain_name,
)
from layouts.slotting.plan.record import plan_record
from layouts.slotting.plan.slotting_plan import SlottingPlan, Verdict
from layouts.slotting.prepare import Prepared
from layouts.slotting_table import write_slotting
from spatial.whole_files import write_whole


def write_plan(
    folder: Path,
    plan: SlottingPlan,
    *,
    scenario: Path | None,
    settings: Path | None,
    digests: Mapping[str, str] | None = None,
    page: str | None = None,
) -> None:
    """Write all of it in place of an earlier plan; plan.json comes last, whose presence says that all is there.

    `scenario` and `settings` are the files it was made from: plan.json names them as seen from the folder, so that
    other commands read them again, with `digests`, the SHA-256 of all files it was made from, by what they are.
    `page` is the report. The work list at the top is what to do: it has no step
    unless the plan is done. Those of all proposals are beside their slottings.
    """
    ready, start = plan.ready, plan.ready.start
    for name in (PLAN, PAGE, MOVES, MOVES_JSON):
        (folder / name).unlink(missing_ok=True)
    with write_whole(folder / SLOTTING) as aside:
        write_slotting(aside, start.slotting(plan.target))
    _write_text(folder / SCENARIO, scenario_yaml(start.scenario, folder, slotting=folder / SLOTTING))
    proposal = plan.proposal
    shown = ready.problem.now if proposal is None else proposal.target
    with write_whole(folder / VELOCITY) as aside:
        write_velocity_map(aside, velocity_map(ready.problem, shown))
    if proposal is not None:
        done = _done(proposal.choice, plan.verdict)
        with write_whole(folder / MOVES) as aside:
            write_moves_csv(aside, done.moves, done.curve)
        write_json(folder / MOVES_JSON, choice_record(done))
    for kind in (PROPOSALS, PICTURES):
        shutil.rmtree(folder / kind, ignore_errors=True)
    for name, each in plan.proposals.items():
        with write_whole(folder / PROPOSALS / f"{plain_name(name)}.csv") as aside:
            write_slotting(aside, start.slotting(each.target))
        with write_whole(folder / PROPOSALS / f"{plain_name(name)}-moves.csv") as aside:
            write_moves_csv(aside, each.choice.considered, each.choice.curve)
    for name, drawing in drawings(plan):
        _write_bytes(folder / PICTURES / f"{name}.svg", (drawing_svg(drawing) + "\n").encode())
        _write_bytes(folder / PICTURES / f"{name}.png", drawing_png(drawing))
    chosen = None if plan.chosen is None else f"{PROPOSALS}/{plain_name(plan.chosen)}.csv"
    told = {
        "slotting": chosen,
        "inputs": inputs(folder, scenario, settings) | {"sha256": {**(digests or {})}},
    }
    if page is not None:
        _write_text(folder / PAGE, page)
    write_json(folder / PLAN, plan_record(plan) | told)


def _done(choice: Choice, verdict: Verdict) -> Choice:
    """What is to be done by the plan's verdict, which the simulator may have reached otherwise than the tours."""
    moves = choice.considered if verdict == "do it" else choice.considered.stopped(0, 0)
    told = {"do it": PAYS, "do nothing": PAYS_NOT, "cannot decide": UNDECIDED}[verdict]
    return replace(choice, moves=moves, verdict=told)


def write_moves(folder: Path, ready: Prepared, choice: Choice) -> None:
    """Write a work list with the slotting that it leads to."""
    with write_whole(folder / MOVES) as aside:
        write_moves_csv(aside, choice.moves, choice.curve)
    write_json(folder / MOVES_JSON, choice_record(choice))
    with write_whole(folder / SLOTTING) as aside:
        write_slotting(aside, ready.start.slotting(choice.moves.target))


def drawings(plan: SlottingPlan) -> Iterator[tuple[str, Drawing]]:
    """Each picture under its name: velocities and moves by level, staffing, where to stop."""
    proposal = plan.proposal
    if proposal is None:
        return
    found = velocity_map(plan.ready.problem, proposal.target)
    pictures = plan_pictures(plan.ready.start.floor.facility, found)
    for level in pictures.levels:
        yield f"velocity-today-{level}", pictures.velocity(level, after=False)
        yield f"velocity-plan-{level}", pictures.velocity(level, after=True)
        yield f"moves-{level}", pictures.moves(level)
    yield "stop-anywhere", stop_curve(proposal.choice.curve)
    if plan.proof is not None:
        yield "staffing", staffing_chart(plan.proof.comparisons)


def scenario_yaml(scenario: Scenario, folder: Path, *, slotting: Path) -> str:
    """A scenario with another slotting, its paths as seen from `folder`."""
    record = scenario.model_dump(mode="json", exclude=set(PATHS), exclude_defaults=True)
    given = {name: getattr(scenario, name) for name in PATHS} | {"slotting": slotting}
    paths = {name: beside(path, folder) for name, path in given.items() if path is not None}
    return yaml.safe_dump(paths | record, sort_keys=False, allow_unicode=True)


def beside(path: Path, folder: Path) -> str:
    """A path as seen from a folder, with forward slashes."""
    return Path(os.path.relpath(path, folder)).as_posix()


def inputs(folder: Path, scenario: Path | None, settings: Path | None) -> dict[str, Any]:
    """What a plan was made from, as seen from its folder."""
    return {
        "scenario": None if scenario is None else beside(scenario, folder),
        "settings": None if settings is None else beside(settings, folder),
    }


def write_json(path: Path, record: object) -> None:
    """Write plain values as indented JSON."""
    _write_text(path, json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def _write_text(path: Path, text: str) -> None:
    _write_bytes(path, text.encode())


def _write_bytes(path: Path, data: bytes) -> None:
    with write_whole(path) as aside:
        aside.write_bytes(data)
