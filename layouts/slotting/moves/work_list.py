"""Moves as a work list for the warehouse's own system, as CSV and as JSON."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from layouts.csv_table import read_rows
from layouts.slotting.moves.budget import Choice
from layouts.slotting.moves.move_list import Move, MoveList
from layouts.slotting.moves.stop_anywhere import StopAnywhere
from layouts.slotting.problem import NOWHERE
from spatial.errors import BadDataError

COLUMNS = (
    "step",
    "block",
    "sku",
    "from",
    "to",
    "is_to_buffer",
    "pieces",
    "seconds",
    "cost",
    "spent_s",
    "spent_cost",
    "net_s",
)
REQUIRED = tuple(column for column in COLUMNS if column not in {"from", "to", "net_s"})
DECIMALS = 3
STAGING = "STAGING"
"""The place of goods that wait on the floor where tours start."""


class WorkStep(NamedTuple):
    """A row: steps and blocks count from 1, a place is empty where goods come in or leave.

    `spent_s` and `spent_cost` are those of all steps so far. `net_s` is what is won over the horizon if the moves
    stop here, None where that was not evaluated: within a block.
    """

    step: int
    block: int
    sku: str
    here: str
    to: str
    is_to_buffer: bool
    pieces: float
    seconds: float
    cost: float
    spent_s: float
    spent_cost: float
    net_s: float | None

    def record(self) -> dict[str, object]:
        """By the names of the columns."""
        return dict(zip(COLUMNS, self, strict=True))


def work_steps(moves: MoveList, curve: StopAnywhere | None = None) -> tuple[WorkStep, ...]:
    """The rows of a list, times and costs rounded to a thousandth; `curve` is that of the same list."""
    net = _net_after(moves, curve)
    spent = moves.spent_s
    return tuple(
        WorkStep(
            step=step,
            block=move.block + 1,
            sku=moves.problem.sku[move.unit],
            here=_place(moves, move, move.here),
            to=_place(moves, move, move.to),
            is_to_buffer=move.is_to_buffer,
            pieces=float(moves.carrying.pieces[move.unit]),
            seconds=round(move.seconds, DECIMALS),
            cost=round(move.cost, DECIMALS),
            spent_s=round(float(spent[step - 1]), DECIMALS),
            spent_cost=round(moves.work.cost(float(spent[step - 1])), DECIMALS),
            net_s=net.get(step),
        )
        for step, move in enumerate(moves.moves, 1)
    )


def _place(moves: MoveList, move: Move, location: int) -> str:
    """Its name; of none, STAGING where goods wait, and nothing where they come in or leave."""
    if location != NOWHERE:
        return moves.problem.location[location]
    is_staged = move.is_to_buffer if location == move.to else moves.problem.now[move.unit] != NOWHERE
    return STAGING if is_staged else ""


def _net_after(moves: MoveList, curve: StopAnywhere | None) -> Mapping[int, float]:
    if curve is None:
        return {}
    pairs = zip(curve.moves.tolist(), curve.net_s.tolist(), strict=True)
    return {step: round(net, DECIMALS) for step, net in pairs if step <= len(moves.moves)}


def write_moves_csv(path: Path, moves: MoveList, curve: StopAnywhere | None = None) -> None:
    """Write the moves, one a row: what `read_moves_csv` reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for step in work_steps(moves, curve):
            rows.writerow(_cell(value) for value in step)


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    return "" if value is None else value


def read_moves_csv(path: Path) -> tuple[WorkStep, ...]:
    """Read a work list; BadDataError names file, row and column for a cell that is no such value."""
    return tuple(_step(path, row, cells) for row, cells in read_rows(path, required=REQUIRED))


def _step(path: Path, row: int, cells: Mapping[str, str]) -> WorkStep:
    def number(column: str) -> float:
        try:
            value = float(cells[column])
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise BadDataError(f"{path} row {row} column '{column}' is '{cells[column]}': give a number")
        return value

    def whole(column: str, *, low: int, high: float = math.inf) -> int:
        value = number(column)
        if value != int(value) or not low <= value <= high:
            allowed = f"{low} or more" if high == math.inf else f"{low} or {high:g}"
            raise BadDataError(f"{path} row {row} column '{column}' is '{cells[column]}': give {allowed}")
        return int(value)

    return WorkStep(
        step=whole("step", low=1),
        block=whole("block", low=1),
        sku=cells["sku"],
        here=cells.get("from", ""),
        to=cells.get("to", ""),
        is_to_buffer=bool(whole("is_to_buffer", low=0, high=1)),
        pieces=number("pieces"),
        seconds=number("seconds"),
        cost=number("cost"),
        spent_s=number("spent_s"),
        spent_cost=number("spent_cost"),
        net_s=number("net_s") if cells.get("net_s") else None,
    )


def moves_record(moves: MoveList, curve: StopAnywhere) -> dict[str, object]:
    """A list and its curve as JSON holds them."""
    return {
        "moves": len(moves.moves),
        "buffer_moves": moves.buffer_moves,
        "blocks": len(moves.blocks),
        "seconds": round(moves.seconds, DECIMALS),
        "cost": round(moves.work.cost(moves.seconds), DECIMALS),
        "work": moves.work.model_dump(mode="json"),
        "steps": [step.record() for step in work_steps(moves, curve)],
        "left_out": [
            {"sku": one.sku, "from": _here(moves, one.unit), "to": one.target, "why": one.why}
            for one in moves.left_out
        ],
        "curve": curve_record(curve),
    }


def choice_record(choice: Choice) -> dict[str, object]:
    """What to do within a budget, as JSON holds it; the work list is empty unless the verdict is "pays back"."""
    budget = choice.budget_s if math.isfinite(choice.budget_s) else None
    return {
        "budget_s": budget,
        "verdict": choice.verdict,
        "net_s": choice.net.record(),
        "considered": {
            "moves": len(choice.considered.moves),
            "seconds": round(choice.considered.seconds, DECIMALS),
        },
        **moves_record(choice.moves, choice.curve),
    }


def curve_record(curve: StopAnywhere) -> dict[str, object]:
    """The stops of a curve."""
    rows = range(len(curve.moves))
    return {
        "horizon_days": curve.horizon_days,
        "tours_left_out": curve.left_out,
        "is_thinned": curve.is_thinned,
        "stops": [
            {
                "moves": int(curve.moves[row]),
                "spent_s": round(float(curve.spent_s[row]), DECIMALS),
                "saved_s_per_day": curve.saved(row).record(),
                "net_s": curve.net(row).record(),
                "verdict": curve.verdict(row),
            }
            for row in rows
        ],
    }


def _here(moves: MoveList, unit: int) -> str:
    location = int(moves.problem.now[unit])
    return "" if location == NOWHERE else moves.problem.location[location]
