"""What the server tells of itself: figures, log lines and health, and that none of it holds a secret."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, WebSocket
from fastapi.staticfiles import StaticFiles
from prometheus_client.parser import text_string_to_metric_families
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from server.access.access import Access
from server.access.declared import check_every_route, require
from server.access.gate import Gate
from server.access.roles import Who
from server.access.sockets import Sockets
from server.access.tokens import Tokens, make_token
from server.intake.group_commit import Written
from server.observing.health import Probe, hears, keeps_up, store_answers, writes
from server.observing.logs import JsonLines, log_to
from server.observing.metrics import FeedState, Metrics, Standing
from server.observing.requests import REQUEST_ID, Observed
from server.observing.routes import observing_routes

NOW = 1_790_000_000_000
Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@dataclass
class Store:
    at: int = 7

    def head(self) -> int:
        return self.at


@dataclass
class Server:
    app: FastAPI
    metrics: Metrics
    tokens: dict[str, str]
    address: str = ""

    def get(self, path: str, role: str | None = "viewer", **headers: str) -> httpx.Response:
        told = {"authorization": f"Bearer {self.tokens[role]}"} if role else {}
        return httpx.get(self.address.rstrip("/") + path, headers=told | headers, trust_env=False)

    def figures(self) -> Figures:
        return figures_of(self.get("/api/metrics").text)


def figures_of(text: str) -> Figures:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def labelled(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return f"aisletwin_{name}", frozenset(labels.items())


def standing(written: Written) -> Standing:
    return Standing(
        written=lambda: written,
        waiting=lambda: 3,
        seq=lambda: 7,
        viewers=lambda: 2,
        stalled=lambda: 1,
        feeds=lambda: {"hall": FeedState(True, 1.5), "wms": FeedState(False, None)},
        letters=lambda: 4,
        alerts=lambda: {"critical": 1, "warning": 2},
        jobs=lambda: {"running": 1},
    )


@pytest.fixture
def watched(tmp_path: Path, serving: Any) -> Iterator[Server]:
    path = tmp_path / "tokens.json"
    tokens = {"viewer": make_token(path, "hall screen", role="viewer", now_ms=NOW)}
    tokens["scoped"] = make_token(path, "scoped", role="operator", sites=["A"], now_ms=NOW)
    metrics = Metrics()
    metrics.watch(standing(Written(recorded=10, known=2, refused=1, letters=4, commits=5, failures=0)))
    app = FastAPI(docs_url=None, redoc_url=None)
    feeds = {"hall": FeedState(True, 1.0), "wms": FeedState(False, None)}
    app.include_router(
        observing_routes(metrics, {"store": store_answers(Store()), "feeds": hears(lambda: feeds)})
    )

    @app.get("/api/things/{name}")
    def thing(name: str, who: Annotated[Who, Depends(require("see"))]) -> dict[str, str]:
        logging.getLogger("server.test").info("looked at %s with %s", name, tokens["viewer"])
        return {"name": name}

    @app.get("/api/broken", dependencies=[Depends(require("see"))])
    def broken() -> None:
        raise RuntimeError(f"a fault with {tokens['viewer']}")

    @app.websocket("/ws")
    async def follow(socket: WebSocket, who: Annotated[Who, Depends(require("see"))]) -> None:
        await socket.accept()
        await socket.send_bytes(b"12345")
        await socket.send_text("é")
        await socket.receive()

    app.mount("/assets", StaticFiles(directory=Path(__file__).parent))
    check_every_route(app)
    app.add_middleware(Gate, access=Access(Tokens(path), bytes(32), now_ms=lambda: NOW), sockets=Sockets())
    app.add_middleware(Observed, metrics=metrics)
    with serving(app) as address:
        yield Server(app, metrics, tokens, address)


def test_how_things_stand_is_told_when_somebody_looks(watched: Server) -> None:
    answer = watched.get("/api/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    told = figures_of(answer.text)
    assert {name: told[labelled("events_total", outcome=name)] for name in ("recorded", "known", "refused")} == {
        "recorded": 10, "known": 2, "refused": 1,
    }  # fmt: skip
    expected = {
        "letters_total": 4, "commits_total": 5, "commit_failures_total": 0, "intake_waiting": 3, "state_seq": 7,
        "viewers": 2, "viewers_stalled": 1, "letters_waiting": 4,
    }  # fmt: skip
    assert {name: told[labelled(name)] for name in expected} == expected
    assert told[labelled("feed_up", feed="hall")] == 1
    assert told[labelled("feed_up", feed="wms")] == 0
    assert told[labelled("feed_age_seconds", feed="hall")] == 1.5
    assert labelled("feed_age_seconds", feed="wms") not in told, "what never told anything has no age"
    assert told[labelled("alerts_open", severity="critical")] == 1
    assert told[labelled("jobs", state="running")] == 1


def test_histograms_hold_what_was_observed() -> None:
    metrics = Metrics()
    for seconds in (0.0005, 0.004, 0.004, 20.0):
        metrics.committed(seconds)
    metrics.seen(0.25)
    metrics.seen(-1.0)
    told = figures_of(metrics.text().decode())
    assert told[labelled("commit_seconds_count")] == 4
    assert told[labelled("commit_seconds_sum")] == pytest.approx(20.0085)
    counts = [
        told[labelled("commit_seconds_bucket", le=le)] for le in ("0.001", "0.0025", "0.005", "10.0", "+Inf")
    ]
    assert counts == [1, 1, 3, 3, 4]
    assert told[labelled("event_to_viewer_seconds_bucket", le="0.25")] == 2
    assert told[labelled("event_to_viewer_seconds_sum")] == 0.25


def test_two_applications_do_not_mix() -> None:
    one, other = Metrics(), Metrics()
    one.sent(5)
    assert figures_of(one.text().decode())[labelled("viewer_bytes_total")] == 5
    assert figures_of(other.text().decode())[labelled("viewer_bytes_total")] == 0


def test_requests_are_counted_by_route_and_status_however_many_paths_there_are(watched: Server) -> None:
    for n in range(30):
        assert watched.get(f"/api/things/{n}").status_code == 200
        assert watched.get(f"/api/nowhere/{n}").status_code == 404
        assert watched.get(f"/api/nowhere/{n}", role=None).status_code == 401
    assert watched.get("/api/broken").status_code == 500
    assert watched.get("/assets/test_observing.py", role=None).status_code == 200
    httpx.request("BREW", f"{watched.address}api/site", trust_env=False)
    told = watched.figures()

    def count(method: str, route: str, status: str) -> float:
        return told[labelled("http_requests_total", method=method, route=route, status=status)]

    assert count("GET", "/api/things/{name}", "200") == 30
    assert count("GET", "(none)", "404") == 30
    assert count("GET", "(none)", "401") == 30
    assert count("GET", "/api/broken", "500") == 1
    assert count("GET", "(folder)", "200") == 1
    assert count("other", "(none)", "401") == 1
    assert told[labelled("http_request_seconds_count", method="GET", route="/api/things/{name}")] == 30
    assert len([name for name, _ in told if name == "aisletwin_http_requests_total"]) == 6


def test_websockets_are_counted_when_they_open_and_their_bytes_as_they_go(watched: Server) -> None:
    address = f"ws{watched.address[4:]}ws"
    bearer = {"authorization": f"Bearer {watched.tokens['viewer']}"}
    with pytest.raises(InvalidStatus, match="401"):
        connect(address, proxy=None)
    with connect(address, proxy=None, additional_headers=bearer) as socket:
        assert (socket.recv(timeout=5), socket.recv(timeout=5)) == (b"12345", "é")
        told = watched.figures()
    assert told[labelled("viewer_bytes_total")] == 7
    assert told[labelled("http_requests_total", method="CONNECT", route="/ws", status="101")] == 1
    assert told[labelled("http_requests_total", method="CONNECT", route="(none)", status="401")] == 1
    assert not [name for name, labels in told if "seconds" in name and ("method", "CONNECT") in labels]


def test_figures_are_for_who_sees_all_sites_and_health_for_anyone(watched: Server) -> None:
    assert watched.get("/api/metrics", role=None).status_code == 401
    assert watched.get("/api/metrics", role="scoped").status_code == 403
    assert watched.get("/api/health", role=None).json() == {"status": "ok"}
    ready = watched.get("/api/ready", role=None)
    assert ready.status_code == 503
    assert ready.json() == {"status": "not ready", "checks": {"store": "ok", "feeds": "failed"}}


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    stream = io.StringIO()
    root = logging.getLogger()
    level = root.level
    handler = log_to(stream, is_json=True)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def test_lines_of_one_request_share_its_id_and_hold_no_secret(
    watched: Server, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    answer = watched.get("/api/things/box?token=hunter2", **{"x-request-id": "proxy-12345"})
    assert answer.headers["x-request-id"] == "proxy-12345"
    other = watched.get("/api/things/box", **{"x-request-id": 'x" injected'}).headers["x-request-id"]
    assert len(other) == 16
    watched.get("/api/broken")
    told = lines()
    mine = [one for one in told if one.get("request") == "proxy-12345"]
    assert [(one["logger"], one["message"]) for one in mine] == [
        ("server.test", "looked at box with atw_…"),
        ("server.observing.requests", "GET /api/things/{name} 200"),
    ]
    assert (mine[1]["status"], mine[1]["who"], mine[1]["level"]) == (200, "hall screen", "info")
    assert {"at", "ms"} <= set(mine[1])
    assert [one for one in told if one.get("request") == other]
    text = json.dumps(told)
    assert "hunter2" not in text
    assert watched.tokens["viewer"][17:] not in text


def test_a_line_is_one_line_whatever_it_holds() -> None:
    record = logging.LogRecord("a", logging.ERROR, "f", 1, "one\ntwo\u2028%s\x1b[0m", ("\x00é",), None)
    record.who, record.status = "x\ny", 200
    line = JsonLines().format(record)
    assert line.isascii()
    assert "\n" not in line
    told = json.loads(line)
    assert (told["message"], told["who"], told["status"]) == ("one\ntwo\u2028\x00é\x1b[0m", "x\ny", 200)
    try:
        raise ValueError("Authorization: Bearer atw_secretsecret")
    except ValueError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    assert "secretsecret" not in JsonLines().format(record)
    assert REQUEST_ID.get() is None


def test_setting_up_logs_twice_tells_each_line_once() -> None:
    first, second = io.StringIO(), io.StringIO()
    root = logging.getLogger()
    level = root.level
    log_to(first, is_json=False)
    handler = log_to(second, is_json=False)
    logging.getLogger("server.test").warning("password=hunter2 here")
    root.removeHandler(handler)
    root.setLevel(level)
    assert (first.getvalue(), second.getvalue()) == ("", "WARNING server.test: password=… here\n")


def test_commits_that_fail_make_it_unready_until_one_goes_well() -> None:
    written = Written(recorded=5)
    check = writes(lambda: written)
    assert check() is None
    written.failures += 2
    assert check() == "2 commits failed and none went well since: see the store's disk"
    assert check() is not None, "asking does not mend it"
    written.known += 1
    assert check() is None
    written.recorded += 1
    written.failures += 1
    assert check() is None, "one of a batch failed, the others did not"
    assert check() is None


def test_a_state_that_falls_behind_makes_it_unready() -> None:
    store = Store(100)
    assert keeps_up(store, lambda: 90, most=10)() is None
    assert keeps_up(store, lambda: 89, most=10)() == "the state is 11 events behind the log, more than 10"


def test_a_check_that_hangs_or_fails_is_told_in_time_and_holds_one_thread_only() -> None:
    release = threading.Event()
    asked: list[int] = []

    def hangs() -> None:
        asked.append(1)
        release.wait(20)

    def fails() -> None:
        raise OSError(5, "I/O error")

    async def probe() -> None:
        probe = Probe({"disk": hangs, "store": fails, "fine": lambda: None}, within_s=0.05, kept_s=0)
        for _ in range(5):
            found = await probe.look()
            assert found.found["disk"] == "it did not answer within 0.05 s: see its disk or its connection"
            assert found.found["store"] == "OSError: [Errno 5] I/O error"
            assert (found.found["fine"], found.is_ready) == (None, False)
        release.set()
        until_s = time.monotonic() + 10
        while (await probe.look()).found["disk"] is not None and time.monotonic() < until_s:
            await asyncio.sleep(0.01)
        assert (await probe.look()).found["disk"] is None

    asyncio.run(probe())
    assert len(asked) < 5


def test_what_was_found_is_kept_a_moment() -> None:
    asked: list[int] = []

    async def ask() -> None:
        probe = Probe({"store": lambda: asked.append(1)}, kept_s=60)
        await asyncio.gather(*(probe.look() for _ in range(50)))
        assert (await Probe({}).look()).is_ready

    asyncio.run(ask())
    assert len(asked) == 1
