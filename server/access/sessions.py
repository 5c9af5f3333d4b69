"""Sessions of browsers: a cookie that names a token and ends soon, signed, so that no server need remember it.

It holds no secret of the token. Whom it admits is looked up in the tokens each time: a revoked token ends its
sessions at once. Servers that share the key take each other's sessions.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

COOKIE = "aisletwin"
SECURE_COOKIE = "__Host-aisletwin"
"""Browsers take a cookie of this name only over https, for this host alone and for all paths."""

_PURPOSE = b"aisletwin.session/1\x00"


def cookie_name(*, is_https: bool) -> str:
    """What the cookie is called."""
    return SECURE_COOKIE if is_https else COOKIE


def sign(key: bytes, token_id: str, until_ms: int) -> str:
    """The value of a cookie for `token_id` that ends at `until_ms`."""
    told = f"{token_id}.{until_ms}"
    return f"{told}.{_mac(key, told)}"


def unsign(key: bytes, value: str, now_ms: int) -> tuple[str, int] | None:
    """The id and the end of a session that we signed and that has not ended; None for any other value."""
    told, _, mac = value.rpartition(".")
    if not value.isascii() or not hmac.compare_digest(_mac(key, told), mac):
        return None
    token_id, _, until = told.partition(".")
    return (token_id, int(until)) if now_ms < int(until) else None


def set_cookie(value: str, *, is_https: bool, max_age_s: int) -> str:
    """The header that sets the cookie, out of reach of scripts and of other sites; `max_age_s` 0 removes it."""
    parts = [
        f"{cookie_name(is_https=is_https)}={value}",
        "Path=/",
        f"Max-Age={max_age_s}",
        "HttpOnly",
        "SameSite=Strict",
    ]
    return "; ".join([*parts, "Secure"] if is_https else parts)


def sessions_in(headers: Iterable[str], *, is_https: bool) -> list[str]:
    """The values of our cookie in the `Cookie` headers of a request."""
    name = cookie_name(is_https=is_https)
    pairs = (pair.strip().partition("=") for header in headers for pair in header.split(";"))
    return [value for key, _, value in pairs if key == name]


def _mac(key: bytes, told: str) -> str:
    digest = hmac.new(key, _PURPOSE + told.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
