"""A run on disk reads back equal, is the same bytes each time, and never replaces anything but a run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from layouts.kpis import kpis
from layouts.run import AisleFloor, Deadlock, Duty, Event, Run, Times
from layouts.run_files import EVENTS, HEAD, KPIS, SLOTTING, TIMETABLE, read_run, write_run
from layouts.slotting_table import read_slotting
from spatial.errors import BadDataError

MOVE = Event(
    seq=0,
    agent="P01",
    kind="move",
    start_s=0.0,
    end_s=2.5,
    level="L0",
    path=((0.0, 0.0), (1.0, 2.0), (3.0, 0.1)),
)
WAIT = Event(
    seq=1,
    agent="P02",
    kind="wait",
    start_s=1.0,
    end_s=4.0,
    level="L0",
    path=((1.5, 1.5),),
    resource="R1/0/1",
    cause="pick_face_occupied",
    blocked_by="P01",
)
PICK = Event(
    seq=2,
    agent="P01",
    kind="pick",
    start_s=2.5,
    end_s=4.0,
    level="L0",
    path=((3.0, 0.1),),
    resource="R1/0/1",
    location="01-01-A-1",
    order="Ö1",
    sku="S",
    quantity=3,
    job="T1",
    aisle="01",
)
RUN = Run(
    id="abc",
    kind="simulated",
    agents=("P01", "P02"),
    duration_s=4.0,
    events=(MOVE, WAIT, PICK),
    inputs={"seed": 1, "facility": {"id": "DE01"}},
    slotting={"S": ("01-01-A-1", "01-01-B-1"), "Seife, 3 Stück": ("01-02-A-1",)},
    notes=("The depot was assumed.",),
    orders={"Ö1": Times(released_s=0.0, due_s=9.5), "Ö2": Times(done_s=3.0)},
    jobs={"T1": Times(released_s=0.0, done_s=4.0)},
    duty={"P02": Duty(1.0, 3.5)},
    aisles={"01": AisleFloor("L0", (0.0, 0.0), (3.0, 0.1), 1.4)},
    deadlock=Deadlock(agents=("P01", "P02"), resources=("R1/0/1", "R1/0/2"), at_s=4.0),
)


def test_a_run_reads_back_equal(tmp_path: Path) -> None:
    write_run(tmp_path / "deep" / "RUN", RUN)
    assert read_run(tmp_path / "deep" / "RUN") == RUN
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["RUN"]


def test_a_run_without_events_reads_back_too(tmp_path: Path) -> None:
    empty = replace(RUN, events=(), slotting={})
    write_run(tmp_path / "RUN", empty)
    assert read_run(tmp_path / "RUN") == empty


def test_the_slotting_of_a_run_is_a_table_that_a_scenario_reads(tmp_path: Path) -> None:
    write_run(tmp_path / "RUN", RUN)
    assert read_slotting(tmp_path / "RUN" / SLOTTING) == RUN.slotting


def test_a_run_without_times_or_surroundings_reads_back_without(tmp_path: Path) -> None:
    bare = replace(RUN, orders={}, jobs={}, duty={}, aisles={}, deadlock=None)
    write_run(tmp_path / "RUN", RUN)
    write_run(tmp_path / "RUN", bare)
    assert read_run(tmp_path / "RUN") == bare
    assert not (tmp_path / "RUN" / TIMETABLE).exists()


def test_a_run_from_before_jobs_and_aisles_is_read_without_them(tmp_path: Path) -> None:
    write_run(tmp_path / "RUN", replace(RUN, orders={}, jobs={}))
    table = pq.read_table(tmp_path / "RUN" / EVENTS)
    pq.write_table(table.drop_columns(["job", "aisle"]), tmp_path / "RUN" / EVENTS)
    head = json.loads((tmp_path / "RUN" / HEAD).read_text())
    for name in ("duty", "aisles", "deadlock"):
        del head[name]
    (tmp_path / "RUN" / HEAD).write_text(json.dumps(head))
    old = read_run(tmp_path / "RUN")
    assert tuple(old.events) == (MOVE, WAIT, replace(PICK, job=None, aisle=None))
    assert (old.duty, old.aisles, old.deadlock) == ({}, {}, None)


def test_a_kind_of_event_that_is_not_known_yet_is_read(tmp_path: Path) -> None:
    later = replace(RUN, events=(MOVE, replace(PICK, kind="hover")))  # type: ignore[arg-type]
    write_run(tmp_path / "RUN", later)
    assert [event.kind for event in read_run(tmp_path / "RUN").events] == ["move", "hover"]


def test_figures_at_hand_are_written_instead_of_those_without_arguments(tmp_path: Path) -> None:
    write_run(tmp_path / "RUN", RUN)
    assert json.loads((tmp_path / "RUN" / KPIS).read_text())["intervals"] == []
    write_run(tmp_path / "RUN", RUN, figures=kpis(RUN, interval_s=1.0))
    assert len(json.loads((tmp_path / "RUN" / KPIS).read_text())["intervals"]) == 4


def test_the_same_run_is_the_same_bytes(tmp_path: Path) -> None:
    for name in ("A", "B"):
        write_run(tmp_path / name, RUN)
    for file in (EVENTS, TIMETABLE, HEAD, KPIS, SLOTTING):
        assert (tmp_path / "A" / file).read_bytes() == (tmp_path / "B" / file).read_bytes()


def test_an_older_run_is_replaced_whole(tmp_path: Path) -> None:
    write_run(tmp_path / "RUN", RUN)
    write_run(tmp_path / "RUN", replace(RUN, id="new"))
    assert read_run(tmp_path / "RUN").id == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["RUN"]


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(BadDataError, match="exists and is no run"):
        write_run(tmp_path, RUN)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_run_that_cannot_be_written_leaves_the_older_one(tmp_path: Path) -> None:
    write_run(tmp_path / "RUN", RUN)
    with pytest.raises(ValueError, match="JSON compliant"):
        write_run(tmp_path / "RUN", replace(RUN, duration_s=float("inf")))
    assert read_run(tmp_path / "RUN") == RUN
    assert [p.name for p in tmp_path.iterdir()] == ["RUN"]


@pytest.mark.parametrize(
    ("file", "damage", "message"),
    [
        (HEAD, b"{", "cannot be read"),
        (HEAD, b"[]", "no run of schema"),
        (HEAD, b'{"schema": "aisletwin.run/1"}', "lacks 'agents'"),
        (EVENTS, b"PAR1", "cannot be read"),
        (EVENTS, None, "cannot be read"),
        (SLOTTING, b"sku\n", "location"),
        (TIMETABLE, b"PAR1", "cannot be read"),
        (HEAD, None, "not there"),
    ],
)
def test_a_damaged_run_is_bad_data_that_names_the_file(
    tmp_path: Path, file: str, damage: bytes | None, message: str
) -> None:
    write_run(tmp_path / "RUN", RUN)
    target = tmp_path / "RUN" / file
    target.unlink() if damage is None else target.write_bytes(damage)
    with pytest.raises(BadDataError, match=f"{file}.*{message}"):
        read_run(tmp_path / "RUN")


def test_a_table_of_another_length_or_form_is_refused(tmp_path: Path) -> None:
    write_run(tmp_path / "A", RUN)
    write_run(tmp_path / "B", replace(RUN, events=(MOVE,)))
    (tmp_path / "A" / EVENTS).write_bytes((tmp_path / "B" / EVENTS).read_bytes())
    with pytest.raises(BadDataError, match=r"has 1 events, run\.json counts 3"):
        read_run(tmp_path / "A")
    (tmp_path / "A" / EVENTS).write_bytes((tmp_path / "A" / TIMETABLE).read_bytes())
    with pytest.raises(BadDataError, match=r"events\.parquet has other columns"):
        read_run(tmp_path / "A")
    (tmp_path / "B" / TIMETABLE).write_bytes((tmp_path / "B" / EVENTS).read_bytes())
    with pytest.raises(BadDataError, match=r"times\.parquet has other columns"):
        read_run(tmp_path / "B")


@pytest.mark.parametrize(
    "damage",
    [
        {"duty": {"P01": [1.0]}},
        {"duty": []},
        {"aisles": {"01": {"level": "L0"}}},
        {"aisles": {"01": {"level": "L0", "p0": [0.0], "p1": [1.0, 1.0], "clear_width_m": 1.0}}},
        {"deadlock": {"agents": []}},
        {"deadlock": 5},
        {"agents": ["P01"]},
    ],
)
def test_a_head_that_does_not_fit_is_bad_data(tmp_path: Path, damage: dict[str, object]) -> None:
    write_run(tmp_path / "RUN", RUN)
    head = json.loads((tmp_path / "RUN" / HEAD).read_text())
    (tmp_path / "RUN" / HEAD).write_text(json.dumps(head | damage))
    with pytest.raises(BadDataError, match="simulate again"):
        read_run(tmp_path / "RUN")


def test_events_that_end_before_they_start_are_bad_data(tmp_path: Path) -> None:
    write_run(tmp_path / "RUN", RUN)
    table = pq.read_table(tmp_path / "RUN" / EVENTS)
    pq.write_table(
        table.set_column(4, table.schema.field("end_s"), [[0.0, 0.0, 0.0]]), tmp_path / "RUN" / EVENTS
    )
    with pytest.raises(BadDataError, match=r"before its start at 1\.0 s"):
        read_run(tmp_path / "RUN")
