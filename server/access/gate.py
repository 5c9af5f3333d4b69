"""The gate before all routes: who asks, from where, how often. What a route asks of them is declared there."""

from __future__ import annotations

import logging
import math

from starlette.types import ASGIApp, Receive, Scope, Send

from server.access.access import Access, Asked, Denied
from server.access.declared import PUBLIC, PUBLIC_FOLDERS
from server.access.rates import Rates, caller_at
from server.access.refusals import refuse
from server.access.roles import Who
from server.access.sockets import Sockets

log = logging.getLogger(__name__)


class Gate:
    """ASGI middleware: lets in who is known, and anyone to what is public; `scope["state"]["who"]` says who it is.

    It asks, in this order: 1. how often this caller came (429); 2. who it is (401, 403); 3. whether another's page
    sent it (403); 4. whether anybody unknown may ask this (401); 5. for a websocket, whether there is room (503).
    """

    def __init__(self, app: ASGIApp, *, access: Access, sockets: Sockets) -> None:
        limits = sockets.limits
        self._app, self._access, self._sockets = app, access, sockets
        self._rates = Rates(
            per_s=limits.requests_per_s, at_once=limits.requests_at_once, kept=limits.callers_kept
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer why not."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        asked = Asked.of(scope)
        who = self._access.identify(asked)
        caller = f"token {who.token}" if isinstance(who, Who) and who.token else caller_at(asked.address)
        if wait_s := self._rates.take(caller):
            again = {"retry-after": str(max(1, math.ceil(wait_s)))}
            await refuse(scope, send, 429, "you ask too often: wait and ask again", again)
            return
        denied = self._denied(asked, who)
        if denied is None and scope["type"] == "websocket" and (full := self._sockets.refusal(caller)):
            denied = Denied(503, full)
        if denied is not None:
            log.info("refused %s %s with %d", asked.method, asked.path, denied.status)
            await refuse(scope, send, denied.status, denied.reason)
            return
        known = who if isinstance(who, Who) else None
        scope.setdefault("state", {}).update(who=known, site=self._access.site)
        if scope["type"] == "http" or known is None:
            await self._app(scope, receive, send)
            return
        await self._sockets.serve(
            self._app,
            scope,
            receive,
            send,
            caller=caller,
            still_admits=lambda: self._access.still_admits(known),
        )

    def _denied(self, asked: Asked, who: Who | Denied | None) -> Denied | None:
        if isinstance(who, Denied):
            return who
        if self._access.is_foreign(asked, who):
            return Denied(403, "this came from another web site: open the page of this server itself")
        if who is None and not is_public(asked):
            return Denied(401, "say who you are: send a token as `Authorization: Bearer atw_…`, or log in")
        return None


def is_public(asked: Asked) -> bool:
    """Whether anyone may ask: a public path or folder, never a websocket."""
    is_file = asked.path.startswith(PUBLIC_FOLDERS) and asked.is_safe
    return asked.method != "CONNECT" and (asked.path in PUBLIC or is_file)
