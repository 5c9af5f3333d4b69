"""Tasks become the tours that were made, however the WMS tells of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from layouts.slotting.verification.actual_tours import Grouping, actual_tours
from layouts.slotting.verification.read_tasks import read_tasks
from spatial.errors import BadDataError

EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)


def table(rows, *names):
    """Rows of seconds after eight, then the columns `names`."""
    start = [EIGHT + timedelta(seconds=row[0]) for row in rows]
    columns = {name: [row[1 + place] for row in rows] for place, name in enumerate(names)}
    return pa.table({"start": pa.array(start, pa.timestamp("ms", "UTC")), **columns})


def tours(problem, tasks, **grouping):
    found = actual_tours(problem, problem.now, tasks, grouping=Grouping(**grouping))
    return [
        sorted(found.unit[a:b].tolist()) for a, b in zip(found.start, found.start[1:], strict=False)
    ], found


@pytest.fixture
def problem(make_world):
    return make_world(1).problem


def test_orders_that_overlap_are_one_tour(problem):
    rows = [(0, "A", "o1", "S01"), (10, "A", "o2", "S02"), (20, "A", "o1", "S03"), (30, "A", "o3", "S04")]
    assert tours(problem, table(rows, "agent", "order", "sku"))[0] == [[1, 2, 3], [4]]


def test_agents_and_days_part_tours(problem):
    day = 86400
    rows = [(0, "A", "o", "S01"), (1, "B", "o", "S02"), (2, "A", "o", "S03"), (day, "A", "o", "S04")]
    assert tours(problem, table(rows, "agent", "order", "sku"))[0] == [[1, 3], [4], [2]]


def test_pauses_part_tours_without_orders(problem):
    rows = [(0, "A", "S01"), (100, "A", "S02"), (500, "A", "S03")]
    assert tours(problem, table(rows, "agent", "sku"))[0] == [[1, 2], [3]]
    assert tours(problem, table(rows, "agent", "sku"), gap_s=450)[0] == [[1, 2, 3]]


def test_a_tour_lasts_until_the_next_of_its_agent(problem):
    rows = [(0, "A", "1", "S01"), (50, "A", "1", "S02"), (90, "A", "2", "S03"), (100, "B", "3", "S04")]
    seconds = tours(problem, table(rows, "agent", "tour", "sku"))[1].seconds
    np.testing.assert_array_equal(seconds, [90, np.nan, np.nan])


def test_a_tour_with_or_before_a_break_has_no_time(problem):
    rows = [(0, "A", "1", "S01"), (950, "A", "1", "S02"), (1000, "A", "2", "S03"), (2000, "A", "3", "S04")]
    seconds = tours(problem, table(rows, "agent", "tour", "sku"))[1].seconds
    assert np.isnan(seconds).all()
    assert tours(problem, table(rows, "agent", "tour", "sku"), break_s=980)[1].seconds[0] == 1000


def test_a_tour_that_waits_lasts_from_its_first_task_to_its_last(problem):
    rows = [(0, "A", "1", "S01"), (40, "A", "1", "S02"), (5000, "A", "2", "S03"), (7000, "A", "2", "S04")]
    found = tours(problem, table(rows, "agent", "tour", "sku"))[1]
    assert np.isnan(found.seconds).all()
    np.testing.assert_array_equal(found.span_s, [40, np.nan])


def test_the_site_says_what_a_day_is(problem):
    late = table([(15 * 3600 + 1800, "A", "S01")], "agent", "sku")  # 23:30 UTC
    utc, berlin = (tours(problem, late, zone=zone)[1].day[0] for zone in ("UTC", "Europe/Berlin"))
    assert berlin == utc + 1


def test_only_picks_count_and_others_are_named(problem):
    rows = [(0, "A", "Pick", "S01"), (1, "A", "putaway", "S02")]
    tasks = table(rows, "agent", "work", "sku")
    assert tours(problem, tasks)[0] == [[1]]
    with pytest.raises(BadDataError, match="'pick', 'putaway'"):
        tours(problem, tasks, picks=("fetch",))


def test_a_sku_in_two_places_is_the_unit_where_it_was_picked(problem):
    twice = replace(problem, sku=("S00", "S00", *problem.sku[2:]))
    rows = [(n, "A", "t", "S00", problem.location[problem.now[n]]) for n in (0, 1)]
    found = tours(twice, table(rows, "agent", "tour", "sku", "location"))[1]
    assert found.unit.tolist() == [0, 1]
    assert found.lines.tolist() == [2]


def test_files_of_a_wms_are_read_alike(problem, tmp_path):
    tasks = table([(0, "A", "S01", 2), (10, "A", "S02", None)], "agent", "sku", "quantity")
    pa.parquet.write_table(tasks, tmp_path / "tasks.parquet")
    pa.csv.write_csv(tasks, tmp_path / "tasks.csv")
    one, other = read_tasks(tmp_path / "tasks.parquet"), read_tasks(tmp_path / "tasks.csv")
    assert one.to_pydict() == other.to_pydict()
    assert tours(problem, other)[1].pieces.tolist() == [3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("start,sku\nyesterday,S01\n", "row 2 column 'start' is 'yesterday'"),
        ("start,agent\n2026-03-02T08:00:00Z,A\n", "no column 'sku'"),
        ("start,sku\n", "no rows"),
        ("start,sku\n1,2,3\n", "no table of tasks"),
        ("start,sku,quantity\n2026-03-02T08:00:00Z,S01,many\n", "no table of tasks"),
    ],
)
def test_files_that_are_no_tasks_say_why(tmp_path, text, said):
    (tmp_path / "tasks.csv").write_text(text)
    with pytest.raises(BadDataError, match=said):
        read_tasks(tmp_path / "tasks.csv")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadDataError, match="no table of tasks"):
        read_tasks(tmp_path / "tasks.parquet")
