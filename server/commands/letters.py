"""letters: messages that could not be understood: list them, and read them again once the cause is mended."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.clock import clock_ms
from server.commands.options import Json
from server.commands.printing import print_json
from server.commands.stores import Store, opened, shown_time

if TYPE_CHECKING:
    from server.feeds.feed import Decoder
    from server.twin.twin_file import TwinFile

PAYLOAD_SHOWN = 2_000

letters = typer.Typer(
    name="letters",
    help="Dead letters of the live twin: messages that could not be understood, with the reason.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Source = Annotated[str | None, typer.Option(help="Of this feed only.", metavar="FEED")]


@letters.command("list")
def list_command(
    store: Store,
    source: Source = None,
    settled: Annotated[
        bool, typer.Option("--settled", help="Those that a replay took, not those that wait.")
    ] = False,
    limit: Annotated[int, typer.Option(help="So many at most.", min=1)] = 100,
    as_json: Json = False,
) -> None:
    """List letters, oldest first."""
    with opened(store) as log:
        kept = list(islice(log.letters(is_settled=settled, source=source), limit))
    if as_json:
        print_json(
            [
                {
                    "number": each.number,
                    "source": each.letter.source,
                    "address": each.letter.address,
                    "arrived_ms": each.letter.arrived_ms,
                    "reason": each.letter.reason,
                    "settled_ms": each.settled_ms,
                    "payload": each.letter.payload[:PAYLOAD_SHOWN].decode(errors="replace"),
                }
                for each in kept
            ]
        )
        return
    for each in kept:
        told = each.letter
        typer.echo(f"{each.number} {shown_time(told.arrived_ms)} {told.source} {told.address}: {told.reason}")
    if not kept:
        typer.echo("no letter was taken yet" if settled else "no letter waits")


@letters.command("replay")
def replay_command(
    twin: Annotated[Path, typer.Argument(help="twin.yaml, with the feeds as they are now.")],
    source: Source = None,
    site: Annotated[
        str | None, typer.Option("--site", help="The site of feeds that do not name theirs.", metavar="ID")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read the letters that wait again; those that are taken are settled, and nothing is recorded twice."""
    from server.feeds.dead_letters import replay
    from server.intake.group_commit import GroupCommit
    from server.twin.twin_file import read_twin_file

    settings = read_twin_file(twin)
    with opened(settings.store) as log:
        intake = GroupCommit(log, now_ms=clock_ms)
        try:
            report = replay(
                log, intake, lambda name: _decoder(settings, name, site), now_ms=clock_ms(), source=source
            )
        finally:
            intake.stop()
    if as_json:
        print_json(report._asdict() | {"waiting": [each._asdict() for each in report.waiting]})
    else:
        for each in report.waiting:
            typer.echo(f"{each.number}: {each.reason}", err=True)
        typer.echo(
            f"{report.taken} letters taken ({report.recorded} events recorded, {report.known} known), "
            f"{len(report.waiting)} still wait"
        )
    if report.waiting:
        raise typer.Exit(1)


def _decoder(settings: TwinFile, name: str, site: str | None) -> Decoder | None:
    """The decoder of a feed, None for one that is not set up. Only MQTT feeds tell their site themselves."""
    from server.feeds.decoders import make_decoder
    from server.feeds.mqtt.settings import MqttSettings

    feed = next((feed for feed in settings.feeds if feed.name == name), None)
    if feed is None:
        return None
    own = feed.site if isinstance(feed, MqttSettings) else site
    if own is None:
        raise typer.BadParameter(
            f"the feed '{name}' does not name its site: give the id of the site it is about",
            param_hint="--site",
        )
    return make_decoder(feed.decoder, name=feed.name, site=own, options=feed.options)
