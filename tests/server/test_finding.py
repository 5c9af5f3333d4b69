"""Search, colours, histories and lanes as the server tells them, against the hall that one can draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from layouts.live.events import LiveEvent, OrderReleased, StockCounted, StockMoved
from layouts.run import Event, Run
from server.answers.colouring import Colourings
from server.answers.finding import Finder
from server.answers.shown import Shown
from server.app import create_app
from server.clock import clock_ms
from server.sites import load_site
from server.twin.live_server import LiveServer
from server.twin.twin_file import TwinFile, read_twin_file
from spatial.facility import Facility

Serving = Callable[..., AbstractContextManager[str]]


def event(seq: int, kind: str, start_s: float, end_s: float, x: float, **told: Any) -> Event:
    return Event(
        seq=seq, agent="P1", kind=kind, start_s=start_s, end_s=end_s, level="L0", path=((x, 3.5),), **told  # type: ignore[arg-type]
    )  # fmt: skip


RUN = Run(
    id="R",
    kind="simulated",
    agents=("P1",),
    duration_s=1800.0,
    events=(  # type: ignore[arg-type]
        event(0, "pick", 0, 10, 2.0, location="01-01-A-1", sku="SKU-1", order="O7", quantity=2),
        event(1, "wait", 10, 25, 3.5, cause="face", resource="f"),
        event(2, "pick", 25, 30, 8.0, location="02-03-B-2", sku="SKU-10", order="O7", quantity=1),
        event(3, "pick", 40, 50, 2.0, location="01-01-A-1", sku="SKU-1", order="O12", quantity=1),
    ),
    slotting={"SKU-1": ("01-01-A-1", "01-02-A-1")},
)


@pytest.fixture
def shown(hall_site: Path) -> Shown:
    return Shown(site=load_site(hall_site), run=RUN)


def test_whole_names_come_before_beginnings_and_those_before_parts(shown: Shown) -> None:
    finder = Finder(shown)
    assert [(one.kind, one.id) for one in finder.find("sku-1")] == [("sku", "SKU-1"), ("sku", "SKU-10")]
    assert finder.find("sku-1")[0].places == ("01-01-A-1", "01-02-A-1")
    assert finder.find("R1")[0].id == "R1"
    assert [one.id for one in finder.find("02-03-b")] == ["02-03-B-1", "02-03-B-2"]
    assert finder.find("o7")[0].places == ("01-01-A-1", "02-03-B-2")
    assert finder.find("  ") == finder.find("nothing of that name") == []
    assert len(finder.find("0", limit=5)) == 5


def test_figures_of_locations_are_those_of_the_run(shown: Shown, hall: Facility) -> None:
    colourings = Colourings(shown)
    assert colourings.names(is_live=False) == ("fill", "velocity", "blocked")

    def values(name: str) -> dict[str, float]:
        found = colourings.get(name, live=None, site="HALL", now_ms=0)
        assert found is not None
        return dict(found.values)

    velocity = values("velocity")
    assert len(velocity) == len(hall.locations)
    assert (velocity["01-01-A-1"], velocity["02-03-B-2"], velocity["01-02-A-1"]) == (4.0, 2.0, 0.0)
    assert values("blocked") == {"01-01-A-1": 15.0, "02-03-B-2": 0.0}
    assert values("fill") == {one.id: 80.0 for one in hall.locations if one.fill is not None}
    assert colourings.get("age", live=None, site="HALL", now_ms=0) is None


def test_colours_end_at_a_round_figure(shown: Shown) -> None:
    found = Colourings(shown).get("velocity", live=None, site="HALL", now_ms=0)
    assert found is not None
    assert found.top == 5.0


def test_the_server_tells_histories_and_lanes(shown: Shown, serving: Serving) -> None:
    with serving(create_app(shown)) as address, httpx.Client(base_url=address) as client:
        told = client.get("/api/locations/01-01-A-1/history").json()
        assert [(one["at_s"], one["sku"], one["order"]) for one in told] == [
            (50.0, "SKU-1", "O12"),
            (10.0, "SKU-1", "O7"),
        ]
        assert client.get("/api/locations/nowhere/history").status_code == 404
        lanes = client.get("/api/lanes").json()
        assert len(lanes["lanes"]) == len(lanes["one_way"]) > 3
        assert max(max(pair) for pair in lanes["lanes"]) < len(lanes["places"])
        assert client.get("/api/lanes?agent=ghost").status_code == 404
        assert "velocity" in client.get("/api/colours/nothing").json()["detail"]
        assert client.get("/api/colours/velocity").json()["unit"] == "picks/h"
        assert client.get("/api/find", params={"q": "O12"}).json()[0]["places"] == ["01-01-A-1"]


@pytest.fixture
def live_client(hall_site: Path, tmp_path: Path, serving: Serving) -> Iterator[httpx.Client]:
    (tmp_path / "twin.yaml").write_text("{}")
    site, told = load_site(hall_site), read_twin_file(tmp_path / "twin.yaml")
    assert isinstance(told, TwinFile)
    app = create_app(Shown(site=site), live=LiveServer(told, site))
    with serving(app) as address, httpx.Client(base_url=address) as client:
        yield client


def test_a_live_twin_finds_what_the_book_and_open_orders_tell(live_client: httpx.Client) -> None:
    now_ms = clock_ms()
    told = [
        ("sku/S9", StockCounted("S9", "HALL/01-01-A-1", 4), 7_200_000),
        ("sku/S9", StockMoved("S9", 1, "HALL/01-01-A-1", "HALL/02-01-A-1"), 3_600_000),
        ("order/O5", OrderReleased((("S9", 2.0),)), 1_000),
    ]
    events = [
        LiveEvent(
            id=f"e{n}", site="HALL", source="wms", entity=entity, happened_ms=now_ms - ago_ms, body=body
        )
        for n, (entity, body, ago_ms) in enumerate(told)
    ]
    assert live_client.post("/api/events", content=msgspec.json.encode(events)).json()["recorded"] == 3

    def places(name: str) -> list[str]:
        found = live_client.get("/api/find", params={"q": name}).json()
        return found[0]["places"] if found else []

    for _ in range(100):
        if places("O5"):
            break
    assert places("S9") == places("O5") == ["01-01-A-1", "02-01-A-1"]
    age = live_client.get("/api/colours/age").json()["values"]
    assert age == {"01-01-A-1": pytest.approx(2.0, abs=0.01)}
    steps = live_client.get("/api/locations/01-01-A-1/history").json()
    assert [(one["what"], one["quantity"]) for one in steps] == [("moved", -1.0), ("counted", 4.0)]
