"""scan, graph, tours, simulate: the links of the chain, one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from server.commands.options import Depot, DropInvalid, Json, Poses, Seed, Site, Unit, agent_of, point_of
from server.commands.printing import print_json, print_kpis, print_notes
from server.progress import reporting


def scan(
    files: Annotated[list[Path], typer.Argument(help="Scan files: .las .laz .e57 .ply .pcd")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The site's folder; made if missing.")],
    unit: Unit = None,
    poses: Poses = None,
    drop_invalid: DropInvalid = False,
    depot: Depot = None,
    name: Annotated[str | None, typer.Option(help="The facility's id; default the folder's name.")] = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Turn scans into a site: facility.json, facility.glb, cloud.ply and scan-report.json."""
    from server.chain import scan_site

    with reporting("scan", quiet=as_json) as tell:
        scanned = scan_site(
            files,
            output,
            unit=unit,
            poses=poses,
            drop_invalid=drop_invalid,
            depot=point_of(depot),
            name=name,
            seed=seed,
            progress=tell,
        )
    report = scanned.report.as_json()
    if as_json:
        print_json(report)
        return
    found, points = report["found"], report["points"]
    typer.echo(f"{output}: " + ", ".join(f"{count} {kind}" for kind, count in found.items()))
    typer.echo(
        f"{points['read']:,} points read, {points['per_second']:,} a second; floor tilt "
        f"{report['floor']['tilt_deg']:.2f}°; {report['coverage']['floor']:.0%} of the floor seen"
    )
    for warning in report["warnings"]:
        typer.echo(f"warning: {warning}", err=True)


def graph(
    site: Site,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default SITE/graph.json.")] = None,
    agent: Annotated[
        str, typer.Option(help="Agent class: its radius and height decide what is walkable.")
    ] = "picker",
    as_json: Json = False,
) -> None:
    """Derive the navigation graph of a site for an agent class."""
    from server.chain import graph_site
    from server.site_files import GRAPH

    path = output or site / GRAPH
    nav = graph_site(site, path, agent_of(agent))
    summary = {
        "graph": str(path),
        "nodes": len(nav.xy),
        "edges": len(nav.edges),
        "locations": len(nav.access),
        "unreached": dict(nav.unreached),
    }
    if as_json:
        print_json(summary)
        return
    typer.echo(f"{path}: {len(nav.xy)} nodes, {len(nav.edges)} edges, {len(nav.access)} locations reached")
    for place, reason in list(nav.unreached.items())[:5]:
        typer.echo(f"unreached: {place}: {reason}", err=True)
    if len(nav.unreached) > 5:
        typer.echo(f"unreached: {len(nav.unreached) - 5} more, see --json", err=True)


def tours(
    site: Site,
    orders: Annotated[
        Path | None, typer.Option(help="CSV: order, sku, quantity[, due]; default made up.")
    ] = None,
    slotting: Annotated[Path | None, typer.Option(help="CSV: sku, location; needed with --orders.")] = None,
    synthetic_orders: Annotated[
        int, typer.Option(help="How many orders to make up, without --orders.", min=1, max=1_000_000)
    ] = 120,
    policy: Annotated[
        Literal["s-shape", "nearest-neighbour"], typer.Option(help="Routing policy.")
    ] = "s-shape",
    batch_lines: Annotated[int, typer.Option(help="Lines on one tour.", min=1)] = 12,
    depot: Depot = None,
    seed: Seed = 0,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the tours as JSON.")] = None,
    as_json: Json = False,
) -> None:
    """Plan pick tours for orders on a site."""
    from layouts.scenario import Scenario
    from server.chain import plan_site

    if (orders is None) != (slotting is None):
        raise typer.BadParameter("--orders and --slotting go together: give both files or neither")
    scenario = Scenario(
        site=site,
        orders=orders,
        slotting=slotting,
        synthetic_orders=synthetic_orders,
        routing=policy,
        batch_lines=batch_lines,
        depot=point_of(depot),
        seed=seed,
    )
    plan, notes = plan_site(scenario, output)
    if as_json:
        print_json({**plan, "notes": list(notes)})
        return
    typer.echo(f"{plan['tours']} tours, {plan['lines']} lines, {plan['length_m']:,.0f} m, {policy}")
    print_notes(notes)


def simulate(
    scenario: Annotated[Path, typer.Argument(help="scenario.yaml")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The run's folder.")],
    as_json: Json = False,
) -> None:
    """Simulate a shift: several pickers on the navigation graph, no two in one pick face."""
    from server.chain import simulate_scenario

    with reporting("simulate", quiet=as_json) as tell:
        run, figures = simulate_scenario(scenario, output, progress=tell)
    if as_json:
        print_json({"run": str(output), "kpis": figures, "notes": list(run.notes)})
        return
    print_kpis(figures)
    print_notes(run.notes)
