"""Tokens: told once, kept as hashes, gone when they end."""

from __future__ import annotations

import hmac
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.access.private_files import read_or_make_key, read_private, write_private
from server.access.secret_text import TOKEN, without_secrets
from server.access.tokens import DAY_MS, Tokens, make_token, read_tokens, revoke
from spatial.errors import BadDataError

NOW = 1_790_000_000_000


def test_a_token_admits_its_owner_and_its_secret_is_nowhere_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    text = make_token(path, "hall screen", role="viewer", sites=["B", "A", "A"], now_ms=NOW)
    who = Tokens(path).admit(text, NOW)
    assert who is not None
    assert (who.name, who.role, who.sites, who.is_ambient) == ("hall screen", "viewer", {"A", "B"}, False)
    form = TOKEN.fullmatch(text)
    assert form is not None
    assert form["secret"].encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert repr(read_tokens(path)).count(form["secret"]) == 0


def test_secrets_and_ids_are_never_the_same_twice(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    texts = [make_token(path, f"t{n}", role="viewer", now_ms=NOW) for n in range(20)]
    assert len({text.split("_", 2)[1] for text in texts}) == len({text[17:] for text in texts}) == 20
    assert len({token.salt for token in read_tokens(path)}) == 20


def test_a_token_ends_when_it_expires_and_when_it_is_revoked_also_in_a_server_that_runs(
    tmp_path: Path,
) -> None:
    path = tmp_path / "tokens.json"
    short = make_token(path, "short", role="viewer", days=1, now_ms=NOW)
    ever = make_token(path, "ever", role="admin", days=None, now_ms=NOW)
    tokens = Tokens(path)
    assert tokens.admit(short, NOW + DAY_MS - 1)
    assert tokens.admit(short, NOW + DAY_MS) is None
    assert tokens.admit(ever, NOW + 10**12)
    assert revoke(path, "ever", now_ms=NOW) == 1
    assert tokens.admit(ever, NOW) is None
    late = make_token(path, "ever", role="planner", now_ms=NOW)
    assert getattr(tokens.admit(late, NOW), "role", None) == "planner"
    assert [(token.name, token.is_valid(NOW)) for token in read_tokens(path)] == [
        ("short", True), ("ever", False), ("ever", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text + "A",
        lambda text: text.upper(),
        lambda text: text.replace("atw", "atx"),
        lambda text: "atw_000000000000" + text[16:],
        lambda text: text[:17] + "A" * 43,
        lambda text: f" {text}",
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "E"),
        lambda text: "",
        lambda text: f"{text}\n",
    ],
)
def test_a_token_that_differs_anywhere_admits_nobody(tmp_path: Path, change: Callable[[str], str]) -> None:
    path = tmp_path / "tokens.json"
    text = make_token(path, "one", role="viewer", now_ms=NOW)
    assert Tokens(path).admit(change(text), NOW) is None


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading_of_tokens(text: str) -> None:
    assert TOKENS_OF_NOBODY.admit(text, NOW) is None


class _Nobody(Tokens):
    def __init__(self) -> None:
        self._by_id, self._seen, self._lock = {}, None, threading.Lock()
        self._path = Path("/nowhere/at/all")


TOKENS_OF_NOBODY = _Nobody()


def test_known_and_unknown_tokens_are_compared_alike_in_constant_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tokens.json"
    text = make_token(path, "one", role="viewer", now_ms=NOW)
    tokens = Tokens(path)
    compared: list[tuple[int, int]] = []
    real = hmac.compare_digest

    def counted(one: Any, other: Any) -> bool:
        compared.append((len(one), len(other)))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counted)
    for told in (text, text[:17] + "B" * 43, "atw_000000000000_" + "B" * 43, "nonsense", ""):
        tokens.admit(told, NOW)
    assert compared == [(64, 64)] * 5


def test_a_file_that_breaks_admits_nobody_until_it_is_mended(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "tokens.json"
    text = make_token(path, "one", role="viewer", now_ms=NOW)
    good = path.read_bytes()
    tokens = Tokens(path)
    for spoil in (lambda: path.write_bytes(good[:50]), lambda: path.chmod(0o644), path.unlink):
        write_private(path, good)
        assert tokens.admit(text, NOW)
        spoil()
        with caplog.at_level(logging.ERROR):
            caplog.clear()
            assert tokens.admit(text, NOW) is None
            assert tokens.admit(text, NOW) is None
        assert len(caplog.records) == 1, "told once, not at every request"
    write_private(path, good)
    assert tokens.admit(text, NOW)


@pytest.mark.parametrize("asked", ["admit", "by_id"])
def test_a_file_that_is_deleted_before_anybody_asked_admits_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, asked: str
) -> None:
    path = tmp_path / "tokens.json"
    text = make_token(path, "one", role="viewer", now_ms=NOW)
    tokens = Tokens(path)
    path.unlink()
    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            told = tokens.admit(text, NOW) if asked == "admit" else tokens.by_id(text[4:16], NOW)
            assert told is None
    assert [record.getMessage() for record in caplog.records] == [
        f"no token is valid until its file is mended: {path} is missing: make a first token"
    ]


