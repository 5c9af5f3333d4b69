"""Maintenance: windows of least loss where that is known, and a calendar that a strict reader reads back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.lines.laws import Law
from layouts.lines.spec import Feed, LineSpec, Station
from layouts.maintenance.ical import ical
from layouts.maintenance.propose import Proposal, Window, propose
from layouts.maintenance.spec import MaintenanceSpec, Task
from layouts.statistics.intervals import mean_interval
from spatial.errors import BadDataError
from spatial.tasks.open_workers import open_workers

SIX = datetime(2026, 5, 4, 6, tzinfo=UTC)
LINE = LineSpec(
    feed=Feed(per_hour=40), stations=(Station(name="pack", servers=2, takes=Law(exponential=120)),)
)


def task(name: str = "belt", *, to_hour: float = 5, **more: object) -> Task:
    known = {"name": name, "station": "pack", "minutes": 60, "earliest": SIX, "step_minutes": 60}
    return Task(**(known | {"latest": SIX + timedelta(hours=to_hour)} | more))


def test_the_window_before_the_rush_is_proposed(tmp_path: Path) -> None:
    """Jobs come from the third to the fourth hour only, so that the first two hours cost nothing."""
    orders = tmp_path / "orders.csv"
    rows = "".join(f"O{second},S,1,{second}\n" for second in range(7200, 4 * 3600, 60))
    orders.write_text(f"order,sku,quantity,released\n{rows}", encoding="utf-8")
    line = LineSpec(feed=Feed(orders=orders), stations=LINE.stations)
    told = MaintenanceSpec(begins_at=SIX, tasks=(task(to_hour=4),))
    (proposal,) = propose(line, told, hours=6, times=10)
    assert proposal.chosen.start == SIX
    assert [window.is_as_good for window in proposal.windows] == [True, True, False, False]
    assert proposal.windows[0].loss_hours.value == 0
    assert proposal.windows[2].loss_hours.low > 0
    assert not proposal.is_decided


def test_tasks_of_one_server_do_not_meet_and_those_before_stay() -> None:
    told = MaintenanceSpec(begins_at=SIX, tasks=(task(), task("motor")))
    first, second = propose(LINE, told, hours=6, times=5)
    assert abs(first.chosen.start - second.chosen.start) >= timedelta(hours=1)
    crowded = MaintenanceSpec(begins_at=SIX, tasks=(task(to_hour=1), task("motor", to_hour=1)))
    with pytest.raises(BadDataError, match="'motor' has no window"):
        propose(LINE, crowded, hours=6, times=2)


def test_any_number_of_workers_proposes_the_same() -> None:
    told = MaintenanceSpec(begins_at=SIX, tasks=(task(),))
    with open_workers(2) as workers:
        assert propose(LINE, told, hours=6, times=4, workers=workers) == propose(LINE, told, hours=6, times=4)


def test_what_cannot_be_played_is_refused() -> None:
    told = MaintenanceSpec(begins_at=SIX, tasks=(task(),))
    with pytest.raises(BadDataError, match="play more hours"):
        propose(LINE, told, hours=4)
    endless = LineSpec(feed=Feed(always=True), stations=LINE.stations)
    with pytest.raises(BadDataError, match="always at hand"):
        propose(endless, told, hours=6)
    with pytest.raises(ValueError, match="do not fit"):
        task(to_hour=0.5)


def read_back(text: str) -> list[dict[str, str]]:
    """The events of a calendar; refuses what RFC 5545 does not allow."""
    assert text.endswith("\r\n")
    raw = text.removesuffix("\r\n").split("\r\n")
    assert all("\n" not in line and "\r" not in line and len(line.encode()) <= 75 for line in raw)
    lines = "\r\n".join(raw).replace("\r\n ", "").split("\r\n")
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert "VERSION:2.0" in lines
    events: list[dict[str, str]] = []
    for line in lines[1:-1]:
        name, value = re.fullmatch(r"([A-Z]+):(.*)", line).groups()
        if name == "BEGIN":
            events.append({})
        elif events and name != "END":
            assert name not in events[-1]
            events[-1][name] = value
    for event in events:
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND"} <= event.keys()
        for name in ("DTSTAMP", "DTSTART", "DTEND"):
            datetime.strptime(event[name], "%Y%m%dT%H%M%SZ")
    return events


def plain(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], value)


@given(name=st.text(min_size=1, max_size=200).filter(lambda text: text.replace("\n", "").isprintable()))
def test_a_strict_reader_reads_back_what_was_written(name: str) -> None:
    each = task(name)
    window = Window(start=SIX, loss_hours=mean_interval([1.0, 2.0]), is_as_good=True)
    text = ical([Proposal(task=each, windows=(window,), chosen=window)], stamp=SIX)
    (event,) = read_back(text)
    assert plain(event["SUMMARY"]) == name
    assert event["DTSTART"] == "20260504T060000Z"
    assert event["DTEND"] == "20260504T070000Z"


def test_a_task_that_moves_keeps_its_uid() -> None:
    uids = set()
    for hour in (0, 3):
        window = Window(
            start=SIX + timedelta(hours=hour), loss_hours=mean_interval([1.0, 2.0]), is_as_good=True
        )
        text = ical([Proposal(task=task(), windows=(window,), chosen=window)], stamp=SIX)
        uids.add(read_back(text)[0]["UID"])
    assert len(uids) == 1
