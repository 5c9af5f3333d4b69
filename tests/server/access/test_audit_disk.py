"""What a disk does to an audit log between a line and its head: repaired and said so, or told as what it is."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

import server.access.private_files
from server.access.audit import AuditLog, head_path
from server.access.audit_check import verify
from server.access.errors import AuditError
from spatial.errors import BadDataError

KEY = bytes(range(32))


def tell(log: AuditLog, what: str) -> None:
    log.record(at_ms=1, who="w", role="admin", source="::1", what=what)


def what_is_told(path: Path) -> list[str]:
    return [json.loads(line)["what"] for line in path.read_bytes().splitlines()]


@pytest.fixture
def three(tmp_path: Path) -> tuple[Path, bytes, bytes]:
    """A log of three lines, and its heads after the second and the third."""
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, KEY, now_ms=0)
    tell(log, "one")
    tell(log, "two")
    second = head_path(path).read_bytes()
    tell(log, "three")
    log.close()
    return path, second, head_path(path).read_bytes()


def test_a_last_line_torn_at_any_byte_before_its_head_is_cut_off_and_said_so(
    three: tuple[Path, bytes, bytes],
) -> None:
    path, second, _ = three
    whole = path.read_bytes()
    last = len(whole.splitlines(keepends=True)[2])
    for left in range(last + 1):
        path.write_bytes(whole[: len(whole) - last + left])
        head_path(path).write_bytes(second)
        before = verify(path, KEY)
        assert (before.faults, before.torn_bytes) == ((), left if left < last else 0)
        log = AuditLog(path, KEY, now_ms=2)
        tell(log, "after")
        log.close()
        after = verify(path, KEY, head=log.head)
        assert (after.faults, after.torn_bytes) == ((), 0)
        repaired = {0: [], last: ["three"]}.get(left, ["torn line cut off"])
        assert what_is_told(path) == ["one", "two", *repaired, "after"]


def test_a_last_line_torn_at_any_byte_after_its_head_is_told_and_not_written_on(
    three: tuple[Path, bytes, bytes],
) -> None:
    path, _, third = three
    whole = path.read_bytes()
    last = len(whole.splitlines(keepends=True)[2])
    for left in range(last):
        torn = whole[: len(whole) - last + left]
        path.write_bytes(torn)
        head_path(path).write_bytes(third)
        (fault,) = verify(path, KEY).faults
        assert "ends at line 2, and line 3 had been written" in fault
        assert fault.endswith("or a disk lost it" if left else "or a disk lost them")
        assert (f"of the next, {left} bytes are left" in fault) == (left > 0)
        with pytest.raises(BadDataError, match="its head is at line 3: lines were taken out, or a disk lost"):
            AuditLog(path, KEY, now_ms=2)
        assert path.read_bytes() == torn, "evidence stays as it is"


@pytest.mark.parametrize("fault", ["before the head is replaced", "after the head is replaced"])
@pytest.mark.parametrize("ends", ["killed at once", "goes on"])
def test_a_disk_that_fails_at_the_head_makes_no_log_look_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, ends: str
) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, KEY, now_ms=0)
    tell(log, "one")

    def fails(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        if fault == "after the head is replaced":
            patch.setattr(server.access.private_files, "_sync_folder", fails)
        else:
            patch.setattr(Path, "replace", fails)
        with pytest.raises(
            AuditError, match=r"line 2 is in .*, but its head cannot be written \(Input/output"
        ):
            tell(log, "two")
    if ends == "goes on":
        tell(log, "three")
    log.close()
    assert verify(path, KEY, head=log.head).faults == ()
    again = AuditLog(path, KEY, now_ms=2)
    tell(again, "last")
    again.close()
    assert verify(path, KEY, head=again.head).faults == ()
    assert what_is_told(path) == ["one", "two", *(["three"] if ends == "goes on" else []), "last"]


def test_a_disk_that_fails_at_the_line_leaves_none_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, KEY, now_ms=0)
    tell(log, "one")
    real, calls = os.fsync, 0

    def fails_once(file: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(file)

    monkeypatch.setattr(os, "fsync", fails_once)
    with pytest.raises(AuditError, match="cannot be written"):
        tell(log, "two")
    tell(log, "three")
    log.close()
    assert verify(path, KEY, head=log.head).faults == ()
    assert what_is_told(path) == ["one", "three"]
