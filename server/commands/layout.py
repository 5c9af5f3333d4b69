"""layout: planned halls as files, checked and held against others; compare: scenarios on the same orders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from server.commands.clean_output import strangers_on_stderr
from server.commands.options import Json, agent_of, require_figure
from server.commands.printing import print_json, print_notes
from server.progress import reporting

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
    from server.planned import build_site

    facility = build_site(file, output)
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
        float, typer.Option(help="Metres up to which racks are taken for regular.", min=0.001, max=1.0)
    ] = 0.01,
) -> None:
    """Write the layout file of a scanned hall, so that it can be edited and built again."""
    from server.planned import write_layout_of

    print_notes(write_layout_of(hall, output, within_m=within))
    typer.echo(f"{output} is written: edit it and build it with 'aisletwin layout build'")


@layout.command()
def check(
    hall: Hall,
    agent: Annotated[list[str] | None, typer.Option(help="Who works there; repeatable.")] = None,
    limits: Annotated[Path | None, typer.Option(help="YAML with your own limits.")] = None,
    passes: Annotated[bool, typer.Option("--passes", help="Tell what passed too.")] = False,
    as_json: Json = False,
) -> None:
    """Check a hall against the rules it must keep: room, height, ways out, reach, loads."""
    from layouts.rules.check_layout import check_layout
    from layouts.rules.limits import DEFAULT_LIMITS, read_limits
    from layouts.rules.report import exit_code, findings_dict, findings_text
    from server.planned import hall_at

    findings = check_layout(
        hall_at(hall),
        [agent_of(name) for name in agent or ["picker"]],
        DEFAULT_LIMITS if limits is None else read_limits(limits),
    )
    if as_json:
        print_json(findings_dict(findings))
    else:
        typer.echo(findings_text(findings, passes=passes))
    raise typer.Exit(exit_code(findings))


@layout.command()
def diff(
    a: Hall,
    b: Hall,
    svg: Annotated[Path | None, typer.Option(help="Also draw both on one plan.")] = None,
    as_json: Json = False,
) -> None:
    """Tell what differs between two halls: added, removed, moved by how much; positions, cube, aisle metres."""
    from layouts.diff.facility_diff import diff_facilities
    from layouts.diff.picture import diff_svg
    from layouts.diff.record import diff_dict
    from layouts.diff.text import diff_text
    from server.planned import hall_at, write_text

    one, other = hall_at(a), hall_at(b)
    found = diff_facilities(one, other)
    if svg is not None:
        write_text(svg, diff_svg(found, one, other))
    if as_json:
        print_json(diff_dict(found))
    else:
        typer.echo(diff_text(found))


def compare(
    scenarios: Annotated[list[Path], typer.Argument(help="scenario.yaml files; the first is the baseline.")],
    half_width: Annotated[
        float | None,
        typer.Option(
            help="Replicate until differences are known to ± this, in the figure's own unit.", min=0.0
        ),
    ] = None,
    indifference: Annotated[
        float | None, typer.Option(help="The least difference that matters; finds the best.", min=0.0)
    ] = None,
    figure: Annotated[str, typer.Option(help="The figure that decides.")] = "lines_per_hour",
    replications: Annotated[int, typer.Option(help="Of each scenario at least.", min=2)] = 10,
    most: Annotated[int, typer.Option(help="Of each scenario at most.", min=2)] = 200,
    cache: Annotated[Path | None, typer.Option(help="Folder that remembers replications.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the comparison as JSON.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that share the replications.", min=1)] = 1,
    cluster: Annotated[str | None, typer.Option(help="A Dask scheduler.", metavar="tcp://HOST:8786")] = None,
    as_json: Json = False,
) -> None:
    """Simulate scenarios on the same orders and tell which is better, by how much and how sure that is."""
    from layouts.comparison.record import comparison_dict
    from layouts.comparison.text import comparison_text
    from layouts.simulation.figures_of_run import FIGURES
    from layouts.statistics.replications import Precision
    from server.planned import compare_files
    from server.site_files import write_json

    if len(scenarios) < 2:
        raise typer.BadParameter("give two scenarios or more: the first is the baseline")
    require_figure(figure, FIGURES)
    with strangers_on_stderr(), reporting("compare", quiet=as_json) as tell:
        found = compare_files(
            scenarios,
            figure=figure,
            wanted=None if not half_width else Precision(absolute=half_width),
            indifference=indifference,
            first=replications,
            most=max(most, replications),
            cache=cache,
            workers=workers,
            cluster=cluster,
            progress=tell,
        )
    record = comparison_dict(found)
    if output is not None:
        write_json(output, record)
    if as_json:
        print_json(record)
    else:
        typer.echo(comparison_text(found))
