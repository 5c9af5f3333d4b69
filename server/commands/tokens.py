"""tokens: who may reach a server, as what, and for how long."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from server.commands.options import Json
from server.commands.printing import print_json

tokens = typer.Typer(
    name="tokens",
    help="Tokens: who may reach a server, as what, and for how long.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

File = Annotated[Path, typer.Argument(help="The tokens file, as twin.yaml or `serve --tokens` names it.")]


@tokens.command()
def make(
    file: File,
    name: Annotated[str, typer.Argument(help="Whose it is: a person, a feed, an edge node.")],
    role: Annotated[str, typer.Option(help="viewer, planner, operator or admin.")] = "viewer",
    site: Annotated[
        list[str] | None, typer.Option(help="A site that it reaches; repeatable. Without one, all.")
    ] = None,
    days: Annotated[float, typer.Option(help="It ends after so many days; 0 for never.", min=0)] = 365.0,
    as_json: Json = False,
) -> None:
    """Make a token and show it: this once, for the file holds only its hash."""
    from server.access.tokens import make_token

    try:
        secret = make_token(file, name, role=role, sites=site or None, now_ms=_now_ms(), days=days or None)  # type: ignore[arg-type]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if as_json:
        print_json({"name": name, "role": role, "sites": site or None, "token": secret})
        return
    typer.echo(secret)
    typer.echo(
        f"{name} is {role} of {', '.join(site) if site else 'all sites'}: it is not shown again", err=True
    )


@tokens.command("list")
def list_tokens(file: File, as_json: Json = False) -> None:
    """List tokens, without their secrets."""
    from server.access.tokens import read_tokens

    found = read_tokens(file)
    if as_json:
        print_json([_record(token) for token in found])
        return
    now_ms = _now_ms()
    for token in found:
        sites = "all sites" if token.sites is None else ", ".join(token.sites)
        state = (
            "valid" if token.is_valid(now_ms) else "revoked" if token.revoked_ms is not None else "expired"
        )
        until = "" if token.expires_ms is None else f" until {_time(token.expires_ms)}"
        typer.echo(f"{token.name}: {token.role} of {sites}, {state}{until}, made {_time(token.created_ms)}")


@tokens.command()
def revoke(file: File, name: Annotated[str, typer.Argument(help="Whose tokens end.")]) -> None:
    """End all tokens of a name, their sessions and open pages at once."""
    from server.access.tokens import revoke as revoke_tokens

    count = revoke_tokens(file, name, now_ms=_now_ms())
    typer.echo(f"{count} tokens of {name} are revoked")


def _record(token: Any) -> dict[str, Any]:
    return {
        "name": token.name,
        "role": token.role,
        "sites": token.sites,
        "created_ms": token.created_ms,
        "expires_ms": token.expires_ms,
        "revoked_ms": token.revoked_ms,
    }


def _time(at_ms: int) -> str:
    return dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
