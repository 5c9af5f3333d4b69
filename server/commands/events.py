"""events: the log of the live twin: append to it, list it, ask what was known when, verify it, back it up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.clock import clock_ms
from server.commands.options import Json
from server.commands.printing import print_json
from server.commands.stores import Store, opened, shown_time, time_ms
from server.progress import reporting
from spatial.errors import UndecidedError

if TYPE_CHECKING:
    from layouts.live.events import LiveEvent, Recorded
    from layouts.live.state import TwinState

AT_ONCE = 2_000

events = typer.Typer(
    name="events",
    help="The log of the live twin: append, list, ask what was known when, verify, back up.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@events.command("append")
def append_command(
    store: Annotated[str, typer.Argument(help="The log, made if it is missing.", metavar="STORE")],
    files: Annotated[
        list[Path], typer.Argument(help="Events as lines of JSON; .gz is unpacked.", metavar="FILE…")
    ],
    as_json: Json = False,
) -> None:
    """Record the events of files; those whose id is known count once. What is no event is told and left out."""
    from server.store.event_files import BadLine, read_events
    from server.store.opening import open_store

    recorded = known = 0
    bad: list[str] = []

    def good(path: Path) -> Iterator[LiveEvent]:
        for each in read_events(path):
            if isinstance(each, BadLine):
                bad.append(each.reason)
            else:
                yield each

    for path in files:
        path.open("rb").close()  # before a log is made for files that are not there
    log = open_store(store)
    try:
        with reporting("append", quiet=as_json) as tell:
            for number, path in enumerate(files):
                told = good(path)
                while batch := list(islice(told, AT_ONCE)):
                    done = log.append(batch, now_ms=clock_ms())
                    recorded, known = recorded + len(done.recorded), known + done.known
                    bad += [f"{path}: event '{event.id}': {reason}" for event, reason in done.refused]
                    tell(f"{recorded + known} events", number / len(files))
        head = log.head()
    finally:
        log.close()
    if as_json:
        print_json({"recorded": recorded, "known": known, "refused": bad, "seq": head})
    else:
        for reason in bad:
            typer.echo(reason, err=True)
        typer.echo(f"{recorded} recorded, {known} known, {len(bad)} refused; the log ends with event {head}")
    if bad:
        raise typer.Exit(1)


@events.command("list")
def list_command(
    store: Store,
    after: Annotated[int, typer.Option(help="After this event.", min=0, metavar="N")] = 0,
    entity: Annotated[str | None, typer.Option(help="Of this entity.", metavar="KIND/NAME")] = None,
    begin: Annotated[
        str | None, typer.Option("--from", help="Happened from then.", metavar="2026-11-27T06:00:00Z")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--until", help="Happened until then.", metavar="2026-11-27T14:00:00Z")
    ] = None,
    limit: Annotated[int, typer.Option(help="So many at most.", min=1)] = 100,
    as_json: Json = False,
) -> None:
    """List events in the order in which they were learned, with when they happened."""
    import msgspec

    with opened(store) as log:
        told = log.read(
            after=after,
            entity=entity,
            happened_from_ms=None if begin is None else time_ms(begin, option="--from"),
            happened_until_ms=None if end is None else time_ms(end, option="--until"),
        )
        rows = list(islice(told, limit + 1))
    shown = rows[:limit]
    if as_json:
        print_json(msgspec.to_builtins(shown))
        return
    typer.echo("\n".join(map(event_line, shown)) or "no event fits")
    if len(rows) > limit:
        typer.echo(f"there are more: go on with --after {shown[-1].seq}", err=True)


def event_line(recorded: Recorded) -> str:
    """An event of the log as one line."""
    from layouts.live.events import encode_body

    event = recorded.event
    told = encode_body(event.body).decode()
    return (
        f"{recorded.seq} {shown_time(event.happened_ms)} {event.site} {event.entity} {told} ({event.source})"
    )


@events.command("as-of")
def as_of_command(
    store: Store,
    at: Annotated[
        str | None,
        typer.Option("--at", help="Of what had happened until then.", metavar="2026-11-27T06:00:00Z"),
    ] = None,
    known: Annotated[
        str | None,
        typer.Option("--known", help="By what had been learned until then.", metavar="2026-11-27T06:00:00Z"),
    ] = None,
    seq: Annotated[int | None, typer.Option(help="After this event of the log.", min=0, metavar="N")] = None,
    as_json: Json = False,
) -> None:
    """Tell the state as it was: of what had happened, by what was known. --json prints all of it."""
    import msgspec

    from server.store.snapshots import state_as_of

    happened_ms = None if at is None else time_ms(at, option="--at")
    learned_ms = None if known is None else time_ms(known, option="--known")
    with opened(store) as log:
        head = log.head()
        if seq is not None and seq > head:
            raise UndecidedError(f"event {seq} is not in the log, which has 1 to {head}: choose one of them")
        state = state_as_of(log, seq=seq, happened_ms=happened_ms, learned_ms=learned_ms)
    if as_json:
        told = {"seq": state.seq, "learned_ms": state.learned_ms, "happened_ms": state.happened_ms}
        print_json(told | {"sha256": state.sha256(), "state": msgspec.to_builtins(state.record())})
    else:
        typer.echo(_summary(state))


def _summary(state: TwinState) -> str:
    if not state.seq:
        return "nothing was known then"
    count: Counter[str] = Counter()
    last_ms: dict[str, int] = {}
    for name, seen_ms in state.last_seen.items():
        kind = name.split("/")[1]
        count[kind] += 1
        last_ms[kind] = max(last_ms.get(kind, 0), seen_ms)
    lines = [
        f"event {state.seq}, learned {shown_time(state.learned_ms)}",
        f"the newest happened {shown_time(state.happened_ms)}",
        f"state {state.sha256()}",
    ]
    lines += [f"{kind}: {count[kind]}, last seen {shown_time(last_ms[kind])}" for kind in sorted(count)]
    return "\n".join(lines)


@events.command("verify")
def verify_command(store: Store, as_json: Json = False) -> None:
    """Hash the log and fold it from nothing; the newest snapshot has to come to the same state."""
    from server.chores.verifying import verify

    with opened(store) as log, reporting("verify", quiet=as_json) as tell:
        found = verify(log, progress=tell)
    if as_json:
        print_json(found._asdict())
    else:
        typer.echo(f"log {found.log}: {found.events} events, hash {found.log_sha256}")
        typer.echo(f"state {found.state_sha256}")
        if found.snapshot_seq is not None:
            sound = "sound" if not found.faults else "not what the log says"
            typer.echo(f"snapshot at event {found.snapshot_seq}: {sound}")
        for fault in found.faults:
            typer.echo(fault, err=True)
    if found.faults:
        raise typer.Exit(1)


@events.command("backup")
def backup_command(
    store: Store,
    file: Annotated[Path, typer.Argument(help="The backup.", metavar="FILE.jsonl.gz")],
    as_json: Json = False,
) -> None:
    """Write the whole log into one file; the server may run meanwhile."""
    from server.store.backup import backup

    with opened(store) as log, reporting("backup", quiet=as_json) as tell:
        head = max(1, log.head())
        count, sha256 = backup(log, file, told=lambda done: tell(f"{done} events", min(1.0, done / head)))
    _tell_log(count, sha256, f"{file}: {count} events, hash {sha256}", as_json=as_json)


@events.command("restore")
def restore_command(
    file: Annotated[Path, typer.Argument(help="The backup.", metavar="FILE.jsonl.gz")],
    store: Annotated[
        str, typer.Argument(help="A new log: a file, or postgresql://…, made if missing.", metavar="STORE")
    ],
    as_json: Json = False,
) -> None:
    """Make the log of a backup in a new store; a backup that is damaged or not whole restores nothing."""
    from server.store.backup import restore

    with reporting("restore", quiet=as_json) as tell:
        count, sha256 = restore(file, store, told=lambda done: tell(f"{done} events", 0.0))
    _tell_log(count, sha256, f"{count} events restored, hash {sha256}", as_json=as_json)


def _tell_log(count: int, sha256: str, sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"events": count, "sha256": sha256})
    else:
        typer.echo(sentence)
