"""edge: a node near the sensors that keeps what they tell while the central server cannot be reached."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from server.commands.stores import clock_ms


def edge(file: Annotated[Path, typer.Argument(help="edge.yaml: feeds, buffer, central server.")]) -> None:
    """Take messages, keep them on disk and forward them in order whenever the link is up; Ctrl-C ends it."""
    from server.edge.edge import Edge
    from server.edge.settings_file import read_edge_file

    settings = read_edge_file(file)
    node = Edge(settings, now_ms=clock_ms)
    waiting = len(node.buffer)
    with interrupted() as wait:
        node.start()
        try:
            typer.echo(
                f"{settings.name}: {len(settings.feeds)} feeds to {settings.central.url}, {waiting} events wait; "
                "Ctrl-C ends it",
                err=True,
            )
            wait()
            waiting = len(node.buffer)
        finally:
            node.stop()
    typer.echo(f"{settings.name} ended; {waiting} events waited and go out after the next start", err=True)


@contextmanager
def interrupted() -> Iterator[Callable[[], None]]:
    """What waits until the process is told to end, by Ctrl-C or SIGTERM."""
    told = threading.Event()
    before = {one: signal.signal(one, lambda *_: told.set()) for one in (signal.SIGINT, signal.SIGTERM)}

    def wait() -> None:
        while not told.wait(3_600):
            pass

    try:
        yield wait
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
