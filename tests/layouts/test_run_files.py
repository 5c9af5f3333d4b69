"""A run on disk reads back equal, is the same bytes each time, and never replaces anything but a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from layouts.run import Event, Run
from layouts.run_files import EVENTS, HEAD, SLOTTING, read_run, write_run
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


def test_the_same_run_is_the_same_bytes(tmp_path: Path) -> None:
    for name in ("A", "B"):
        write_run(tmp_path / name, RUN)
    for file in (EVENTS, HEAD, SLOTTING):
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
