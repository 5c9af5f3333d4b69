"""inventory: what lies where by the book, what happened to it, where the book is in doubt, what spoils first."""

from __future__ import annotations

from typing import Annotated

import typer

from server.commands.book_in_doubt import count_list_command, reconcile_book, returns_command
from server.commands.options import Json
from server.commands.places import AsOf, AtSite, Place, place_pattern, state_then
from server.commands.printing import print_json
from server.commands.recalling import origin_command, recall_command
from server.commands.spoiling import fefo_command, near_end_command, shelf_life_command
from server.commands.stores import Store, opened

inventory = typer.Typer(
    name="inventory",
    help="Inventory of the live twin: by place, lot and handling unit, with its history.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Sku = Annotated[str | None, typer.Option(help="Of this SKU only.")]
Unit = Annotated[str | None, typer.Option(help="On this handling unit, or on one that lies on it.")]


@inventory.command("show")
def show_command(
    store: Store,
    sku: Sku = None,
    place: Place = None,
    site: AtSite = None,
    lot: Annotated[str | None, typer.Option(help="Of this lot only.")] = None,
    unit: Unit = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Tell what lies where by the book. Below 0: more left than is known to have come."""
    from layouts.inventory.shown import plain, stock_text
    from layouts.inventory.stock import on_hand

    pattern = place_pattern(place, site)
    state, now_ms = state_then(store, as_of)
    rows = on_hand(state.stock, place=pattern, sku=sku, lot=lot, handling_unit=unit)
    if as_json:
        print_json(plain(rows))
    else:
        typer.echo(stock_text(rows, now_ms=now_ms))


@inventory.command("history")
def history_command(
    store: Store,
    what: Annotated[str, typer.Argument(help="SITE/LOCATION, with * and ?, or a SKU.", metavar="PLACE|SKU")],
    unit: Unit = None,
    as_json: Json = False,
) -> None:
    """Tell what happened at a place or to a SKU, step by step, with what the book said after each."""
    from layouts.inventory.history import history
    from layouts.inventory.shown import history_text, plain

    is_place = "/" in what
    with opened(store) as log:
        steps = history(
            log.read(),
            place=what if is_place else "*",
            sku=None if is_place else what,
            handling_unit=unit,
        )
    if as_json:
        print_json(plain(steps))
    else:
        typer.echo(history_text(steps))


for name, command in (
    ("reconcile", reconcile_book),
    ("count-list", count_list_command),
    ("returns", returns_command),
    ("fefo", fefo_command),
    ("near-end", near_end_command),
    ("shelf-life", shelf_life_command),
    ("recall", recall_command),
    ("origin", origin_command),
):
    inventory.command(name)(command)
