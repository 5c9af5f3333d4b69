"""calibrate: a simulated shift gives back the numbers it was simulated with; what cannot be known is said."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from layouts.demo_hall import demo_hall
from layouts.run_files import read_run
from server.cli import run_command
from server.commands import app
from spatial.facility_json import write_facility

SCENARIO = {"speed_m_s": 1.3, "pick_s": 11.0, "piece_s": 3.0}


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with SITE and RUN, a shift of the demo hall by the numbers of SCENARIO."""
    folder = tmp_path_factory.mktemp("shift")
    write_facility(folder / "SITE/facility.json", demo_hall())
    lines = [f"{name}: {value}" for name, value in SCENARIO.items()]
    lines += ["site: SITE", "pick_time: lognormal", "synthetic_orders: 200", "seed: 4"]
    (folder / "scenario.yaml").write_text("\n".join(lines))
    assert run_command(["simulate", str(folder / "scenario.yaml"), "-o", str(folder / "RUN")]) == 0
    return folder


def answer(*arguments: object, code: int = 0) -> dict[str, object]:
    done = CliRunner().invoke(app, ["calibrate", *map(str, arguments), "--json"])
    assert done.exit_code == code, done.output
    told: dict[str, object] = json.loads(done.stdout)
    return told


def test_a_simulated_shift_gives_back_its_own_numbers(shift: Path) -> None:
    values = answer("fit", shift / "RUN")["values"]
    for name, truth in SCENARIO.items():
        assert values[name]["low"] <= truth <= values[name]["high"]  # type: ignore[index]
    assert abs(values["search_s"]["value"]) < 1.0  # type: ignore[index]


def test_the_task_table_of_a_wms_gives_them_too(shift: Path) -> None:
    events = [event for event in read_run(shift / "RUN").events if event.kind == "pick"]
    epoch_ms = 1_790_000_000_000
    table = pa.table({
        "task": [str(i) for i in range(len(events))],
        "start": pa.array([epoch_ms + round(1000 * e.start_s) for e in events], pa.timestamp("ms", "UTC")),
        "end": pa.array([epoch_ms + round(1000 * e.end_s) for e in events], pa.timestamp("ms", "UTC")),
        "work": ["Pick"] * len(events),
        "agent": [e.agent for e in events],
        "order": [e.order for e in events],
        "location": [e.location for e in events],
        "quantity": [e.quantity for e in events],
    })  # fmt: skip
    pq.write_table(table, shift / "tasks.parquet")
    found = answer("fit", shift / "tasks.parquet", "--site", shift / "SITE")
    assert found["values"]["piece_s"]["low"] <= SCENARIO["piece_s"] <= found["values"]["piece_s"]["high"]  # type: ignore[index]
    assert found["values"]["speed_m_s"]["value"] == pytest.approx(SCENARIO["speed_m_s"], rel=0.15)  # type: ignore[index]
    done = CliRunner().invoke(app, ["calibrate", "fit", str(shift / "tasks.parquet")])
    assert "give the site" in str(done.exception)


def test_nothing_changed_since_itself(shift: Path) -> None:
    found = answer("drift", shift / "RUN", "--since", shift / "RUN")
    assert found["verdict"] == "nothing changed"


def test_coverage_ends_with_what_it_found(tmp_path: Path) -> None:
    rows = [f"lines_per_hour,d{day},95,105,{95 + day % 10}" for day in range(60)]
    table = tmp_path / "forecasts.csv"
    table.write_text("\n".join(["kpi,day,low,high,actual", *rows]))
    assert answer("coverage", table)["is_validated"] is True
    seen = answer("coverage", table, "--fitted-day", "d7", code=4)
    assert "d7 the first" in str(seen["reason"])
    table.write_text("kpi,day,low,high,actual\nx,d1,5,4,4\n")
    done = CliRunner().invoke(app, ["calibrate", "coverage", str(table)])
    assert "row 2: low 5, high 4" in str(done.exception)
