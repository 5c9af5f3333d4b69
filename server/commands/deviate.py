"""deviate: a plan against a scan or a site, and a scan against an older one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.commands.options import DropInvalid, Json, Poses, Unit
from server.commands.printing import print_json
from server.progress import reporting

if TYPE_CHECKING:
    from scans.deviation.finding import Finding


def deviate(
    before: Annotated[
        Path, typer.Argument(help="The plan: a site, facility.json or layout file; or the older scan.")
    ],
    after: Annotated[
        list[Path],
        typer.Argument(help="Scan files in the plan's frame, or the as-built site, or the newer scan."),
    ],
    poses: Poses = None,
    poses_before: Annotated[
        Path | None, typer.Option(help="Sensor poses or station positions of the older scan.")
    ] = None,
    unit: Unit = None,
    drop_invalid: DropInvalid = False,
    limit: Annotated[
        float | None,
        typer.Option(help="Greatest difference allowed, mm: 20 from a plan, 10 between scans.", min=0.0),
    ] = None,
    plumb_limit: Annotated[
        str | None,
        typer.Option(
            help="Greatest lean of an upright: 1/200, or mm per m. Without it no verdict.", metavar="LEAN"
        ),
    ] = None,
    pass_width: Annotated[
        float, typer.Option(help="Width that must stay free in each aisle, m.", min=0.0)
    ] = 0.8,
    registration_sigma: Annotated[
        float,
        typer.Option(
            help="Standard deviation of the scan's place, or of one scan to the other, mm.", min=0.0
        ),
    ] = 3.0,
    tilt_sigma: Annotated[
        float, typer.Option(help="Standard deviation of the scan's vertical, mm per m.", min=0.0)
    ] = 0.1,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="findings.json to write.")] = None,
    as_json: Json = False,
) -> None:
    """Tell what is otherwise than planned, or than an older scan shows it: by how many mm, how sure, and whether that
    passes. Exit code 1: something fails; 4: nothing fails, but something cannot be decided.
    """
    from scans.deviation.change_patches import ChangeLimits
    from scans.deviation.plan_against_scan import DeviationLimits
    from scans.deviation.plumb import parse_plumb_limit
    from server.chores.deviating import (
        deviations_of_scan,
        deviations_of_scans,
        deviations_of_site,
        is_scan,
        write_findings,
    )

    try:
        plumb = None if plumb_limit is None else parse_plumb_limit(plumb_limit)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--plumb-limit") from None
    limit_m = (10.0 if is_scan(before) else 20.0) / 1000 if limit is None else limit / 1000
    scans = [is_scan(path) for path in after]
    if any(scans) != all(scans) or (len(after) > 1 and (is_scan(before) or not all(scans))):
        raise typer.BadParameter(
            "give scan files, or one site; against an older scan give one newer", param_hint="AFTER"
        )
    if is_scan(before) and not all(scans):
        raise typer.BadParameter(f"'{after[0]}' is no scan: the plan comes first", param_hint="AFTER")
    if poses_before is not None and not is_scan(before):
        raise typer.BadParameter(
            "the plan has no poses: give an older scan first", param_hint="--poses-before"
        )
    with reporting("deviate", quiet=as_json) as tell:
        if is_scan(before):
            changes = ChangeLimits(limit_m=limit_m, registration_sigma_m=registration_sigma / 1000)
            found = deviations_of_scans(
                before,
                after[0],
                limits=changes,
                poses=(poses_before, poses),
                unit=unit,
                drop_invalid=drop_invalid,
                progress=tell,
            )
        elif scans[0]:
            limits = DeviationLimits(
                limit_m=limit_m,
                pass_m=pass_width,
                plumb=plumb,
                registration_sigma_m=registration_sigma / 1000,
                tilt_sigma_rad=tilt_sigma / 1000,
            )
            found = deviations_of_scan(
                before, after, limits=limits, poses=poses, unit=unit, drop_invalid=drop_invalid, progress=tell
            )
        else:
            found = deviations_of_site(before, after[0], limit_m=limit_m)
    if output is not None:
        write_findings(output, found)
    if as_json:
        print_json([one.record() for one in found])
    else:
        _print_table(found)
    verdicts = {one.verdict for one in found}
    if "fail" in verdicts or "cannot_decide" in verdicts:
        raise typer.Exit(1 if "fail" in verdicts else 4)


def _print_table(found: Sequence[Finding]) -> None:
    """What fails, what cannot be decided of all but single beams, what has no limit; then how many of each."""
    rows = [one for one in found if one.verdict == "fail"]
    rows += [one for one in found if one.verdict == "cannot_decide" and one.type != "beam_missing"]
    rows += _greatest_leans(found)
    for one in rows:
        verdict = (one.verdict or "no limit").replace("_", " ")
        typer.echo(f"{verdict:13}  {one.type:15}  {one.text}{_bound(one)}")
    counts = Counter((one.type, one.verdict) for one in found)
    for kind in dict.fromkeys(one.type for one in found):
        told = ", ".join(
            f"{counts[kind, verdict]} {(verdict or 'without a limit').replace('_', ' ')}"
            for verdict in ("fail", "cannot_decide", "pass", None)
            if counts[kind, verdict]
        )
        typer.echo(f"{kind}: {told}")
    if not found:
        typer.echo("nothing to tell")


def _bound(one: Finding) -> str:
    """The bound of a shift; of the size of a new thing it says nothing."""
    if one.at_most_m is None or one.limit_m is None or one.type.endswith(("_added", "_blocked")):
        return ""
    return f"; at most {1000 * one.at_most_m:.0f} mm (97.5 %), limit {1000 * one.limit_m:.0f} mm"


def _greatest_leans(found: Sequence[Finding]) -> list[Finding]:
    """Of leans without a limit, the greatest of each rack."""
    worst: dict[str, Finding] = {}
    for one in found:
        if one.verdict is None:
            rack = one.place["rack"]
            if rack not in worst or _lean(one) > _lean(worst[rack]):
                worst[rack] = one
    return list(worst.values())


def _lean(one: Finding) -> float:
    names = ("lean_along_mm_per_m", "lean_across_mm_per_m")
    return max(abs(float(one.more[name])) for name in names if name in one.more)
