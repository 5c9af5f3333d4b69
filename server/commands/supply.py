"""network: the supply network between sites: read and check it, play what may go wrong, plan transfers.

Not `networks.py`, which holds the lanes within a site.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from server.commands.clean_output import strangers_on_stderr
from server.commands.options import Json, Seed, service_of
from server.commands.printing import print_json
from server.progress import reporting

network = typer.Typer(
    name="network",
    help="The network between sites: suppliers, ports, warehouses, lanes, customers.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Source = Annotated[
    Path,
    typer.Argument(help="Folder with nodes.csv, lanes.csv, demand.csv and stock.csv, or a .graphml file."),
]
Processes = Annotated[int, typer.Option(help="Processes that share the replications.", min=1)]
Cluster = Annotated[str | None, typer.Option(help="A Dask scheduler.", metavar="tcp://HOST:8786")]


@network.command()
def load(
    source: Source,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Map of the planned flow (SVG).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read and check a network, and plan its flow; ends with 1 where demand cannot be served."""
    from layouts.network.checks import check
    from layouts.network.map_drawing import planned_map
    from layouts.network.plan import plan, usual_state
    from layouts.network.read_network import read_network
    from layouts.network.record import check_dict
    from layouts.network.text import check_text
    from layouts.network.wiring import wiring_of
    from spatial.whole_files import write_whole

    with strangers_on_stderr():
        read = read_network(source)
        wiring = wiring_of(read)
        planned, findings = plan(wiring, usual_state(wiring)), check(read)
    if output is not None:
        with write_whole(output) as path:
            path.write_text(planned_map(read, wiring, planned), encoding="utf-8")
    if as_json:
        print_json(check_dict(read, planned, findings))
    else:
        typer.echo(check_text(read, planned, findings))
    if any(finding.is_fault for finding in findings):
        raise typer.Exit(1)


@network.command()
def run(
    source: Source,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the report.")],
    disruptions: Annotated[
        Path | None, typer.Option(help="YAML with `events`: what may go wrong, how likely, how long.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="Another network, compared under the same events and draws.")
    ] = None,
    service: Annotated[
        str | None,
        typer.Option(help="Ends with 1 where less is met at once, as 95%; with 4 if undecided."),
    ] = None,
    days: Annotated[int, typer.Option(help="Days that count.", min=7, max=3660)] = 180,
    warm_up: Annotated[int, typer.Option(help="Days before them.", min=0, max=3660)] = 60,
    times: Annotated[int, typer.Option(help="Replications.", min=2, max=100_000)] = 100,
    seed: Seed = 0,
    short: Annotated[
        Literal["owed", "lost"], typer.Option(help="What becomes of units that are short.")
    ] = "owed",
    only_together: Annotated[
        bool,
        typer.Option("--only-together", help="Do not play each event, and each other source, by itself."),
    ] = False,
    each_node: Annotated[
        bool,
        typer.Option("--each-node", help="Also stop each node by itself and rank what that loses."),
    ] = False,
    down_days: Annotated[
        int | None,
        typer.Option(
            help="Days that --each-node stops a node for; else its recover_days, else all days that count.",
            min=1,
            max=3660,
        ),
    ] = None,
    workers: Processes = 1,
    cluster: Cluster = None,
    as_json: Json = False,
) -> None:
    """Play a network under disruptions: service, cost, CO2e, weak points, time to survive and to recover."""
    from layouts.network.disruptions import read_disruptions
    from layouts.network.files import FILES, digests, write_run
    from layouts.network.read_network import read_network
    from layouts.network.record import run_dict
    from layouts.network.run_network import run_network
    from layouts.network.simulate import NO_EVENTS, Played
    from layouts.network.text import run_text, service_verdict
    from spatial.tasks.open_workers import open_workers

    if down_days is not None and not each_node:
        raise typer.BadParameter(
            "it says how long --each-node stops a node: add --each-node", param_hint="--down-days"
        )
    goal = None if service is None else service_of(service)
    read = read_network(source)
    variant = None if against is None else read_network(against)
    events = NO_EVENTS if disruptions is None else read_disruptions(disruptions, read)
    played = Played(days=days, warm_up=warm_up, times=times, seed=seed, waits=short == "owed")
    with strangers_on_stderr(), reporting("network", quiet=as_json) as tell:
        with open_workers(workers, cluster=cluster) as players:
            found = run_network(
                read,
                events,
                played,
                variant=variant,
                only_together=only_together,
                is_each_node_stopped=each_node,
                down_days=down_days,
                workers=players,
                progress=tell,
            )
        given = [path for path in (source, disruptions, against) if path is not None]
        write_run(output, found, title=source.resolve().stem, sources=digests(given))
    verdict = None if goal is None else service_verdict(found, goal)
    if as_json:
        print_json(run_dict(found) | {"service": goal, "verdict": verdict})
    else:
        typer.echo(run_text(found))
        if verdict is not None:
            typer.echo(f"service of {service}: {verdict.replace('_', ' ')}")
        typer.echo(f"\n{output}: {', '.join(FILES)}")
    if verdict is not None:
        raise typer.Exit({"pass": 0, "fail": 1}.get(verdict, 4))


@network.command()
def transfer(
    source: Source,
    days: Annotated[int, typer.Option(help="Days whose needs are to be covered.", min=1, max=366)] = 14,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="CSV of the transfers.")] = None,
    as_json: Json = False,
) -> None:
    """Plan the cheapest transfers between sites before they are short, with the reason for each."""
    from layouts.network.read_network import read_network
    from layouts.network.record import transfers_csv, transfers_dict
    from layouts.network.text import transfers_text
    from layouts.network.transfers import transfers
    from spatial.whole_files import write_whole

    with strangers_on_stderr():
        found = transfers(read_network(source), days=days)
    if output is not None:
        with write_whole(output) as path:
            path.write_text(transfers_csv(found), encoding="utf-8")
    if as_json:
        print_json(transfers_dict(found))
    else:
        typer.echo(transfers_text(found))
