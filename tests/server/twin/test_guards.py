"""What stands around the live twin: metrics, readiness, the audit log, pseudonyms and roles."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import msgspec
import pytest

from layouts.live.events import LiveEvent, Noted, Position
from server.access.access import access_of
from server.access.audit import AuditLog
from server.access.declared import declared_routes
from server.access.private_files import read_or_make_key
from server.access.roles import MAY
from server.access.settings import AccessSettings, LimitSettings
from server.access.tokens import make_token
from server.answers.shown import Shown
from server.app import create_app
from server.clock import clock_ms
from server.sites import load_site
from server.twin.live_server import LiveServer
from server.twin.twin_file import read_twin_file

Serving = Callable[..., AbstractContextManager[str]]
ROLES = {
    "viewer": (200, 403, 403),
    "planner": (200, 403, 403),
    "operator": (200, 200, 403),
    "admin": (200, 200, 200),
}


def note(number: int, by: str) -> bytes:
    event = LiveEvent(
        id=f"t:{number}",
        site="HALL",
        source="t",
        entity="agent/Ada",
        happened_ms=clock_ms(),
        body=Noted("seen", by),
    )
    return msgspec.json.encode([event])


def test_roles_reach_what_they_may_and_what_was_done_is_told(
    tmp_path: Path, hall_site: Path, serving: Serving
) -> None:
    (tmp_path / "twin.yaml").write_text("access: {tokens: tokens.json}\n")
    secrets = {role: make_token(tmp_path / "tokens.json", role, role=role, now_ms=clock_ms()) for role in ROLES}  # type: ignore[arg-type]  # fmt: skip
    told, site = read_twin_file(tmp_path / "twin.yaml"), load_site(hall_site)
    log, key = tmp_path / "audit.jsonl", read_or_make_key(tmp_path / "audit.key")
    audit = AuditLog(log, key, now_ms=clock_ms())
    access = access_of(told.access, "127.0.0.1", site="HALL")
    with serving(
        create_app(Shown(site=site), live=LiveServer(told, site), access=access, audit=(audit, key))
    ) as address:
        assert httpx.get(address + "api/site", trust_env=False).status_code == 401
        assert httpx.get(address + "api/ready", trust_env=False).json()["status"] == "ready"
        for number, (role, expected) in enumerate(ROLES.items()):
            headers = {"Authorization": f"Bearer {secrets[role]}"}
            with httpx.Client(base_url=address, headers=headers, trust_env=False) as client:
                answers = (
                    client.get("/api/alerts"),
                    client.post("/api/events", content=note(number, role)),
                    client.post("/api/letters/replay"),
                )
                assert tuple(answer.status_code for answer in answers) == expected, role
                if role == "admin":
                    assert 'aisletwin_events_total{outcome="recorded"} 2.0' in client.get("/api/metrics").text
                    assert client.get("/api/audit/check").json()["is_whole"] is True
    audit.close()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["who"], line["outcome"]) for line in lines if line.get("target") == "/api/letters/replay"] == [
        ("viewer", "403"), ("planner", "403"), ("operator", "403"), ("admin", "200"),
    ]  # fmt: skip
    assert not any(secret in log.read_text() for secret in secrets.values())


def test_every_route_lets_in_whom_it_says_and_nobody_else(
    tmp_path: Path, hall_site: Path, serving: Serving
) -> None:
    (tmp_path / "twin.yaml").write_text("access: {tokens: tokens.json}\n")
    tokens = tmp_path / "tokens.json"
    secrets = {role: make_token(tokens, role, role=role, now_ms=clock_ms()) for role in ROLES}  # type: ignore[arg-type]
    told, site = read_twin_file(tmp_path / "twin.yaml"), load_site(hall_site)
    limits = LimitSettings(requests_per_s=10_000, requests_at_once=10_000)
    access = access_of(told.access, "127.0.0.1", site="HALL")
    app = create_app(Shown(site=site), live=LiveServer(told, site), access=access, limits=limits)
    asked = [
        (method, re.sub(r"\{[^}]*\}", "1", route.path), route.needs)
        for route in declared_routes(app)
        for method in route.methods
        if method != "CONNECT" and route.needs is not None
    ]
    assert len(asked) >= 20
    wrong = []
    with serving(app) as address, httpx.Client(base_url=address, trust_env=False) as client:
        for method, path, needs in asked:
            ways = (path, path + "/", "/" + path, path.upper(), path.replace("/api", "/%61pi"))
            for way in ways:
                for given in ({}, {"X-HTTP-Method-Override": "GET"}, {"Authorization": "Bearer atw_0_0"}):
                    status = client.request(method, way, headers=given).status_code
                    if status not in (401, 403, 404, 405):
                        wrong.append((method, way, "nobody", status))
            for role, secret in secrets.items():
                status = client.request(
                    method, path, headers={"Authorization": f"Bearer {secret}"}
                ).status_code
                if needs.permission in MAY[role] and status in (401, 403):  # type: ignore[index]
                    wrong.append((method, path, role, status))
                if needs.permission not in MAY[role] and status != 403:  # type: ignore[index]
                    wrong.append((method, path, role, status))
    assert not wrong, wrong


def test_a_token_of_one_site_neither_tells_nor_reads_of_another(
    tmp_path: Path, hall_site: Path, serving: Serving
) -> None:
    (tmp_path / "twin.yaml").write_text("access: {tokens: tokens.json}\n")
    here = make_token(tmp_path / "tokens.json", "here", role="operator", sites=["HALL"], now_ms=clock_ms())
    everywhere = make_token(tmp_path / "tokens.json", "all", role="operator", now_ms=clock_ms())
    told, site = read_twin_file(tmp_path / "twin.yaml"), load_site(hall_site)
    body = Position("L0", 1, 1)
    events = [
        LiveEvent(id=f"t:{name}", site=name, source="t", entity="agent/A", happened_ms=clock_ms(), body=body)
        for name in ("HALL", "NORTH")
    ]
    access = access_of(told.access, "127.0.0.1", site="HALL")
    with (
        serving(create_app(Shown(site=site), live=LiveServer(told, site), access=access)) as address,
        httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {here}"}, trust_env=False
        ) as scoped,
        httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {everywhere}"}, trust_env=False
        ) as free,
    ):
        assert scoped.post("/api/events", content=msgspec.json.encode(events)).status_code == 403
        assert free.post("/api/events", content=msgspec.json.encode(events)).json()["recorded"] == 2
        assert [row["event"]["site"] for row in scoped.get("/api/events").json()] == ["HALL"]
        assert [row["event"]["site"] for row in free.get("/api/events").json()] == ["HALL", "NORTH"]
        assert scoped.get("/api/letters").status_code == scoped.get("/api/state").status_code == 403
        assert scoped.get("/api/events?site=NORTH").json() == scoped.get("/api/events").json()


def test_people_are_pseudonyms_before_anything_is_written(tmp_path: Path, hall_site: Path) -> None:
    (tmp_path / "twin.yaml").write_text('access: {pseudonyms: {keys: people.json, agents: ["Ada"]}}\n')
    live = LiveServer(read_twin_file(tmp_path / "twin.yaml"), load_site(hall_site))
    event = LiveEvent(
        id="t:1",
        site="HALL",
        source="t",
        entity="agent/Ada",
        happened_ms=clock_ms(),
        body=Position("L0", 1, 1),
    )
    live.intake.write([event])
    (recorded,) = live.store.read()
    live.intake.stop()
    live.store.close()
    assert recorded.event.entity.startswith("agent/picker-")
    assert b"Ada" not in (tmp_path / "twin.db").read_bytes()


def test_a_session_key_of_others_opens_nothing(tmp_path: Path) -> None:
    settings = AccessSettings(tokens=tmp_path / "tokens.json", session_key=tmp_path / "key")
    make_token(tmp_path / "tokens.json", "a", role="viewer", now_ms=clock_ms())
    assert len(access_of(settings, "0.0.0.0").session_key) == pytest.approx(32)


def test_paths_are_seen_from_where_the_file_lies(tmp_path: Path) -> None:
    (tmp_path / "twin.yaml").write_text(
        """
