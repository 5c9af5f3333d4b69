"""An audit log that shows every change to it, and what a crash leaves of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

import server.access.audit
from server.access.audit import AuditLog, Head, head_path, opened_line, sealed_line
from server.access.audit_check import verify
from server.access.audit_routes import audit_routes
from server.access.errors import AuditError
from server.access.gate import Gate
from server.access.guarding import audit_of
from server.access.settings import AccessSettings
from spatial.errors import BadDataError

KEY, OTHER = bytes(range(32)), bytes(32)
Make, Ask = Callable[..., Any], Callable[..., Any]


def written(path: Path, count: int, *, start: int = 0) -> Head:
    log = AuditLog(path, KEY, now_ms=0)
    for n in range(start, start + count):
        log.record(
            at_ms=n, who=f"w{n}", role="admin", source="::1", what="POST", target=f"/t{n}", outcome="200"
        )
    log.close()
    return log.head


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def test_what_was_written_is_found_whole(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    assert verify_empty(path)
    written(path, 3)
    head = written(path, 2, start=3)
    report = verify(path, KEY, head=head)
    assert (report.entries, report.head, report.faults, report.torn_bytes) == (5, head, (), 0)
    assert str(head) == f"5:{head.sha256}"
    assert json.loads(lines_of(path)[3])["target"] == "/t3"
    assert path.stat().st_mode & 0o777 == head_path(path).stat().st_mode & 0o777 == 0o600


def verify_empty(path: Path) -> bool:
    AuditLog(path, KEY, now_ms=0).close()
    return verify(path, KEY).is_whole


def test_any_byte_that_is_changed_shows(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    written(path, 3)
    data = path.read_bytes()
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1
        path.write_bytes(changed)
        assert not verify(path, KEY).is_whole, (at, data[at : at + 1])


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_every_line_that_is_taken_out_moved_or_doubled_shows(tmp_path: Path, count: int) -> None:
    path = tmp_path / "audit.jsonl"
    head = written(path, count)
    good = lines_of(path)
    changes = [good[:n] + good[n + 1 :] for n in range(count)]  # the last too
    changes += [good[:n] for n in range(count)]  # cut off, to nothing
    changes += [[*good[:n], good[n], *good[n:]] for n in range(count)]
    changes += [[*good[:n], good[n + 1], good[n], *good[n + 2 :]] for n in range(count - 1)]
    for lines in changes:
        path.write_bytes(b"".join(lines))
        assert not verify(path, KEY).is_whole
        assert not verify(path, KEY, head=head).is_whole
    path.write_bytes(b"".join(good))
    assert verify(path, KEY, head=head).is_whole


def test_a_chain_that_is_made_anew_without_the_key_shows(tmp_path: Path) -> None:
    path, forged = tmp_path / "audit.jsonl", tmp_path / "forged.jsonl"
    written(path, 3)
    log = AuditLog(forged, OTHER, now_ms=0)
    for n in range(3):
        log.record(at_ms=n, who="nobody", role="admin", source="::1", what="POST", target="/t", outcome="200")
    log.close()
    forged.rename(path)
    assert "line 1 was changed: its seal does not fit" in verify(path, KEY).faults
    head_path(forged).rename(head_path(path))
    assert "was changed, or sealed with another key" in verify(path, KEY).faults[0]


def test_an_old_log_with_its_old_head_is_found_out_by_a_head_that_was_noted(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    written(path, 2)
    old = path.read_bytes(), head_path(path).read_bytes()
    head = written(path, 2, start=2)
    path.write_bytes(old[0])
    head_path(path).write_bytes(old[1])
    assert verify(path, KEY).is_whole, "this is what no file beside the log can show"
    assert verify(path, KEY, head=head).faults == (
        "the log ends at line 2, and line 4 had been written: lines were taken off its end, or a disk lost them",
    )
    other = written(path, 2, start=7)
    assert (other.seq, other.sha256 != head.sha256) == (4, True)
    assert "line 4 is not the one" in " ".join(verify(path, KEY, head=head).faults)


def test_a_log_that_was_cut_is_evidence_and_not_written_on(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    written(path, 3)
    good = lines_of(path)
    for lines in (good[:2], [*good[:2], good[2].rstrip(b"\n")], [*good[:2], good[2][:40]], []):
        path.write_bytes(b"".join(lines))
        with pytest.raises(
            BadDataError, match=r"its head is at line 3: lines were taken out, or a disk lost them; keep"
        ):
            AuditLog(path, KEY, now_ms=0)
        assert not verify(path, KEY).is_whole
        assert path.read_bytes() == b"".join(lines), "what is evidence stays as it is"
    path.write_bytes(b"".join(good))
    head_path(path).unlink()
    with pytest.raises(BadDataError, match="its head is missing"):
        AuditLog(path, KEY, now_ms=0)
    assert verify(path, KEY).faults == (
        "its head is missing: whether lines were taken off its end cannot be told",
    )
    with pytest.raises(BadDataError, match="sealed with another key"):
        AuditLog(path, OTHER, now_ms=0)
    with pytest.raises(BadDataError, match="is missing: name the audit log"):
        verify(tmp_path / "none", KEY)


def test_a_crash_between_line_and_head_or_within_a_line_is_told_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    written(path, 2)
    behind = head_path(path).read_bytes()
    written(path, 1, start=2)
    next_line = lines_of(path)[2]
    head_path(path).write_bytes(behind)
    assert verify(path, KEY).is_whole, "a line whose head did not come to be written"
    for torn in range(1, len(next_line)):
        path.write_bytes(b"".join(lines_of(path)[:2]) + next_line[:torn])
        head_path(path).write_bytes(behind)
        report = verify(path, KEY)
        assert (report.is_whole, report.entries, report.torn_bytes) == (True, 2, torn)
        if torn % 40 == 1:
            AuditLog(path, KEY, now_ms=9).close()
            assert (verify(path, KEY).is_whole, verify(path, KEY).entries) == (True, 3)
            entry = json.loads(lines_of(path)[2])
            assert entry["what"] == "torn line cut off"
            assert entry["target"].startswith(f"{torn} bytes, sha256 ")


def test_a_writer_that_is_killed_loses_nothing_that_it_had_told(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    code = (
        "import sys; from pathlib import Path; from server.access.audit import AuditLog\n"
        f"log = AuditLog(Path({str(path)!r}), bytes(range(32)), now_ms=0)\n"
        "for n in range(10**6):\n"
        "    head = log.record(at_ms=n, who='w', role='r', source='s', what='x' * 400)\n"
        "    sys.stdout.write(str(head) + '\\n'); sys.stdout.flush()\n"
    )
    told = 0
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(25)]
            os.kill(process.pid, signal.SIGKILL)
            lines += process.stdout.readlines()
        seq, _, sha256 = next(line for line in reversed(lines) if line.endswith("\n")).strip().partition(":")
        report = verify(path, KEY, head=Head(int(seq), sha256))
        assert report.is_whole, report.faults
        assert int(seq) > told
        assert report.entries >= int(seq)
        told = int(seq)


def test_two_processes_do_not_write_one_log(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, KEY, now_ms=0)
    with pytest.raises(BadDataError, match=r"another process writes .*: give each server a log of its own"):
        AuditLog(path, KEY, now_ms=0)
    log.close()
    AuditLog(path, KEY, now_ms=0).close()
    with pytest.raises(AuditError, match="is closed"):
        log.record(at_ms=0, who="", role="", source="", what="")


def test_threads_write_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, KEY, now_ms=0)

    def write() -> None:
        for n in range(10):
            log.record(at_ms=n, who="w", role="r", source="s", what="x")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (verify(path, KEY, head=log.head).is_whole, log.head.seq) == (True, 40)
    log.close()


def test_a_full_disk_is_told_and_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, KEY, now_ms=0)
    log.record(at_ms=0, who="w", role="r", source="s", what="x")

    def half(file: int, data: bytes) -> None:
        os.write(file, data[:30])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(server.access.audit, "_write_all", half)
        with pytest.raises(AuditError, match=r"No space left on device\): make room"):
            log.record(at_ms=1, who="w", role="r", source="s", what="y")
    log.record(at_ms=2, who="w", role="r", source="s", what="z")
    report = verify(path, KEY, head=log.head)
    assert (report.is_whole, report.entries, report.torn_bytes) == (True, 2, 0)
    log.close()


@given(st.text(max_size=700), st.text(max_size=50))
def test_whatever_is_told_stays_one_line_that_reads_back(what: str, who: str) -> None:
    entry = {"seq": 1, "what": server.access.audit._bounded(what), "who": server.access.audit._bounded(who)}
    line = sealed_line(entry, KEY)
    assert b"\n" not in line
    assert opened_line(line, KEY) == entry
    assert len(entry["what"]) <= 500


@given(st.binary(max_size=80))
def test_no_line_breaks_the_reading(line: bytes) -> None:
    for told in (line, b"[" * 20_000, b'{"seq":' + b"9" * 5_000 + b"}"):
        with pytest.raises(ValueError, match=r"it is no|its seal"):
            opened_line(told, KEY)


def audited(guarded: Make, path: Path) -> tuple[Any, AuditLog]:
    """The small server with an audit log around its gate."""
    log = AuditLog(path, KEY, now_ms=0)
    return guarded(audit=log), log


def test_what_changes_something_and_who_is_turned_away_is_told(
    guarded: Make, ask: Ask, tmp_path: Path
) -> None:
    path = tmp_path / "audit.jsonl"
    guard, log = audited(guarded, path)
    bearer = guard.bearer
    for method, address, headers in (
        ("GET", "/api/site", bearer("viewer")),
        ("POST", "/api/notes?secret=hunter2", bearer("operator")),
        ("POST", "/api/events", bearer("operator")),
        ("POST", "/api/jobs", bearer("operator")),
        ("GET", "/api/audit", {"authorization": f"Bearer {guard.tokens['admin']}x"}),
        ("POST", "/api/session", bearer("planner")),
        ("DELETE", f"/api/jobs/{guard.tokens['admin']}", bearer("planner")),
        ("DELETE", "/api/jobs/1%0A%7B%22seq%22", bearer("planner")),
    ):
        ask(guard.app, method, address, headers, client=("10.0.0.7", 1))
    log.close()
    told = [json.loads(line) for line in lines_of(path)]
    assert [(one["who"], one["role"], one["what"], one["target"], one["outcome"]) for one in told] == [
        ("operator", "operator", "POST", "/api/notes", "200"),
        ("operator", "operator", "POST", "/api/jobs", "403"),
        ("", "", "GET", "/api/audit", "401"),
        ("planner", "planner", "POST", "/api/session", "200"),
        ("planner", "planner", "DELETE", "/api/jobs/atw_…", "200"),
        ("planner", "planner", "DELETE", '/api/jobs/1\n{"seq"', "200"),
    ]
    assert {one["from"] for one in told} == {"10.0.0.7"}
    assert {one["at_ms"] for one in told} == {guard.clock.now_ms}
    data = path.read_bytes()
    assert b"hunter2" not in data
    assert not any(token[17:].encode() in data for token in guard.tokens.values())
    assert verify(path, KEY).is_whole


def test_settings_name_the_log_and_its_key(tmp_path: Path) -> None:
    assert audit_of(AccessSettings(), now_ms=0) is None
    for settings, key_path in (
        (AccessSettings(audit=tmp_path / "a"), tmp_path / "a.key"),
        (AccessSettings(audit=tmp_path / "b", audit_key=tmp_path / "elsewhere"), tmp_path / "elsewhere"),
    ):
        opened = audit_of(settings, now_ms=0)
        assert opened is not None
        log, key = opened
        log.record(at_ms=0, who="w", role="r", source="s", what="x")
        log.close()
        assert key.hex() == key_path.read_text().strip()
        assert settings.audit is not None
        assert verify(settings.audit, key).is_whole


def test_what_is_fed_in_is_told_in_the_event_log_only(guarded: Make, ask: Ask, tmp_path: Path) -> None:
    guard, log = audited(guarded, tmp_path / "audit.jsonl")
    for path in ("/api/events", "/api/feeds/wms", "/api/events/", "/api/eventsx", "/api/feeds"):
        ask(guard.app, "POST", path, guard.bearer("operator"))
    log.close()
    told = [json.loads(line)["target"] for line in lines_of(tmp_path / "audit.jsonl")]
    assert told == ["/api/events/", "/api/eventsx", "/api/feeds"]


def test_nobody_fills_the_disk_by_being_turned_away(guarded: Make, ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    guard, log = audited(guarded, path)
    for _ in range(60):
        ask(guard.app, "GET", "/api/site")
    log.close()
    assert 20 <= len(lines_of(path)) <= 25


@pytest.mark.parametrize("answers", ["as HTTP", "by closing"])
def test_every_websocket_that_is_refused_is_told(
    guarded: Make, ask: Ask, tmp_path: Path, answers: str
) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, KEY, now_ms=0)
    guard = guarded(audit=log, site="B")
    extensions = {"websocket.http.response": {}} if answers == "as HTTP" else {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await guard.app({**scope, "extensions": extensions}, receive, send)

    foreign = {**guard.bearer("viewer"), "origin": "https://elsewhere.example"}
    for address, headers, is_open in (
        ("/ws", guard.bearer("viewer"), True),
        ("/ws", {}, False),
        ("/ws", {"authorization": f"Bearer {guard.tokens['viewer']}x"}, False),
        ("/ws", foreign, False),
        ("/ws", guard.bearer("scoped"), False),  # of another site
        ("/ws/steer", guard.bearer("viewer"), False),
    ):
        status = ask(app, "CONNECT", address, headers, client=("10.0.0.8", 1)).status
        assert (status == 101) == is_open
    log.close()
    told = [json.loads(line) for line in lines_of(path)]
    unknown = "401" if answers == "as HTTP" else "403"
    assert [(one["who"], one["what"], one["target"], one["outcome"]) for one in told] == [
        ("", "CONNECT", "/ws", unknown),
        ("", "CONNECT", "/ws", unknown),
        ("", "CONNECT", "/ws", "403"),
        ("scoped", "CONNECT", "/ws", "403"),
        ("viewer", "CONNECT", "/ws/steer", "403"),
    ]
    assert {one["from"] for one in told} == {"10.0.0.8"}
    assert not any(token[17:].encode() in path.read_bytes() for token in guard.tokens.values())


def test_refused_websockets_and_requests_share_one_bound(guarded: Make, ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    guard, log = audited(guarded, path)
    for n in range(60):
        assert ask(guard.app, ("GET", "CONNECT")[n % 2], ("/api/site", "/ws")[n % 2]).status in (401, 429)
    log.close()
    told = [json.loads(line)["what"] for line in lines_of(path)]
    assert 20 <= len(told) <= 25
    assert set(told) == {"GET", "CONNECT"}


def test_a_websocket_whose_refusal_cannot_be_told_stays_refused(
    guarded: Make, ask: Ask, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    guard, log = audited(guarded, tmp_path / "audit.jsonl")
    log.close()
    assert ask(guard.app, "CONNECT", "/ws").status == 401
    assert "refused is not in the audit log" in caplog.text


def test_what_cannot_be_told_is_said_so(guarded: Make, ask: Ask, tmp_path: Path) -> None:
    guard, log = audited(guarded, tmp_path / "audit.jsonl")
    log.close()
    answer = ask(guard.app, "POST", "/api/notes", guard.bearer("operator"))
    assert (answer.status, b"done with status 200, but not in the audit log" in answer.body) == (503, True)
    assert ask(guard.app, "GET", "/api/site", guard.bearer("operator")).status == 200


def test_admins_read_the_log_and_nobody_else(guarded: Make, ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    head = written(path, 5)
    guard = guarded()
    app = FastAPI()
    app.include_router(audit_routes(path, KEY))
    app.add_middleware(Gate, access=guard.access, sockets=guard.sockets)
    for role in ("viewer", "planner", "operator", "scoped"):
        assert ask(app, "GET", "/api/audit", guard.bearer(role)).status == 403
        assert ask(app, "GET", "/api/audit/check", guard.bearer(role)).status == 403
    told = json.loads(ask(app, "GET", "/api/audit?last=2", guard.bearer("admin")).body)
    assert [one["target"] for one in told] == ["/t3", "/t4"]
    check = json.loads(ask(app, "GET", "/api/audit/check", guard.bearer("admin")).body)
    assert check == {"is_whole": True, "entries": 5, "head": str(head), "faults": [], "torn_bytes": 0}
    path.write_bytes(path.read_bytes() + b"\xff\n[]\n")
    told = json.loads(ask(app, "GET", "/api/audit?last=2", guard.bearer("admin")).body)
    assert told == [{"unreadable": "�\n"}, {"unreadable": "[]\n"}]
    assert not json.loads(ask(app, "GET", "/api/audit/check", guard.bearer("admin")).body)["is_whole"]
