"""slot: score today's slotting, plan a better one, explain it, list its moves, hold it against what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.commands.clean_output import strangers_on_stderr
from server.commands.options import Json, Seed
from server.commands.printing import print_json
from server.progress import reporting

if TYPE_CHECKING:
    from layouts.slotting.prepare import Prepared
    from layouts.slotting.rules.least_conflict import Infeasible

Settings = Annotated[
    Path | None,
    typer.Option("--settings", "-s", help="slot.yaml: items, rules, what counts, what moves take."),
]

slot = typer.Typer(
    name="slot",
    help="Slotting: which SKU goes where, by rules that never break, proven by the simulator.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@slot.command()
def score(
    scenario: Annotated[Path, typer.Argument(help="scenario.yaml")],
    settings: Settings = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Tell what today's slotting costs, beside the usual ways to slot and the least there can be."""
    from layouts.slotting.standing import standing, standing_text
    from server.slotting import ready_slotting

    with strangers_on_stderr(), reporting("slot", quiet=as_json) as tell:
        ready = require_legal(ready_slotting(scenario, settings, seed=seed, progress=tell), as_json=as_json)
        found = standing(ready, seed=seed, progress=tell)
    if as_json:
        print_json(found.record())
    else:
        typer.echo(standing_text(found))
    if found.broken:
        raise typer.Exit(1)


def require_legal(ready: Prepared | Infeasible, *, as_json: bool) -> Prepared:
    """Where no plan exists, tell the rules in conflict and end with 1: it is a finding."""
    from layouts.slotting.rules.least_conflict import Infeasible

    if not isinstance(ready, Infeasible):
        return ready
    if as_json:
        print_json(
            {
                "verdict": "infeasible",
                "rules": list(ready.rules),
                "facts": list(ready.facts),
                "skus": list(ready.skus),
                "is_smallest": ready.is_smallest,
            }
        )
    else:
        typer.echo(ready.text)
    raise typer.Exit(1)