jobs: work
alerts: /etc/alerts.yaml
access: {tokens: tokens.json, pseudonyms: {keys: people.json}}
outputs: {outputs: [{kind: webhook, name: ops, url: "https://ops.example", secret_file: ops.key}]}
feeds:
  - {kind: mqtt, name: hall, site: HALL, decoder: mapping, options: {file: mapping.yaml}, host: broker,
     client_id: twin, user: twin, subscriptions: ["hall/#"], tls: {ca: ca.pem}, password: {file: password}}
"""
    )
    told = read_twin_file(tmp_path / "twin.yaml")
    mqtt, webhook = told.feeds[0], told.outputs.outputs[0]
    assert told.access.pseudonyms is not None
    assert mqtt.kind == "mqtt"
    assert webhook.kind == "webhook"
    assert mqtt.tls is not None
    assert mqtt.password is not None
    found = (
        told.jobs,
        told.access.tokens,
        told.access.pseudonyms.keys,
        mqtt.tls.ca,
        mqtt.password.file,
        webhook.secret_file,
    )
    assert [str(path) for path in found] == [
        str(tmp_path / name)
        for name in ("work", "tokens.json", "people.json", "ca.pem", "password", "ops.key")
    ]
    assert (str(told.alerts), mqtt.options["file"]) == ("/etc/alerts.yaml", str(tmp_path / "mapping.yaml"))
    assert told.store == str(tmp_path / "twin.db")
