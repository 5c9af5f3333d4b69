"""benefit: what accepted recommendations promised, what became of it, and how well all were foretold."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from server.clock import clock_ms
from server.commands.options import Json
from server.commands.printing import print_json
from spatial.errors import BadDataError

if TYPE_CHECKING:
    from layouts.benefit.ledger import Accepted, Realised

benefit = typer.Typer(
    name="benefit",
    help="The ledger of benefits: what was promised, what became of it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
FINDING, UNDECIDED = 1, 4
Ledger = Annotated[Path, typer.Argument(help="The ledger, a file that only grows; made if missing.")]
Id = Annotated[str, typer.Option("--id", help="The recommendation.")]


@benefit.command("add")
def add_command(
    ledger: Ledger,
    id_: Id,
    kpi: Annotated[str, typer.Option(help="The figure it is about, a column of the daily table.")],
    predicted: Annotated[float, typer.Option(help="Its relative effect: 0.05 is 5 % more.")],
    low: Annotated[float, typer.Option(help="The lower end of its interval.")],
    high: Annotated[float, typer.Option(help="The upper end of its interval.")],
    since: Annotated[str, typer.Option(help="The first day with it.", metavar="2026-11-27")],
    source: Annotated[str, typer.Option(help="What recommended it, as what-if, slotting or policy.")],
    note: Annotated[str, typer.Option(help="A note.")] = "",
    as_json: Json = False,
) -> None:
    """Enter a recommendation that was accepted, with the effect that was predicted."""
    from layouts.benefit.ledger import Accepted
    from server.chores.benefits import append

    try:
        entry = Accepted(id=id_, at=_now(), source=source, kpi=kpi, predicted=predicted, low=low, high=high,
                         since=dt.date.fromisoformat(since), note=note)  # fmt: skip
        head = append(ledger, entry)
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    _told(entry, head, as_json)


@benefit.command("realised")
def realised_command(
    ledger: Ledger,
    daily: Annotated[Path, typer.Argument(help="CSV: day, the figure, and covariates; a row a day.")],
    id_: Id,
    covariate: Annotated[
        list[str] | None,
        typer.Option(
            help="A column that moves the figure and is not moved by the change: volume, or an unaffected "
            "area; repeatable."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Estimate what became of it by the days before and after: 0 shown, 1 not shown, 4 undecided."""
    from layouts.benefit.ledger import Accepted
    from layouts.benefit.realised import realised
    from server.chores.benefits import append, read_daily, read_ledger

    entries, _ = read_ledger(ledger)
    promise = next((each for each in entries if isinstance(each, Accepted) and each.id == id_), None)
    if promise is None:
        raise BadDataError(f"{ledger} has no recommendation '{id_}': enter it with `aisletwin benefit add`")
    figures, digest = read_daily(daily, promise.kpi, tuple(covariate or ()))
    entry = realised(promise, figures, at=_now(), data_sha256=digest)
    _told(entry, append(ledger, entry), as_json)
    if entry.verdict != "shown":
        raise typer.Exit(UNDECIDED if entry.verdict == "cannot decide" else FINDING)


@benefit.command("list")
def list_command(ledger: Ledger, as_json: Json = False) -> None:
    """List all entries, and how well predictions held over all of them."""
    from layouts.benefit.realised import foretold
    from server.chores.benefits import read_ledger

    if not ledger.is_file():
        raise BadDataError(f"{ledger} is missing: name the ledger, or begin one with `aisletwin benefit add`")
    entries, head = read_ledger(ledger)
    found = foretold(entries)
    if as_json:
        told = [each.model_dump(mode="json") for each in entries]
        print_json({"entries": told, "foretold": found.to_record(), "head": head})
        return
    for each in entries:
        typer.echo(_text(each))
    typer.echo(f"{found.accepted} accepted, {found.decided} decided, {found.shown} shown; head {head}")
    if found.held is not None and found.ratio is not None:
        typer.echo(f"predictions held: {found.held}")
        typer.echo(f"realised by predicted: {found.ratio}")


def _now() -> dt.datetime:
    return dt.datetime.fromtimestamp(clock_ms() / 1000, dt.UTC)


def _told(entry: Accepted | Realised, head: str, as_json: bool) -> None:
    if as_json:
        print_json({**entry.model_dump(mode="json"), "head": head})
    else:
        typer.echo(f"{_text(entry)}\nhead {head}")


def _text(entry: Accepted | Realised) -> str:
    if entry.type == "accepted":
        return (
            f"{entry.id}: {entry.kpi} {entry.predicted:+.1%} [{entry.low:+.1%} to {entry.high:+.1%}] "
            f"predicted by {entry.source} from {entry.since} on"
        )
    if entry.effect is None:
        return f"{entry.id}: {entry.verdict}: {entry.reason}"
    return (
        f"{entry.id}: {entry.verdict}, {entry.effect:+.1%} [95 %: {entry.low:+.1%} to {entry.high:+.1%}] "
        f"by {entry.days} days"
    )
