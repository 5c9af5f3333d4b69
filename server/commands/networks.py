"""graph, path and reconcile: the lanes of a site, ways over them, and networks of others held against them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from server.commands.options import Json, Rules, Site, agent_of
from server.commands.printing import print_json, way_json

FINDING, UNDECIDED = 1, 4
"""Exit codes of a reconciliation that found something, and of one that cannot say."""


def graph(
    site: Site,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File (csv: folder); default SITE/graph.json.")
    ] = None,
    agent: Annotated[
        str, typer.Option(help="Agent class: its radius and height decide what is walkable.")
    ] = "picker",
    rules: Rules = None,
    unknown: Annotated[
        Literal["closed", "open"], typer.Option(help="Whether floor that no scan saw may be walked.")
    ] = "closed",
    form: Annotated[
        Literal["node-link", "graphml", "lif", "csv"], typer.Option("--format", help="Form of the file.")
    ] = "node-link",
    as_json: Json = False,
) -> None:
    """Derive the navigation graph of a site for an agent class."""
    from server.chores.chain import graph_site
    from server.site_files import GRAPH
    from spatial.navigation.turning import aisle_turning

    if output is None and form != "node-link":
        raise typer.BadParameter(f"--format {form} needs a file: name it with -o", param_hint="--output")
    path = output or site / GRAPH
    nav = graph_site(site, path, agent_of(agent), rules=rules, unknown=unknown, form=form)
    summary: dict[str, Any] = {
        "graph": str(path),
        "nodes": len(nav.xy),
        "edges": len(nav.edges),
        "locations": len(nav.access),
        "unreached": dict(nav.unreached),
        "turning": dict(aisle_turning(nav)),
    }
    if as_json:
        print_json(summary)
        return
    typer.echo(f"{path}: {len(nav.xy)} nodes, {len(nav.edges)} edges, {len(nav.access)} locations reached")
    for said, verdict in (("is too narrow", "fail"), ("may be too narrow", "cannot_decide")):
        narrow = [aisle for aisle, found in summary["turning"].items() if found == verdict]
        if narrow:
            typer.echo(f"{len(narrow)} aisles where it {said} to turn: {', '.join(narrow[:10])}")
    for place, reason in list(nav.unreached.items())[:5]:
        typer.echo(f"unreached: {place}: {reason}", err=True)
    if len(nav.unreached) > 5:
        typer.echo(f"unreached: {len(nav.unreached) - 5} more, see --json", err=True)


def path(
    site: Site,
    start: Annotated[str, typer.Argument(help="Location or station.")],
    end: Annotated[str, typer.Argument(help="Location or station.")],
    agent: Annotated[str, typer.Option(help="Agent class that goes.")] = "picker",
    rules: Rules = None,
    as_json: Json = False,
) -> None:
    """Tell the way between two places: edge by edge along the lanes, and the shortest over the open floor."""
    from layouts.tours.explain import steps_text
    from server.chores.chain import path_on_site

    try:
        way = path_on_site(site, agent_of(agent), start, end, rules=rules)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="START, END") from None
    if as_json:
        print_json(way_json(way))
        return
    if way.steps:
        typer.echo(steps_text(way.steps))
    typer.echo(f"along the lanes: {_metres(way.lanes_m)}")
    typer.echo(f"over the open floor: {_metres(way.open_floor_m)}")


def _metres(length_m: float | None) -> str:
    return "no way" if length_m is None or length_m == math.inf else f"{length_m:.3f} m"


def reconcile(
    site: Site,
    network: Annotated[Path, typer.Argument(help="Network file, or folder with nodes.csv and edges.csv.")],
    agent: Annotated[str, typer.Option(help="Agent class that is to use the network.")] = "picker",
    vehicle: Annotated[str | None, typer.Option(help="Only edges for this vehicle type of the file.")] = None,
    level: Annotated[
        list[str] | None,
        typer.Option(help="A level of the network and the site's; repeatable.", metavar="THEIRS=OURS"),
    ] = None,
    points: Annotated[
        Path | None, typer.Option(help="CSV of points known in both frames, instead of names.")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(help="Metres that matching places may lie apart.", min=0.001, max=100)
    ] = 1.0,
    fixed_scale: Annotated[bool, typer.Option("--fixed-scale", help="Trust the network's unit.")] = False,
    form: Annotated[
        Literal["node-link", "graphml", "lif", "csv", "rmf-building", "rmf-nav-graph"] | None,
        typer.Option("--format", help="Form of the file; default told by its ending."),
    ] = None,
    metres_per_unit: Annotated[
        float | None, typer.Option(help="Unit of a file that tells none; 0.001 for mm.")
    ] = None,
    y_axis: Annotated[
        Literal["up", "down"] | None, typer.Option(help="Where y points in a file that does not tell.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hold an imported network against a site: edges through racks, too narrow, off the floor, cut off."""
    from server.chores.chain import reconcile_site
    from spatial.exchange.reconciliation import as_json as findings
    from spatial.exchange.reconciliation import lines
    from spatial.exchange.source_frame import SourceFrame

    try:
        frame = SourceFrame(metres_per_unit=metres_per_unit, y_axis=y_axis)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--metres-per-unit") from None
    found = reconcile_site(
        site,
        network,
        agent_of(agent),
        frame=frame,
        form=form,
        points=points,
        vehicle=vehicle,
        levels=dict(_pair(text) for text in level or ()),
        tolerance_m=tolerance,
        free_scale=not fixed_scale,
    )
    if as_json:
        print_json(findings(found))
    else:
        for line in lines(found):
            typer.echo(line)
        for warning in found.network.warnings:
            typer.echo(f"warning: {warning}", err=True)
    code = {"pass": 0, "fail": FINDING, "cannot_decide": UNDECIDED}[found.verdict]
    if code:
        raise typer.Exit(code)


def _pair(text: str) -> tuple[str, str]:
    """A level of the network and the site's."""
    theirs, equals, ours = text.partition("=")
    if not (theirs and equals and ours):
        raise typer.BadParameter(f"'{text}' is no pair of levels: give THEIRS=OURS", param_hint="--level")
    return theirs, ours
