"""Put the guards around an application, in the order in which they must stand."""

from __future__ import annotations

from fastapi import FastAPI

from server.access.access import Access
from server.access.audit import AuditLog
from server.access.audit_trail import AuditTrail
from server.access.body_limit import BodyLimit
from server.access.declared import check_every_route
from server.access.gate import Gate
from server.access.private_files import read_or_make_key
from server.access.settings import AccessSettings, LimitSettings
from server.access.sockets import LOOK_EVERY_S, Sockets

FED = ("/api/events", "/api/feeds/")
"""Where events are fed in: in batches, and told in the event log itself."""


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
        largest=dict.fromkeys(FED, sockets.limits.largest_batch_bytes),
        within_s=sockets.limits.body_within_s,
    )
    app.add_middleware(Gate, access=access, sockets=sockets)
    if audit is not None:
        app.add_middleware(AuditTrail, audit=audit, unaudited=FED, now_ms=access.now_ms)
    return sockets


def audit_of(settings: AccessSettings, *, now_ms: int) -> tuple[AuditLog, bytes] | None:
    """The audit log that the settings name and the key that seals it, made when missing; None where none is named.

    Raises BadDataError for a log that is not what was written, or that another process writes.
    """
    if settings.audit is None:
        return None
    key = read_or_make_key(settings.audit_key or settings.audit.with_name(f"{settings.audit.name}.key"))
    return AuditLog(settings.audit, key, now_ms=now_ms), key
