"""Every route holds against what its OpenAPI allows and against what nobody should send: refused, never broken."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from layouts.live.state import TwinState
from server.access.settings import LimitSettings
from server.answers.shown import Shown
from server.app import create_app
from server.sites import load_site
from server.store.opening import open_store
from server.twin.live_server import LiveServer
from server.twin.twin_file import read_twin_file
from viewer.messages import PROTOCOL, Hello, Update, encode
from viewer.motion_frame import decode_frame

Serving = Callable[..., AbstractContextManager[str]]
EXAMPLES = 12
UNLIMITED = LimitSettings(requests_per_s=100_000, requests_at_once=100_000, socket_messages_per_s=100_000)
PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, hall_site: Path) -> Path:
    folder = tmp_path_factory.mktemp("twin")
    (folder / "twin.yaml").write_text(
        "scenario: scenario.yaml\nfeeds: [{kind: push, name: wms, decoder: business}]\n"
    )
    (folder / "scenario.yaml").write_text(f"site: {hall_site}\npickers: 2\n")
    return folder


@pytest.fixture(scope="module")
def address(folder: Path, hall_site: Path, serving: Serving) -> Iterator[str]:
    site = load_site(hall_site)
    live = LiveServer(read_twin_file(folder / "twin.yaml"), site)
    with serving(create_app(Shown(site=site), live=live, limits=UNLIMITED)) as at:
        yield at.rstrip("/")


def test_what_the_openapi_allows_is_answered_as_it_says(address: str) -> None:
    schema = schemathesis.openapi.from_url(f"{address}/api/openapi.json")
    routes = [route.ok() for route in schema.get_all_operations()]
    assert len(routes) > 10
    broken: list[str] = []
    for route in routes:

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=route.as_strategy())
        def holds(case: Any) -> None:
            case.validate_response(case.call(), checks=PROMISES)

        try:
            holds()
        except (Exception, FailureGroup) as error:
            broken.append(f"{route.label}: {error}")
    assert not broken, "\n\n".join(broken)


HOSTILE_NAMES = (
    "%00",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%ff%fe",
    "%ed%a0%80",
    "x" * 8_000,
    "-1",
    "1e999",
    "9" * 5_000,
    "NaN",
    "%0d%0aX:1",
    "'%3bDROP TABLE events%3b--",
    "%F0%9F%98%80",
    "%25%25s",
    ".",
    "a/../../..",
)
HOSTILE_BODIES = (
    b"",
    b"NaN",
    b"[NaN]",
    b"1e999",
    b"9" * 5_000,
    b"\xff\xfe",
    b"\x00",
    b"\xed\xa0\x80",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'[{"id":' * 20_000,
    b'{"step":"cleared"}'.decode().encode("utf-16"),
    b"\xef\xbb\xbf[]",
    b'"\\ud800"',
    b'{"\\ud800": NaN}',
    b'{"step": NaN}',
    b'{"step":"shelved","until_ms":' + b"9" * 400 + b"}",
    b'{"replications":1e308}',
    b'{"what_if":["pickers=' + b"9" * 150 + b'"]}',
    b'{"what_if":["pickers=1..1000000000"]}',
    b'{"max_age_s":-Infinity}',
)
HOSTILE_EVENTS: tuple[dict[str, Any], ...] = (
    {"happened_ms": 10**30},
    {"happened_ms": 10**400},
    {"happened_ms": -(10**30)},
    {"id": "\x00"},
    {"id": "\u202e"},
    {"id": ""},
    {"id": "x" * 10_000},
    {"entity": "agent/\x00"},
    {"entity": "agent/"},
    {"site": "../.."},
    {"source": "\x7f"},
    {"entity": "sku/A", "body": {"type": "moved", "sku": "A", "quantity": 1e308, "to_place": "HALL/1"}},
    {"entity": "sku/A", "body": {"type": "moved", "sku": "A", "quantity": 1e-300, "to_place": "HALL/1"}},
    {"entity": "sku/A", "body": {"type": "moved", "sku": "\x00", "quantity": 1, "to_place": "HALL/\x00"}},
    {"entity": "sku/A", "body": {"type": "counted", "sku": "A", "quantity": 1e308, "place": "HALL/1"}},
    {"entity": "agent/A", "body": {"type": "position", "level": "L0", "x_m": 1e308, "y_m": -1e308}},
    {"entity": "agent/A", "body": {"type": "position", "level": "nowhere", "x_m": 4e6, "y_m": -4e6}},
    {
        "entity": "agent/A",
        "body": {"type": "vehicle", "battery": 1.0, "faults": [{"kind": "x" * 50_000, "level": "fatal"}]},
    },
    {"entity": "sensor/A", "body": {"type": "reading", "channel": "nothing", "value": 1}},
    {"entity": "sensor/A", "body": {"type": "reading", "channel": "temperature", "value": 1e308}},
    {"entity": "inbound/A", "body": {"type": "inbound", "sku": "A", "quantity": 1, "due_ms": 10**300}},
    {"entity": "order/A", "body": {"type": "order", "lines": [["A", 1e308], ["A", 1e308]]}},
    {
        "entity": "alert/A",
        "body": {"type": "alert", "rule": "A", "about": "", "step": "raised", "until_ms": -(10**30)},
    },
    {
        "entity": "alert/A/B",
        "body": {"type": "alert", "rule": "", "about": "\x00", "step": "shelved", "until_ms": 10**30},
    },
    {
        "entity": "agent/A",
        "body": {"type": "work", "kind": "move", "start_ms": -(10**30), "level": "", "path": [[1e308, 0]]},
    },
    {"entity": "location/A", "body": {"type": "location", "state": "occupied", "confidence": -1e308}},
    {"entity": "feed/A", "body": {"type": "link", "is_up": False, "reason": "\x00" * 3_000}},
)


def test_what_nobody_should_send_is_refused(address: str) -> None:
    paths = httpx.get(f"{address}/api/openapi.json", trust_env=False).json()["paths"]
    with httpx.Client(base_url=address, trust_env=False, timeout=20) as client:
        for path, methods in paths.items():
            for method, route in methods.items():
                for name in HOSTILE_NAMES:
                    at = path.replace("{number}", "{name}").replace("{location_id}", "{name}")
                    queries = [each["name"] for each in route.get("parameters", ()) if each["in"] == "query"]
                    asked = "&".join(f"{each}={name}" for each in queries)
                    answer = client.request(method, f"{at.replace('{name}', name)}?{asked}")
                    assert answer.status_code < 500, (method, path, name[:40], answer.text[:300])
                for body in HOSTILE_BODIES if method == "post" else ():
                    for kind in ("application/json", "application/xml"):
                        answer = client.request(
                            method,
                            path.replace("{name}", "wms"),
                            content=body,
                            headers={"content-type": kind},
                        )
                        assert answer.status_code < 500, (path, body[:40], answer.text[:300])
        assert client.get("/api/health").json() == {"status": "ok"}


def test_events_that_make_no_sense_are_refused_or_borne(
    address: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with httpx.Client(base_url=address, trust_env=False, timeout=20) as client:
        for number, wrong in enumerate(HOSTILE_EVENTS):
            body = {"type": "position", "level": "L0", "x_m": 1, "y_m": 1}
            event = {
                "id": f"hostile:{number}",
                "site": "HALL",
                "source": "test",
                "entity": "agent/A",
                "happened_ms": time.time_ns() // 1_000_000,
                "body": body,
                **wrong,
            }
            answer = client.post("/api/events", content=json.dumps([event]))
            assert answer.status_code < 500, (wrong, answer.text[:300])
        sound = {"type": "position", "level": "L0", "x_m": 1, "y_m": 1}
        event |= {"id": "sound", "site": "HALL", "entity": "agent/SOUND", "source": "test", "body": sound}
        assert client.post("/api/events", content=json.dumps([event])).json()["recorded"] == 1
        time.sleep(1.5)  # once a second viewers are told what time alone changes
        known = followed(address)
        assert {"figures", "agent/SOUND"} <= known.keys()
        for path in (
            "/api/alerts?with_cleared=true",
            "/api/events",
            "/api/state",
            "/api/jobs",
            "/api/letters",
        ):
            assert client.get(path).status_code == 200, path
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []
    store = open_store(folder / "twin.db")
    try:
        state = TwinState()
        for recorded in store.read():  # a log that cannot be read would keep the server from starting
            state.apply(recorded)
        again = TwinState.decode(
            state.encode(), seq=state.seq, learned_ms=state.learned_ms, happened_ms=state.happened_ms
        )
        assert again.sha256() == state.sha256()
    finally:
        store.close()


def followed(address: str) -> dict[str, Any]:
    """What a viewer that comes now is told."""
    with connect(f"ws{address[4:]}/ws", proxy=None, max_size=None) as socket:
        socket.send(encode(Hello(PROTOCOL)).decode())
        frame = socket.recv(timeout=5)
    assert isinstance(frame, bytes)
    _, update = decode_frame(frame)
    assert isinstance(update, Update)
    return dict(update.sets)


HELLO = encode(Hello(PROTOCOL))
HOSTILE_FRAMES: tuple[str | bytes, ...] = (
    "",
    b"",
    "NaN",
    "null",
    "[]",
    "\x00",
    b"\xff\xfe",
    b'{"type":"\xff"}',
    "[" * 30_000,
    '{"a":' * 10_000,
    '"\\ud800"',
    '{"type":"hello","protocol":1,"x":' + "[" * 20_000,
    '{"type":"ack","seq":' + "9" * 400 + "}",
    '{"type":"ack","seq":-1}',
    '{"type":"ack","seq":9007199254740993}',
    '{"type":"seek","sim_s":1e999}',
    '{"type":"speed","speed":-1e308}',
    b"ATWF\x01\x01\0\0",
    HELLO,
    HELLO[:-1],
    HELLO.decode().encode("utf-16"),
    '{"type":"hello","protocol":1,"session":"\\u0000","since":-5}',
)


@pytest.mark.parametrize("greets", [False, True])
def test_frames_that_make_no_sense_are_refused(
    address: str, greets: bool, caplog: pytest.LogCaptureFixture
) -> None:
    for frame in HOSTILE_FRAMES:
        with connect(f"ws{address[4:]}/ws", proxy=None, max_size=None) as socket:
            if greets:
                socket.send(HELLO.decode())
                socket.recv(timeout=5)
            with suppress(ConnectionClosed, TimeoutError):
                socket.send(frame)
                while True:
                    told = socket.recv(timeout=0.05)
                    assert told, frame[:40]
    assert "clock" in followed(address)
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []
