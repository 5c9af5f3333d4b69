"""The scan as 3D Tiles: small files, asked for one by one, which browsers may keep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse

from server.access.declared import require
from server.routes.refused import BY_THE_GATE, refuses
from server.sites import TILES, TILESET, Site

FOR_EVER = "private, max-age=31536000, immutable"
_ANSWERS: dict[int | str, dict[str, Any]] = {
    206: {"description": "The part that was asked for with `Range`."},
    304: {"description": "What the browser has, by `If-None-Match`, is still right."},
    416: {"description": "There is no such part."},
}

TileName = Annotated[str, InPath(pattern=r"^r[0-7]{0,14}(-[1-9][0-9]{0,9})?\.glb$")]
"""What the tile maker calls its files: so no path leads out of the folder."""


def cloud_routes(site: Site) -> APIRouter:
    """Routes of a site's tiles."""
    routes = APIRouter(dependencies=[Depends(require("see"))], responses=refuses(*BY_THE_GATE))

    @routes.get(
        "/api/cloud/tileset.json", response_class=FileResponse, responses={**refuses(404), **_ANSWERS}
    )
    def tileset(request: Request) -> Response:
        """The scan's tileset, 3D Tiles 1.1; its root's transform leads to the world, Z up, metres."""
        return _file(site, TILESET, "application/json", request)

    @routes.get("/api/cloud/{tile}", response_class=FileResponse, responses={**refuses(404, 422), **_ANSWERS})
    def points(
        tile: TileName, request: Request, v: Annotated[str | None, Query(max_length=64)] = None
    ) -> Response:
        """One tile's points as binary glTF. With `v`, the tileset's version, browsers need not ask again."""
        answer = _file(site, tile, "model/gltf-binary", request)
        if v is not None:
            answer.headers["Cache-Control"] = FOR_EVER
        return answer

    return routes


def _file(site: Site, name: str, media_type: str, request: Request) -> Response:
    path = site.file(str(Path(TILES) / name))
    if path is None:
        raise HTTPException(404, f"this site has no {TILES}/{name}")
    answer = FileResponse(path, media_type=media_type, stat_result=path.stat())
    etag = answer.headers["etag"]
    asked = request.headers.get("if-none-match", "")
    if any(one.strip().removeprefix("W/") in (etag, "*") for one in asked.split(",")):
        return Response(status_code=304, headers={"ETag": etag})
    return answer
