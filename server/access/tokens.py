"""Tokens: a file of names, roles and hashes. The secret itself is shown once, when it is made, and kept nowhere.

A secret is 256 random bits, so a plain SHA-256 is enough: a slow hash (scrypt, Argon2) makes guessing of what people
choose expensive, and nobody guesses 2²⁵⁶. A fast hash also lets no flood of wrong tokens keep the server busy. The
salt keeps equal hashes from telling anything should a source of random numbers ever repeat itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
import secrets
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import msgspec

from server.access.private_files import changing, read_private, write_private
from server.access.roles import ROLES, Role, Who
from server.access.secret_text import TOKEN
from spatial.errors import BadDataError

log = logging.getLogger(__name__)

FORM = "aisletwin.tokens/1"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@-]{0,59}")
DAY_MS = 86_400_000


class Token(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token without its secret: `sites` that are None mean all; times in milliseconds since 1970 in UTC."""

    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{12}$")]
    name: str
    role: Role
    sites: tuple[str, ...] | None
    salt: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    created_ms: int
    expires_ms: int | None = None
    revoked_ms: int | None = None

    def is_valid(self, now_ms: int) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_ms is None and (self.expires_ms is None or now_ms < self.expires_ms)

    @property
    def who(self) -> Who:
        """Whom it admits."""
        sites = None if self.sites is None else frozenset(self.sites)
        return Who(self.name, self.role, sites, token=self.id, until_ms=self.expires_ms)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    form: str
    tokens: tuple[Token, ...]


_decoder = msgspec.json.Decoder(_File)
_NOBODY = Token(id="", name="", role="viewer", sites=(), salt="00" * 16, sha256="00" * 32, created_ms=0)


class Tokens:
    """The tokens of `path`, read again whenever the file changes, so that a revocation acts at once.

    A file that cannot be read admits nobody; the log tells why.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = _version_of(path)  # before it is read: what changes in between is read again
        self._by_id = _by_id(read_tokens(path))
        self._lock = threading.Lock()

    def admit(self, text: str, now_ms: int) -> Who | None:
        """Whom a token admits; None for one that is unknown, wrong, revoked or expired, in the same time."""
        form = TOKEN.fullmatch(text)
        token = self._current().get(form["id"], _NOBODY) if form else _NOBODY
        is_right = hmac.compare_digest(_sha256(token.salt, form["secret"] if form else ""), token.sha256)
        return token.who if is_right and token.is_valid(now_ms) else None

    def by_id(self, token_id: str, now_ms: int) -> Token | None:
        """The token of that id while it is valid: what a session and an open websocket live on."""
        token = self._current().get(token_id)
        return token if token is not None and token.is_valid(now_ms) else None

    def _current(self) -> dict[str, Token]:
        with self._lock:
            seen = _version_of(self._path)
            if seen != self._seen:
                self._seen, self._by_id = seen, self._read()
            return self._by_id

    def _read(self) -> dict[str, Token]:
        try:
            return _by_id(read_tokens(self._path))
        except (BadDataError, OSError) as error:
            log.error("no token is valid until its file is mended: %s", error)
            return {}


def _version_of(path: Path) -> tuple[int, ...] | None:
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_ino, told.st_mtime_ns, told.st_size, told.st_mode


def make_token(
    path: Path,
    name: str,
    *,
    role: Role,
    sites: Iterable[str] | None = None,
    now_ms: int,
    days: float | None = 365.0,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> str:
    """A new token, added to `path` (made when missing): the only time that its secret is told.

    It expires after `days`, never for None. Raises ValueError for a name, role, site or span that cannot be, and
    BadDataError for a file that is no file of tokens.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"name '{name}' is not 1 to 60 letters, digits, spaces and . _ @ - : choose another")
    if role not in ROLES:
        raise ValueError(f"role '{role}' is none of {', '.join(ROLES)}")
    kept = None if sites is None else tuple(sorted(set(sites)))
    if kept is not None and (not kept or not all(site and "/" not in site for site in kept)):
        raise ValueError(
            f"sites {', '.join(kept) or '(none)'}: name one or more, without '/', or give none for all"
        )
    if kept is not None and role == "admin":
        raise ValueError(
            "an admin makes tokens and so reaches all sites: leave the sites out, or choose operator"
        )
    if days is not None and not 0 < days <= 36_500:
        raise ValueError(f"{days:g} days is not within 0 and 36500: give a span, or none for ever")
    secret = base64.urlsafe_b64encode(random(32)).decode().rstrip("=")
    salt = random(16).hex()
    with changing(path):
        tokens = read_tokens(path) if path.exists() else ()
        if any(token.name == name and token.is_valid(now_ms) for token in tokens):
            raise ValueError(f"a valid token '{name}' exists: revoke it first, or choose another name")
        token = Token(
            id=random(6).hex(),
            name=name,
            role=role,
            sites=kept,
            salt=salt,
            sha256=_sha256(salt, secret),
            created_ms=now_ms,
            expires_ms=None if days is None else now_ms + round(days * DAY_MS),
        )
        _write(path, (*tokens, token))
    return f"atw_{token.id}_{secret}"


def revoke(path: Path, name: str, *, now_ms: int) -> int:
    """End all valid tokens of that name; how many. Raises BadDataError when there is none."""
    with changing(path):
        tokens = read_tokens(path)
        meant = {token.id for token in tokens if token.name == name and token.is_valid(now_ms)}
        if not meant:
            raise BadDataError(f"{path} holds no valid token '{name}': list them to see which there are")
        _write(
            path,
            tuple(
                msgspec.structs.replace(token, revoked_ms=now_ms) if token.id in meant else token
                for token in tokens
            ),
        )
    return len(meant)


def read_tokens(path: Path) -> tuple[Token, ...]:
    """All tokens of the file, oldest first, the ended ones too. Raises BadDataError for any other file."""
    try:
        file = _decoder.decode(read_private(path))
    except FileNotFoundError as error:
        raise BadDataError(f"{path} is missing: make a first token") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadDataError(f"{path} is no file of tokens ({error}): restore it") from error
    if file.form != FORM:
        raise BadDataError(
            f"{path} has the form '{file.form}', expected '{FORM}': use the version that wrote it"
        )
    limited = next(
        (token for token in file.tokens if token.role == "admin" and token.sites is not None), None
    )
    if limited is not None:
        raise BadDataError(
            f"{path}: admin '{limited.name}' is limited to sites: an admin reaches all, set null"
        )
    return file.tokens


def _write(path: Path, tokens: tuple[Token, ...]) -> None:
    write_private(path, msgspec.json.format(msgspec.json.encode(_File(FORM, tokens)), indent=2) + b"\n")


def _by_id(tokens: Iterable[Token]) -> dict[str, Token]:
    return {token.id: token for token in tokens}


def _sha256(salt: str, secret: str) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + secret.encode()).hexdigest()
