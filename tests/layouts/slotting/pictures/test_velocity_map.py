"""Before and after a plan, location by location, and back from its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from layouts.slotting.hard_rules import one_each
from layouts.slotting.metric import table_metric
from layouts.slotting.pictures.velocity_map import (
    SkuMove,
    read_velocity_map,
    velocity_map,
    write_velocity_map,
)
from layouts.slotting.problem import NOWHERE, SlottingProblem, TourUnits
from spatial.errors import BadDataError


def problem() -> SlottingProblem:
    """Four places in a line, three SKUs of which one has no place; A is picked twice, B once, C three times."""
    line = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0)))
    return SlottingProblem(
        sku=("A", "B", "C"),
        location=("L1", "L2", "L3", "L4"),
        now=np.array([3, 0, NOWHERE]),
        fixed=np.zeros(3, np.bool_),
        place=np.arange(1, 5),
        metric=table_metric(line, start=0, end=0),
        seconds_per_m=1.0,
        tours=TourUnits(start=np.array([0, 2, 4]), unit=np.array([0, 1, 0, 2]), weight=np.array([1.0, 3.0])),
        rules=one_each(4, 3),
    )


def test_visits_go_where_their_skus_go() -> None:
    found = velocity_map(problem(), np.array([1, 0, 2]))
    assert [(row.visits_before, row.visits_after) for row in found.locations] == [
        (1, 1),
        (0, 4),
        (0, 3),
        (4, 0),
    ]
    assert found.moves == (SkuMove("A", "L4", "L2"), SkuMove("C", None, "L3"))


def test_its_file_tells_the_same(tmp_path: Path) -> None:
    found = velocity_map(problem(), np.array([1, 0, 2]))
    write_velocity_map(tmp_path / "velocity.csv", found)
    assert read_velocity_map(tmp_path / "velocity.csv") == found


def test_visits_that_are_no_number_are_named(tmp_path: Path) -> None:
    path = tmp_path / "velocity.csv"
    path.write_text(
        "location,skus_before,skus_after,visits_before,visits_after\nL1,A,A,1,many\n", encoding="utf-8"
    )
    with pytest.raises(BadDataError, match=r"velocity\.csv row 2 column 'visits_after' is 'many'"):
        read_velocity_map(path)


def test_a_folder_that_is_no_plan_is_told_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match=r"velocity\.csv is missing: give the folder of a plan"):
        read_velocity_map(tmp_path / "velocity.csv")
