"""edge: a node near the sensors that keeps what they tell while the central server cannot be reached."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from layouts.live.events import LiveEvent


def edge(file: Annotated[Path, typer.Argument(help="edge.yaml: feeds, buffer, central server.")]) -> None:
    """Take messages, keep them on disk and forward them in order whenever the link is up; Ctrl-C ends it."""
    from server.clock import clock_ms
    from server.edge.edge import Edge
    from server.edge.settings_file import read_edge_file

    settings = read_edge_file(file)
    node = Edge(
        settings, now_ms=clock_ms, rules=[each.rule for each in settings.alarms], on_alarm=_tell_alarm
    )
    node.start()
    try:
        typer.echo(
            f"{settings.name}: {len(settings.feeds)} feeds to {settings.central.url}, {len(node.buffer)} events wait "
            "(Ctrl-C ends)",
            err=True,
        )
        until_interrupted()
    finally:
        waiting = len(node.buffer)
        node.stop()
    typer.echo(f"{settings.name} ended; {waiting} events waited and go out after the next start", err=True)


def _tell_alarm(event: LiveEvent) -> None:
    """Say an alarm where whoever stands at the node reads it; the central server hears of it once the link is up."""
    from layouts.live.events import AlertChanged

    if isinstance(event.body, AlertChanged):
        typer.echo(f"{event.body.step} {event.body.rule}: {event.body.about}: {event.body.text}", err=True)


def until_interrupted() -> None:
    """Wait until the process is told to end, by Ctrl-C or SIGTERM."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        while True:
            time.sleep(3_600)
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)
