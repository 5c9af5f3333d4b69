"""Log in, see who one is, log out: a browser gives its token once and keeps a cookie that no script can read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import BaseModel

from server.access.access import Access
from server.access.declared import anyone
from server.access.roles import PERMISSIONS, Permission, Role, Who
from server.access.sessions import set_cookie, sign


class Session(BaseModel):
    """Who one is: `sites` that are null mean all, `until_ms` that is null for ever."""

    name: str
    role: Role
    permissions: Sequence[Permission]
    sites: Sequence[str] | None
    until_ms: int | None

    @staticmethod
    def of(who: Who) -> Session:
        """What is told of `who`."""
        return Session(
            name=who.name,
            role=who.role,
            permissions=[one for one in PERMISSIONS if who.may(one)],
            sites=None if who.sites is None else sorted(who.sites),
            until_ms=who.until_ms,
        )


def session_routes(access: Access) -> APIRouter:
    """`/api/session`, for anyone: what it does depends on who asks, and that is told by the gate."""
    routes = APIRouter(dependencies=[Depends(anyone)])

    @routes.get("/api/session")
    def who_am_i(who: Annotated[Who, Depends(_known)]) -> Session:
        """Who asks."""
        return Session.of(who)

    @routes.post("/api/session")
    def log_in(who: Annotated[Who, Depends(_known)], request: Request, response: Response) -> Session:
        """Begin a session for the token in `Authorization`; the local user needs none."""
        if who.token is None:
            return Session.of(who)
        if who.is_ambient:
            raise HTTPException(401, "a session does not prolong itself: send the token to begin a new one")
        now_ms = access.now_ms()
        until_ms = min(now_ms + access.session_ms, who.until_ms or now_ms + access.session_ms)
        is_https = request.url.scheme == "https"
        value = sign(access.session_key, who.token, until_ms)
        max_age_s = max(1, (until_ms - now_ms) // 1000)
        response.headers["set-cookie"] = set_cookie(value, is_https=is_https, max_age_s=max_age_s)
        response.headers["cache-control"] = "no-store"
        return Session.of(who).model_copy(update={"until_ms": until_ms})

    @routes.delete("/api/session", status_code=204)
    def log_out(request: Request) -> Response:
        """Take the cookie away."""
        is_https = request.url.scheme == "https"
        return Response(
            status_code=204, headers={"set-cookie": set_cookie("", is_https=is_https, max_age_s=0)}
        )

    return routes


def _known(request: Request) -> Who:
    who: Who | None = getattr(request.state, "who", None)
    if who is None:
        raise HTTPException(401, "nobody is logged in: send a token", {"WWW-Authenticate": "Bearer"})
    return who
