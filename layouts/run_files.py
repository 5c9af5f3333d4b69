"""A run on disk: a folder with events, head, KPIs and slotting, whole or not there at all."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from layouts.kpis import kpis, kpis_dict
from layouts.run import Event, Run
from layouts.slotting_table import read_slotting, write_slotting
from spatial.errors import BadDataError

SCHEMA = "aisletwin.run/1"
EVENTS, HEAD, KPIS, SLOTTING = "events.parquet", "run.json", "kpis.json", "slotting.csv"

_TEXT = pa.dictionary(pa.int32(), pa.string())
COLUMNS = pa.schema(
    [
        pa.field("seq", pa.int64(), nullable=False),
        pa.field("agent", _TEXT, nullable=False),
        pa.field("kind", _TEXT, nullable=False),
        pa.field("start_s", pa.float64(), nullable=False),
        pa.field("end_s", pa.float64(), nullable=False),
        pa.field("level", _TEXT, nullable=False),
        pa.field("path", pa.list_(pa.list_(pa.float64(), 2)), nullable=False),
        pa.field("resource", _TEXT),
        pa.field("cause", _TEXT),
        pa.field("blocked_by", _TEXT),
        pa.field("location", _TEXT),
        pa.field("order", _TEXT),
        pa.field("sku", _TEXT),
        pa.field("quantity", pa.int64()),
    ]
)


def write_run(folder: Path, run: Run) -> None:
    """Write `run` as `folder`, replacing an older run there; the same run gives the same bytes.

    Raises BadDataError when `folder` exists and holds anything that is no run: it is left alone.
    """
    _refuse_other_things(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    try:
        aside.mkdir()
        pq.write_table(_table(run.events), aside / EVENTS, compression="zstd")
        for name, record in ((HEAD, _head(run)), (KPIS, kpis_dict(kpis(run)))):
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
    try:
        table = pq.read_table(folder / EVENTS)
    except (OSError, pa.ArrowException) as error:
        raise BadDataError(f"{folder / EVENTS} cannot be read ({error}): simulate again") from error
    if not table.schema.equals(COLUMNS):
        raise BadDataError(f"{folder / EVENTS} has other columns than {SCHEMA} asks for: simulate again")
    if table.num_rows != head["events"]:
        raise BadDataError(
            f"{folder / EVENTS} has {table.num_rows} events, {HEAD} counts {head['events']}: simulate again"
        )
    rows = table.to_pylist()
    return Run(
        id=head["id"],
        kind=head["kind"],
        agents=tuple(head["agents"]),
        duration_s=head["duration_s"],
        events=tuple(Event(**{**row, "path": tuple((x, y) for x, y in row["path"])}) for row in rows),
        inputs=head["inputs"],
        slotting=read_slotting(folder / SLOTTING) if (folder / SLOTTING).exists() else {},
        notes=tuple(head["notes"]),
    )


def _table(events: tuple[Event, ...]) -> pa.Table:
    columns = {name: [getattr(event, name) for event in events] for name in COLUMNS.names}
    return pa.table(columns, schema=COLUMNS)


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
    }


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
    if not folder.is_dir() or {entry.name for entry in folder.iterdir()} - {EVENTS, HEAD, KPIS, SLOTTING}:
        raise BadDataError(f"{folder} exists and is no run: choose another name or remove it")
