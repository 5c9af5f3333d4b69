"""demo: the whole chain in one command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from server.commands.options import Depot, DropInvalid, Json, Poses, Seed, Unit, point_of
from server.commands.printing import print_json, print_kpis, print_notes
from server.commands.show import LOOPBACK, naming_port
from server.progress import reporting


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
        with naming_port(LOOPBACK, port):
            listen(LOOPBACK, port).close()  # better told now than after the work
    wish = Demo(
        scans=tuple(scans or ()),
        unit=unit,
        poses=poses,
        drop_invalid=drop_invalid,
        depot=point_of(depot),
        folder=output,
        seed=seed,
    )
    with reporting("demo", quiet=as_json) as tell:
        result = run_demo(wish, with_pictures=once, progress=tell)
    if as_json:
        print_json(result.as_json())
    else:
        for line in result.lines():
            typer.echo(line)
        print_kpis(result.kpis)
        print_notes(result.notes)
    if not once:
        from server.answers.shown import read_shown
        from server.serving import serve as serve_site

        with naming_port(LOOPBACK, port):
            serve_site(
                read_shown(wish.site, wish.run),
                host=LOOPBACK,
                port=port,
                is_playing=True,
                on_ready=lambda url: typer.echo(f"\nOpen {url} in a browser (Ctrl-C ends)", err=as_json),
            )
