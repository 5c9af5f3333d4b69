"""Forecasts of a twin against a world whose truth is known: days simulated with other random numbers, told as live
events, foretold from a fork of what the twin knew, collected from the log.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from layouts.calibration.coverage import Coverage, coverages
from layouts.kpis import kpis
from layouts.live.events import Body, LiveEvent, OrderReleased, Position, StockCounted
from layouts.scenario import read_scenario
from layouts.simulation.figures_of_run import figures_of_run
from layouts.simulation.replicate import ReplicationPlan
from layouts.simulation.run_scenario import run_scenario
from server.chores.chain import simulate_scenario
from server.chores.collecting import collect
from server.chores.rehearsing import rehearsal
from server.fork.forecast import KeptForecast, forecast_of, keep_forecast, kept_forecasts
from server.fork.fork import fork
from server.fork.scenario_now import scenario_now
from server.store.opening import open_store
from server.store.snapshots import restored
from server.store.sql_store import SqlStore
from server.twin.twin import snapshot_of
from spatial.facility import Facility
from spatial.facility_json import write_facility

DAYS = 30
REPLICATIONS = 19
"""Whose least and greatest value are a 90 % interval."""
FIRST_MS = 1_790_064_000_000 + 6 * 3_600_000  # 2026-09-22 06:00 UTC
DAY_MS = 86_400_000
AGENTS = ("P1", "P2")
MODEL = "site: site\npickers: 2\npick_time: lognormal\npick_s: {pick_s}\nseed: {seed}\n"


class World:
    """A warehouse that works one short shift a day, its log, and a twin's folder with a model of it."""

    def __init__(self, folder: Path, hall: Facility, log: SqlStore) -> None:
        self.folder, self.hall, self.log = folder, hall, log
        self.truths: dict[int, dict[str, float]] = {}
        write_facility(folder / "site" / "facility.json", hall)

    def model(self, name: str, *, pick_s: float, seed: int) -> Path:
        path = self.folder / f"{name}.yaml"
        path.write_text(MODEL.format(pick_s=pick_s, seed=seed))
        return path

    def morning(self, day: int) -> int:
        """What is told before work begins: who is there, what lies where and what is ordered; when it begins."""
        from_ms, draw = FIRST_MS + day * DAY_MS, random.Random(day)
        places = [location.id for location in self.hall.locations]
        told: list[tuple[str, Body]] = [(f"agent/{name}", Position("L0", 11.0, 3.5)) for name in AGENTS]
        told += [
            (f"sku/K{i}", StockCounted(f"K{i}", f"HALL/{place}", 50.0)) for i, place in enumerate(places)
        ]
        for order in range(draw.randint(8, 12)):
            lines = tuple((f"K{draw.randrange(len(places))}", 1.0) for _ in range(draw.randint(1, 3)))
            told.append((f"order/{day}-{order}", OrderReleased(lines)))
        self.tell(
            (LiveEvent(id=f"{day}-{i}", site="HALL", source="world", entity=entity, happened_ms=from_ms - 5_000,
                       body=body) for i, (entity, body) in enumerate(told)), from_ms
        )  # fmt: skip
        return from_ms

    def foretell(self, day: int, base: Path, twin: Path, *, replications: int = REPLICATIONS) -> KeptForecast:
        """Fork what the twin knows and keep what its model foretells."""
        from_ms, output = FIRST_MS + day * DAY_MS, twin / f"now-{day}"
        state = restored(self.log)
        forked = fork(state, site="HALL", log=self.log.id, now_ms=from_ms)
        now = scenario_now(forked, read_scenario(base), output)
        plan = ReplicationPlan(first=replications, most=replications)
        simulate_scenario(now.scenario, output / "run", plan=plan)
        told = forecast_of(
            forked.fork, output / "run", output / "run" / "replications.json", made_ms=from_ms + 60_000
        )
        keep_forecast(twin, told)
        return told

    def work(self, day: int, base: Path) -> None:
        """The day as it truly goes, told as live events; then the state is kept, as a live twin does."""
        from_ms = FIRST_MS + day * DAY_MS
        forked = fork(restored(self.log), site="HALL", log=self.log.id, now_ms=from_ms)
        now = scenario_now(forked, read_scenario(base), self.folder / f"truth-{day}")
        run = run_scenario(now.scenario)
        self.truths[day] = figures_of_run(run, kpis(run))
        told = list(rehearsal(run, self.hall, epoch_ms=from_ms))
        random.Random(day).shuffle(told)  # whatever the order in which it is learned
        self.tell(told, from_ms + 3_600_000)
        self.log.save_snapshot(snapshot_of(restored(self.log)))

    def tell(self, events: Iterator[LiveEvent] | list[LiveEvent], now_ms: int) -> None:
        appended = self.log.append(list(events), now_ms=now_ms)
        assert not appended.refused

    def judged(self, twin: Path) -> dict[str, Coverage]:
        found = collect(self.log, kept_forecasts([twin]), site="HALL")
        return {each.kpi: each for each in coverages(found.forecasts)}


@pytest.fixture(scope="module")
def world(hall: Facility, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """DAYS days, each foretold by a model like the world, the first 10 also by one in which picks are quick."""
    folder = tmp_path_factory.mktemp("world")
    (folder / "site").mkdir()
    log = open_store(folder / "twin.db")
    made = World(folder, hall, log)
    for day in range(DAYS):
        made.morning(day)
        made.foretell(day, made.model("good", pick_s=8.0, seed=100 + day), folder / "good")
        if day < 10:
            made.foretell(day, made.model("quick", pick_s=4.0, seed=100 + day), folder / "quick")
        made.work(day, made.model("truth", pick_s=8.0, seed=10_000 + day))
    made.morning(DAYS)  # the last day is over
    yield made
    log.close()


def test_what_came_is_what_the_world_did(world: World) -> None:
    found = collect(world.log, kept_forecasts([world.folder / "good"]), site="HALL")
    assert not found.left_out
    days = [(dt.date(2026, 9, 22) + dt.timedelta(days=day)).isoformat() for day in range(DAYS)]
    for row in found.forecasts:
        truth = world.truths[days.index(row.day)][row.kpi]
        assert row.actual == pytest.approx(truth, rel=0.01), (row.kpi, row.day)
    assert {(row.kpi, row.day) for row in found.forecasts} >= {
        (kpi, day) for kpi in ("lines_per_hour", "order_lead_p95_s", "makespan_s") for day in days
    }
    assert {"deadlocks", "tour_lead_p95_s"} <= found.not_told.keys()


def test_a_model_like_the_world_is_covered_as_it_says(world: World) -> None:
    judged = world.judged(world.folder / "good")
    for name in ("lines_per_hour", "lines_per_labour_hour", "makespan_s", "order_lead_p95_s"):
        found = judged[name]
        assert found.level == pytest.approx(0.9)
        assert (found.days, found.verdict) == (DAYS, "holds"), found
        assert found.share.low <= found.level <= found.share.high
        assert abs(found.bias) < 0.03


def test_a_model_that_picks_too_quickly_is_told(world: World) -> None:
    found = world.judged(world.folder / "quick")["lines_per_hour"]
    assert (found.days, found.verdict) == (10, "too narrow")
    assert found.bias < -0.1
