"""Put the guards around an application, in the order in which they must stand."""

from __future__ import annotations

from fastapi import FastAPI

from server.access.access import Access
from server.access.audit import AuditLog
from server.access.audit_trail import AuditTrail
from server.access.body_limit import BodyLimit
from server.access.declared import check_every_route
from server.access.gate import Gate
from server.access.settings import LimitSettings
from server.access.sockets import LOOK_EVERY_S, Sockets

EVENTS = "/api/events"


def guard(
    app: FastAPI,
    access: Access,
    *,
    limits: LimitSettings | None = None,
    audit: AuditLog | None = None,
    look_every_s: float = LOOK_EVERY_S,
) -> Sockets:
    """Guard `app`, all of whose routes are there; the websockets that will be open, to be closed at the end.

    From the outside in: the audit trail, which sees who is turned away; the gate; the limit of bodies, which reads
    nothing of anybody unknown. Raises UndeclaredRouteError for a route that does not say who may call it.
    """
    check_every_route(app)
    sockets = Sockets(limits or LimitSettings(), look_every_s)
    app.add_middleware(
        BodyLimit,
        usual=sockets.limits.largest_body_bytes,
        largest={EVENTS: sockets.limits.largest_batch_bytes},
        within_s=sockets.limits.body_within_s,
    )
    app.add_middleware(Gate, access=access, sockets=sockets)
    if audit is not None:
        app.add_middleware(AuditTrail, audit=audit, unaudited=frozenset({EVENTS}), now_ms=access.now_ms)
    return sockets
