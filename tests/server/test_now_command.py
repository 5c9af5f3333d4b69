"""what-if now: begun from a log as it stands, refused when too old, the same bytes from the same fork."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from layouts.live.events import Body, LiveEvent, OrderReleased, Position, StockCounted, StockMoved
from layouts.run_files import read_run
from layouts.slotting_table import read_slotting
from server.cli import run_command
from server.commands import app
from server.store.opening import open_store
from server.store.snapshots import restored
from spatial.facility import Facility
from spatial.facility_json import write_facility

DAY_S = 86_400


@pytest.fixture
def base(hall: Facility, tmp_path: Path) -> Path:
    (tmp_path / "site").mkdir()
    write_facility(tmp_path / "site" / "facility.json", hall)
    path = tmp_path / "base.yaml"
    path.write_text("site: site\npickers: 4\nseed: 5\n")
    return path


@pytest.fixture
def store(hall: Facility, tmp_path: Path) -> Path:
    """Two people were seen seconds ago; two orders are open, one of them half picked; K2 came 30 days ago."""
    first, second, *_ = (location.id for location in hall.locations)
    acts: list[tuple[str, float, Body]] = [
        ("location/2", 30 * DAY_S, StockMoved("K2", 9.0, None, f"HALL/{second}")),
        ("location/1", 900, StockCounted("K1", f"HALL/{first}", 20.0)),
        ("order/1", 600, OrderReleased((("K1", 3.0), ("K2", 1.0)))),
        ("order/2", 500, OrderReleased((("K2", 4.0),))),
        ("location/1", 200, StockMoved("K1", 2.0, f"HALL/{first}", None, order="1")),
        ("agent/A", 8, Position("L0", 1.0, 1.0)),
        ("agent/B", 5, Position("L0", 1.0, 1.0)),
    ]
    now_ms = time.time_ns() // 1_000_000
    log = open_store(tmp_path / "twin.db")
    for number, (entity, ago_s, body) in enumerate(acts):
        event = LiveEvent(
            id=f"e{number}", site="HALL", source="test", entity=entity,
            happened_ms=now_ms - round(1000 * ago_s), body=body,
        )  # fmt: skip
        log.append([event], now_ms=now_ms)
    log.close()
    return tmp_path / "twin.db"


def answer(*arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(app, ["what-if", "now", *map(str, arguments), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def state_of(store: Path) -> tuple[int, str]:
    log = open_store(store)
    state = restored(log)
    log.close()
    return state.seq, state.sha256()


def test_a_shift_begins_where_the_warehouse_is_and_leaves_the_log_alone(
    store: Path, base: Path, hall: Facility, tmp_path: Path
) -> None:
    before = state_of(store)
    told = answer(store, "--site", "HALL", "--base", base, "-o", tmp_path / "NOW")
    assert (told["fork"]["seq"], told["fork"]["sha256"]) == before == state_of(store)
    assert 5 <= told["fork"]["age_s"] < 60
    run = read_run(tmp_path / "NOW" / "run")
    assert sum(event.quantity or 0 for event in run.events if event.kind == "pick") == 6
    assert len(run.agents) == 2
    first, second, *_ = (location.id for location in hall.locations)
    assert read_slotting(tmp_path / "NOW" / "slotting.csv") == {"K1": (first,), "K2": (second,)}
    assert any("Agents begin at the depot" in note for note in told["notes"])


def test_the_same_fork_gives_the_same_bytes(store: Path, base: Path, tmp_path: Path) -> None:
    answer(store, "--site", "HALL", "--base", base, "-o", tmp_path / "ONE")
    answer("--fork", tmp_path / "ONE", "--base", base, "-o", tmp_path / "TWO")
    one = bytes_in(tmp_path / "ONE")
    assert {"fork.json", "state.json", "now.json", "scenario.yaml", "run/kpis.json"} <= one.keys()
    assert one == bytes_in(tmp_path / "TWO")


def test_a_what_if_is_a_curve_from_now_on(store: Path, base: Path, tmp_path: Path) -> None:
    wish = ("--site", "HALL", "--base", base, "-o", tmp_path / "NOW", "--replications", "3")
    curve = answer(store, *wish, "--what-if", "pickers=1,2")["curve"]
    assert curve["along"] == {"name": "pickers", "values": [1, 2]}
    assert curve["replications"] == 3
    assert (tmp_path / "NOW" / "what-if.json").is_file()


def test_what_comes_of_it_is_printed_and_what_to_know_is_noted(
    store: Path, base: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    wish = ["--base", str(base), "-o", str(tmp_path / "NOW")]
    assert run_command(["what-if", "now", str(store), "--site", "HALL", *wish]) == 0
    told = capfd.readouterr()
    assert "3 lines in" in told.out
    assert "from event 7 of site HALL" in told.out
    assert "note: Agents begin at the depot" in told.err


def test_what_is_too_old_is_refused_as_undecided(
    store: Path, base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ["what-if", "now", str(store), "--base", str(base), "-o", str(tmp_path / "NOW"), "--site"]
    assert run_command([*told, "HALL", "--max-age", "2"]) == 4
    assert "at most 2 s are allowed" in capsys.readouterr().err
    assert run_command([*told, "YARD"]) == 4
    assert "nothing is known of site 'YARD': known are HALL" in capsys.readouterr().err
    assert not (tmp_path / "NOW").exists()


@pytest.mark.parametrize(
    "wish",
    [
        (),
        ("STORE",),
        ("STORE", "--site", "HALL", "--fork", "NOW"),
        ("--fork", "NOW", "--max-age", "5"),
        ("STORE", "--site", "HALL", "--what-if", "pickers"),
        ("STORE", "--site", "HALL", "--figure", "happiness"),
    ],
)
def test_a_beginning_is_named_once(store: Path, base: Path, tmp_path: Path, wish: tuple[str, ...]) -> None:
    told = [str(store) if each == "STORE" else each for each in wish]
    assert run_command(["what-if", "now", *told, "--base", str(base), "-o", str(tmp_path / "NOW")]) == 2
