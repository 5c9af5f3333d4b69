"""Every role against every route, and no way around what a route asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from server.access.declared import (
    UndeclaredRouteError,
    anyone,
    check_every_route,
    declared_routes,
    require,
)
from server.access.roles import MAY, PERMISSIONS, ROLES

# written out by hand, so that a slip in the table of roles shows
EXPECTED = {
    ("viewer", "see"), ("planner", "see"), ("planner", "plan"), ("operator", "see"), ("operator", "operate"),
    ("planner", "note"), ("operator", "note"), ("admin", "note"),
    ("admin", "see"), ("admin", "plan"), ("admin", "operate"), ("admin", "administer"),
}  # fmt: skip


def nothing() -> dict[str, str]:
    return {}


def test_the_table_of_roles_is_the_one_that_was_agreed() -> None:
    assert {(role, one) for role in ROLES for one in PERMISSIONS if one in MAY[role]} == EXPECTED


@pytest.mark.parametrize("role", [*ROLES, None])
def test_each_route_answers_the_roles_that_may_and_no_others(
    guarded: Callable[..., Any], ask: Callable[..., Any], role: str | None
) -> None:
    server = guarded()
    headers = server.bearer(role) if role else {}
    routes = declared_routes(server.app)
    needs: dict[tuple[str, str], set[str]] = {}
    for route in routes:
        for method in route.methods:
            needs.setdefault((method, route.path), set()).update(
                {route.needs.permission} if route.needs else ()
            )
    assert len(needs) > 15
    for (method, path), permissions in needs.items():
        if path == "/api/session":
            continue  # told by its own tests
        path = path.replace("/assets", "/assets/conftest.py")
        answer = ask(server.app, method, path.replace("{site}", "A").replace("{number}", "1"), headers)
        may = (role is None and not permissions) or all((role, one) in EXPECTED for one in permissions)
        told = (role, method, path, answer.status)
        if may:
            assert answer.status == (101 if method == "CONNECT" else 200), told
        else:
            assert answer.status == (401 if role is None else 403), told


METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get", "GETX", ""]
AROUND = [
    "/api/audit", "/api/audit/", "//api/audit", "/api//audit", "/API/audit", "/api/Audit", "/api/audit%2f",
    "/%61pi/audit", "/api%2faudit", "/api/audit%00", "/api/./audit", "/api/site/../audit", "/assets/../api/audit",
    "/assets/%2e%2e/api/audit", "/assets%2f..%2fapi%2faudit", "/./api/audit", "/api/audit;x=1", "/api/audit?x=1",
    "/api/audit%20", "/api/health/../audit", "/api/session/../audit", "\\api\\audit", "/api/audit#",
    "/api/health%2f..%2faudit",
]  # fmt: skip


@pytest.mark.parametrize("path", AROUND)
def test_no_spelling_of_a_path_and_no_method_leads_around(
    guarded: Callable[..., Any], ask: Callable[..., Any], path: str
) -> None:
    server = guarded()
    overrides = {
        "x-http-method-override": "GET",
        "x-original-url": "/api/audit",
        "x-rewrite-url": "/api/audit",
    }
    for method in METHODS:
        for headers in ({}, overrides, server.bearer("operator"), server.bearer("operator") | overrides):
            answer = ask(server.app, method, path, headers)
            assert answer.status in (307, 401, 403, 404, 405), (method, path, answer.status)
            assert answer.status != 307 or answer.headers["location"].endswith("/api/audit"), answer.headers


@pytest.mark.parametrize("path", ["/", "/api/health", "/ws", "/ws/", "/api/health/", "/assets/x"])
def test_what_is_public_is_public_to_requests_only(
    guarded: Callable[..., Any], ask: Callable[..., Any], path: str
) -> None:
    assert ask(guarded().app, "CONNECT", path).status == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/sites/A/stock", 200), ("/api/sites/B/stock", 403), ("/api/sites/a/stock", 403),
        ("/api/sites/A%20/stock", 403), ("/api/sites/A/stock?site=A", 200), ("/api/sites/A/stock?site=B", 403),
        ("/api/sites/B/stock?site=A", 403),
        ("/api/orders?site=A", 200), ("/api/orders?site=B", 403), ("/api/orders?site=A&site=B", 403),
        ("/api/orders?site=B&site=A", 403), ("/api/orders?site=", 403), ("/api/orders", 403),
        ("/api/orders?SITE=A", 403),
        ("/api/site", 403), ("/api/site?site=A", 403), ("/api/site?site=B", 403),
        ("/api/metrics", 403), ("/api/metrics?site=A", 403), ("/api/openapi.json", 200),
    ],
)  # fmt: skip
def test_a_token_of_one_site_reaches_no_other(
    guarded: Callable[..., Any], ask: Callable[..., Any], path: str, status: int
) -> None:
    server = guarded()
    assert ask(server.app, "GET", path, server.bearer("scoped")).status == status


def test_the_site_that_the_server_shows_counts_where_none_is_named(
    guarded: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    for site, status in (("A", 200), ("B", 403)):
        server = guarded(site=site)
        assert ask(server.app, "GET", "/api/site", server.bearer("scoped")).status == status
        assert (ask(server.app, "CONNECT", "/ws", server.bearer("scoped")).status == 101) == (site == "A")
        server.path.unlink()


def test_to_name_ones_own_site_opens_no_other(guarded: Callable[..., Any], ask: Callable[..., Any]) -> None:
    """A route that takes no site shows the server's, whatever the query says."""
    server = guarded(site="B")
    scoped = server.bearer("scoped")
    for path in ("/api/site?site=A", "/api/site?site=A&site=B", "/api/jobs?site=A"):
        assert ask(server.app, "GET", path, scoped).status in (403, 405), path
    assert ask(server.app, "POST", "/api/notes?site=A", scoped).status == 403
    assert ask(server.app, "CONNECT", "/ws?site=A", scoped).status == 403
    assert ask(server.app, "GET", "/api/orders?site=A", scoped).body == b'{"site":"A"}'