def test_a_file_that_others_may_read_or_that_is_another_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    with pytest.raises(BadDataError, match="is missing: make a first token"):
        Tokens(path)
    make_token(path, "one", role="viewer", now_ms=NOW)
    path.chmod(0o640)
    with pytest.raises(BadDataError, match=r"mode 0640, more than 0600: run `chmod 600"):
        Tokens(path)
    for data in (b"", b"{}", b'{"form":"aisletwin.tokens/2","tokens":[]}', b'{"form":1}', b"\xff"):
        write_private(path, data)
        with pytest.raises(BadDataError):
            Tokens(path)


def test_an_admin_of_some_sites_is_refused_also_in_a_file_that_was_edited(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    with pytest.raises(ValueError, match="an admin makes tokens and so reaches all sites"):
        make_token(path, "boss", role="admin", sites=["A"], now_ms=NOW)
    make_token(path, "boss", role="operator", sites=["A"], now_ms=NOW)
    write_private(path, path.read_bytes().replace(b'"operator"', b'"admin"'))
    with pytest.raises(BadDataError, match="admin 'boss' is limited to sites"):
        read_tokens(path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"name": ""}, "name '' is not"),
        ({"name": "a\nb"}, "is not 1 to 60"),
        ({"name": "x" * 61}, "is not 1 to 60"),
        ({"role": "root"}, "role 'root' is none of"),
        ({"sites": []}, r"sites \(none\)"),
        ({"sites": ["a/b"]}, "sites a/b"),
        ({"days": 0}, "0 days"),
        ({"days": -1}, "-1 days"),
        ({"days": float("nan")}, "nan days"),
        ({"name": "one"}, "exists"),
    ],
)
def test_a_token_that_cannot_be_is_refused_and_nothing_is_written(
    tmp_path: Path, options: dict[str, Any], said: str
) -> None:
    path = tmp_path / "tokens.json"
    make_token(path, "one", role="viewer", now_ms=NOW)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=said):
        make_token(path, **{"name": "two", "role": "viewer", "now_ms": NOW} | options)
    with pytest.raises(BadDataError, match="no valid token 'nobody'"):
        revoke(path, "nobody", now_ms=NOW)
    assert path.read_bytes() == before


def test_tokens_made_at_once_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    made: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: made.append(make_token(path, f"t{n}", role="viewer", now_ms=NOW)))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tokens = Tokens(path)
    assert len(made) == 8
    assert all(tokens.admit(text, NOW) for text in made)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["tokens.json", "tokens.json.lock"]


def test_a_private_file_is_the_old_or_the_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    write_private(path, b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "no space")))
    with pytest.raises(OSError, match="no space"):
        write_private(path, b"new")
    assert [one.name for one in tmp_path.iterdir()] == ["secret"]
    assert read_private(path) == b"old"


def test_a_key_is_made_once_and_read_by_all(tmp_path: Path) -> None:
    path = tmp_path / "key"
    assert read_or_make_key(path) == read_or_make_key(path)
    assert len(read_or_make_key(path)) == 32
    write_private(path, b"short\n")
    with pytest.raises(BadDataError, match="holds no key of 64 hexadecimal digits"):
        read_or_make_key(path)


def test_no_text_that_is_written_shows_a_secret(tmp_path: Path) -> None:
    token = make_token(tmp_path / "t.json", "one", role="viewer", now_ms=NOW)
    for text in (
        f"GET /x?token={token}",
        f"Authorization: Bearer {token}",
        f"bearer abc.def {token}",
        f"pw: password={token}",
    ):
        cleaned = without_secrets(text)
        assert token[17:] not in cleaned
        assert "…" in cleaned
    assert "hunter2" not in without_secrets("mqtt password: hunter2, secret=hunter2")
    assert without_secrets("P1 picked 2 of SKU-7") == "P1 picked 2 of SKU-7"
