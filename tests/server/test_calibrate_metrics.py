"""Coverage of forecasts as a figure of the live server: from what `calibrate collect` wrote, and writes anew."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from layouts.calibration.coverage import Forecast
from layouts.live.events import Body, LiveEvent, OrderReleased, Position, StockCounted
from server.answers.shown import Shown
from server.app import create_app
from server.chores.calibrating import FORECASTS
from server.chores.collecting import write_forecasts
from server.clock import clock_ms
from server.fork.forecast import kept_forecasts
from server.observing.coverage import CoverageFile
from server.sites import load_site
from server.twin.live_server import LiveServer
from server.twin.twin_file import read_twin_file

WAIT_S = 15.0
Serving = Callable[..., AbstractContextManager[str]]


def days(held: int, count: int, *, kpi: str = "lines_per_hour") -> list[Forecast]:
    return [
        Forecast(kpi=kpi, day=f"d{i}", low=0.0, high=1.0, actual=0.5 if i < held else 2.0, level=0.9)
        for i in range(count)
    ]


def test_a_file_is_read_again_when_it_changed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = CoverageFile(tmp_path / FORECASTS)
    file.look()
    assert not file.found
    write_forecasts(tmp_path / FORECASTS, [*days(3, 4), *days(1, 2, kpi="what somebody made up")])
    file.look()
    assert [(each.kpi, each.share.value, each.days) for each in file.found] == [("lines_per_hour", 0.75, 4)]
    write_forecasts(tmp_path / FORECASTS, days(9, 10))
    file.look()
    assert file.found[0].share.value == 0.9
    (tmp_path / FORECASTS).write_text("kpi,day\n")
    with caplog.at_level(logging.WARNING):
        file.look()
        file.look()
    assert not file.found
    assert len(caplog.records) == 1  # once, not every second
    (tmp_path / FORECASTS).unlink()
    write_forecasts(tmp_path / FORECASTS, days(1, 1))
    file.look()
    assert file.found[0].days == 1


def test_a_live_server_keeps_what_it_foretold_and_tells_how_often_that_held(
    tmp_path: Path, hall_site: Path, serving: Serving
) -> None:
    (tmp_path / "twin.yaml").write_text("scenario: scenario.yaml\n")
    (tmp_path / "scenario.yaml").write_text(f"site: {hall_site}\npickers: 2\npick_time: lognormal\n")
    site = load_site(hall_site)
    app = create_app(Shown(site=site), live=LiveServer(read_twin_file(tmp_path / "twin.yaml"), site))
    with serving(app) as address, httpx.Client(base_url=address, trust_env=False, timeout=10) as client:
        assert not coverage(client)
        place = f"HALL/{site.facility.locations[0].id}"
        bodies: list[tuple[str, Body]] = [
            ("sku/K1", StockCounted("K1", place, 9.0)),
            ("order/1", OrderReleased((("K1", 2.0),))),
            ("agent/A", Position("L0", 1.0, 1.0)),
        ]
        told = [
            LiveEvent(id=f"e{i}", site="HALL", source="t", entity=entity, happened_ms=clock_ms(), body=body)
            for i, (entity, body) in enumerate(bodies)
        ]
        assert client.post("/api/events", content=msgspec.json.encode(told)).is_success
        wait_for(lambda: client.post("/api/what-if/now", json={"replications": 3}).is_success)
        wait_for(lambda: bool(kept_forecasts([tmp_path])))
        (kept,) = kept_forecasts([tmp_path])
        assert (kept.site, kept.replications) == ("HALL", 3)
        write_forecasts(tmp_path / FORECASTS, days(9, 10))
        wait_for(lambda: bool(coverage(client)))
        assert coverage(client) == {
            ("aisletwin_forecast_coverage", "lines_per_hour", "0.9"): 0.9,
            ("aisletwin_forecast_days", "lines_per_hour", "0.9"): 10.0,
        }


def coverage(client: httpx.Client) -> dict[tuple[str, str, str], float]:
    families = text_string_to_metric_families(client.get("/api/metrics").text)
    return {
        (sample.name, sample.labels["kpi"], sample.labels["level"]): sample.value
        for family in families
        if family.name.startswith("aisletwin_forecast_")
        for sample in family.samples
    }


def wait_for(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.1)
