"""register: scans into one frame, or into the world of control points."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.commands.options import DropInvalid, Json, Seed, Unit
from server.commands.printing import print_json, print_notes
from server.progress import reporting

if TYPE_CHECKING:
    from scans.registration.register import RegisteredScan


def register(
    files: Annotated[
        list[Path], typer.Argument(help="Scan files, each in a frame of its own or near --poses.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Poses to write, for scan --poses.")],
    poses: Annotated[
        Path | None, typer.Option(help="Prior poses of the scans, good to a metre and some degrees.")
    ] = None,
    control_points: Annotated[
        Path | None, typer.Option(help="CSV of surveyed points: id, x, y, z[, sigma_m]; needs --targets.")
    ] = None,
    targets: Annotated[
        Path | None, typer.Option(help="CSV of where scans show them: id, scan, x, y, z[, sigma_m].")
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            help="Site, facility.json or layout in the world of --poses or --control-points: tells how racks repeat."
        ),
    ] = None,
    loads_stayed: Annotated[
        bool,
        typer.Option("--loads-stayed", help="No load was moved between the scans: loads tell a place, too."),
    ] = False,
    accept_ambiguous: Annotated[
        bool, typer.Option("--accept-ambiguous", help="Write poses, marked, that could be whole bays off.")
    ] = False,
    unit: Unit = None,
    drop_invalid: DropInvalid = False,
    workers: Annotated[int, typer.Option(help="Threads; the result is the same.", min=1, max=256)] = 1,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Find how scans lie to each other, each pose with its covariance. Exit code 4: a pose cannot be told, or it fits
    as well whole bays further on and is left out.
    """
    if (control_points is None) != (targets is None):
        raise typer.BadParameter("--control-points and --targets go together: give both tables or neither")
    if plan is not None and poses is None and control_points is None:
        raise typer.BadParameter(
            "a plan is of the world: give --control-points or --poses", param_hint="--plan"
        )
    from server.chores.registering import register_files

    with reporting("register", quiet=as_json) as tell:
        told = register_files(
            files,
            output,
            poses=poses,
            control_points=control_points,
            targets=targets,
            plan=plan,
            loads_count=loads_stayed,
            accept_ambiguous=accept_ambiguous,
            unit=unit,
            drop_invalid=drop_invalid,
            workers=workers,
            seed=seed,
            progress=tell,
        )
    if as_json:
        print_json(told.as_json())
    else:
        for scan in told.scans:
            typer.echo(_line(scan))
            typer.echo(_aliasing(scan, is_accepted=accept_ambiguous))
        for name, off_mm in told.residual_mm.items():
            typer.echo(f"control point {name}: {off_mm:.1f} mm")
        print_notes(told.notes)
    if not told.converged or (told.ambiguous and not accept_ambiguous):
        raise typer.Exit(4)


def _line(scan: RegisteredScan) -> str:
    if scan.sigma_m is None or scan.sigma_deg is None:
        return f"{scan.name}: {scan.verdict.replace('_', ' ')}: {scan.reason}"
    within = f"±{1.96e3 * scan.sigma_m:.1f} mm, ±{1.96 * scan.sigma_deg:.3f}° (95 %)"
    if scan.rmse_m is None or scan.overlap is None:
        return f"{scan.name}: {scan.verdict}, {within}, by control points alone"
    return (
        f"{scan.name}: {scan.verdict}, {within}, {scan.pairs} pairs ({scan.loops} in loops), overlap "
        f"{scan.overlap:.0%}, rmse {1e3 * scan.rmse_m:.1f} mm"
    )


def _aliasing(scan: RegisteredScan, *, is_accepted: bool) -> str:
    word = scan.aliasing.verdict.replace("_", " ")
    left = "" if is_accepted or scan.aliasing.verdict != "ambiguous" else "; its pose is left out"
    return f"  aliasing {word}: {scan.aliasing.reason}{left}"
