"""orders: made-up ones of a wanted shape, and the shape of those there are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from server.commands.clean_output import strangers_on_stderr
from server.commands.options import Json, agent_of
from server.commands.printing import print_json, print_notes
from server.progress import reporting

if TYPE_CHECKING:
    from layouts.demand.demand_files import Written


orders = typer.Typer(
    name="orders",
    help="Orders: make some up for want of your own, tell the shape of those there are.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@orders.command()
def make(
    file: Annotated[Path, typer.Argument(help="demand.yaml; every field has a default.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the tables; made if missing.")],
    site: Annotated[
        Path | None,
        typer.Option(help="A site's folder, a facility.json or a layout.yaml: its locations get the SKUs."),
    ] = None,
    agent: Annotated[str, typer.Option(help="Who must reach the locations.")] = "picker",
    day: Annotated[
        dt.datetime | None, typer.Option(help="Only the orders of this day.", formats=["%Y-%m-%d"])
    ] = None,
    as_json: Json = False,
) -> None:
    """Make up orders of a wanted skew, with families, seasons, peaks and arrivals; every row is marked as made up."""
    from server.chores.demand import make_demand

    with strangers_on_stderr(), reporting("orders", quiet=as_json) as tell:
        written = make_demand(
            file,
            output,
            site=site,
            agent=agent_of(agent),
            only=None if day is None else day.date(),
            progress=tell,
        )
    notes = _notes(written)
    if as_json:
        print_json(
            {"folder": str(output), **vars(written), "files": list(written.files), "notes": list(notes)}
        )
        return
    typer.echo(
        f"{output}: {', '.join(written.files)}\n"
        f"{written.orders:,} orders, {written.lines:,} lines, {written.pieces:,} pieces on {written.days:,} "
        f"{'day' if written.days == 1 else 'days'}, of {written.ordered:,} of {written.skus:,} SKUs\n"
        f"Every row says '{written.source}', and so does whatever is simulated with it."
    )
    if site is not None:
        is_layout = site.suffix in (".yaml", ".yml")
        named = f"SITE  # made by: aisletwin layout build {site} -o SITE" if is_layout else site
        typer.echo(
            f"In a scenario.yaml:\n  site: {named}\n  orders: {output / 'orders.csv'}\n"
            f"  slotting: {output / 'slotting.csv'}\n  items: {output / 'items.csv'}\n"
            f"  starts_at: {written.first_released}"
        )
    print_notes(notes)


@orders.command()
def describe(
    file: Annotated[Path, typer.Argument(help="CSV: order, sku, quantity[, released].")],
    time_zone: Annotated[str, typer.Option(help="Whose days and hours are told.", metavar="ZONE")] = "UTC",
    pairs: Annotated[int, typer.Option(help="So many pairs at most.", min=0)] = 10,
    as_json: Json = False,
) -> None:
    """Tell the shape of orders: ABC classes, lines and pieces, what is bought together, weekdays and hours."""
    from layouts.demand.shape_text import shape_dict, shape_text
    from server.chores.demand import describe_file

    try:
        ZoneInfo(time_zone)
    except (OSError, ValueError, LookupError):
        raise typer.BadParameter(
            f"there is no time zone '{time_zone}': give one as Europe/Berlin", param_hint="--time-zone"
        ) from None
    with strangers_on_stderr():
        shape = describe_file(file, time_zone=time_zone)
    if as_json:
        print_json(shape_dict(shape))
    else:
        typer.echo(shape_text(shape, pairs=pairs))


def _notes(written: Written) -> tuple[str, ...]:
    notes = []
    if written.strays:
        notes.append(
            f"{written.strays:,} of {written.lines:,} lines are of other SKUs or families than the shares ask for, "
            "because an order has no SKU twice: larger families, more SKUs or smaller orders change that."
        )
    if 0 < written.locations < written.skus:
        notes.append(
            f"{written.skus:,} SKUs share {written.locations:,} locations, up to "
            f"{-(-written.skus // written.locations)} in one: lower skus if a location holds only one."
        )
    return tuple(notes)
