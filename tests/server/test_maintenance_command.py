"""maintenance propose: a calendar, every window as JSON, faults told with file and field."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Aisletwin = Callable[..., Any]
LINE = "feed: {per_hour: 40}\nstations: [{name: pack, servers: 2, takes: {exponential: 60}}]\n"
TASK = (
    "{name: belt, station: pack, minutes: 60, earliest: 2026-05-04T06:00:00Z, latest: 2026-05-04T10:00:00Z}"
)


def written(folder: Path, task: str = TASK) -> tuple[Path, Path]:
    paths = folder / "line.yaml", folder / "maintenance.yaml"
    paths[0].write_text(LINE, encoding="utf-8")
    paths[1].write_text(f"begins_at: 2026-05-04T06:00:00Z\ntasks: [{task}]\n", encoding="utf-8")
    return paths


def test_a_calendar_is_written_and_every_window_told(aisletwin: Aisletwin, tmp_path: Path) -> None:
    calendar = tmp_path / "windows.ics"
    arguments = ("maintenance", "propose", *written(tmp_path), "--hours", 6, "--times", 5, "-o", calendar)
    done = aisletwin(*arguments, "--json")
    assert done.code == 0
    (told,) = json.loads(done.out)
    assert len(told["windows"]) == 7
    first = calendar.read_bytes()
    assert b"DTSTAMP:20260504T060000Z\r\n" in first
    assert aisletwin(*arguments).out.startswith("belt: 2026-05-04T")
    assert calendar.read_bytes() == first


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (TASK.replace("pack", "kit"), "server 1 of 'kit'"),
        (TASK.replace("belt,", "belt, server: 3,"), "server 3 of 'pack'"),
        (TASK.replace("minutes: 60", "minutes: 600"), "do not fit"),
        (TASK.replace("T06:00:00Z", "T05:00:00Z"), "before begins_at"),
        (TASK.replace("10:00:00Z", "10:00:00"), "latest"),
        (f"{TASK}, {TASK}", "two tasks are named 'belt'"),
    ],
)
def test_faults_name_the_task_or_field(aisletwin: Aisletwin, tmp_path: Path, task: str, said: str) -> None:
    done = aisletwin("maintenance", "propose", *written(tmp_path, task))
    assert done.code == 3
    assert said in done.err


def test_a_stamp_without_an_offset_is_wrong_usage(aisletwin: Aisletwin, tmp_path: Path) -> None:
    assert aisletwin("maintenance", "propose", *written(tmp_path), "--stamp", "2026-05-04T06:00").code == 2
