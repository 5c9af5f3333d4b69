"""Who asks: from the token in a header, the session in a cookie, or from being at this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from server.access.errors import UnguardedError
from server.access.origins import Place, Provenance, is_loopback, place_of, place_of_origin, provenance
from server.access.private_files import read_or_make_key
from server.access.roles import LOCAL, Who
from server.access.sessions import sessions_in, unsign
from server.access.settings import AccessSettings
from server.access.tokens import Tokens
from server.clock import clock_ms

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Denied(NamedTuple):
    """Why somebody does not come in: an HTTP status and a sentence."""

    status: int
    reason: str


@dataclass(frozen=True)
class Asked:
    """What a request tells of where it is from: of an ASGI scope of type http or websocket."""

    method: str
    path: str
    is_https: bool
    address: str | None
    headers: dict[str, list[str]] = field(repr=False)

    @staticmethod
    def of(scope: Any) -> Asked:
        """The request of `scope`; a websocket counts as the method CONNECT, for it changes things."""
        headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        client = scope.get("client")
        return Asked(
            scope["method"] if scope["type"] == "http" else "CONNECT",
            scope["path"],
            scope.get("scheme") in ("https", "wss"),
            client[0] if client else None,
            headers,
        )

    def all(self, name: str) -> list[str]:
        """The values of a header."""
        return self.headers.get(name, [])

    @property
    def is_safe(self) -> bool:
        """Whether it only reads."""
        return self.method in SAFE_METHODS

    def provenance(self, trusted: frozenset[Place]) -> Provenance:
        """Where it comes from."""
        return provenance(
            scheme="https" if self.is_https else "http",
            hosts=self.all("host"),
            origins=self.all("origin"),
            fetch_sites=self.all("sec-fetch-site"),
            trusted=trusted,
        )


@dataclass(frozen=True)
class Access:
    """How one server knows who asks. `tokens` that are None: whoever is at this machine is admin, nobody else.

    `site` is the one that the server shows, for routes that name none; None when it shows several.
    """

    tokens: Tokens | None
    session_key: bytes = field(repr=False)
    session_ms: int = 10 * 3_600_000
    trusted: frozenset[Place] = frozenset()
    site: str | None = None
    now_ms: Callable[[], int] = clock_ms

    def identify(self, asked: Asked) -> Who | Denied | None:
        """Who asks; None when nobody is named, Denied when somebody is who may not."""
        if self.tokens is None:
            return _at_this_machine(asked)
        told = asked.all("authorization")
        if not told:
            return self._in_session(asked, self.tokens)
        scheme, _, text = told[0].partition(" ")
        who = self.tokens.admit(text.strip(), self.now_ms())
        if len(told) != 1 or scheme.lower() != "bearer" or who is None:
            return Denied(401, "this token is unknown, revoked or expired: ask an admin for a new one")
        return who

    def still_admits(self, who: Who) -> bool:
        """Whether somebody who came in earlier would still come in."""
        now_ms = self.now_ms()
        if who.until_ms is not None and now_ms >= who.until_ms:
            return False
        if who.token is None:
            return self.tokens is None
        token = None if self.tokens is None else self.tokens.by_id(who.token, now_ms)
        return token is not None and (token.role, token.who.sites) == (who.role, who.sites)

    def is_foreign(self, asked: Asked, who: Who | None) -> bool:
        """Whether somebody else's page sent what asks, or may have: then it must not be done."""
        source = asked.provenance(self.trusted)
        if asked.is_safe:
            is_link = "navigate" in asked.all("sec-fetch-mode") and asked.method == "GET"
            return bool(asked.all("sec-fetch-site")) and source == "foreign" and not is_link
        by_cookie = who is not None and who.is_ambient and who.token is not None
        return source == "foreign" or (by_cookie and source != "page")

    def _in_session(self, asked: Asked, tokens: Tokens) -> Who | None:
        now_ms = self.now_ms()
        for value in sessions_in(asked.all("cookie"), is_https=asked.is_https):
            session = unsign(self.session_key, value, now_ms)
            token = tokens.by_id(session[0], now_ms) if session else None
            if session is not None and token is not None:
                return replace(token.who, is_ambient=True, until_ms=session[1])
        return None


def _at_this_machine(asked: Asked) -> Who | Denied:
    """The local user, unless another machine asks, or a name that another's DNS made mean this machine."""
    if asked.address is None or not is_loopback(asked.address) or any(asked.all(name) for name in FORWARDED):
        return Denied(403, "without tokens only this machine is answered, and no proxy: make a token")
    hosts = [place_of("http", host) for host in asked.all("host")]
    if len(hosts) != 1 or hosts[0] is None or not is_loopback(hosts[0].host):
        return Denied(
            403, "without tokens the server is called localhost only: use that name, or make a token"
        )
    return LOCAL


def open_access(host: str, *, site: str | None = None, now_ms: Callable[[], int] = clock_ms) -> Access:
    """Access without tokens. Raises UnguardedError when the server would listen to other machines at `host`."""
    if not is_loopback(host):
        raise UnguardedError(
            f"host {host} is reached from other machines, and no token is set up: make one with "
            "`aisletwin tokens make`, or listen at 127.0.0.1"
        )
    return Access(None, b"", site=site, now_ms=now_ms)


def access_of(
    settings: AccessSettings, host: str, *, site: str | None = None, now_ms: Callable[[], int] = clock_ms
) -> Access:
    """Access as the settings say, for a server that listens at `host`.

    Raises UnguardedError without tokens at a `host` that others reach, BadDataError for files that are not right.
    """
    if settings.tokens is None:
        return open_access(host, site=site, now_ms=now_ms)
    key: Path = settings.session_key or settings.tokens.with_name(f"{settings.tokens.name}.session-key")
    places = (place_of_origin(origin) for origin in settings.origins)
    return Access(
        Tokens(settings.tokens),
        read_or_make_key(key),
        round(settings.session_hours * 3_600_000),
        frozenset(place for place in places if place is not None),
        site,
        now_ms,
    )
