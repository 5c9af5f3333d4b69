"""feeds: see that what is set up can be read, before a server runs with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.clock import clock_ms
from server.commands.options import Json
from server.commands.printing import print_json
from spatial.errors import AisletwinError

if TYPE_CHECKING:
    from server.feeds.mapping.check import SampleResult
    from server.twin.twin_file import Feed

feeds = typer.Typer(
    name="feeds",
    help="Feeds of the live twin: check them, try a mapping, list sensor channels.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@feeds.command("check")
def check_command(
    twin: Annotated[Path, typer.Argument(help="twin.yaml")],
    as_json: Json = False,
) -> None:
    """Read the file, every feed's options and mapping, and the rules; tell what is set up. Connects to nothing."""
    from server.alerts.read_rules import read_rules
    from server.twin.twin_file import read_twin_file

    settings = read_twin_file(twin)
    told = [
        {"name": feed.name, "kind": feed.kind, "decoder": feed.decoder, "fault": _fault(feed)}
        for feed in settings.feeds
    ]
    rules = 0 if settings.alerts is None else len(read_rules(settings.alerts).rules)
    if as_json:
        print_json({"feeds": told, "rules": rules})
    else:
        for each in told:
            typer.echo(f"{each['name']}: {each['kind']}, {each['decoder']}, {each['fault'] or 'fine'}")
        typer.echo(f"{len(told)} feeds, {rules} alert rules, {len(settings.expected)} own expectations")
    if any(each["fault"] for each in told):
        raise typer.Exit(1)


def _fault(feed: Feed) -> str | None:
    from server.feeds.decoders import make_decoder

    try:
        make_decoder(feed.decoder, name=feed.name, site="SITE", options=feed.options)
    except AisletwinError as error:
        return str(error)
    return None


@feeds.command("mapping")
def mapping_command(
    mapping: Annotated[Path, typer.Argument(help="mapping.yaml")],
    sample: Annotated[
        Path | None,
        typer.Option(help="Lines of {'topic': …, 'payload': …}: what becomes of each.", metavar="FILE.jsonl"),
    ] = None,
    site: Annotated[str, typer.Option("--site", help="The site of the feed.", metavar="ID")] = "SITE",
    as_json: Json = False,
) -> None:
    """Read a mapping, and tell what it makes of sample messages."""
    import msgspec

    from server.feeds.mapping.check import check_mapping

    results = check_mapping(mapping, sample, now_ms=clock_ms(), site=site)
    if as_json:
        print_json([msgspec.to_builtins(each._asdict()) for each in results])
    else:
        for each in results:
            typer.echo(_sample(each))
        typer.echo(f"{mapping} can be read; {len(results)} samples")
    if any(each.reasons for each in results):
        raise typer.Exit(1)


def _sample(result: SampleResult) -> str:
    from layouts.live.events import encode_body

    lines = [f"line {result.line} {result.topic}"]
    lines += [f"  {event.entity} {encode_body(event.body).decode()}" for event in result.events]
    lines += [f"  refused: {reason}" for reason in result.reasons]
    return "\n".join(lines if len(lines) > 1 else [f"{lines[0]}: tells nothing"])


@feeds.command("channels")
def channels_command(as_json: Json = False) -> None:
    """List the channels of sensors: base unit, what is possible, how often, and units that are understood."""
    from layouts.live.channels import CHANNELS

    if as_json:
        print_json(
            [
                {
                    "name": each.name,
                    "unit": each.unit,
                    "low": each.low,
                    "high": each.high,
                    "interval_s": each.interval_s,
                    "is_counter": each.is_counter,
                    "units": list(each.units),
                    "about": each.about,
                }
                for each in CHANNELS.values()
            ]
        )
        return
    width = max(map(len, CHANNELS))
    for each in CHANNELS.values():
        bounds = f"{each.low:g} to {each.high:g} {each.unit}"
        typer.echo(
            f"{each.name:{width}}  {bounds:24} every {each.interval_s:g} s; understands {', '.join(each.units)}"
        )
