"""The work list as CSV and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from layouts.slotting.moves.budget import within_budget
from layouts.slotting.moves.move_list import MoveList, ordered_moves
from layouts.slotting.moves.move_work import Stock
from layouts.slotting.moves.stop_anywhere import stop_anywhere
from layouts.slotting.moves.work_list import (
    COLUMNS,
    choice_record,
    moves_record,
    read_moves_csv,
    work_steps,
    write_moves_csv,
)
from layouts.slotting.problem import SlottingProblem
from spatial.errors import BadDataError

Maker = Callable[..., SlottingProblem]


@pytest.fixture(name="moves")
def _moves(line_problem: Maker) -> MoveList:
    problem = line_problem([9, 8, -1], 12, tours=[[0], [0, 1], [1], [0]])
    return ordered_moves(problem, np.array([8, 9, 0]), stock=Stock(pieces=np.array([3.0, 2.5, 1.0])))


def test_a_written_list_is_read_back(moves: MoveList, tmp_path: Path) -> None:
    path = tmp_path / "moves.csv"
    write_moves_csv(path, moves, stop_anywhere(moves))
    assert path.read_text().splitlines()[0] == ",".join(COLUMNS)
    steps = read_moves_csv(path)
    assert steps == work_steps(moves, stop_anywhere(moves))
    assert [step.step for step in steps] == [1, 2, 3, 4]
    assert sum(step.is_to_buffer for step in steps) == 1
    assert [step.here for step in steps if step.sku == "S2"] == [""]
    assert steps[-1].spent_s == pytest.approx(moves.seconds, abs=1e-3)
    assert [step.net_s is None for step in steps].count(False) == len(moves.blocks)


@pytest.mark.parametrize(
    ("column", "cell", "fault"),
    [
        ("seconds", "soon", "row 2 column 'seconds' is 'soon': give a number"),
        ("cost", "nan", "row 2 column 'cost' is 'nan': give a number"),
        ("step", "0", "row 2 column 'step' is '0': give 1 or more"),
        ("is_to_buffer", "2", "row 2 column 'is_to_buffer' is '2': give 0 or 1"),
        ("sku", "", "row 2 column 'sku' is empty"),
    ],
)
def test_a_wrong_cell_is_named(moves: MoveList, tmp_path: Path, column: str, cell: str, fault: str) -> None:
    path = tmp_path / "moves.csv"
    write_moves_csv(path, moves)
    header, first, *rest = path.read_text().splitlines()
    cells = first.split(",")
    cells[COLUMNS.index(column)] = cell
    path.write_text("\n".join((header, ",".join(cells), *rest)))
    with pytest.raises(BadDataError, match=fault):
        read_moves_csv(path)


def test_the_record_is_json_without_infinities(moves: MoveList) -> None:
    record = json.loads(json.dumps(moves_record(moves, stop_anywhere(moves)), allow_nan=False))
    assert record["moves"] == len(record["steps"]) == 4
    assert record["buffer_moves"] == 1
    assert [stop["moves"] for stop in record["curve"]["stops"]] == [0, *moves.block_ends.tolist()]
    choice = within_budget(moves, 8 * 3600)
    record = json.loads(json.dumps(choice_record(choice), allow_nan=False))
    assert record["verdict"] == choice.verdict
    assert len(record["steps"]) == len(choice.moves.moves)
