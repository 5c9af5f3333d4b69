"""The live twin as a whole: what is told over HTTP is seen by viewers, survives a restart, forks into what-ifs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from websockets.sync.client import ClientConnection, connect

from layouts.live.events import LiveEvent, OrderReleased, Position, Reading, StockCounted
from server.answers.shown import Shown
from server.app import create_app
from server.clock import clock_ms
from server.sites import load_site
from server.store.opening import open_store
from server.store.snapshots import restored
from server.twin.live_server import LiveServer
from server.twin.twin_file import read_twin_file
from viewer.messages import PROTOCOL, Ack, Alert, Figures, Hello, LiveAgent, Sensor, Update, encode
from viewer.motion_frame import LiveMotion, decode_frame

Serving = Callable[..., AbstractContextManager[str]]

RULES = """
rules:
  - id: cold-cell
    kind: threshold
    channel: temperature
    above: 8 °C
    severity: critical
    text: "{about} is too warm"
"""


@pytest.fixture
def folder(tmp_path: Path, hall_site: Path) -> Path:
    (tmp_path / "twin.yaml").write_text(
        "scenario: scenario.yaml\nalerts: alerts.yaml\nfeeds: [{kind: push, name: wms, decoder: business}]\n"
    )
    (tmp_path / "scenario.yaml").write_text(f"site: {hall_site}\npickers: 2\n")
    (tmp_path / "alerts.yaml").write_text(RULES)
    return tmp_path


@pytest.fixture
def live(
    folder: Path, hall_site: Path, serving: Serving
) -> Callable[[], AbstractContextManager[httpx.Client]]:
    """`with live() as client`: a server on the folder, begun anew each time."""

    @contextmanager
    def start() -> Iterator[httpx.Client]:
        site = load_site(hall_site)
        app: FastAPI = create_app(
            Shown(site=site), live=LiveServer(read_twin_file(folder / "twin.yaml"), site)
        )
        with serving(app) as address, httpx.Client(base_url=address, trust_env=False, timeout=10) as client:
            yield client

    return start


def event(number: int, entity: str, body: Any, *, ago_ms: int = 0) -> LiveEvent:
    return LiveEvent(
        id=f"test:{number}",
        site="HALL",
        source="test",
        entity=entity,
        happened_ms=clock_ms() - ago_ms,
        body=body,
    )


def tell(client: httpx.Client, *events: LiveEvent) -> dict[str, Any]:
    answer = client.post("/api/events", content=msgspec.json.encode(events))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@contextmanager
def viewer(
    client: httpx.Client, session: str | None = None, since: int | None = None
) -> Iterator[ClientConnection]:
    with connect(f"ws{str(client.base_url).rstrip('/')[4:]}/ws", proxy=None, max_size=None) as socket:
        socket.send(encode(Hello(PROTOCOL, session, since)).decode())
        yield socket


def watch(socket: ClientConnection, until: Callable[[dict[str, Any], list[LiveMotion]], bool]) -> Update:
    """Follow until what is known fulfils a condition; the last update."""
    known: dict[str, Any] = {}
    motions: list[LiveMotion] = []
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        frame = socket.recv(timeout=8)
        assert isinstance(frame, bytes)
        told, update = decode_frame(frame)
        assert isinstance(update, Update)
        known.update(update.sets)
        for key in update.dels:
            known.pop(key, None)
        motions += told
        socket.send(encode(Ack(update.seq)).decode())
        if until(known, motions):
            return update
    raise AssertionError(f"never: {sorted(known)}, {motions}")


def test_what_is_told_is_recorded_once_and_seen(
    live: Callable[[], AbstractContextManager[httpx.Client]],
) -> None:
    first = event(1, "agent/P1", Position(level="L0", x_m=1.0, y_m=3.5), ago_ms=1000)
    second = event(2, "agent/P1", Position(level="L0", x_m=2.0, y_m=3.5))
    with live() as client, viewer(client) as socket:
        assert tell(client, first) == {"seq": 1, "recorded": 1, "known": 0, "refused": []}
        watch(socket, lambda known, _: "agent/P1" in known)
        assert tell(client, second, first)["known"] == 1
        watch(socket, lambda _, motions: any(abs(motion.x1 - 2.0) < 0.01 for motion in motions))
        tell(client, event(3, "sensor/T1", Reading("humidity", 0.45)))
        told = watch(socket, lambda known, _: "sensor/sensor/T1/humidity" in known)
        sensor = told.sets["sensor/sensor/T1/humidity"]
        assert isinstance(sensor, Sensor)
        assert (sensor.value, sensor.unit, sensor.freshness) == (45.0, "%", "fresh")
        assert [row["seq"] for row in client.get("/api/events?entity=agent/P1").json()] == [1, 2]


def test_what_cannot_be_is_refused_and_the_rest_recorded(
    live: Callable[[], AbstractContextManager[httpx.Client]],
) -> None:
    with live() as client:
        told = tell(
            client, event(1, "agent/P1", Position("L0", 0, 0)), event(2, "ghost/P1", Position("L0", 0, 0))
        )
        assert (told["recorded"], told["refused"][0]["id"]) == (1, "test:2")
        assert client.post("/api/events", content=b"[").status_code == 400
        assert client.post("/api/events", content=b'[{"id": 1}]').status_code == 422


def test_an_alert_is_raised_shown_acknowledged_and_known_after_a_restart(
    live: Callable[[], AbstractContextManager[httpx.Client]],
) -> None:
    with live() as client, viewer(client) as socket:
        tell(client, event(1, "sensor/cold", Reading("temperature", 11.0)))
        watch(socket, lambda known, _: any(isinstance(value, Alert) for value in known.values()))
        (alert,) = client.get("/api/alerts").json()
        name = alert["entity"].removeprefix("alert/")
        assert (alert["status"], alert["text"]) == ("open", "sensor/cold is too warm")
        assert client.post(f"/api/alerts/{name}", json={"step": "acknowledged"}).json()["by"] == "local"
        assert client.post("/api/alerts/no/such", json={"step": "acknowledged"}).status_code == 404
    with live() as client:
        (alert,) = client.get("/api/alerts").json()
        assert (alert["status"], alert["by"]) == ("acknowledged", "local")
        assert client.post(f"/api/alerts/{name}", json={"step": "acknowledged"}).status_code == 409


def test_a_restart_goes_on_from_a_snapshot_with_the_same_state(
    live: Callable[[], AbstractContextManager[httpx.Client]], folder: Path
) -> None:
    with live() as client:
        tell(client, *(event(n, f"agent/P{n % 7}", Position("L0", n / 10, 1.0)) for n in range(300)))
    store = open_store(folder / "twin.db")
    before, snapshot = restored(store), store.snapshot()
    assert snapshot is not None
    assert (before.seq, snapshot.sha256) == (300, before.sha256())
    store.close()
    with live() as client, viewer(client) as socket:
        watch(socket, lambda known, _: sum(isinstance(value, LiveAgent) for value in known.values()) == 7)


def test_documents_are_pushed_and_what_is_not_understood_waits(
    live: Callable[[], AbstractContextManager[httpx.Client]],
) -> None:
    lying = {"location": "01-01-A-1", "sku": "SKU-1", "quantity": 40}
    count = {"kind": "inventory", "at": "2026-11-27T10:00:00Z", "document": "C1", "lines": [lying]}
    with live() as client, viewer(client) as socket:
        assert client.post("/api/feeds/nobody", json=count).status_code == 404
        assert client.post("/api/feeds/wms", json=count).json()["recorded"] == 1
        assert client.post("/api/feeds/wms", json=count).json()["known"] == 1
        (line,) = client.get("/api/inventory").json()
        assert (line["place"], line["quantity"]) == ("HALL/01-01-A-1", 40)
        bad = client.post("/api/feeds/wms", content=b"no json")
        assert bad.status_code == 422
        assert len(client.get("/api/letters").json()) >= 1
        watch(
            socket,
            lambda known, _: (
                isinstance(known.get("figures"), Figures) and known["figures"].letters_waiting > 0
            ),
        )


def test_a_what_if_starts_from_now_and_leaves_now_alone(
    live: Callable[[], AbstractContextManager[httpx.Client]], folder: Path
) -> None:
    with live() as client:
        tell(
            client,
            event(1, "sku/SKU-1", StockCounted("SKU-1", "HALL/01-01-A-1", 50)),
            event(2, "order/O1", OrderReleased((("SKU-1", 3.0), ("SKU-1", 2.0)))),
            event(3, "agent/P1", Position("L0", 5.0, 3.5)),
        )
        head = client.get("/api/events").json()[-1]["seq"]
        scenario = folder / "scenario.yaml"
        job = client.post("/api/what-if/now", json={"replications": 1}).json()
        assert job["state"] in ("queued", "running"), job
        deadline = time.monotonic() + 60
        while (job := client.get(f"/api/jobs/{job['number']}").json())["state"] in ("queued", "running"):
            assert time.monotonic() < deadline, job
            time.sleep(0.2)
        assert job["state"] == "done", job
        assert "run/kpis.json" in job["files"]
        kpis = json.loads(client.get(f"/api/jobs/{job['number']}/files/run/kpis.json").content)
        assert kpis["lines"] >= 1
        assert client.get(f"/api/jobs/{job['number']}/files/../../../twin.db").status_code == 404
        assert client.get("/api/events").json()[-1]["seq"] == head
        assert scenario.is_file()


def test_a_fork_of_what_is_too_old_is_refused(
    live: Callable[[], AbstractContextManager[httpx.Client]],
) -> None:
    with live() as client:
        tell(client, event(1, "agent/P1", Position("L0", 5.0, 3.5), ago_ms=3_600_000))
        answer = client.post("/api/what-if/now", json={})
        assert answer.status_code == 409
        assert "1 h old" in answer.json()["detail"]


def test_a_viewer_that_comes_back_gets_what_it_missed(
    live: Callable[[], AbstractContextManager[httpx.Client]],
) -> None:
    with live() as client:
        tell(client, event(1, "agent/P1", Position("L0", 1.0, 1.0)))
        with viewer(client) as socket:
            last = watch(socket, lambda known, _: "agent/P1" in known and "figures" in known)
        tell(client, event(2, "agent/P2", Position("L0", 2.0, 1.0)))
        with viewer(client, last.session, last.seq) as socket:
            update = watch(socket, lambda known, _: "agent/P2" in known)
            assert not update.reset