def test_a_route_about_a_named_site_takes_one() -> None:
    app = FastAPI(docs_url=None, redoc_url=None)
    app.get("/api/site", dependencies=[Depends(require("see", about="named"))])(nothing)
    with pytest.raises(UndeclaredRouteError, match="is about a named site and has no parameter 'site'"):
        check_every_route(app)


def test_a_route_may_ask_itself_which_sites_are_reached(
    guarded: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    server = guarded()
    answer = ask(server.app, "POST", "/api/events", server.bearer("scoped"), body=[b"[", b"]"])
    assert answer.body == b'{"bytes":2,"reaches_a":true,"reaches_b":false}'


def test_a_route_that_declares_nothing_keeps_the_server_from_starting() -> None:
    app = FastAPI()
    app.get("/api/site", dependencies=[Depends(require("see"))])(nothing)
    inner = APIRouter(prefix="/inner")
    inner.get("/forgotten")(nothing)

    @inner.websocket("/ws")
    async def follow(socket: Any) -> None: ...

    app.include_router(inner, prefix="/outer")
    app.mount("/files", StaticFiles(directory="/"))
    app.add_route("/plain", lambda request: None)
    with pytest.raises(UndeclaredRouteError) as told:
        check_every_route(app)
    for path in ("/outer/inner/forgotten", "/outer/inner/ws", "/files", "/plain", "/docs", "/redoc"):
        assert f"{path} says nothing" in str(told.value)
    assert "/api/site" not in str(told.value)


def test_a_router_declares_for_all_its_routes() -> None:
    app = FastAPI(docs_url=None, redoc_url=None)
    routes = APIRouter(dependencies=[Depends(require("operate"))])
    routes.get("/api/one")(nothing)
    app.include_router(routes)
    check_every_route(app)
    assert [one.needs and one.needs.permission for one in declared_routes(app)] == ["see", "operate"]


def test_what_is_open_to_anyone_is_in_the_table_and_the_other_way_round() -> None:
    app = FastAPI(docs_url=None, redoc_url=None)
    app.get("/api/secret", dependencies=[Depends(anyone)])(nothing)
    app.get("/api/health", dependencies=[Depends(require("see"))])(nothing)
    app.get("/api/both", dependencies=[Depends(require("see")), Depends(anyone)])(nothing)
    with pytest.raises(
        UndeclaredRouteError, match=r"3 routes.*secret lets anyone.*health asks.*both asks for see"
    ):
        check_every_route(app)


def test_without_the_gate_nobody_comes_in(ask: Callable[..., Any]) -> None:
    app = FastAPI()
    app.get("/api/site", dependencies=[Depends(require("see"))])(nothing)
    assert ask(app, "GET", "/api/site").status == 401
    with pytest.raises(ValueError, match="permission 'peek' is none of"):
        require("peek")  # type: ignore[arg-type]
