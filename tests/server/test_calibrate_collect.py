"""calibrate collect: only whole days count, once each, and only what was foretold before its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace as replaced
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from typer.testing import CliRunner

import server.commands.now
from layouts.calibration.coverage import Forecast
from layouts.calibration.prediction import PredictionInterval
from layouts.live.events import (
    Body,
    LinkChanged,
    LiveEvent,
    OrderClosed,
    OrderReleased,
    Position,
    StockCounted,
    Work,
)
from server.chores.calibrating import read_forecasts
from server.chores.collecting import Collected, collect, write_forecasts
from server.cli import run_command
from server.commands import app
from server.fork.forecast import FOLDER, KeptForecast, keep_forecast, kept_forecasts
from server.fork.fork import fork, write_fork
from server.jobs.job import Desk
from server.jobs.kinds import KINDS
from server.store.opening import open_store
from server.store.snapshots import restored
from server.store.sql_store import SqlStore
from spatial.errors import BadDataError
from spatial.facility import Facility
from spatial.facility_json import write_facility

HOUR_MS = 3_600_000
SIX_MS = 1_790_057_600_000 - 1_790_057_600_000 % (24 * HOUR_MS) + 6 * HOUR_MS
"""2026-09-22 06:00 UTC."""
MIDNIGHT_MS = SIX_MS + 18 * HOUR_MS


class Log:
    """A log of a day of site HALL: an order of two lines, picked from 06:10 to 06:20, and heard of after midnight."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.told = 0
        self.tell(-HOUR_MS, "order/1", OrderReleased((("K1", 2.0),)))
        for minute in (10, 15):
            start_ms = SIX_MS + minute * 60_000
            work = Work("pick", start_ms, "L0", ((1.0, 1.0),), location="A", order="1", sku="K1", quantity=1)
            self.tell((minute + 5) * 60_000, "agent/P1", work)
        self.tell(20 * 60_000, "order/1", OrderClosed("done"))

    def tell(self, after_ms: int, entity: str, body: Body) -> None:
        event = LiveEvent(
            id=f"e{self.told}", site="HALL", source="test", entity=entity, happened_ms=SIX_MS + after_ms, body=body
        )  # fmt: skip
        self.told += 1
        self.store.append([event], now_ms=SIX_MS + after_ms)

    def end_day(self) -> None:
        self.tell(18 * HOUR_MS + 1, "agent/P1", Position("L0", 1.0, 1.0))

    def forecast(self, **changed: Any) -> KeptForecast:
        kpis = {name: PredictionInterval(1.0, 2.0, 3.0, 0.9) for name in ("lines_per_hour", "passes")}
        told = KeptForecast(
            site="HALL", log=self.store.id, seq=1, sha256="0" * 64, scenario_sha256="1" * 64, replications=19,
            from_ms=SIX_MS, horizon_s=None, warm_up_s=0.0, made_ms=SIX_MS + 1000, kpis=kpis,
        )  # fmt: skip
        return msgspec.structs.replace(told, **changed)

    def collect(self, *forecasts: KeptForecast, **how: Any) -> Collected:
        return collect(self.store, forecasts, site="HALL", **how)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    store = open_store(tmp_path / "twin.db")
    yield Log(store)
    store.close()


def test_a_whole_day_has_a_row_for_what_the_log_tells(log: Log) -> None:
    log.end_day()
    found = log.collect(log.forecast())
    row = Forecast(
        kpi="lines_per_hour", day="2026-09-22", low=1.0, high=3.0, actual=6.0, level=0.9, expected=2.0
    )
    assert found.forecasts == (row,)  # two lines in the 20 minutes to the last event
    reason = "a log tells no jams as the simulator counts them"
    assert found.not_told == {"passes": {reason: ["2026-09-22"]}}
    assert not found.left_out
    assert not found.notes


def test_a_day_is_whole_when_the_warehouse_was_heard_after_its_end(log: Log) -> None:
    log.tell(17 * HOUR_MS, "agent/P1", Position("L0", 1.0, 1.0))
    log.tell(19 * HOUR_MS, "feed/hall", LinkChanged(is_up=True))  # the server's own word
    (reason,) = log.collect(log.forecast()).left_out
    assert reason.endswith("of 2026-09-22: its time is not whole: the log ends 1 h before the end of it")
    log.end_day()
    assert log.collect(log.forecast()).forecasts


