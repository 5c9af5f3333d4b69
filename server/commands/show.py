"""serve and view: a run in the browser and on the desktop."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from server.commands.options import Site
from server.progress import reporting
from spatial.errors import MissingToolError

if TYPE_CHECKING:
    from layouts.diff.deviations import Deviation

LOOPBACK = "127.0.0.1"


def serve(
    site: Site,
    run: Annotated[Path | None, typer.Option(help="Folder of a run to play.")] = None,
    plan: Annotated[Path | None, typer.Option(help="Folder of a slotting plan to show.")] = None,
    planned: Annotated[
        Path | None, typer.Option(help="Planned hall, a site or a layout file: show what deviates from it.")
    ] = None,
    beside: Annotated[Path | None, typer.Option(help="Another site, to be shown beside this one.")] = None,
    beside_run: Annotated[
        Path | None, typer.Option(help="Run to play on that one, on the same clock.")
    ] = None,
    live: Annotated[
        Path | None, typer.Option(help="twin.yaml: follow the warehouse as it is now, instead of a run.")
    ] = None,
    tokens: Annotated[
        Path | None, typer.Option(help="File of `aisletwin tokens`: who is let in; needed off this machine.")
    ] = None,
    https_certificate: Annotated[
        Path | None,
        typer.Option(help="Certificate of `scripts/certificate.sh`: answer over HTTPS, as AR needs."),
    ] = None,
    https_key: Annotated[Path | None, typer.Option(help="The key of that certificate.")] = None,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Tell what happens as lines of JSON on standard error.")
    ] = False,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = LOOPBACK,
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8000,
) -> None:
    """Serve a site to browsers, with a run, a slotting plan, a planned hall or another site, or its live twin."""
    from server.answers.shown import read_shown
    from server.listening import Certificate
    from server.observing.logs import log_to
    from server.serving import serve as serve_site

    if log_json:
        log_to(is_json=True)
    if live is not None and run is not None:
        raise typer.BadParameter(
            "a run is played or the present is followed: give one of both", param_hint="--live"
        )
    if live is not None and beside is not None:
        raise typer.BadParameter(
            "another site is shown beside a run, not beside the present", param_hint="--beside"
        )
    if beside is None and beside_run is not None:
        raise typer.BadParameter("beside which site? It needs --beside SITE", param_hint="--beside-run")

    if (https_certificate is None) != (https_key is None):
        raise typer.BadParameter(
            "a certificate goes with its key: give --https-certificate and --https-key",
            param_hint="--https-certificate",
        )
    https = None
    if https_certificate is not None and https_key is not None:
        https = Certificate(https_certificate, https_key)

    with naming_port(host, port):
        serve_site(
            read_shown(site, run, plan_dir=plan, planned=planned),
            beside=None if beside is None else read_shown(beside, beside_run),
            live=live,
            tokens=tokens,
            host=host,
            port=port,
            https=https,
            on_ready=lambda url: typer.echo(f"{url} (Ctrl-C ends)"),
        )


def view(
    site: Annotated[
        str, typer.Argument(help="Folder with facility.json, or the address of a server to follow.")
    ],
    run: Annotated[Path | None, typer.Argument(help="Folder of a run to play.")] = None,
    plan: Annotated[Path | None, typer.Option(help="Folder of a slotting plan to show.")] = None,
    before: Annotated[
        bool, typer.Option("--before", help="With --plan: how it is today, instead of how it will be.")
    ] = False,
    planned: Annotated[
        Path | None, typer.Option(help="Planned hall, a site or a layout file: show what deviates from it.")
    ] = None,
    goods_path: Annotated[
        Path | None, typer.Option(help="Way of goods to draw, which `inventory recall --path` wrote.")
    ] = None,
    beside: Annotated[
        Path | None, typer.Option(help="Another site, right of a divider that can be moved.")
    ] = None,
    beside_run: Annotated[
        Path | None, typer.Option(help="Run to play on that one, on the same clock.")
    ] = None,
    divider: Annotated[
        float, typer.Option(help="Where the divider stands, as a share of the width.", min=0.02, max=0.98)
    ] = 0.5,
    colour: Annotated[
        Literal["state", "fill", "velocity", "blocked"],
        typer.Option(help="What locations are coloured by."),
    ] = "state",
    token_env: Annotated[
        str | None,
        typer.Option(help="With an address: environment variable that holds the token.", metavar="NAME"),
    ] = None,
    png: Annotated[Path | None, typer.Option(help="Write a picture instead of opening a window.")] = None,
    mp4: Annotated[Path | None, typer.Option(help="Write a film instead of opening a window.")] = None,
    at_s: Annotated[float | None, typer.Option("--at", help="Second of the run to show.", min=0)] = None,
    speed: Annotated[float, typer.Option(help="Film: times real time.", min=0.1)] = 30.0,
    seconds: Annotated[float, typer.Option(help="Film: its length.", min=0.1)] = 20.0,
) -> None:
    """Show a site, with a run, a plan or another site, or what a server shows, on the desktop; or write a picture or
    film without any screen.
    """
    if before and plan is None:
        raise typer.BadParameter("before what? It needs --plan PLAN", param_hint="--before")
    if beside is None and beside_run is not None:
        raise typer.BadParameter("beside which site? It needs --beside SITE", param_hint="--beside-run")
    if png is None and mp4 is None:
        _require_screen()
    if site.startswith(("http://", "https://")):
        if mp4 is not None or any(
            each is not None for each in (run, plan, planned, goods_path, beside, at_s)
        ):
            raise typer.BadParameter(
                "a server tells what is shown: with an address only --png and --token-env go",
                param_hint="SITE",
            )
        _view_server(site, png, token_env)
        return
    from viewer.desktop.desktop import Wishes, film, picture, show

    wishes = Wishes(
        plan=plan,
        after=not before,
        deviations=_deviations(Path(site), planned),
        goods_path=goods_path,
        beside=beside,
        beside_run=beside_run,
        divider=divider,
        colour=colour,
    )
    if mp4 is not None:
        if run is None:
            raise typer.BadParameter("a film needs a run: aisletwin view SITE RUN --mp4 FILE")
        with reporting("film") as tell:
            film(
                Path(site),
                run,
                mp4,
                speed=speed,
                duration_s=seconds,
                progress=lambda share: tell("frames", share),
                wishes=wishes,
            )
    if png is not None:
        picture(Path(site), run, png, at_s, wishes=wishes)
    if png is None and mp4 is None:
        show(Path(site), run, at_s=at_s, wishes=wishes)


def _view_server(address: str, png: Path | None, token_env: str | None) -> None:
    from viewer.desktop.desktop import server_picture, show_server

    token = None if token_env is None else os.environ.get(token_env)
    if token_env is not None and not token:
        raise typer.BadParameter(
            f"the environment variable {token_env} holds no token", param_hint="--token-env"
        )
    if png is not None:
        server_picture(address, png, token=token)
    else:
        show_server(address, token=token)


def _deviations(site: Path, planned: Path | None) -> tuple[Deviation, ...]:
    """What deviates in a site from a planned hall."""
    from server.answers.shown import read_shown

    return () if planned is None else read_shown(site, planned=planned).deviations or ()


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
