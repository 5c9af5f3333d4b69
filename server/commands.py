"""The subcommands of `aisletwin`. Each says what it needs and prints; the work is done elsewhere.

Modules that take long to import are imported by the subcommand that needs them, so that `--help` answers at
once.
"""

from __future__ import annotations

import errno
import json
import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from server.progress import reporting
from spatial.errors import MissingToolError
from spatial.navigation.agents import AgentClass, agent_named

app = typer.Typer(
    name="aisletwin",
    help="A 3D spatial twin of a warehouse: scan it, walk it, simulate it, see it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


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
Seed = Annotated[int, typer.Option(help="Seed of everything random.", min=0)]
Site = Annotated[Path, typer.Argument(help="Folder with facility.json.")]

LOOPBACK = "127.0.0.1"


@app.command()
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
            depot=_point(depot),
            name=name,
            seed=seed,
            progress=tell,
        )
    report = scanned.report.as_json()
    if as_json:
        _print_json(report)
        return
    found, points = report["found"], report["points"]
    typer.echo(f"{output}: " + ", ".join(f"{count} {kind}" for kind, count in found.items()))
    typer.echo(
        f"{points['read']:,} points read, {points['per_second']:,} a second; floor tilt "
        f"{report['floor']['tilt_deg']:.2f}°; {report['coverage']['floor']:.0%} of the floor seen"
    )
    for warning in report["warnings"]:
        typer.echo(f"warning: {warning}", err=True)


@app.command()
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
    nav = graph_site(site, path, _agent(agent))
    summary = {
        "graph": str(path),
        "nodes": len(nav.xy),
        "edges": len(nav.edges),
        "locations": len(nav.access),
        "unreached": dict(nav.unreached),
    }
    if as_json:
        _print_json(summary)
        return
    typer.echo(f"{path}: {len(nav.xy)} nodes, {len(nav.edges)} edges, {len(nav.access)} locations reached")
    for place, reason in list(nav.unreached.items())[:5]:
        typer.echo(f"unreached: {place}: {reason}", err=True)
    if len(nav.unreached) > 5:
        typer.echo(f"unreached: {len(nav.unreached) - 5} more, see --json", err=True)


@app.command()
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
        depot=_point(depot),
        seed=seed,
    )
    plan, notes = plan_site(scenario, output)
    if as_json:
        _print_json({**plan, "notes": list(notes)})
        return
    typer.echo(f"{plan['tours']} tours, {plan['lines']} lines, {plan['length_m']:,.0f} m, {policy}")
    _print_notes(notes)


@app.command()
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
        _print_json({"run": str(output), "kpis": figures, "notes": list(run.notes)})
        return
    _print_kpis(figures)
    _print_notes(run.notes)


