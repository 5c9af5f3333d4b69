"""layout: planned halls as files, checked and held against others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from server.commands.options import Json, agent_of
from server.commands.printing import print_json, print_notes

layout = typer.Typer(
    name="layout",
    help="Planned halls: build one from a file, write the file of a scan, check it, hold it against another.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Hall = Annotated[Path, typer.Argument(help="A site's folder, a facility.json or a layout.yaml.")]


@layout.command()
def build(
    file: Annotated[Path, typer.Argument(help="layout.yaml")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The site's folder; made if missing.")],
    as_json: Json = False,
) -> None:
    """Build the facility of a layout file: facility.json and facility.glb, as a scan makes them."""
    from server.chores.planned import build_site
    from server.progress import reporting

    with reporting("layout", quiet=as_json) as tell:
        facility = build_site(file, output, progress=tell)
    counts = {
        name: len(getattr(facility, name))
        for name in ("racks", "locations", "aisles", "walls", "columns", "obstacles", "stations")
    }
    if as_json:
        print_json({"site": str(output), "id": facility.id, **counts})
    else:
        typer.echo(f"{output}: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))


@layout.command("from-scan")
def from_scan(
    hall: Hall,
    output: Annotated[Path, typer.Option("--output", "-o", help="The layout file to write.")],
    within: Annotated[
        float, typer.Option(help="Metres up to which racks are taken for regular.", min=0.005, max=1.0)
    ] = 0.01,
    as_json: Json = False,
) -> None:
    """Write the layout file of a scanned hall, so that it can be edited and built again."""
    from server.chores.planned import write_layout_of

    notes = write_layout_of(hall, output, within_m=within)
    if as_json:
        print_json({"layout": str(output), "notes": list(notes)})
        return
    print_notes(notes)
    typer.echo(f"{output} is written: edit it and build it with 'aisletwin layout build'")


@layout.command()
def check(
    hall: Hall,
    agent: Annotated[list[str] | None, typer.Option(help="Who works there; repeatable.")] = None,
    limits: Annotated[Path | None, typer.Option(help="YAML with your own limits.")] = None,
    passes: Annotated[bool, typer.Option("--passes", help="Tell what passed too.")] = False,
    each: Annotated[
        bool, typer.Option("--each", help="A line for every finding; without it those of a rule share one.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check a hall against the rules it must keep: room, height, ways out, reach, loads."""
    from layouts.rules.check_layout import check_layout
    from layouts.rules.limits import DEFAULT_LIMITS, read_limits
    from layouts.rules.report import exit_code, findings_dict, findings_text
    from server.chores.planned import hall_at
    from server.progress import reporting
    from server.rule_lines import grouped_text

    agents = [agent_of(name) for name in agent or ["picker"]]
    allowed = DEFAULT_LIMITS if limits is None else read_limits(limits)
    with reporting("check", quiet=as_json) as tell:
        tell("reading", 0.0)
        facility = hall_at(hall)
        tell("rules", 0.3)
        findings = check_layout(facility, agents, allowed)
    if as_json:
        print_json(findings_dict(findings))
    else:
        worded = findings_text if each else grouped_text
        typer.echo(worded(findings, passes=passes).rstrip())
    raise typer.Exit(exit_code(findings))


@layout.command()
def diff(
    a: Hall,
    b: Hall,
    svg: Annotated[Path | None, typer.Option(help="Also draw both on one plan.")] = None,
    html: Annotated[
        Path | None, typer.Option(help="Also write all of it as one page, plans included.")
    ] = None,
    glb: Annotated[Path | None, typer.Option(help="Also write both in 3D, what changed in colour.")] = None,
    as_json: Json = False,
) -> None:
    """Tell what differs between two halls: added, removed, moved by how much; positions, cube, aisle metres."""
    from layouts.diff.record import diff_dict
    from layouts.diff.text import diff_text
    from server.chores.differences import diff_halls
    from server.progress import reporting

    with reporting("diff", quiet=as_json) as tell:
        found = diff_halls(a, b, svg=svg, html=html, glb=glb, progress=tell)
    if as_json:
        print_json(diff_dict(found))
    else:
        typer.echo(diff_text(found))
