"""audit: whether the log of who changed what is as it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from server.commands.options import Json
from server.commands.printing import print_json
from spatial.errors import BadDataError

audit = typer.Typer(
    name="audit",
    help="The audit log: who changed what, and whether somebody changed that.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
FINDING = 1


@audit.callback()
def _group() -> None:
    """A group, though it has one command so far."""


@audit.command()
def check(
    log: Annotated[Path, typer.Argument(help="The audit log, as twin.yaml names it.")],
    key: Annotated[
        Path | None, typer.Option(help="The key that seals it; default beside it, as the server makes it.")
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(help="A head that was noted elsewhere: it must still be in it.", metavar="SEQ:SHA256"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check that no line was changed, removed, moved or cut off. Ends with 1 if one was."""
    from server.access.audit import Head
    from server.access.audit_check import verify
    from server.access.private_files import read_or_make_key

    noted = None
    if head is not None:
        seq, _, sha256 = head.partition(":")
        if not seq.isdigit() or len(sha256) != 64:
            raise typer.BadParameter(
                f"'{head}' is no head: give SEQ:SHA256, as it was told", param_hint="--head"
            )
        noted = Head(int(seq), sha256)
    sealed_by = key or log.with_name(f"{log.name}.key")
    if not sealed_by.is_file():
        raise BadDataError(f"{sealed_by} is missing: name the key that seals the log, with --key")
    report = verify(log, read_or_make_key(sealed_by), head=noted)
    if as_json:
        print_json({**report._asdict(), "head": str(report.head), "is_whole": report.is_whole})
    else:
        for fault in report.faults:
            typer.echo(fault)
        typer.echo(
            f"{report.entries} entries, {'whole' if report.is_whole else 'NOT as written'}; head {report.head}"
        )
    if not report.is_whole:
        raise typer.Exit(FINDING)
