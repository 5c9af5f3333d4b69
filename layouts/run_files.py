"""A run on disk: a folder with events, times, head, KPIs and slotting, whole or not there at all."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from layouts.event_table import (
    COLUMNS,
    REPEATING,
    TIMES,
    event_table,
    events_of_table,
    is_event_table,
    times_of_table,
    times_table,
)
from layouts.kpis import Kpis, kpis, kpis_dict
from layouts.run import AisleFloor, Deadlock, Duty, Run
from layouts.slotting_table import read_slotting, write_slotting
from spatial.errors import BadDataError

__all__ = [
    "COLUMNS",
    "EVENTS",
    "HEAD",
    "KPIS",
    "REPLICATIONS",
    "SCHEMA",
    "SLOTTING",
    "TIMETABLE",
    "read_run",
    "write_run",
]

SCHEMA = "aisletwin.run/1"
EVENTS, TIMETABLE, HEAD, KPIS, SLOTTING, REPLICATIONS = (
    "events.parquet",
    "times.parquet",
    "run.json",
    "kpis.json",
    "slotting.csv",
    "replications.json",
)
"""The files of a run. Replications are figures of the same scenario with other random numbers."""


def write_run(folder: Path, run: Run, *, figures: Kpis | None = None) -> None:
    """Write `run` as `folder`, replacing an older run there; the same run gives the same bytes.

    `figures` are its KPIs where they are at hand, such as those with intervals. Raises BadDataError when `folder`
    exists and holds anything that is no run: it is left alone.
    """
    _refuse_other_things(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    try:
        aside.mkdir()
        _write_table(event_table(run.events), aside / EVENTS)
        if run.orders or run.jobs:
            times = times_table({"order": run.orders, "job": run.jobs})
            _write_table(times, aside / TIMETABLE)
        for name, record in ((HEAD, _head(run)), (KPIS, kpis_dict(figures or kpis(run)))):
            (aside / name).write_text(
                json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
            )
        if run.slotting:
            write_slotting(aside / SLOTTING, run.slotting)
        if folder.exists():
            folder.rename(old)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        if old.exists() and not folder.exists():
            old.rename(folder)
        shutil.rmtree(old, ignore_errors=True)


def read_run(folder: Path) -> Run:
    """Read a run; BadDataError names the file that is missing or not as it must be."""
    head = _read_head(folder / HEAD)
    table = _read_table(folder / EVENTS)
    if not is_event_table(table):
        raise BadDataError(f"{folder / EVENTS} has other columns than {SCHEMA} asks for: simulate again")
    if table.num_rows != head["events"]:
        raise BadDataError(
            f"{folder / EVENTS} has {table.num_rows} events, {HEAD} counts {head['events']}: simulate again"
        )
    times = _read_times(folder / TIMETABLE)
    slotting = read_slotting(folder / SLOTTING) if (folder / SLOTTING).exists() else {}
    try:
        return Run(
            id=head["id"],
            kind=head["kind"],
            agents=tuple(head["agents"]),
            duration_s=head["duration_s"],
            events=events_of_table(table),
            inputs=head["inputs"],
            slotting=slotting,
            notes=tuple(head["notes"]),
            orders=times_of_table(times, "order"),
            jobs=times_of_table(times, "job"),
            duty={agent: Duty(*span) for agent, span in head.get("duty", {}).items()},
            aisles={name: _aisle(**record) for name, record in head.get("aisles", {}).items()},
            deadlock=None if head.get("deadlock") is None else _deadlock(**head["deadlock"]),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise BadDataError(f"{folder} holds what is no run ({error}): simulate again") from error


def _write_table(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd", use_dictionary=REPEATING, write_statistics=False)


def _read_table(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise BadDataError(f"{path} cannot be read ({error}): simulate again") from error


def _read_times(path: Path) -> pa.Table:
    if not path.exists():
        return times_table({})
    table = _read_table(path)
    if not table.schema.equals(TIMES):
        raise BadDataError(f"{path} has other columns than {SCHEMA} asks for: simulate again")
    return table


def _head(run: Run) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "id": run.id,
        "kind": run.kind,
        "agents": list(run.agents),
        "duration_s": run.duration_s,
        "events": len(run.events),
        "inputs": dict(run.inputs),
        "notes": list(run.notes),
        "duty": dict(run.duty),
        "aisles": {name: aisle._asdict() for name, aisle in run.aisles.items()},
        "deadlock": None if run.deadlock is None else asdict(run.deadlock),
    }


def _aisle(*, level: str, p0: list[float], p1: list[float], clear_width_m: float) -> AisleFloor:
    (x0, y0), (x1, y1) = p0, p1
    return AisleFloor(level, (x0, y0), (x1, y1), clear_width_m)


def _deadlock(*, agents: list[str], resources: list[str], at_s: float) -> Deadlock:
    return Deadlock(agents=tuple(agents), resources=tuple(resources), at_s=at_s)


def _read_head(path: Path) -> dict[str, Any]:
    try:
        head = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadDataError(f"{path} is not there: make it with `aisletwin simulate`") from error
    except (OSError, ValueError) as error:
        raise BadDataError(f"{path} cannot be read ({error}): simulate again") from error
    if not isinstance(head, dict) or head.get("schema") != SCHEMA:
        raise BadDataError(f"{path} is no run of schema '{SCHEMA}': simulate again")
    missing = {"id", "kind", "agents", "duration_s", "events", "inputs", "notes"} - head.keys()
    if missing:
        raise BadDataError(f"{path} lacks '{min(missing)}': simulate again")
    return head


def _refuse_other_things(folder: Path) -> None:
    if not folder.exists():
        return
    own = {EVENTS, TIMETABLE, HEAD, KPIS, SLOTTING, REPLICATIONS}
    if not folder.is_dir() or {entry.name for entry in folder.iterdir()} - own:
        raise BadDataError(f"{folder} exists and is no run: choose another name or remove it")
