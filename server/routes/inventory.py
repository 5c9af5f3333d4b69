"""What lies where by the book of the live twin."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from layouts.inventory.stock import on_hand
from server.access.declared import require
from server.routes.refused import BY_THE_GATE, refuses
from server.twin.live_server import LiveServer


def inventory_routes(live: LiveServer) -> APIRouter:
    """Routes about stock."""
    routes = APIRouter(dependencies=[Depends(require("see"))], responses=refuses(*BY_THE_GATE))

    @routes.get("/api/inventory")
    async def inventory(
        location: Annotated[str, Query(min_length=1, max_length=200)] = "*",
        sku: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=100_000)] = 1_000,
    ) -> list[dict[str, Any]]:
        """Lines of the site's book that are not 0, by location (with * and ?), SKU, lot and handling unit."""
        found = on_hand(live.twin.state.stock, place=f"{live.site_id}/{location}", sku=sku)
        return [each._asdict() for each in islice(found, limit)]

    return routes