@app.command()
def serve(
    site: Site,
    run: Annotated[Path | None, typer.Option(help="Folder of a run to play.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = LOOPBACK,
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8000,
) -> None:
    """Serve a site, and a run if given, to browsers."""
    from server.serving import serve as serve_site

    with _naming_port(host, port):
        serve_site(site, run, host=host, port=port, on_ready=lambda url: typer.echo(f"{url} (Ctrl-C ends)"))


@app.command()
def view(
    site: Site,
    run: Annotated[Path | None, typer.Argument(help="Folder of a run to play.")] = None,
    png: Annotated[Path | None, typer.Option(help="Write a picture instead of opening a window.")] = None,
    mp4: Annotated[Path | None, typer.Option(help="Write a film instead of opening a window.")] = None,
    at_s: Annotated[float | None, typer.Option("--at", help="Second of the run to show.", min=0)] = None,
    speed: Annotated[float, typer.Option(help="Film: times real time.", min=0.1)] = 30.0,
    seconds: Annotated[float, typer.Option(help="Film: its length.", min=0.1)] = 20.0,
) -> None:
    """Show a site, and a run if given, on the desktop; or write a picture or film without any screen."""
    if png is None and mp4 is None:
        _require_screen()
    from viewer.desktop import film, picture, show

    if mp4 is not None:
        if run is None:
            raise typer.BadParameter("a film needs a run: aisletwin view SITE RUN --mp4 FILE")
        with reporting("film") as tell:
            film(
                site, run, mp4, speed=speed, duration_s=seconds, progress=lambda share: tell("frames", share)
            )
    if png is not None:
        picture(site, run, png, at_s)
    if png is None and mp4 is None:
        show(site, run)


@app.command()
def demo(
    scans: Annotated[
        list[Path] | None,
        typer.Option("--scan", help="Your own scan file, not a generated hall; repeatable."),
    ] = None,
    unit: Unit = None,
    poses: Poses = None,
    drop_invalid: DropInvalid = False,
    depot: Depot = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for everything.")] = Path(
        "demo-site"
    ),
    once: Annotated[
        bool, typer.Option("--once", help="Write all, a picture of each viewer too, and end.")
    ] = False,
    port: Annotated[
        int, typer.Option(help="The viewer's port; 0 takes a free one.", min=0, max=65535)
    ] = 8000,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Run the whole chain: scan, graph, tours, a simulated shift, and both viewers."""
    from server.demo import Demo, run_demo
    from server.listening import listen

    if not once:
        with _naming_port(LOOPBACK, port):
            listen(LOOPBACK, port).close()  # better told now than after the work
    wish = Demo(
        scans=tuple(scans or ()),
        unit=unit,
        poses=poses,
        drop_invalid=drop_invalid,
        depot=_point(depot),
        folder=output,
        seed=seed,
    )
    with reporting("demo", quiet=as_json) as tell:
        result = run_demo(wish, with_pictures=once, progress=tell)
    if as_json:
        _print_json(result.as_json())
    else:
        for line in result.lines():
            typer.echo(line)
        _print_kpis(result.kpis)
        _print_notes(result.notes)
    if not once:
        from server.serving import serve as serve_site

        with _naming_port(LOOPBACK, port):
            serve_site(
                wish.site,
                wish.run,
                host=LOOPBACK,
                port=port,
                is_playing=True,
                on_ready=lambda url: typer.echo(f"\nOpen {url} in a browser (Ctrl-C ends)", err=as_json),
            )


@contextmanager
def _naming_port(host: str, port: int) -> Iterator[None]:
    """Turn what the system says about a port that cannot be had into a sentence on --port."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES):
            raise
        said = (error.strerror or str(error)).lower()
        raise typer.BadParameter(
            f"{host}:{port}: {said}: choose another --port, 0 takes a free one"
        ) from None


def _require_screen() -> None:
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        raise MissingToolError(
            "there is no screen here (DISPLAY is not set): pass --png FILE or --mp4 FILE, or serve it"
        )


def _agent(name: str) -> AgentClass:
    try:
        return agent_named(name)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--agent") from None


def _point(text: str | None) -> tuple[float, float] | None:
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


def _print_json(record: Any) -> None:
    typer.echo(json.dumps(record, indent=1, ensure_ascii=False))


def _print_kpis(figures: dict[str, Any] | None) -> None:
    if figures is None:
        return
    total = figures["total"]
    seconds = sum(total.values()) or 1.0
    typer.echo(
        f"{figures['lines']} lines in {figures['makespan_s'] / 60:.1f} min, {figures['tours']} tours: "
        f"{figures['lines_per_hour'] or 0:.0f} lines/h, {figures['metres_per_line'] or 0:.1f} m per line"
    )
    split = ", ".join(f"{name.removesuffix('_s')} {spent / seconds:.1%}" for name, spent in total.items())
    typer.echo(f"time: {split}")


def _print_notes(notes: tuple[str, ...]) -> None:
    for note in notes:
        typer.echo(f"note: {note}", err=True)
