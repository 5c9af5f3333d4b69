"""alerts: rules checked and tested, alerts listed, acknowledged and put on the shelf."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from server.clock import clock_ms
from server.commands.options import Json
from server.commands.printing import print_json
from server.commands.stores import AtSite, Store, opened, shown_time, time_ms
from spatial.errors import BadDataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from layouts.live.events import LiveEvent
    from server.alerts.life import Alert

alerts = typer.Typer(
    name="alerts",
    help="Alerts of the live twin: what is worth a call, by rules with tests of their own.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(help="RULE/ABOUT, as `alerts list` shows it.", metavar="NAME")]
By = Annotated[str, typer.Option(help="Who does it.", metavar="WHO")]


@alerts.command("check")
def check_command(
    file: Annotated[Path, typer.Argument(help="YAML with rules.")], as_json: Json = False
) -> None:
    """Read a rules file and tell its rules, or all that is wrong in it, line by line."""
    from server.alerts.listing import rules_text
    from server.alerts.read_rules import read_rules

    rules = read_rules(file)
    if as_json:
        print_json([rule.model_dump(mode="json", exclude_unset=True) for rule in rules.rules])
    else:
        typer.echo(rules_text(rules))


@alerts.command("test")
def run_tests(
    file: Annotated[Path, typer.Argument(help="YAML with tests, and rules unless --rules names them.")],
    rules: Annotated[Path | None, typer.Option(help="YAML with the rules that are tested.")] = None,
    as_json: Json = False,
) -> None:
    """Run the tests that a rules file brings along. Ends with 1 if one fails."""
    from server.alerts.rule_tests import run_rule_tests

    report = run_rule_tests(file, rules_from=rules)
    if as_json:
        print_json(asdict(report))
    else:
        typer.echo(str(report))
    raise typer.Exit(report.exit_code)


@alerts.command("list")
def list_command(
    store: Store,
    site: AtSite = None,
    rule: Annotated[str | None, typer.Option(help="Of this rule only.", metavar="ID")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Those that have cleared, too.")] = False,
    as_json: Json = False,
) -> None:
    """List the alerts: open ones first, the worst and newest on top."""
    from server.alerts.listing import alerts_record, alerts_shown, alerts_text
    from server.store.snapshots import restored

    with opened(store) as log:
        state = restored(log)
    shown = alerts_shown(state, now_ms=clock_ms(), site=site, rule=rule, with_cleared=everything)
    if as_json:
        print_json(alerts_record(shown))
    else:
        typer.echo(alerts_text(shown))


@alerts.command("acknowledge")
def acknowledge_command(store: Store, name: Name, by: By, site: AtSite = None, as_json: Json = False) -> None:
    """Tell that someone has seen an alert and takes care of it."""
    from server.alerts.steps import acknowledge

    _take_step(
        store, name, site, lambda alert, now_ms: acknowledge(alert, by=by, now_ms=now_ms), as_json=as_json
    )


@alerts.command("shelve")
def shelve_command(
    store: Store,
    name: Name,
    by: By,
    until: Annotated[str | None, typer.Option(help="Until then.", metavar="2026-11-27T18:00:00Z")] = None,
    duration: Annotated[str | None, typer.Option("--for", help="For so long.", metavar="4h")] = None,
    site: AtSite = None,
    as_json: Json = False,
) -> None:
    """Put an alert on the shelf: nobody is called for it until a time, 30 days from now at most."""
    from server.alerts.steps import shelve

    ends_ms = _shelf_end(until, duration)
    _take_step(
        store,
        name,
        site,
        lambda alert, now_ms: shelve(alert, by=by, until_ms=ends_ms(now_ms), now_ms=now_ms),
        as_json=as_json,
    )


def _shelf_end(until: str | None, duration: str | None) -> Callable[[int], int]:
    """From now to when the shelf ends."""
    from layouts.slotting.moves.duration import seconds_of

    if until is not None and duration is None:
        at_ms = time_ms(until, option="--until")
        return lambda _: at_ms
    if duration is None or until is not None:
        raise typer.BadParameter("give one of both, as --for 4h", param_hint="--until, --for")
    try:
        lasts_ms = round(1000 * seconds_of(duration))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--for") from None
    return lambda now_ms: now_ms + lasts_ms


def _take_step(
    url: str, name: str, site: str | None, step: Callable[[Alert, int], LiveEvent], *, as_json: bool
) -> None:
    """Record a step of the alert; one that cannot be taken is bad data, and nothing is recorded."""
    from server.alerts.listing import alert_named
    from server.store.snapshots import restored

    with opened(url) as log:
        now_ms = clock_ms()
        alert = alert_named(restored(log), name, site=site, now_ms=now_ms)
        try:
            event = step(alert, now_ms)
        except ValueError as error:
            raise BadDataError(str(error)) from error
        refused = log.append([event], now_ms=now_ms).refused
    if refused:
        raise BadDataError(refused[0][1])
    body = msgspec.to_builtins(event.body)
    told = {"alert": event.entity, **{name: body.get(name) for name in ("step", "by", "until_ms")}}
    if as_json:
        print_json({"site": event.site, **told})
    else:
        until = "" if told["until_ms"] is None else f" until {shown_time(told['until_ms'])}"
        typer.echo(f"{event.site} {event.entity}: {told['step']} by {told['by']}{until}")
