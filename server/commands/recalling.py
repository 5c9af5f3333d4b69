"""inventory recall and origin: where a lot, or what lay on a unit, is and whom it reached; and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from server.commands.options import Json, Rules, agent_of
from server.commands.places import AsOf, as_of_ms
from server.commands.printing import print_json
from server.commands.stores import Store, opened

if TYPE_CHECKING:
    from layouts.genealogy.recall import Recall
    from layouts.live.events import LiveEvent

UNDECIDED = 4


def recall_command(
    store: Store,
    lot: Annotated[
        list[str] | None,
        typer.Option("--lot", help="A lot, as SKU/LOT; may be given several times.", metavar="SKU/LOT"),
    ] = None,
    unit: Annotated[str | None, typer.Option(help="What ever lay on this handling unit.")] = None,
    path: Annotated[
        Path | None,
        typer.Option(help="JSON of the way through --hall, in 3D, and where to take sound goods from."),
    ] = None,
    hall: Annotated[Path | None, typer.Option(help="Folder of the site that --path leads through.")] = None,
    agent: Annotated[str, typer.Option(help="Agent class that brings the goods along --path.")] = "picker",
    rules: Rules = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Tell where a lot, or what lay on a unit, is and whom it reached, with what was made of it; 4 if in doubt."""
    from layouts.genealogy.recall import recall
    from layouts.genealogy.text import recall_dict, recall_text

    lots = [_lot(text) for text in lot or ()]
    if not lots and unit is None:
        raise typer.BadParameter("name a lot or a handling unit", param_hint="--lot, --unit")
    if (path is None) != (hall is None):
        raise typer.BadParameter("the way needs a file and a hall: give both", param_hint="--path, --hall")
    found = recall(_events(store, as_of), lots=lots, unit=unit)
    way = None if path is None or hall is None else _way(found, path, hall, agent, rules)
    if as_json:
        print_json(recall_dict(found) | ({} if way is None else {"way": way}))
    else:
        typer.echo(recall_text(found))
        if way is not None:
            typer.echo("\n".join([*way["told"], f"{path}: {len(way['legs'])} legs"]))
    raise typer.Exit(0 if found.is_certain else UNDECIDED)


def origin_command(
    store: Store,
    order: Annotated[str, typer.Option(help="The order whose goods are traced back.")],
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Tell which lots the goods of an order came from, and which those were made of; 4 if in doubt."""
    from layouts.genealogy.origin import origin, origin_dict, origin_text

    found = origin(_events(store, as_of), order=order)
    if as_json:
        print_json(origin_dict(found))
    else:
        typer.echo(origin_text(found))
    raise typer.Exit(0 if found.is_certain else UNDECIDED)


def _events(store: str, as_of: str | None) -> list[LiveEvent]:
    until_ms = as_of_ms(as_of)
    with opened(store) as log:
        return [told.event for told in log.read() if until_ms is None or told.event.happened_ms <= until_ms]


def _way(found: Recall, path: Path, hall: Path, agent: str, rules: Path | None) -> dict[str, Any]:
    """Write the way through the hall, and tell it."""
    from layouts.genealogy.hall_path import hall_path
    from layouts.genealogy.hall_ways import HallWays
    from layouts.genealogy.instead import instead
    from layouts.genealogy.path_file import path_dict, write_path
    from server.sites import load_site
    from spatial.floor.facility_rules import rules_on

    facility, goes = load_site(hall).facility, agent_of(agent)
    usual = HallWays(facility, goes, rules_on(facility))
    ways = usual if rules is None else HallWays(facility, goes, rules_on(facility, rules))
    legs = hall_path(found.path, facility, ways=ways, usual=usual)
    told = path_dict(legs, instead(found, site=facility.id, ways=ways), site=facility.id)
    write_path(path, told)
    return told


def _lot(text: str) -> tuple[str, str]:
    sku, slash, lot = text.rpartition("/")
    if not (sku and slash and lot):
        raise typer.BadParameter(f"'{text}' is no lot: give SKU/LOT, as A17/L-204", param_hint="--lot")
    return sku, lot