def test_a_day_of_which_a_feed_was_silent_is_not_whole(log: Log) -> None:
    log.tell(HOUR_MS, "feed/hall", LinkChanged(is_up=False))
    log.tell(HOUR_MS + 110_000, "feed/hall", LinkChanged(is_up=True))
    log.end_day()
    assert log.collect(log.forecast()).forecasts
    log.tell(-2 * HOUR_MS, "feed/wms", LinkChanged(is_up=False))  # told late, of before the day
    log.tell(5 * 60_000, "feed/wms", LinkChanged(is_up=True))
    (reason,) = log.collect(log.forecast()).left_out
    assert "feed/wms was down for 5 min of it" in reason


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"made_ms": MIDNIGHT_MS}, "it was made 0 s after the end of what it speaks of"),
        ({"log": "other"}, "it was made from the log other"),
        (
            {"kpis": {"makespan_s": PredictionInterval(1.0, 2.0, 70_000.0, 0.9)}},
            "its day has 64800 s left: give the scenario a horizon_s",
        ),
        ({"warm_up_s": 70_000.0}, "its day has 64800 s left"),
        ({"horizon_s": 600.0, "made_ms": SIX_MS + 601_000}, "it was made 1 s after the end"),
    ],
)
def test_what_cannot_be_held_against_the_day_is_refused(log: Log, changed: Any, reason: str) -> None:
    log.end_day()
    found = log.collect(log.forecast(**changed))
    assert not found.forecasts
    assert reason in found.left_out[0]


def test_it_counts_when_it_was_made_just_before_the_end(log: Log) -> None:
    log.end_day()
    assert log.collect(log.forecast(made_ms=MIDNIGHT_MS - 1)).forecasts


def test_a_horizon_ends_what_is_compared_and_days_are_of_a_zone(log: Log) -> None:
    log.end_day()
    (row,) = log.collect(log.forecast(horizon_s=960.0)).forecasts
    assert row.actual == pytest.approx(3600 / 960)  # one line; the second is cut at 16 minutes
    (row,) = log.collect(log.forecast(), zone=ZoneInfo("Pacific/Kiritimati")).forecasts
    assert row.day == "2026-09-22"  # 20:00 there, so the day ends after four hours
    (row,) = log.collect(log.forecast(), zone=ZoneInfo("America/Los_Angeles")).forecasts
    assert row.day == "2026-09-21"


def test_of_several_forecasts_of_a_day_the_first_counts(log: Log) -> None:
    log.end_day()
    later = log.forecast(from_ms=SIX_MS + 60_000, made_ms=SIX_MS + 70_000)
    found = log.collect(later, log.forecast())
    assert len(found.forecasts) == 1
    assert found.left_out[0].startswith(later.name)
    assert f"{log.forecast().name} speaks of the same day, and was made before it" in found.left_out[0]
    late_made = log.forecast(made_ms=MIDNIGHT_MS + 1)  # one that is refused does not stand for the day
    assert log.collect(late_made, later).forecasts


def test_orders_that_came_after_the_forecast_are_noted(log: Log) -> None:
    log.tell(HOUR_MS, "order/2", OrderReleased((("K1", 1.0),)))
    log.end_day()
    assert "On 1 of 1 days orders came in after the forecast" in log.collect(log.forecast()).notes[0]


def test_a_forecast_is_kept_once_and_as_it_was(log: Log, tmp_path: Path) -> None:
    first = keep_forecast(tmp_path, log.forecast())
    before = first.read_bytes()
    assert keep_forecast(tmp_path, log.forecast(made_ms=SIX_MS + 9_000)) == first
    assert first.read_bytes() == before
    keep_forecast(tmp_path, log.forecast(seq=2))
    kept = kept_forecasts([tmp_path, tmp_path / "none"])
    assert [each.seq for each in sorted(kept, key=lambda each: each.seq)] == [1, 2]
    assert log.forecast() in kept
    first.write_bytes(before[:-20])
    with pytest.raises(BadDataError, match="is no forecast"):
        kept_forecasts([tmp_path])


def test_the_table_reads_back_as_it_was(tmp_path: Path) -> None:
    told = Forecast(kpi="x", day="d", low=0.1, high=1 / 3, actual=2.5e-7, level=1 - 2 / 20, expected=0.2)
    write_forecasts(tmp_path / "f.csv", [told, replaced(told, kpi="y")])
    assert read_forecasts(tmp_path / "f.csv") == (told, replaced(told, kpi="y"))
    (tmp_path / "f.csv").write_text("kpi,day,low,high,actual\nx,d1,1,2,nan\n")
    with pytest.raises(BadDataError, match="column 'actual': 'nan' is no number"):
        read_forecasts(tmp_path / "f.csv")


# what the commands and jobs make of it


@pytest.fixture
def twin(hall: Facility, log: Log, tmp_path: Path) -> Path:
    """twin.yaml of that log, in which one more order is open, with a base scenario beside it."""
    write_facility(tmp_path / "site" / "facility.json", hall)
    (tmp_path / "base.yaml").write_text("site: site\npickers: 1\nseed: 5\npick_time: lognormal\n")
    log.tell(25 * 60_000, "order/2", OrderReleased((("K1", 3.0),)))
    log.tell(25 * 60_000, "sku/K1", StockCounted("K1", f"HALL/{hall.locations[0].id}", 20.0))
    log.tell(30 * 60_000, "agent/P1", Position("L0", 1.0, 1.0))
    path = tmp_path / "twin.yaml"
    path.write_text("store: twin.db\n")
    return path


