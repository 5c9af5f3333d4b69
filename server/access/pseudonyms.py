"""People as pseudonyms that change every period: `picker-7f3a91c0de`, the same all day, and nobody's tomorrow.

A name becomes the keyed hash (HMAC-SHA-256) of it with the key of the period in which it happened. Whoever has that
key and a list of names finds out who was who in that period; without it nobody does, and pseudonyms of two periods
cannot be joined. Keys are random, not made from one another, so that one that leaks tells of its own period only.
After `keep_days` a key is destroyed: then nobody can go back. What names somebody and is told of that period
afterwards is refused, for nobody can say whether it is in the log already; of a period that never had a key it is
taken, as `…-forgotten`. The file is replaced, not wiped: a disk may hold traces of old keys, so encrypt the disk.
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
from typing import NamedTuple

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
    destroyed: tuple[int, ...] = ()
    """Periods that had a key."""


class _Kept(NamedTuple):
    """The keys by period, and the periods whose key was destroyed."""

    keys: dict[int, bytes]
    destroyed: frozenset[int]


_decoder = msgspec.json.Decoder(_File)


class Pseudonyms:
    """Names by the keys in the file of `settings`, which several processes may share."""

    def __init__(self, settings: PseudonymSettings, *, now_ms: Callable[[], int]) -> None:
        self._settings, self._now_ms = settings, now_ms
        self._lock = threading.Lock()
        self._kept = _read(settings)
        self._had_key: dict[int, bool] = {}
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
            key = self._kept.keys.get(number)
            if key is None:
                self._kept = self._changed(now, number)
                key = self._kept.keys[number]
            return key

    def is_destroyed(self, happened_ms: int) -> bool:
        """Whether the key of a time's period was destroyed: what happened then may have been told with it."""
        number = self._number(happened_ms)
        with self._lock:
            if number >= self._oldest(self._number(self._now_ms())):
                return number in self._kept.destroyed  # as when keep_days was raised since
            if number not in self._had_key:  # asked of the file once: no period that is this old gets a key
                kept = _read(self._settings)
                self._had_key[number] = number in kept.keys or number in kept.destroyed
            return self._had_key[number]

    def is_person(self, agent: str) -> bool:
        """Whether an agent of that name is a person."""
        return any(fnmatchcase(agent, pattern) for pattern in self._settings.agents)

    def forget(self) -> int:
        """Destroy the keys of periods that ended more than `keep_days` ago; how many. Call it now and then."""
        with self._lock:
            before = set(self._kept.keys)
            self._kept = self._changed(self._number(self._now_ms()))
            return len(before - set(self._kept.keys))

    def _changed(self, now: int, needed: int | None = None) -> _Kept:
        """What the file holds, without the keys that are too old and with the one that is needed, written back."""
        with changing(self._settings.keys):
            there = _read(self._settings)
            keys = {number: key for number, key in there.keys.items() if number >= self._oldest(now)}
            kept = _Kept(keys, there.destroyed | (there.keys.keys() - keys.keys()))
            if needed is not None:
                keys.setdefault(needed, secrets.token_bytes(32))
            if keys != there.keys:
                _write(self._settings, kept)
        return kept

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


def _read(settings: PseudonymSettings) -> _Kept:
    path: Path = settings.keys
    try:
        file = _decoder.decode(read_private(path))
        keys = {int(number): bytes.fromhex(key) for number, key in file.keys.items()}
    except FileNotFoundError:
        return _Kept({}, frozenset())
    except (msgspec.DecodeError, ValueError) as error:
        raise BadDataError(
            f"{path} is no file of pseudonym keys ({error}): restore it, or name another"
        ) from error
    if (file.form, file.period) != (FORM, settings.period):
        raise BadDataError(
            f"{path} holds keys of form '{file.form}' by {file.period}, expected '{FORM}' by {settings.period}: "
            "name another file when you change the period"
        )
    return _Kept(keys, frozenset(file.destroyed))


def _write(settings: PseudonymSettings, kept: _Kept) -> None:
    told = {str(number): key.hex() for number, key in sorted(kept.keys.items())}
    file = _File(FORM, settings.period, told, tuple(sorted(kept.destroyed)))
    write_private(settings.keys, msgspec.json.encode(file) + b"\n")
