"""What routes answer when they refuse, as the OpenAPI tells it: a sentence in `detail`."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

MEANINGS = {
    400: "The body is not what it says it is.",
    401: "Nobody knows who asks.",
    403: "Whoever asks may not.",
    404: "There is no such thing.",
    408: "The body took too long.",
    409: "Not as things stand.",
    413: "Too much at once.",
    422: "A value is not what it must be.",
    429: "Too many ask, or too often: try again after Retry-After seconds.",
    503: "It cannot be written now: try again after Retry-After seconds.",
}
BY_THE_GATE = (401, 403, 408, 413, 429)
"""What any route may answer before it is asked."""


class Refused(BaseModel):
    """Why not: a sentence, or one entry for each faulty field."""

    detail: str | list[Any]


def refuses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer these."""
    return {status: {"model": Refused, "description": MEANINGS[status]} for status in statuses}


async def tell_faulty_fields(_: Request, error: Exception) -> Response:
    """422 with each faulty field and why. What was sent is not sent back: it may be what JSON cannot say, as NaN."""
    faults = error.errors() if isinstance(error, RequestValidationError) else ()
    told = [{name: fault[name] for name in ("type", "loc", "msg")} for fault in faults]
    return Response(json.dumps({"detail": told}), 422, media_type="application/json")
