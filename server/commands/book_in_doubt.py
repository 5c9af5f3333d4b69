"""inventory reconcile, count-list and returns: where the book is in doubt, where to count, what came back."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated

import typer

from server.commands.options import Json
from server.commands.places import AsOf, AtSite, Place, as_of_ms, place_pattern, state_then
from server.commands.printing import print_json
from server.commands.stores import Store, opened

FINDING, UNDECIDED = 1, 4
"""Exit codes: the book is likely wrong somewhere; it may be, and cannot be told."""


def reconcile_book(
    store: Store, place: Place = None, site: AtSite = None, as_of: AsOf = None, as_json: Json = False
) -> None:
    """Hold the book against what was seen: ends with 1 where it is likely wrong, with 4 where that cannot be told."""
    from layouts.inventory.reconcile import beliefs, discrepancies
    from layouts.inventory.shown import beliefs_record, plain, reconcile_text

    pattern = place_pattern(place, site)
    state, now_ms = state_then(store, as_of)
    believed = beliefs(state, now_ms=now_ms, place=pattern)
    found = discrepancies(state, believed, place=pattern)
    if as_json:
        print_json({"discrepancies": plain(found), "places": beliefs_record(believed)})
    else:
        typer.echo(reconcile_text(found, believed))
    if found:
        is_open = all(each.reason == "cannot decide" for each in found)
        raise typer.Exit(UNDECIDED if is_open else FINDING)


def count_list_command(
    store: Store,
    place: Place = None,
    site: AtSite = None,
    most: Annotated[int | None, typer.Option(help="So many places at most.", min=1)] = None,
    visit_cost: Annotated[
        float, typer.Option(help="What a visit costs, in the currency of unit values.", min=0.0)
    ] = 2.0,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """List the places where counting is worth more than the visit, the most valuable first."""
    from layouts.inventory.count_list import Stakes, count_list
    from layouts.inventory.reconcile import beliefs
    from layouts.inventory.shown import count_list_text, plain

    pattern = place_pattern(place, site)
    state, now_ms = state_then(store, as_of)
    believed = beliefs(state, now_ms=now_ms, place=pattern)
    visits = count_list(state, believed, stakes=Stakes(visit_cost=visit_cost), most=most)
    if as_json:
        print_json(plain(visits))
    else:
        typer.echo(count_list_text(visits))


def returns_command(
    store: Store, place: Place = None, site: AtSite = None, as_of: AsOf = None, as_json: Json = False
) -> None:
    """Tell what came back and why, and what of the stock is held and may not be sold."""
    from layouts.inventory.returns import by_reason, returns_of, sellable
    from layouts.inventory.shown import plain, returns_text
    from layouts.live.events import StockCounted, StockMoved

    pattern, until_ms = place_pattern(place, site), as_of_ms(as_of)
    with opened(store) as log:
        events = [
            each.event
            for each in log.read(happened_until_ms=until_ms)
            if isinstance(each.event.body, (StockMoved, StockCounted))
        ]
    reasons = by_reason(each for each in returns_of(events) if fnmatchcase(each.place, pattern))
    held = [line for line in sellable(events) if line.held and fnmatchcase(line.key.place, pattern)]
    if as_json:
        print_json({"reasons": plain(reasons), "held": plain(held)})
    else:
        typer.echo(returns_text(reasons, held))
