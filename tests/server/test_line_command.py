"""line run: figures, faults told with file and field, the same bytes from any number of workers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layouts.run import Run, Timetable
from layouts.run_files import write_run

Aisletwin = Callable[..., Any]
STATIONS = """stations:
  - {name: pack, servers: 2, takes: {exponential: 60}}
  - {name: label, takes: {fixed: 20}, buffer: 3, breakdowns: {mean_work_s: 3600, down: {exponential: 300}}}
"""


def written(folder: Path, feed: str, stations: str = STATIONS) -> Path:
    path = folder / "line.yaml"
    path.write_text(f"feed: {feed}\n{stations}", encoding="utf-8")
    return path


def test_a_line_is_told_station_by_station(aisletwin: Aisletwin, tmp_path: Path) -> None:
    done = aisletwin("line", "run", written(tmp_path, "{per_hour: 80}"))
    assert done.code == 0
    assert "jobs/h [95 %" in done.out
    assert "label: 1 server(s), 3 places before it" in done.out
    assert "blocked" in done.out
    assert "down" in done.out


def test_the_json_holds_each_figure_and_is_the_same_for_any_workers(
    aisletwin: Aisletwin, tmp_path: Path
) -> None:
    path = written(tmp_path, "{per_hour: 80}")
    one, two = (aisletwin("line", "run", path, "--json", "--workers", workers).out for workers in (1, 2))
    assert one == two
    told = json.loads(one)
    assert told["stations"][0]["load"] == pytest.approx(80 / 120)
    assert told["line"]["jobs_per_hour"]["low"] < 80 < told["line"]["jobs_per_hour"]["high"]


def test_orders_come_when_they_were_released(aisletwin: Aisletwin, tmp_path: Path) -> None:
    rows = [
        f"O{number},S,1,2026-05-04T{6 + number // 60:02d}:{number % 60:02d}:00Z\n" for number in range(240)
    ]
    (tmp_path / "orders.csv").write_text("order,sku,quantity,released\n" + "".join(rows), encoding="utf-8")
    path = written(tmp_path, "{orders: orders.csv}")
    told = json.loads(aisletwin("line", "run", path, "--json", "--hours", 3, "--warm-up", 1).out)
    assert told["line"]["jobs_per_hour"]["value"] == pytest.approx(60, rel=0.05)


def test_orders_come_when_a_simulated_shift_has_picked_them(aisletwin: Aisletwin, tmp_path: Path) -> None:
    done_s = np.arange(60.0, 4 * 3600, 60.0)
    names = tuple(f"O{number}" for number in range(len(done_s)))
    blank = np.full(len(done_s), np.nan)
    orders = Timetable(names, blank, blank, done_s)
    write_run(
        tmp_path / "RUN",
        Run(id="r", kind="simulated", agents=(), duration_s=4 * 3600, events=[], orders=orders),
    )
    path = written(tmp_path, "{run: RUN}")
    told = json.loads(aisletwin("line", "run", path, "--json", "--hours", 3, "--warm-up", 1).out)
    assert told["line"]["jobs_per_hour"]["value"] == pytest.approx(60, rel=0.05)


def test_a_station_that_is_offered_too_much_is_named(aisletwin: Aisletwin, tmp_path: Path) -> None:
    done = aisletwin("line", "run", written(tmp_path, "{per_hour: 150}"), "--times", 2)
    assert "pack is offered 1.25 of what it can do" in done.out


def test_what_is_not_sure_enough_ends_undecided(aisletwin: Aisletwin, tmp_path: Path) -> None:
    path = written(tmp_path, "{per_hour: 80}")
    done = aisletwin("line", "run", path, "--times", 2, "--precision", "0.0001", "--most", 3)
    assert done.code == 4
    assert "--most" in done.out


@pytest.mark.parametrize(
    ("feed", "stations", "said"),
    [
        ("{per_hour: 0}", STATIONS, "feed.per_hour"),
        ("{per_hour: 5, always: true}", STATIONS, "2 feeds"),
        ("{orders: nowhere.csv}", STATIONS, "nowhere.csv"),
        ("{per_hour: 5}", "stations: []\n", "stations"),
        ("{per_hour: 5}", "stations: [{name: a, takes: {fixed: 5}, buffer: 2}]\n", "leave the buffer out"),
        ("{per_hour: 5}", "stations: [{name: a, takes: {fixed: 5, exponential: 3}}]\n", "2 laws"),
        ("{per_hour: 5}", "stations: [{name: a, takes: {uniform: [9, 3]}}]\n", "must rise"),
        ("{per_hour: 5}", "stations: [{name: a, takes: {fixed: 5}}, {name: a, takes: {fixed: 5}}]\n", "name of its"),
        ("{always: true}", "stations: [{name: a, takes: {fixed: 0}}]\n", "give it a time"),
        ("{per_hour: 1000000}", STATIONS, "play fewer hours"),
    ],
)  # fmt: skip
def test_faults_name_file_or_field(
    aisletwin: Aisletwin, tmp_path: Path, feed: str, stations: str, said: str
) -> None:
    done = aisletwin("line", "run", written(tmp_path, feed, stations), "--hours", 100)
    assert done.code == 3
    assert said in done.err
    assert not done.out
