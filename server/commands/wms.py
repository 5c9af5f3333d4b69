"""wms: exports of a warehouse management system, checked row by row and loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from server.commands.options import Json
from server.commands.printing import print_json, print_notes

if TYPE_CHECKING:
    from layouts.wms.mapping import WmsMapping

wms = typer.Typer(
    name="wms",
    help="Exports of a warehouse management system: what is wrong in them, and their clean rows.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Tables = Annotated[
    list[str],
    typer.Argument(
        help="locations, items, orders, slots, lines, tasks: CSV or Parquet files of these names, a folder of them, "
        "or locations=bins.csv.",
        metavar="[TABLE=]FILE...",
    ),
]
Saved = Annotated[Path | None, typer.Option(help="A saved wms-mapping.yaml, or part of one.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="An entry of the mapping, as tables.items.decimal=, ; repeatable.", metavar="KEY=VALUE"
    ),
]
Zone = Annotated[str | None, typer.Option(help="The site's time zone, as Europe/Berlin.")]


@wms.command()
def check(
    tables: Tables,
    mapping: Saved = None,
    settings: Settings = None,
    time_zone: Zone = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Save the mapping, to be used again.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Dry run: every defect with its row, and how each column is read; nothing is loaded."""
    from layouts.wms.mapping_text import mapping_text
    from server.chores.wms_exports import check_exports

    files, read_as = _read_as(tables, mapping, settings, time_zone)
    findings = check_exports(files, read_as, output)
    if as_json:
        print_json({"mapping": read_as.model_dump(mode="json", exclude_none=True), **findings.to_record()})
    else:
        typer.echo(mapping_text(read_as, files) + "\n")
        if text := findings.text():
            typer.echo(text + "\n")
        typer.echo(_summary(findings.counts()))
    raise typer.Exit(1 if findings else 0)


@wms.command()
def load(
    tables: Tables,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder; made if missing.")],
    mapping: Saved = None,
    settings: Settings = None,
    time_zone: Zone = None,
    as_json: Json = False,
) -> None:
    """Load the clean rows as Parquet and as a scenario's orders, slotting and items; set bad rows aside."""
    from server.chores.wms_exports import QUARANTINE, load_exports

    files, read_as = _read_as(tables, mapping, settings, time_zone)
    done = load_exports(files, read_as, output)
    record = done.to_record()
    if as_json:
        print_json(record)
        return
    for table, counts in record["tables"].items():
        aside = f", {counts['quarantined']} set aside" if counts["quarantined"] else ""
        typer.echo(f"{table}: {counts['rows']} rows{aside}")
    typer.echo(_summary(record["counts"]))
    if any(counts["quarantined"] for counts in record["tables"].values()):
        typer.echo(f"{output / QUARANTINE}: the rows set aside, with their reasons")
    typer.echo(f"{output}: {', '.join(done.files)}")
    if skus := done.skus_without_place:
        note = (
            f"orders.csv leaves out {done.lines_without_place} lines of {len(skus)} SKUs that lie in no slot"
        )
        print_notes((f"{note}: {', '.join(skus[:5])}{', …' if len(skus) > 5 else ''}",))


def _read_as(
    tables: list[str], saved: Path | None, settings: list[str] | None, time_zone: str | None
) -> tuple[Mapping[str, Path], WmsMapping]:
    from server.chores.wms_exports import mapping_of, passed_over, setting_of, tables_of

    try:
        files = tables_of(tables)
        print_notes(passed_over(tables))
        entries: list[Mapping[str, Any]] = [setting_of(text) for text in settings or ()]
        if time_zone is not None:
            entries.append({"time_zone": time_zone})
        return files, mapping_of(files, saved, entries)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _summary(counts: Mapping[str, int]) -> str:
    from layouts.wms.findings import DEFECTS

    if not counts:
        return "no defects"
    told = [f"  {count} × {kind}: {DEFECTS[kind]}" for kind, count in counts.items()]
    return "\n".join([f"{sum(counts.values())} defects:", *told])
