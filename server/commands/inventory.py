"""inventory: what lies where by the book, what happened to it, and what of it spoils first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from server.commands.options import Json
from server.commands.printing import print_json
from server.commands.stores import Store, opened, shown_time, time_ms

if TYPE_CHECKING:
    from layouts.inventory.history import Step
    from layouts.inventory.stock import OnHand

inventory = typer.Typer(
    name="inventory",
    help="Inventory of the live twin: by place, lot and handling unit, with its history.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Sku = Annotated[str | None, typer.Option(help="Of this SKU only.")]
Place = Annotated[
    str | None, typer.Option(help="At places that match SITE/LOCATION, with * and ?.", metavar="PLACE")
]
AtSite = Annotated[
    str | None, typer.Option("--site", help="At this site; short for --place 'ID/*'.", metavar="ID")
]
Unit = Annotated[str | None, typer.Option(help="On this handling unit, or on one that lies on it.")]


@inventory.command("show")
def show_command(
    store: Store,
    sku: Sku = None,
    place: Place = None,
    site: AtSite = None,
    lot: Annotated[str | None, typer.Option(help="Of this lot only.")] = None,
    unit: Unit = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", help="As it was then, by all that is known now.", metavar="2026-11-27T06:00:00Z"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell what lies where by the book. Below 0: more left than is known to have come."""
    from layouts.inventory.stock import on_hand
    from server.store.snapshots import state_as_of

    happened_ms = None if as_of is None else time_ms(as_of, option="--as-of")
    with opened(store) as log:
        book = state_as_of(log, happened_ms=happened_ms).stock
    rows = on_hand(book, place=_place(place, site), sku=sku, lot=lot, handling_unit=unit)
    if as_json:
        print_json([row._asdict() for row in rows])
    else:
        typer.echo("\n".join(map(_row, rows)) or "nothing lies there by the book")


@inventory.command("history")
def history_command(
    store: Store,
    what: Annotated[str, typer.Argument(help="SITE/LOCATION, with * and ?, or a SKU.", metavar="PLACE|SKU")],
    unit: Unit = None,
    as_json: Json = False,
) -> None:
    """Tell what happened at a place or to a SKU, step by step, with what the book said after each."""
    from layouts.inventory.history import history

    is_place = "/" in what
    with opened(store) as log:
        steps = history(
            log.read(),
            place=what if is_place else "*",
            sku=None if is_place else what,
            handling_unit=unit,
        )
    if as_json:
        print_json([step._asdict() for step in steps])
    else:
        typer.echo("\n".join(map(_step, steps)) or f"nothing is told of {what}")


def _place(place: str | None, site: str | None) -> str:
    if place is not None and site is not None:
        raise typer.BadParameter("a place names its site: give one of both", param_hint="--site, --place")
    return place or ("*" if site is None else f"{site}/*")


def _row(row: OnHand) -> str:
    checked = "never counted" if row.checked_ms is None else f"counted {shown_time(row.checked_ms)}"
    return f"{row.place} {_what(row.sku, row.lot, row.handling_unit)}: {row.quantity:g}, {checked}"


def _step(step: Step) -> str:
    what = _what(step.sku or "", step.lot, step.handling_unit)
    booked = "" if step.change is None else f" {step.change:+g} = {step.book:g}"
    return f"{shown_time(step.at_ms)} {step.place} {what} {step.what}{booked} ({step.about}; {step.source})"


def _what(sku: str, lot: str | None, unit: str | None) -> str:
    return f"{sku}{f' lot {lot}' if lot is not None else ''}{f' on {unit}' if unit is not None else ''}"
