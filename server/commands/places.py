"""What inventory commands share: which places are meant, and at what time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from server.clock import clock_ms
from server.commands.stores import opened, time_ms

if TYPE_CHECKING:
    from layouts.live.state import TwinState

Place = Annotated[
    str | None, typer.Option(help="At places that match SITE/LOCATION, with * and ?.", metavar="PLACE")
]
AtSite = Annotated[
    str | None, typer.Option("--site", help="At this site; short for --place 'ID/*'.", metavar="ID")
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="As it was then, by all that is known now.", metavar="2026-11-27T06:00:00Z"),
]


def place_pattern(place: str | None, site: str | None) -> str:
    """SITE/LOCATION with * and ?, of both options; all places if neither is given."""
    if place is not None and site is not None:
        raise typer.BadParameter("a place names its site: give one of both", param_hint="--site, --place")
    return place or ("*" if site is None else f"{site}/*")


def as_of_ms(as_of: str | None) -> int | None:
    """The time of the option, None for now."""
    return None if as_of is None else time_ms(as_of, option="--as-of")


def state_then(store: str, as_of: str | None) -> tuple[TwinState, int]:
    """The state of what had happened by then, or by now, and that time [ms]."""
    from server.store.snapshots import state_as_of

    until_ms = as_of_ms(as_of)
    with opened(store) as log:
        state = state_as_of(log, happened_ms=until_ms)
    return state, clock_ms() if until_ms is None else until_ms
