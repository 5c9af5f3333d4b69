"""serve and view: a run in the browser and on the desktop."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from server.commands.options import Site
from server.progress import reporting
from spatial.errors import MissingToolError

LOOPBACK = "127.0.0.1"


def serve(
    site: Site,
    run: Annotated[Path | None, typer.Option(help="Folder of a run to play.")] = None,
    plan: Annotated[Path | None, typer.Option(help="Folder of a slotting plan to show.")] = None,
    live: Annotated[
        Path | None, typer.Option(help="twin.yaml: follow the warehouse as it is now, instead of a run.")
    ] = None,
    tokens: Annotated[
        Path | None, typer.Option(help="File of `aisletwin tokens`: who is let in; needed off this machine.")
    ] = None,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Tell what happens as lines of JSON on standard error.")
    ] = False,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = LOOPBACK,
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8000,
) -> None:
    """Serve a site to browsers, and a run and a slotting plan if given, or its live twin."""
    from server.observing.logs import log_to
    from server.serving import serve as serve_site

    if log_json:
        log_to(is_json=True)
    if live is not None and run is not None:
        raise typer.BadParameter(
            "a run is played or the present is followed: give one of both", param_hint="--live"
        )

    with naming_port(host, port):
        serve_site(
            site,
            run,
            plan_dir=plan,
            live=live,
            tokens=tokens,
            host=host,
            port=port,
            on_ready=lambda url: typer.echo(f"{url} (Ctrl-C ends)"),
        )


def view(
    site: Site,
    run: Annotated[Path | None, typer.Argument(help="Folder of a run to play.")] = None,
    plan: Annotated[Path | None, typer.Option(help="Folder of a slotting plan to show.")] = None,
    before: Annotated[
        bool, typer.Option("--before", help="With --plan: how it is today, instead of how it will be.")
    ] = False,
    png: Annotated[Path | None, typer.Option(help="Write a picture instead of opening a window.")] = None,
    mp4: Annotated[Path | None, typer.Option(help="Write a film instead of opening a window.")] = None,
    at_s: Annotated[float | None, typer.Option("--at", help="Second of the run to show.", min=0)] = None,
    speed: Annotated[float, typer.Option(help="Film: times real time.", min=0.1)] = 30.0,
    seconds: Annotated[float, typer.Option(help="Film: its length.", min=0.1)] = 20.0,
) -> None:
    """Show a site, with a run or a slotting plan, on the desktop; or write a picture or film without any screen."""
    if before and plan is None:
        raise typer.BadParameter("before what? It needs --plan PLAN", param_hint="--before")
    if png is None and mp4 is None:
        _require_screen()
    from viewer.desktop import film, picture, show

    if mp4 is not None:
        if run is None:
            raise typer.BadParameter("a film needs a run: aisletwin view SITE RUN --mp4 FILE")
        with reporting("film") as tell:
            film(
                site, run, mp4, speed=speed, duration_s=seconds, progress=lambda share: tell("frames", share)
            )
    if png is not None:
        picture(site, run, png, at_s, plan=plan, after=not before)
    if png is None and mp4 is None:
        show(site, run, plan=plan, after=not before)


@contextmanager
def naming_port(host: str, port: int) -> Iterator[None]:
    """Turn what the system says about a port that cannot be had into a sentence on --port."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES):
            raise
        said = (error.strerror or str(error)).lower()
        raise typer.BadParameter(
            f"{host}:{port}: {said}: choose another --port, 0 takes a free one"
        ) from None


def _require_screen() -> None:
    """Raise MissingToolError where there is no screen to open a window on."""
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        raise MissingToolError(
            "there is no screen here (DISPLAY is not set): pass --png FILE or --mp4 FILE, or serve it"
        )
