"""rehearse: a run told to a live server as if it happened now."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Annotated

import typer

from server.commands.options import Json, Site
from server.commands.printing import print_json
from server.progress import reporting

INTERRUPTED = 130


def rehearse(
    site: Site,
    run: Annotated[Path, typer.Argument(help="Folder of a run at that site.")],
    to: Annotated[str, typer.Option("--to", help="Server of a live twin.", metavar="http://127.0.0.1:8000")],
    speed: Annotated[float, typer.Option(help="So many times as fast as it was.")] = 1.0,
    token_env: Annotated[
        str | None, typer.Option(help="Environment variable that holds the token.", metavar="NAME")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell a run to a live server as it would happen now: positions, work, stock and orders."""
    from server.chores.rehearsing import rehearse as tell_run

    if not (speed > 0 and math.isfinite(speed)):
        raise typer.BadParameter(f"{speed:g} is not above 0: give 1 for as it was", param_hint="--speed")
    if not to.startswith(("http://", "https://")):
        raise typer.BadParameter(f"'{to}' is no http or https address", param_hint="--to")
    token = None if token_env is None else os.environ.get(token_env)
    if token_env is not None and not token:
        raise typer.BadParameter(
            f"the environment variable {token_env} holds no token", param_hint="--token-env"
        )
    try:
        with reporting("rehearse", quiet=as_json) as tell:
            count = tell_run(site, run, to, speed=speed, token=token, progress=tell)
    except KeyboardInterrupt:
        typer.echo("ended before the run did; what was told stays in the log", err=True)
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        print_json({"events": count})
    else:
        typer.echo(f"{count} events told")
