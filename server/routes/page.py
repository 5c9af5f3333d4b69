"""The browser page, and what every answer says to browsers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles

from server.access.declared import anyone
from viewer.web_assets import BUILD_COMMAND, built_page

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; connect-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
)

MISSING_PAGE = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>aisletwin</title>
<h1>The page has not been built</h1>
<p>This server runs, and its data are under <a href="/api/site">/api/site</a>, but the browser page is not in
this checkout. Build it once, with Node.js 20 or later, and load this address again:</p>
<pre>{BUILD_COMMAND}</pre></html>"""


async def keep_to_itself(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """The page may load nothing from elsewhere, and nothing is shown stale after a new scan or build."""
    response = await answer(request)
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault("Cache-Control", "no-cache")
    return response


PAGES = {"/": "index.html", "/ar.html": "ar.html", "/ar-worker.js": "ar-worker.js"}
"""Files that are not in `assets`, by path: the page, that for devices in the hall, and what keeps it when offline."""


def serve_page(app: FastAPI) -> None:
    """The pages at their paths."""
    folder = built_page()
    if folder is None:
        app.get("/", include_in_schema=False, dependencies=[Depends(anyone)])(
            lambda: HTMLResponse(MISSING_PAGE)
        )
        return
    for path, name in PAGES.items():
        if not (folder / name).is_file():
            continue  # built before there was such a page
        app.get(path, include_in_schema=False, dependencies=[Depends(anyone)])(_file(folder / name))
    app.mount("/assets", StaticFiles(directory=folder / "assets"))


def _file(path: Path) -> Callable[[], FileResponse]:
    return lambda: FileResponse(path)
