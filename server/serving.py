"""Serving the folders of a site and a run."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from server.access.access import access_of
from server.access.guarding import audit_of
from server.answers.shown import Shown
from server.app import LOOPBACK, create_app
from server.clock import clock_ms
from server.listening import Certificate, checked_certificate, listen, web_server
from server.twin.live_server import LiveServer
from server.twin.twin_file import TwinFile, read_twin_file
from viewer.messages import Play, SetSpeed

AUTOPLAY_SPEED = 8.0


def serve(
    shown: Shown,
    *,
    beside: Shown | None = None,
    live: Path | None = None,
    tokens: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    https: Certificate | None = None,
    is_playing: bool = False,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve a site and what is shown of it, and another `beside` it if given, until interrupted. Port 0 takes a free
    one.

    `live` is a twin.yaml: the live twin is shown then, fed by what the file names; `tokens` is the file of
    those who are let in, and needed at a `host` that other machines reach. With `https` the server speaks
    nothing else. With `is_playing` the run plays from its start at eight times real time. `on_ready` gets the
    page's address once requests are answered. Raises
    BadDataError for a file that is not what it must be, OSError when the port is taken.
    """
    https = None if https is None else checked_certificate(https)
    site = shown.site
    hosts = LOOPBACK if host in LOOPBACK else ("*",)
    told = TwinFile() if live is None else read_twin_file(live)
    settings = told.access if tokens is None else told.access.model_copy(update={"tokens": tokens})
    access = access_of(settings, host, site=site.facility.id)
    twin = None if live is None else LiveServer(told, site)
    audit = audit_of(settings, now_ms=clock_ms())
    app = create_app(
        shown,
        beside=beside,
        live=twin,
        access=access,
        limits=settings.limits,
        audit=audit,
        allowed_hosts=hosts,
    )
    if is_playing and shown.run is not None:
        app.state.played.obey(SetSpeed(speed=AUTOPLAY_SPEED))
        app.state.played.obey(Play())
    gc.collect()
    gc.freeze()  # all that is there now stays: to look through it again and again stops everything for 0.4 s a time
    with suppress(KeyboardInterrupt):  # the server has said goodbye by then
        web_server(app, on_ready=on_ready, https=https).run([listen(host, port)])
    if audit is not None:
        audit[0].close()
