"""A what-if from now: stamped, refused when too old, reproducible to the byte, and the live twin as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layouts.live.events import (
    Body,
    LinkChanged,
    LiveEvent,
    OrderClosed,
    OrderReleased,
    Position,
    Recorded,
    StockCounted,
    StockMoved,
)
from layouts.live.state import TwinState
from layouts.orders import read_orders
from layouts.run_files import read_run
from layouts.scenario import Scenario, read_scenario
from layouts.slotting_table import read_slotting
from server.fork.fork import fork, read_fork, write_fork
from server.fork.scenario_now import ORDERS, SLOTTING, scenario_now
from server.jobs.job import Desk
from server.jobs.kinds import KINDS
from spatial.errors import BadDataError, UndecidedError
from spatial.facility import Facility
from spatial.facility_json import write_facility

NOW_MS = 1_700_000_000_000
ACTS = tuple[str, int, Body]


@pytest.fixture
def facility(hall: Facility) -> Facility:
    return hall


@pytest.fixture
def base(facility: Facility, tmp_path: Path) -> Path:
    (tmp_path / "site").mkdir()
    write_facility(tmp_path / "site" / "facility.json", facility)
    path = tmp_path / "base.yaml"
    path.write_text("site: site\npickers: 4\nseed: 5\n")
    return path


def live(*acts: ACTS) -> TwinState:
    state = TwinState()
    for seq, (entity, ago_s, body) in enumerate(acts, start=1):
        event = LiveEvent(
            id=f"e{seq}",
            site="S",
            source="test",
            entity=entity,
            happened_ms=NOW_MS - 1000 * ago_s,
            body=body,
        )
        state.apply(Recorded(seq, NOW_MS, event))
    return state


def busy(facility: Facility) -> TwinState:
    """Two SKUs with stock, three orders, of which one is closed and one half picked, and two of three agents here."""
    first, second, *_ = (location.id for location in facility.locations)
    return live(
        ("agent/A", 5, Position("L0", 1.0, 1.0)),
        ("agent/B", 30, Position("L0", 1.0, 1.0)),
        ("agent/gone", 5000, Position("L0", 1.0, 1.0)),
        ("location/1", 900, StockCounted("K1", f"S/{first}", 20.0)),
        ("location/1", 950, StockMoved("K1", 99.0, None, f"S/{first}")),
        ("location/2", 900, StockMoved("K2", 9.0, None, f"S/{second}")),
        ("location/x", 900, StockMoved("K3", 9.0, None, "S/NOWHERE")),
        ("order/1", 600, OrderReleased((("K1", 3.0), ("K2", 1.0)), due_ms=NOW_MS + 3_600_000)),
        ("order/2", 500, OrderReleased((("K1", 2.0),))),
        ("order/3", 400, OrderReleased((("K2", 4.0), ("K3", 1.0)))),
        ("order/2", 300, OrderClosed("done")),
        ("sku/K1", 200, StockMoved("K1", 2.0, f"S/{first}", None, order="1")),
    )


def test_a_fork_is_stamped_and_leaves_the_twin_as_it_was(facility: Facility, tmp_path: Path) -> None:
    state = busy(facility)
    before = state.sha256()
    forked = fork(state, site="S", log="log-1", now_ms=NOW_MS)
    told = forked.fork
    assert (told.seq, told.sha256, told.age_s, told.log) == (12, before, 5.0, "log-1")
    write_fork(tmp_path, forked)
    again = read_fork(tmp_path)
    assert again == forked
    again.twin_state().apply(
        Recorded(13, NOW_MS, LiveEvent(id="n", site="S", source="t", entity="order/9",
                                       happened_ms=1, body=OrderClosed("done")))
    )  # fmt: skip
    assert state.sha256() == before == forked.twin_state().sha256()
    (tmp_path / "state.json").write_bytes(forked.state + b" ")
    with pytest.raises(BadDataError, match="is not the state"):
        read_fork(tmp_path)


def test_what_is_too_old_or_cut_off_is_refused(facility: Facility) -> None:
    state = busy(facility)
    assert fork(state, site="S", log="l", now_ms=NOW_MS + 115_000).fork.age_s == 120.0
    with pytest.raises(UndecidedError, match=r"is 2 min old, at most 120 s are allowed"):
        fork(state, site="S", log="l", now_ms=NOW_MS + 116_000)
    with pytest.raises(UndecidedError, match="nothing is known of site 'T': known are S"):
        fork(state, site="T", log="l", now_ms=NOW_MS)
    down = live(
        ("agent/A", 1, Position("L0", 1.0, 1.0)), ("feed/hall", 60, LinkChanged(is_up=False, reason="broker"))
    )
    with pytest.raises(UndecidedError, match=r"feed/hall of site 'S' is down for 1 min \(broker\)"):
        fork(down, site="S", log="l", now_ms=NOW_MS)


def test_the_scenario_of_now_has_what_is_open_lies_and_works(
    facility: Facility, base: Path, tmp_path: Path
) -> None:
    forked = fork(busy(facility), site="S", log="l", now_ms=NOW_MS)
    folder = tmp_path / "now"
    now = scenario_now(forked, read_scenario(base), folder)
    first, second, *_ = (location.id for location in facility.locations)
    scenario = read_scenario(now.scenario)
    orders = {order.id: order for order in read_orders(folder / ORDERS)}
    assert {name: order.lines for name, order in orders.items()} == {
        "1": (("K1", 1), ("K2", 1)),
        "3": (("K2", 4),),
    }
    assert orders["1"].due == "2023-11-14T23:13:20.000Z"
    assert read_slotting(folder / SLOTTING) == {"K1": (first,), "K2": (second,)}
    assert (scenario.pickers, scenario.seed) == (2, 5)
    assert scenario.starts_at is not None
    assert scenario.starts_at.timestamp() == NOW_MS / 1000
    assert any("1 order lines ask for SKUs of which nothing lies" in note for note in now.notes)
    assert any("1 places with stock are no locations" in note for note in now.notes)


def test_without_open_orders_or_stock_nothing_is_made(facility: Facility, base: Path, tmp_path: Path) -> None:
    agent: ACTS = ("agent/A", 5, Position("L0", 1.0, 1.0))
    order: ACTS = ("order/1", 600, OrderReleased((("K1", 3.0),)))
    for acts, reason in (((agent,), "no order of site 'S' is open"), ((agent, order), "count stock first")):
        forked = fork(live(*acts), site="S", log="l", now_ms=NOW_MS)
        with pytest.raises(UndecidedError, match=reason):
            scenario_now(forked, Scenario(site=tmp_path / "site"), tmp_path / "now")
        assert not (tmp_path / "now").exists()


def test_the_same_fork_gives_the_same_bytes_and_replications_are_kept(
    facility: Facility, base: Path, tmp_path: Path
) -> None:
    write_fork(tmp_path / "fork", fork(busy(facility), site="S", log="l", now_ms=NOW_MS))
    arguments = {"fork": "fork", "base": "base.yaml", "what_if": ["pickers=1,2"], "replications": 2}
    KINDS["now"].files(arguments, tmp_path)
    found = []
    for name in ("one", "two"):
        folder, kept = tmp_path / name, tmp_path / f"kept-{name}"
        folder.mkdir()
        kept.mkdir()
        KINDS["now"].run(arguments, Desk(tmp_path, folder, kept, lambda what, share: None))
        found.append({path.name: path.read_bytes() for path in folder.iterdir()})
        assert len(list(kept.rglob("[01].json"))) == 4
    assert found[0] == found[1]
    assert json.loads(found[0]["fork.json"])["age_s"] == 5.0
    assert {"what-if.json", "orders.csv", "slotting.csv", "now.json"} <= found[0].keys()


def test_a_shift_from_now_is_a_run(facility: Facility, base: Path, tmp_path: Path) -> None:
    write_fork(tmp_path / "fork", fork(busy(facility), site="S", log="l", now_ms=NOW_MS))
    folder, kept = tmp_path / "result", tmp_path / "kept"
    folder.mkdir()
    kept.mkdir()
    arguments = {"fork": "fork", "base": "base.yaml"}
    KINDS["now"].run(arguments, Desk(tmp_path, folder, kept, lambda what, share: None))
    run = read_run(folder / "run")
    assert sum(event.quantity or 0 for event in run.events if event.kind == "pick") == 6
    assert len(run.agents) == 2
