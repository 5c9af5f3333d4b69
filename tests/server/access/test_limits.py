"""How much, how often and how long: of requests, and of websockets over real sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from server.access.access import access_of, open_access
from server.access.errors import UnguardedError
from server.access.rates import Rates, caller_at
from server.access.settings import AccessSettings, LimitSettings
from server.access.tokens import make_token, revoke
from spatial.errors import BadDataError

Make, Ask = Callable[..., Any], Callable[..., Any]


@given(st.lists(st.floats(0, 3), min_size=1, max_size=60), st.integers(1, 5), st.floats(0.5, 20))
def test_a_bucket_never_gives_more_than_its_burst_and_rate(
    gaps: list[float], burst: int, per_s: float
) -> None:
    now = [0.0]
    rates = Rates(per_s=per_s, at_once=burst, kept=10, clock_s=lambda: now[0])
    taken: list[float] = []
    for gap in gaps:
        now[0] += gap
        wait_s = rates.take("one")
        if wait_s == 0:
            taken.append(now[0])
        else:
            assert 0 < wait_s <= 1 / per_s
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            assert last - first + 1 <= burst + per_s * (taken[last] - taken[first]) + 1e-6


def test_who_waits_as_told_gets_one() -> None:
    now = [0.0]
    rates = Rates(per_s=2, at_once=3, kept=10, clock_s=lambda: now[0])
    assert [rates.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert rates.take("b") == 0, "callers are told apart"
    now[0] = 0.5
    assert [rates.take("a"), rates.take("a")] == [0, 0.5]


def test_a_flood_of_callers_costs_bounded_memory_and_spares_who_keeps_asking() -> None:
    rates = Rates(per_s=0.001, at_once=1, kept=100, clock_s=lambda: 0.0)
    rates.take("steady")
    for n in range(5_000):
        rates.take(f"address {n}")
        assert rates.take("steady") > 0
    assert len(rates) == 100


def test_an_ipv6_network_is_one_caller() -> None:
    assert caller_at("2001:db8::1") == caller_at("2001:db8::ffff:1") != caller_at("2001:db8:0:1::1")
    assert caller_at("::ffff:10.0.0.1") == caller_at("10.0.0.1") != caller_at("10.0.0.2")
    assert caller_at(None) == "address None"
    assert caller_at("fe80::1%eth0") == caller_at("fe80::2")


def test_who_asks_too_often_is_told_when_to_come_back(guarded: Make, ask: Ask) -> None:
    server = guarded(limits=LimitSettings(requests_per_s=0.5, requests_at_once=3))
    viewer = server.bearer("viewer")
    statuses = [ask(server.app, "GET", "/api/site", viewer).status for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    answer = ask(server.app, "GET", "/api/site", viewer)
    assert (answer.status, answer.headers["retry-after"]) == (429, "2")
    assert ask(server.app, "GET", "/api/site", server.bearer("admin")).status == 200
    wrong = [ask(server.app, "GET", "/api/site", {"authorization": f"Bearer {n}"}).status for n in range(4)]
    assert wrong == [401, 401, 401, 429], "guessing is counted by address"
    assert ask(server.app, "CONNECT", "/ws", viewer).status == 429


SMALL = LimitSettings(largest_body_bytes=1_024, largest_batch_bytes=4_096)


@pytest.mark.parametrize(
    ("path", "length", "parts", "status"),
    [
        ("/api/notes", None, [b"x" * 1_024], 200),
        ("/api/notes", "1025", [b"x"], 413),
        ("/api/notes", "99999999999999999999999", [b""], 413),
        ("/api/notes", "-1", [b""], 413),
        ("/api/notes", "1e3", [b""], 413),
        ("/api/events", None, [b"x" * 1_024] * 4, 200),
        ("/api/events", None, [b"x" * 1_024] * 4 + [b"x"], 413),
        ("/api/events", "10", [b"x" * 1_024] * 5, 413),  # it lied
        ("/api/events/", None, [b"x" * 1_024] * 5, 307),
    ],
)
def test_a_body_is_counted_as_it_comes(
    guarded: Make, ask: Ask, path: str, length: str | None, parts: list[bytes], status: int
) -> None:
    server = guarded(limits=SMALL)
    told = {"content-length": length} if length else {}
    answer = ask(server.app, "POST", path, server.bearer("operator") | told, body=parts)
    assert answer.status == status, answer
    if status == 413:
        assert b"send it in parts" in answer.body


def test_nobody_unknown_has_a_body_read(guarded: Make, ask: Ask) -> None:
    server = guarded(limits=SMALL)
    assert ask(server.app, "POST", "/api/events", body=[b"x" * 10_000]).status == 401


def test_a_body_that_never_ends_is_given_up(guarded: Make) -> None:
    server = guarded(limits=LimitSettings(body_within_s=0.05))
    sent: list[dict[str, Any]] = []

    async def slow() -> None:
        parts = 0

        async def receive() -> dict[str, Any]:
            nonlocal parts
            parts += 1
            await asyncio.sleep(0.01)
            return {"type": "http.request", "body": b"x", "more_body": True}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http", "method": "POST", "path": "/api/events", "raw_path": b"/api/events", "query_string": b"",
            "root_path": "", "scheme": "http", "http_version": "1.1", "client": ("127.0.0.1", 1), "server": ("h", 1),
            "headers": [(b"host", b"h"), (b"authorization", server.bearer("operator")["authorization"].encode())],
        }  # fmt: skip
        await asyncio.wait_for(server.app(scope, receive, send), 10)

    asyncio.run(slow())
    assert sent[0]["status"] == 408


def follow(address: str, headers: dict[str, str], path: str = "ws") -> ClientConnection:
    return connect(f"ws{address[4:]}{path}", proxy=None, additional_headers=headers)


def closing_code(socket: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as told:
        last_words(socket)
    assert told.value.rcvd is not None
    return told.value.rcvd.code


def last_words(socket: ClientConnection) -> None:
    while True:
        socket.recv(timeout=10)


def test_a_revoked_token_closes_its_open_websockets_and_no_others(guarded: Make, serving: Any) -> None:
    server = guarded()
    with serving(server.app) as address, ExitStack() as stack:
        viewer = stack.enter_context(follow(address, server.bearer("viewer")))
        admin = stack.enter_context(follow(address, server.bearer("admin")))
        for socket, name in ((viewer, "viewer"), (admin, "admin")):
            socket.send("hello")
            assert socket.recv(timeout=5) == f"{name}: hello"
        revoke(server.path, "viewer", now_ms=server.clock.now_ms)
        assert closing_code(viewer) == 1008
        admin.send("still")
        assert admin.recv(timeout=5) == "admin: still"
        with pytest.raises(InvalidStatus, match="401"):
            follow(address, server.bearer("viewer"))
    assert len(server.sockets) == 0


def test_a_websocket_ends_when_its_token_does_and_when_its_role_changes(guarded: Make, serving: Any) -> None:
    server = guarded()
    server.tokens["brief"] = make_token(
        server.path, "brief", role="viewer", days=1, now_ms=server.clock.now_ms
    )
    with serving(server.app) as address, ExitStack() as stack:
        brief = stack.enter_context(follow(address, server.bearer("brief")))
        planner = stack.enter_context(follow(address, server.bearer("planner")))
        server.clock.now_ms += 86_400_000
        assert closing_code(brief) == 1008
        data = server.path.read_bytes()
        server.path.write_bytes(data.replace(b'"role": "planner"', b'"role": "viewer"'))
        assert closing_code(planner) == 1008


def test_a_websocket_ends_with_the_session_that_opened_it(guarded: Make, ask: Ask, serving: Any) -> None:
    server = guarded()
    begun = ask(server.app, "POST", "/api/session", server.bearer("viewer"))
    cookie = begun.headers["set-cookie"].partition(";")[0]
    with serving(server.app) as address:
        headers = {"cookie": cookie, "origin": address.rstrip("/")}
        with follow(address, headers) as socket, follow(address, server.bearer("viewer")) as other:
            socket.send("hello")
            assert socket.recv(timeout=5) == "viewer: hello"
            server.clock.now_ms += 10 * 3_600_000
            assert closing_code(socket) == 1008
            other.send("hello")
            assert other.recv(timeout=5) == "viewer: hello", "the token itself is valid still"


def test_a_websocket_that_says_too_much_is_closed(guarded: Make, serving: Any) -> None:
    limits = LimitSettings(
        socket_messages_per_s=0.001, socket_messages_at_once=3, largest_socket_message_bytes=100
    )
    server = guarded(limits=limits)
    with serving(server.app) as address:
        with follow(address, server.bearer("viewer")) as socket:
            socket.send("x" * 100)
            assert socket.recv(timeout=5)
            socket.send("é" * 51)
            assert closing_code(socket) == 1009
        with follow(address, server.bearer("viewer")) as socket:
            for _ in range(4):
                socket.send("again")
            assert closing_code(socket) == 1008


def test_websockets_are_counted_all_and_by_caller(guarded: Make, serving: Any) -> None:
    server = guarded(limits=LimitSettings(sockets=3, sockets_per_caller=2))
    with serving(server.app) as address, ExitStack() as stack:
        for role in ("viewer", "viewer"):
            stack.enter_context(follow(address, server.bearer(role)))
        with pytest.raises(InvalidStatus, match="503"):
            follow(address, server.bearer("viewer"))
        stack.enter_context(follow(address, server.bearer("admin")))
        with pytest.raises(InvalidStatus, match="503"):
            follow(address, server.bearer("planner"))
        stack.close()
        until_s = time.monotonic() + 10
        while len(server.sockets) and time.monotonic() < until_s:
            time.sleep(0.01)
        with follow(address, server.bearer("viewer")) as socket:
            socket.send("room again")
            assert socket.recv(timeout=5)


def test_a_websocket_is_refused_before_it_is_accepted(guarded: Make, serving: Any) -> None:
    server = guarded()
    with serving(server.app) as address:
        for headers, path, status in (
            ({}, "ws", 401),
            ({"authorization": "Bearer atw_no"}, "ws", 401),
            (server.bearer("viewer"), "ws/steer", 403),
            (server.bearer("viewer") | {"origin": "http://evil.example"}, "ws", 403),
            (server.bearer("viewer"), "nowhere", 403),
        ):
            with pytest.raises(InvalidStatus, match=str(status)):
                follow(address, headers, path)


def test_a_stopping_server_says_that_it_goes_away(guarded: Make, serving: Any) -> None:
    server = guarded()
    loops: list[asyncio.AbstractEventLoop] = []
    server.app.router.routes.insert(0, _loop_teller(loops))
    with serving(server.app) as address, follow(address, server.bearer("viewer"), "ws") as socket:
        socket.send("a")
        socket.recv(timeout=5)
        with follow(address, server.bearer("admin"), "loop"):
            pass
        closed = asyncio.run_coroutine_threadsafe(server.sockets.close_all(), loops[0]).result(10)
        assert closed >= 1
        assert closing_code(socket) == 1001


def _loop_teller(loops: list[asyncio.AbstractEventLoop]) -> Any:
    from starlette.routing import WebSocketRoute
    from starlette.websockets import WebSocket

    async def tell(socket: WebSocket) -> None:
        loops.append(asyncio.get_running_loop())
        await socket.accept()
        await socket.close()

    return WebSocketRoute("/loop", tell)


def test_an_application_that_fails_on_a_websocket_leaves_none_open(guarded: Make) -> None:
    server = guarded()

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("a fault")

    async def quiet(*_: Any) -> dict[str, Any]:
        return {"type": "websocket.connect"}

    with pytest.raises(RuntimeError, match="a fault"):
        asyncio.run(server.sockets.serve(failing, {}, quiet, quiet, caller="a", still_admits=lambda: True))
    assert len(server.sockets) == 0
    assert server.sockets.refusal("a") is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "twin.example", ""])
def test_a_server_that_others_reach_does_not_start_without_tokens(host: str, tmp_path: Any) -> None:
    with pytest.raises(UnguardedError, match="no token is set up: make one with"):
        open_access(host)
    with pytest.raises(UnguardedError):
        access_of(AccessSettings(), host)
    with pytest.raises(BadDataError, match="is missing: make a first token"):
        access_of(AccessSettings(tokens=tmp_path / "t.json"), host)
    make_token(tmp_path / "t.json", "one", role="viewer", now_ms=0)
    one, other = (access_of(AccessSettings(tokens=tmp_path / "t.json"), host) for _ in range(2))
    assert one.session_key == other.session_key
    assert len(one.session_key) == 32
    assert UnguardedError.exit_code == 2


def test_at_this_machine_no_token_is_needed() -> None:
    for host in ("127.0.0.1", "localhost", "::1"):
        assert open_access(host).tokens is None
