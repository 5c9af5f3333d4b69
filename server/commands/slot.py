"""slot: score today's slotting, plan a better one, explain it, list its moves, hold it against what came of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from typer.core import TyperGroup

from server.commands.clean_output import strangers_on_stderr
from server.commands.options import Json, Seed
from server.commands.printing import print_json
from server.progress import reporting

if TYPE_CHECKING:
    from layouts.slotting.plan.slotting_plan import SlottingPlan
    from layouts.slotting.prepare import Prepared
    from layouts.slotting.rules.least_conflict import Infeasible

Settings = Annotated[
    Path | None,
    typer.Option("--settings", "-s", help="slot.yaml: items, rules, what counts, what moves take."),
]


class RunByDefault(TyperGroup):
    """`slot scenario.yaml` is `slot run scenario.yaml`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the arguments name."""
        is_file = Path(args[0]).suffix in (".yaml", ".yml") and args[0] not in self.commands
        return super().resolve_command(ctx, ["run", *args] if is_file else args)


slot = typer.Typer(
    name="slot",
    cls=RunByDefault,
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
    from server.chores.slotting import ready_slotting

    with strangers_on_stderr(), reporting("slot", quiet=as_json) as tell:
        ready = require_legal(ready_slotting(scenario, settings, seed=seed, progress=tell), as_json=as_json)
        found = standing(ready, seed=seed, progress=tell)
    if as_json:
        print_json(found.record())
    else:
        typer.echo(standing_text(found))
    if found.broken:
        raise typer.Exit(1)


@slot.command()
def run(
    scenario: Annotated[Path, typer.Argument(help="scenario.yaml")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the plan; made if missing.")],
    settings: Settings = None,
    moves: Annotated[int | None, typer.Option(help="So many SKUs move at most.", min=0)] = None,
    budget: Annotated[str | None, typer.Option(help="The moves take so long at most.", metavar="8h")] = None,
    pickers: Annotated[
        str | None,
        typer.Option(help="Staffings to prove it at, beside the scenario's own.", metavar="8,12,20"),
    ] = None,
    replications: Annotated[int, typer.Option(help="Shifts simulated of each slotting.", min=2)] = 10,
    proof: Annotated[
        bool, typer.Option("--proof/--no-proof", help="Simulate it, or believe the tours.")
    ] = True,
    rounds: Annotated[int, typer.Option(help="Rounds of the search.", min=1)] = 10,
    chains: Annotated[int, typer.Option(help="Searches side by side in a round.", min=1)] = 4,
    seconds: Annotated[
        float | None, typer.Option(help="End the search after so long, at the end of a round.", min=0.0)
    ] = None,
    seed: Seed = 0,
    cache: Annotated[Path | None, typer.Option(help="Folder that remembers replications.")] = None,
    workers: Annotated[int, typer.Option(help="Processes that share the work.", min=1)] = 1,
    cluster: Annotated[str | None, typer.Option(help="A Dask scheduler.", metavar="tcp://HOST:8786")] = None,
    as_json: Json = False,
) -> None:
    """Plan a better slotting, prove it by simulation, and write what to move in which order."""
    from layouts.slotting.plan.make_plan import PlanWishes
    from layouts.slotting.plan.record import plan_record
    from layouts.slotting.plan.text import plan_text
    from layouts.slotting.search.improve import Effort
    from server.chores.slotting import plan_slotting

    wishes = PlanWishes(
        effort=Effort(rounds=rounds, chains=chains),
        seconds=seconds,
        most_moves=moves,
        budget_s=None if budget is None else _budget_s(budget),
        pickers=_staffings(pickers),
        is_proven=proof,
        replications=replications,
        seed=seed,
        workers=workers,
        cluster=cluster,
        cache=cache,
    )
    with strangers_on_stderr(), reporting("slot", quiet=as_json) as tell:
        plan = require_plan(plan_slotting(scenario, settings, output, wishes, progress=tell), as_json=as_json)
    if as_json:
        print_json(plan_record(plan) | {"folder": str(output)})
    else:
        typer.echo(f"{plan_text(plan)}\n\n{output}: plan.json, report.html, slotting.csv, moves.csv")
    code = {"do it": 0, "do nothing": 1, "cannot decide": 4}[plan.verdict]
    if code:
        raise typer.Exit(code)


@slot.command("explain")
def explain_command(
    plan: Annotated[Path, typer.Argument(help="Folder of a plan.")],
    sku: Annotated[str, typer.Option(help="The SKU.")],
    as_json: Json = False,
) -> None:
    """Tell why a SKU goes where the plan puts it, what else there was, and what forbids what is better."""
    from layouts.slotting.explain.text import explanation_text
    from server.chores.slotting import explain_sku

    with strangers_on_stderr(), reporting("slot", quiet=as_json) as tell:
        found = explain_sku(plan, sku, progress=tell)
    if as_json:
        print_json(found.record())
    else:
        typer.echo(explanation_text(found))


@slot.command("moves")
def moves_command(
    plan: Annotated[Path, typer.Argument(help="Folder of a plan.")],
    budget: Annotated[str, typer.Option(help="How long the moves may take.", metavar="8h")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for moves.csv, moves.json and slotting.csv.")
    ] = None,
    rounds: Annotated[int, typer.Option(help="Rounds of the search for just so many moves.", min=1)] = 10,
    as_json: Json = False,
) -> None:
    """Tell what to move within a budget of time, or that nothing surely pays."""
    from layouts.slotting.moves.stop_anywhere import PAYS, UNDECIDED
    from layouts.slotting.moves.work_list import choice_record
    from layouts.slotting.plan.choice_text import choice_text
    from layouts.slotting.search.improve import Effort
    from server.chores.slotting import budget_moves

    with strangers_on_stderr(), reporting("slot", quiet=as_json) as tell:
        choice = budget_moves(plan, _budget_s(budget), output, effort=Effort(rounds=rounds), progress=tell)
    if as_json:
        print_json(choice_record(choice))
    else:
        typer.echo(choice_text(choice))
        if output is not None:
            typer.echo(f"\n{output}: moves.csv, moves.json, slotting.csv")
    if choice.verdict != PAYS:
        raise typer.Exit(4 if choice.verdict == UNDECIDED else 1)


@slot.command("verify")
def verify_command(
    plan: Annotated[Path, typer.Argument(help="Folder of a plan.")],
    actual: Annotated[
        Path, typer.Option(help="Tasks as `wms load` writes them: tasks.parquet or CSV.", metavar="FILE")
    ],
    moved: Annotated[
        str, typer.Option(help="First and last day of the moves.", metavar="2026-11-28..2026-11-29")
    ],
    time_zone: Annotated[str, typer.Option(help="Whose days they are.", metavar="ZONE")] = "UTC",
    tolerance: Annotated[
        float, typer.Option(help="Within this share of the prediction it is as predicted.", min=0.0)
    ] = 0.1,
    as_json: Json = False,
) -> None:
    """Hold a plan against what came of it: on the demand that came, as carried out, and by the clock."""
    from layouts.slotting.verification.actual_tours import Grouping
    from layouts.slotting.verification.text import verification_text
    from server.chores.slotting import verify_plan

    _require_zone(time_zone)
    with strangers_on_stderr(), reporting("slot", quiet=as_json) as tell:
        found = verify_plan(
            plan, actual, _days(moved), grouping=Grouping(zone=time_zone), tolerance=tolerance, progress=tell
        )
    if as_json:
        print_json(found.record())
    else:
        typer.echo(verification_text(found))
    code = {"less than predicted": 1, "cannot decide": 4}.get(found.verdict, 0)
    if code:
        raise typer.Exit(code)


@slot.command("watch")
def watch_command(
    scenario: Annotated[
        Path, typer.Argument(help="scenario.yaml whose orders tell when they were released.")
    ],
    state: Annotated[Path, typer.Option(help="File that remembers what is known; made if missing.")],
    settings: Settings = None,
    payback_days: Annotated[
        float, typer.Option(help="The work of a re-slot has to come back within so many days.", min=1.0)
    ] = 90.0,
    quiet_days: Annotated[float, typer.Option(help="Days without another advice after one.", min=1.0)] = 91.0,
    as_json: Json = False,
) -> None:
    """Read the new days of the orders and tell whether it is time to slot anew."""
    from layouts.slotting.trigger.reslot_trigger import ReslotTrigger
    from server.chores.slotting import watch_scenario

    trigger = ReslotTrigger(payback_days=payback_days, quiet_days=quiet_days)
    with strangers_on_stderr(), reporting("slot", quiet=as_json) as tell:
        told = watch_scenario(scenario, settings, state, trigger=trigger, progress=tell)
    due = [day for day, found in told if found.is_due]
    if as_json:
        print_json({"due": due, "days": [{"day": day, **found.record()} for day, found in told]})
    else:
        for day, found in told:
            typer.echo(f"{day}: {found.text()}")
        if not told:
            typer.echo("Begun: the first day is what later ones are held against.")
    if due:
        raise typer.Exit(1)


def _require_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise typer.BadParameter(
            f"there is no time zone '{name}': give one as Europe/Berlin", param_hint="--time-zone"
        ) from None


def _days(text: str) -> tuple[dt.date, dt.date]:
    first, told, last = text.partition("..")
    try:
        days = dt.date.fromisoformat(first.strip()), dt.date.fromisoformat((last if told else first).strip())
    except ValueError:
        raise typer.BadParameter(
            f"'{text}' are no days: give the first and the last, as 2026-11-28..2026-11-29",
            param_hint="--moved",
        ) from None
    if days[0] > days[1]:
        raise typer.BadParameter(f"'{text}' ends before it begins", param_hint="--moved")
    return days


def _budget_s(text: str) -> float:
    from layouts.slotting.moves.duration import seconds_of

    try:
        seconds = seconds_of(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--budget") from None
    if not seconds > 0:
        raise typer.BadParameter(f"'{text}' allows no move: give more than 0", param_hint="--budget")
    return seconds


def _staffings(text: str | None) -> tuple[int, ...]:
    """`8,12,20` as numbers."""
    try:
        counts = tuple(int(part) for part in (text or "").split(",") if part.strip())
    except ValueError:
        counts = (0,)
    if any(count < 1 for count in counts):
        raise typer.BadParameter(
            f"'{text}' is no list of staffings: give whole numbers from 1, as 8,12,20", param_hint="--pickers"
        )
    return counts


def require_plan(plan: SlottingPlan | Infeasible, *, as_json: bool) -> SlottingPlan:
    """As `require_legal`, of a plan."""
    from layouts.slotting.plan.slotting_plan import SlottingPlan

    if isinstance(plan, SlottingPlan):
        return plan
    _tell_conflict(plan, as_json=as_json)
    raise typer.Exit(1)


def require_legal(ready: Prepared | Infeasible, *, as_json: bool) -> Prepared:
    """Where no plan exists, tell the rules in conflict and end with 1: it is a finding."""
    from layouts.slotting.rules.least_conflict import Infeasible

    if not isinstance(ready, Infeasible):
        return ready
    _tell_conflict(ready, as_json=as_json)
    raise typer.Exit(1)


def _tell_conflict(found: Infeasible, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "verdict": "infeasible",
                "rules": list(found.rules),
                "facts": list(found.facts),
                "skus": list(found.skus),
                "is_smallest": found.is_smallest,
            }
        )
    else:
        typer.echo(found.text)
