"""Options and arguments that several subcommands share, and what their texts mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from spatial.floor.agents import AgentClass, agent_named

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON and nothing else.")]
Depot = Annotated[str | None, typer.Option(help="Where tours start and end: X,Y in metres.", metavar="X,Y")]
Unit = Annotated[
    Literal["m", "cm", "mm", "ft", "us-ft", "in"] | None,
    typer.Option(help="Unit of the scan's coordinates; believed when given."),
]
Poses = Annotated[
    Path | None, typer.Option(help="Sensor poses (TUM text) or station positions (JSON) of the scans.")
]
DropInvalid = Annotated[
    bool,
    typer.Option("--drop-invalid", help="Leave out points that are not finite."),
]
Columns = Annotated[
    str | None,
    typer.Option(
        help="Columns of text files, as x,y,z,intensity,r,g,b; _ skips one; believed when given.",
        metavar="NAMES",
    ),
]
Up = Annotated[
    Literal["x", "y", "z", "-x", "-y", "-z"] | None,
    typer.Option(
        help="Axis that points up in the scans (and poses); they are turned, never mirrored. Default z, checked."
    ),
]
SCAN_FILES = "Scan files: .las .laz .e57 .ply .pcd .pts .ptx .xyz .txt .asc .csv, or folders with depth/*.png"
Seed = Annotated[int, typer.Option(help="Seed of everything random.", min=0)]
Rules = Annotated[
    Path | None, typer.Option(help="YAML with floor rules: one-way aisles, zones, closures, lifts.")
]
Site = Annotated[Path, typer.Argument(help="Folder with facility.json.")]


def agent_of(name: str) -> AgentClass:
    """The agent class of that name; a wrong one is wrong usage."""
    try:
        return agent_named(name)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--agent") from None


def require_figure(figure: str, known: Sequence[str]) -> None:
    """Refuse a figure that no run has before anything is simulated."""
    if figure not in known:
        raise typer.BadParameter(
            f"there is no figure '{figure}': choose one of {', '.join(known)}", param_hint="--figure"
        )


def service_of(text: str) -> float:
    """98% or 0.98; what is no share between the two ends is wrong usage."""
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise typer.BadParameter(
            f"'{text}' is no service: give a share above 0 and below 1, as 98% or 0.98",
            param_hint="--service",
        )
    return share


def columns_of(text: str | None) -> tuple[str, ...] | None:
    """The names of columns given as NAMES; a set that names no point is wrong usage."""
    if text is None:
        return None
    from scans.readers.text_columns import checked_columns

    try:
        return checked_columns(text.split(","))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--columns") from None


def point_of(text: str | None) -> tuple[float, float] | None:
    """A place given as X,Y."""
    if text is None:
        return None
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        x = y = math.nan
    if not (math.isfinite(x) and math.isfinite(y)):
        raise typer.BadParameter(
            f"'{text}' is no place: give X,Y in metres, as in 12.5,3", param_hint="--depot"
        )
    return x, y
