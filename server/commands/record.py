"""record and replay: a live day as a run, and the log played again through the live twin's own code."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.commands.options import Json
from server.commands.printing import print_json, print_kpis, print_notes
from server.commands.stores import Store, opened, shown_time, time_ms
from server.progress import reporting
from spatial.errors import UndecidedError

if TYPE_CHECKING:
    from layouts.live.events import Recorded
    from layouts.live.state import TwinState
    from server.store.sql_store import SqlStore
    from server.twin.twin import Listener
    from spatial.progress import Progress

TOLD_EVERY = 2_000
"""Events between two tellings of progress."""


def record(
    store: Store,
    site: Annotated[str, typer.Option("--site", help="The site.", metavar="ID")],
    begin: Annotated[str, typer.Option("--from", help="From then.", metavar="2026-11-27T06:00:00Z")],
    end: Annotated[str, typer.Option("--until", help="Until before then.", metavar="2026-11-27T14:00:00Z")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the run.")],
    facility: Annotated[
        Path | None, typer.Option(help="Folder with facility.json, for figures by aisle.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a run of what happened at a site, which figures, reports and viewers take as any other."""
    from layouts.kpis import kpis, kpis_dict
    from layouts.live.recorded_run import run_of
    from layouts.run_files import write_run
    from server.sites import load_site

    from_ms, until_ms = time_ms(begin, option="--from"), time_ms(end, option="--until")
    if until_ms <= from_ms:
        raise typer.BadParameter(f"'{end}' is not after '{begin}'", param_hint="--until")
    with opened(store) as log:
        run = run_of(
            _told(log, from_ms),
            site=site,
            from_ms=from_ms,
            until_ms=until_ms,
            facility=None if facility is None else load_site(facility).facility,
        )
    if not run.agents:
        raise UndecidedError(
            f"nobody was seen at site '{site}' from {begin} until {end}: see which sites and times the log holds"
        )
    figures = kpis(run)
    write_run(output, run, figures=figures)
    told = kpis_dict(figures)
    if as_json:
        print_json({"run": str(output), "kpis": told, "inputs": run.inputs, "notes": list(run.notes)})
    else:
        print_kpis(told)
        print_notes(run.notes)


def _told(log: SqlStore, from_ms: int) -> Iterator[Recorded]:
    """What a run from then can tell of: of what happened before, orders alone."""
    from layouts.live.events import OrderClosed, OrderReleased

    for each in log.read():
        if each.event.happened_ms >= from_ms or isinstance(each.event.body, (OrderReleased, OrderClosed)):
            yield each


def replay(
    store: Store,
    from_seq: Annotated[
        int | None, typer.Option("--from-seq", help="Begin after this event.", min=0, metavar="N")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Begin with what was known then.", metavar="2026-11-27T06:00:00Z"),
    ] = None,
    until_seq: Annotated[
        int | None, typer.Option("--until-seq", help="End with this event.", min=0, metavar="N")
    ] = None,
    speed: Annotated[
        float | None, typer.Option(help="So many times as fast as it was; without it, as fast as it goes.")
    ] = None,
    lines: Annotated[bool, typer.Option("--lines", help="Print a line for each event.")] = False,
    as_json: Json = False,
) -> None:
    """Play the log again through the live twin's own code; tells the hash of the state that it comes to."""
    from server.twin.replay import state_at

    if speed is not None and not (speed > 0 and math.isfinite(speed)):
        raise typer.BadParameter(f"{speed:g} is not above 0: give 1 for as it was", param_hint="--speed")
    if from_seq is not None and as_of is not None:
        raise typer.BadParameter("give one of both", param_hint="--from-seq, --as-of")
    if lines and as_json:
        raise typer.BadParameter("--json prints the result and nothing else", param_hint="--lines")
    learned_ms = None if as_of is None else time_ms(as_of, option="--as-of")
    with opened(store) as log:
        seq = 0 if from_seq is None and as_of is None else from_seq
        begun = state_at(log, seq=seq, learned_ms=learned_ms)
        last = _last(log, until_seq)
        if begun.seq > last:
            raise typer.BadParameter(
                f"it begins after event {begun.seq} and ends with {last}: let it end later",
                param_hint="--until-seq",
            )
        first = begun.seq
        with reporting("replay", quiet=as_json or lines) as tell:
            listen = _telling(first, last, tell) if not lines else _printing
            state = asyncio.run(_play(log, begun, last, speed or math.inf, listen))
    told = {"from_seq": first, "seq": state.seq, "learned_ms": state.learned_ms, "sha256": state.sha256()}
    if as_json:
        print_json(told)
    else:
        typer.echo(f"events {first + 1} to {state.seq} played" if state.seq > first else "no event played")
        typer.echo(f"event {state.seq}: {told['sha256']}")


def _last(log: SqlStore, until_seq: int | None) -> int:
    head = log.head()
    if until_seq is not None and until_seq > head:
        raise UndecidedError(
            f"event {until_seq} is not in the log, which has 1 to {head}: choose one of them"
        )
    return head if until_seq is None else until_seq


async def _play(log: SqlStore, begun: TwinState, last: int, speed: float, listen: Listener) -> TwinState:
    from server.twin.replay import replay as play
    from server.twin.twin import Twin

    twin = Twin(log, begun)
    twin.listeners.append(listen)
    await play(log.read(after=begun.seq, until=last), twin, speed=speed)
    return twin.state


def _telling(first: int, last: int, tell: Progress) -> Listener:
    """Tells progress now and then."""

    def listen(recorded: Recorded, _: str | None) -> None:
        if recorded.seq % TOLD_EVERY == 0:
            tell(f"event {recorded.seq} of {last}", (recorded.seq - first) / (last - first))

    return listen


def _printing(recorded: Recorded, _: str | None) -> None:
    """Prints what happens."""
    from layouts.live.events import encode_body

    event = recorded.event
    what = encode_body(event.body).decode()
    typer.echo(f"{recorded.seq} {shown_time(event.happened_ms)} {event.site} {event.entity} {what}")
