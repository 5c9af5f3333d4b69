"""inventory recall: where a lot, or what lay on a handling unit, is and whom it reached."""

from __future__ import annotations

from typing import Annotated

import typer

from server.commands.options import Json
from server.commands.places import AsOf, as_of_ms
from server.commands.printing import print_json
from server.commands.stores import Store, opened


def recall_command(
    store: Store,
    lot: Annotated[
        list[str] | None,
        typer.Option("--lot", help="A lot, as SKU/LOT; may be given several times.", metavar="SKU/LOT"),
    ] = None,
    unit: Annotated[str | None, typer.Option(help="What ever lay on this handling unit.")] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Tell where a lot, or what lay on a unit, is and whom it reached, with what was made of it; 4 if in doubt."""
    from layouts.genealogy.recall import recall
    from layouts.genealogy.text import recall_dict, recall_text

    lots = [_lot(text) for text in lot or ()]
    if not lots and unit is None:
        raise typer.BadParameter("name a lot or a handling unit", param_hint="--lot, --unit")
    until_ms = as_of_ms(as_of)
    with opened(store) as log:
        events = [told.event for told in log.read() if until_ms is None or told.event.happened_ms <= until_ms]
    found = recall(events, lots=lots, unit=unit)
    if as_json:
        print_json(recall_dict(found))
    else:
        typer.echo(recall_text(found))
    raise typer.Exit(0 if found.is_certain else 4)


def _lot(text: str) -> tuple[str, str]:
    sku, slash, lot = text.rpartition("/")
    if not (sku and slash and lot):
        raise typer.BadParameter(f"'{text}' is no lot: give SKU/LOT, as A17/L-204", param_hint="--lot")
    return sku, lot