def answer(*arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def now_command(twin: Path, name: str, *more: object) -> Any:
    folder = twin.parent
    return answer(
        "what-if", "now", folder / "twin.db", "--site", "HALL", "--base", folder / "base.yaml", "-o", folder / name,
        *more,
    )  # fmt: skip


def test_what_now_foretells_is_collected_after_the_day(
    twin: Path, log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(server.commands.now, "clock_ms", lambda: SIX_MS + 30 * 60_000 + 1000)
    assert run_command(["calibrate", "collect", str(twin)]) == 4
    assert "no forecast is kept" in capsys.readouterr().err
    now_command(twin, "ONE")
    assert not (tmp_path / FOLDER).exists()  # one shift alone foretells no interval
    now_command(twin, "MANY", "--replications", "19")
    (kept,) = kept_forecasts([tmp_path])
    assert (kept.from_ms, kept.replications, kept.log) == (SIX_MS + 1_801_000, 19, log.store.id)
    assert kept.kpis["lines_per_hour"].level == pytest.approx(0.9)
    assert kept.kpis["lines_per_hour"].low < kept.kpis["lines_per_hour"].high
    assert run_command(["calibrate", "collect", str(twin)]) == 4
    assert "the log ends" in capsys.readouterr().err
    assert not (tmp_path / "forecasts.csv").exists()
    log.tell(40 * 60_000, "agent/P1", Work("pick", SIX_MS + 35 * 60_000, "L0", ((1.0, 1.0),), quantity=1))
    log.end_day()
    told = answer("calibrate", "collect", twin)
    assert (told["days"], told["site"]) == (["2026-09-22"], "HALL")
    rows = {row.kpi: row for row in read_forecasts(tmp_path / "forecasts.csv")}
    assert rows["lines_per_hour"].actual == pytest.approx(3600 / 599)  # a line in the 9:59 from the fork on
    assert not {"passes", "metres_per_line"} & rows.keys()  # a position alone tells no way
    assert "passes" in told["not_told"]
    before = (tmp_path / "forecasts.csv").read_bytes()
    answer("calibrate", "collect", twin, "-o", tmp_path / "again.csv", "--day", "2026-09-22")
    assert (tmp_path / "again.csv").read_bytes() == before
    coverage = answer("calibrate", "coverage", tmp_path / "again.csv", code=4)
    assert "too few days were tested" in coverage["reason"]
    assert run_command(["calibrate", "collect", str(twin), "--day", "2026-09-23"]) == 4


def test_a_fork_that_is_simulated_again_is_kept_where_one_says(twin: Path, log: Log, tmp_path: Path) -> None:
    forked = fork(restored(log.store), site="HALL", log=log.store.id, now_ms=SIX_MS + 1_801_000)
    write_fork(tmp_path / "fork", forked)
    wish = (
        "what-if",
        "now",
        "--fork",
        tmp_path / "fork",
        "--base",
        tmp_path / "base.yaml",
        "--replications",
        2,
    )
    answer(*wish, "-o", tmp_path / "ONE")
    assert not kept_forecasts([tmp_path])
    answer(*wish, "-o", tmp_path / "TWO", "--keep-in", tmp_path)
    (kept,) = kept_forecasts([tmp_path])
    assert kept.made_ms > MIDNIGHT_MS  # so it will be refused
    log.end_day()
    assert "after the end of what it speaks of" in log.collect(kept).left_out[0]


def test_a_job_from_now_keeps_its_forecast_once(twin: Path, log: Log, tmp_path: Path) -> None:
    forked = fork(restored(log.store), site="HALL", log=log.store.id, now_ms=SIX_MS + 1_801_000)
    write_fork(tmp_path / "fork", forked)
    for number in (1, 2):  # as after a kill
        folder, kept = tmp_path / f"result-{number}", tmp_path / f"kept-{number}"
        folder.mkdir()
        kept.mkdir()
        desk = Desk(tmp_path, folder, kept, lambda what, share: None)
        KINDS["now"].run({"fork": "fork", "base": "base.yaml", "replications": 3}, desk)
    (told,) = kept_forecasts([tmp_path])
    assert (told.sha256, told.replications) == (forked.fork.sha256, 3)


@pytest.mark.parametrize(
    "wish", [("--day", "yesterday"), ("--time-zone", "Mars/Olympus"), ("--site", "A", "--nothing")]
)
def test_wrong_usage_is_told(twin: Path, log: Log, wish: tuple[str, ...]) -> None:
    keep_forecast(twin.parent, log.forecast())
    assert run_command(["calibrate", "collect", str(twin), *wish]) == 2


def test_of_several_sites_one_is_named(twin: Path, log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    log.end_day()
    keep_forecast(twin.parent, log.forecast())
    keep_forecast(twin.parent, log.forecast(site="YARD"))
    assert run_command(["calibrate", "collect", str(twin)]) == 2
    assert "HALL, YARD: name one" in capsys.readouterr().err
    assert run_command(["calibrate", "collect", str(twin), "--site", "HALL"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("1 rows of 1 days (2026-09-22 to 2026-09-22) in ")
    assert "passes: not told on 1 days" in told.out
