"""The `aisletwin` command: runs a subcommand and turns how it ends into an exit code.

Exit codes: 0 fine · 1 a finding · 2 usage · 3 bad data · 4 undecided · 130 interrupted.
"""

from __future__ import annotations

import sys

import typer

from server.commands import app
from spatial.errors import AisletwinError


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: list[str]) -> int:
    """Run one command and return its exit code; every error of ours is one sentence on standard error."""
    try:
        typer.main.get_command(app).main(arguments, prog_name="aisletwin")
    except SystemExit as end:  # how typer ends, also after --help and wrong usage
        return end.code if isinstance(end.code, int) else 0
    except AisletwinError as error:
        typer.echo(f"aisletwin: {error}", err=True)
        return error.exit_code
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        typer.echo(f"aisletwin: {place}{error.strerror or error}", err=True)
        return 3
    return 0
