"""People as pseudonyms that change every period: `picker-7f3a91c0de`, the same all day, and nobody's tomorrow.

A name becomes the keyed hash (HMAC-SHA-256) of it with the key of the period in which it happened. Whoever has that
key and a list of names finds out who was who in that period; without it nobody does, and pseudonyms of two periods
cannot be joined. Keys are random, not made from one another, so that one that leaks tells of its own period only.
After `keep_days` a key is destroyed: then nobody can go back, and what is told of that period afterwards is
`…-forgotten`. The file is replaced, not wiped: a disk may hold traces of old keys, so encrypt the disk.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from server.access.private_files import changing, read_private, write_private
from server.access.settings import PseudonymSettings
from spatial.errors import BadDataError

FORM = "aisletwin.pseudonyms/1"
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
DIGITS = 10
"""40 bits: among 1,000 people of a day two share a pseudonym once in two million days (n²/2 over 2⁴⁰)."""
FORGOTTEN = "forgotten"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    form: str
    period: str
    keys: dict[str, str]


_decoder = msgspec.json.Decoder(_File)


class Pseudonyms:
    """Names by the keys in the file of `settings`, which several processes may share."""

    def __init__(self, settings: PseudonymSettings, *, now_ms: Callable[[], int]) -> None:
        self._settings, self._now_ms = settings, now_ms
        self._lock = threading.Lock()
        self._keys = _read(settings)
        self._is_made = re.compile(rf"(?:{settings.word}|person)-(?:[0-9a-f]{{{DIGITS}}}|{FORGOTTEN})")

    def of(self, name: str, happened_ms: int, *, word: str | None = None) -> str:
        """The pseudonym of a person of whom something was told that happened at `happened_ms`.

        A pseudonym stays what it is, so that what was made in one place is not made again in another.
        """
        if self._is_made.fullmatch(name):
            return name
        word = word or self._settings.word
        key = self.key_at(happened_ms)
        if key is None:
            return f"{word}-{FORGOTTEN}"
        return f"{word}-{keyed_hash(key, 'name', name)[:DIGITS]}"

    def key_at(self, happened_ms: int) -> bytes | None:
        """The key of a time's period, made at need; None when it was destroyed, or when the time is still to come."""
        number = self._number(happened_ms)
        now = self._number(self._now_ms())
        with self._lock:
            if number < self._oldest(now) or number > now + 1:
                return None
            key = self._keys.get(number)
            if key is None:
                self._keys = self._changed(now, number)
                key = self._keys[number]
            return key

    def is_person(self, agent: str) -> bool:
        """Whether an agent of that name is a person."""
        return any(fnmatchcase(agent, pattern) for pattern in self._settings.agents)

    def forget(self) -> int:
        """Destroy the keys of periods that ended more than `keep_days` ago; how many. Call it now and then."""
        with self._lock:
            before = set(self._keys)
            self._keys = self._changed(self._number(self._now_ms()))
            return len(before - set(self._keys))

    def _changed(self, now: int, needed: int | None = None) -> dict[int, bytes]:
        """The file's keys, without those that are too old and with the one that is needed, written back."""
        with changing(self._settings.keys):
            there = _read(self._settings)
            keys = {number: key for number, key in there.items() if number >= self._oldest(now)}
            if needed is not None:
                keys.setdefault(needed, secrets.token_bytes(32))
            if keys != there:
                _write(self._settings, keys)
        return keys

    def _oldest(self, now: int) -> int:
        days = self._settings.keep_days
        return now - (days if self._settings.period == "day" else -(-days // 7))

    def _number(self, at_ms: int) -> int:
        """Days since 1970-01-01, or weeks from Monday on, turned at `turn_hour_utc`."""
        days = (at_ms - self._settings.turn_hour_utc * HOUR_MS) // DAY_MS
        return days if self._settings.period == "day" else (days + 3) // 7


def keyed_hash(key: bytes, purpose: str, text: str) -> str:
    """HMAC-SHA-256 in hexadecimal; one key serves several purposes."""
    return hmac.new(key, f"aisletwin.{purpose}\x00{text}".encode(), hashlib.sha256).hexdigest()


def _read(settings: PseudonymSettings) -> dict[int, bytes]:
    path: Path = settings.keys
    try:
        file = _decoder.decode(read_private(path))
        keys = {int(number): bytes.fromhex(key) for number, key in file.keys.items()}
    except FileNotFoundError:
        return {}
    except (msgspec.DecodeError, ValueError) as error:
        raise BadDataError(
            f"{path} is no file of pseudonym keys ({error}): restore it, or name another"
        ) from error
    if (file.form, file.period) != (FORM, settings.period):
        raise BadDataError(
            f"{path} holds keys of form '{file.form}' by {file.period}, expected '{FORM}' by {settings.period}: "
            "name another file when you change the period"
        )
    return keys


def _write(settings: PseudonymSettings, keys: dict[int, bytes]) -> None:
    told = {str(number): key.hex() for number, key in sorted(keys.items())}
    write_private(settings.keys, msgspec.json.encode(_File(FORM, settings.period, told)) + b"\n")
