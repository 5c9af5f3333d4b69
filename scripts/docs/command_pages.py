"""The command line as a page: every command with its help as the terminal shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer

from server.commands import app

EXTRA = re.compile(r"  \[(?P<extra>[^\[\]]*)\]$")
"""What the terminal adds to a help text: [default: 10; x>=2], [required]."""


def command_page() -> str:
    """Every command and group, in the order of `aisletwin --help`."""
    root: Any = typer.main.get_command(app)
    about = "What `--help` says of each command. Exit codes are those of [Conventions](../conventions.md)."
    lines = ["# Command line", "", about, ""]
    for name, command in commands(root, "aisletwin"):
        lines += [f"## {name}", "", command.help.strip() if command.help else "", ""]
        context = command.make_context(name, ["--help"], resilient_parsing=True)
        told = [parameter.get_help_record(context) for parameter in command.params]
        if rows := [_row(*each) for each in told if each]:
            lines += ["| argument or option | default and limits | does |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """A command and all below it, each with what one types."""
    yield name, command
    for below, one in getattr(command, "commands", {}).items():
        yield from commands(one, f"{name} {below}")


def _row(names: str, told: str) -> str:
    found = EXTRA.search(told)
    extra = found["extra"].removeprefix("default: ").replace("; ", ", ") if found else ""
    shown = f"`{extra}`" if extra and extra != "required" else extra
    does = EXTRA.sub("", told).replace("\n", " ").replace("|", "\\|")
    return f"| `{names}` | {shown} | {does} |"
