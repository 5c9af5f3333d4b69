"""addresses: the addresses a scheme gives a hall, the scheme behind a location list, and what does not agree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from server.commands.options import Json, point_of
from server.commands.printing import print_json, print_notes

if TYPE_CHECKING:
    from layouts.addresses.location_list import LocationList
    from spatial.facility import Facility

addresses = typer.Typer(
    name="addresses",
    help="Addresses: give a hall those of a scheme, find the scheme of a list, hold a list against a hall.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Hall = Annotated[Path, typer.Argument(help="A site's folder, a facility.json or a layout.yaml.")]
Listing = Annotated[Path, typer.Argument(help="A location list of the WMS: CSV or Parquet.")]
Scheme = Annotated[Path, typer.Option("--scheme", help="scheme.yaml: how addresses are written and counted.")]
Entry = Annotated[
    str | None,
    typer.Option(
        "--depot", help="Where people come in: X,Y in metres; default the hall's depot.", metavar="X,Y"
    ),
]
Unit = Annotated[
    Literal["m", "cm", "mm", "ft", "in"] | None,
    typer.Option(help="Unit of coordinates whose header has none."),
]
Decimal = Annotated[
    Literal[".", ","] | None, typer.Option(help="The sign before the fractions of coordinates.")
]
Saved = Annotated[Path | None, typer.Option(help="A wms-mapping.yaml that says which column is which.")]


@addresses.command()
def check(
    hall: Hall,
    locations: Listing,
    scheme: Annotated[
        Path | None,
        typer.Option("--scheme", help="scheme.yaml; default: inferred from the list and the hall."),
    ] = None,
    depot: Entry = None,
    unit: Unit = None,
    decimal: Decimal = None,
    mapping: Saved = None,
    as_json: Json = False,
) -> None:
    """Tell what a location list says otherwise than the hall: swapped aisles, other sides, gaps, check digits."""
    from layouts.addresses.check_list import check_list
    from layouts.addresses.scheme import read_scheme
    from layouts.addresses.text import reconciliation_dict, reconciliation_text, verdict_of
    from server.chores.planned import hall_at

    facility = hall_at(hall)
    source = _list_at(locations, mapping, unit, decimal, facility)
    found = check_list(
        facility,
        source.listed,
        scheme=None if scheme is None else read_scheme(scheme),
        depot=point_of(depot),
    )
    if as_json:
        print_json(
            {
                **reconciliation_dict(found.found, source),
                "scheme": _record(found.scheme),
                "is_inferred": found.inferred is not None,
            }
        )
    else:
        how = "given" if found.inferred is None else "inferred"
        typer.echo(f"scheme ({how}), as in '{found.scheme.example}'")
        typer.echo(reconciliation_text(found.found, source))
    raise typer.Exit({"pass": 0, "fail": 1, "cannot_decide": 4}[verdict_of(found.found, source)])


@addresses.command("list")
def list_addresses(
    hall: Hall,
    scheme: Scheme,
    output: Annotated[Path, typer.Option("--output", "-o", help="The CSV table to write.")],
    depot: Entry = None,
    as_json: Json = False,
) -> None:
    """Write the address of every location of a hall under a scheme, with its place, as CSV."""
    from layouts.addresses.address_table import address_table
    from layouts.addresses.scheme import read_scheme
    from server.chores.planned import hall_at, write_text

    facility = hall_at(hall)
    write_text(output, address_table(facility, read_scheme(scheme), depot=point_of(depot)))
    if as_json:
        print_json({"file": str(output), "addresses": len(facility.locations)})
    else:
        typer.echo(f"{output}: {len(facility.locations)} addresses")


@addresses.command()
def infer(
    locations: Listing,
    output: Annotated[Path, typer.Option("--output", "-o", help="The scheme.yaml to write.")],
    hall: Annotated[
        Path | None, typer.Option(help="The hall of the list, which tells how its aisles are counted.")
    ] = None,
    depot: Entry = None,
    unit: Unit = None,
    decimal: Decimal = None,
    mapping: Saved = None,
    as_json: Json = False,
) -> None:
    """Find the scheme behind a location list and write it; exit code 4 if others explain it as well."""
    from layouts.addresses.infer_scheme import infer_scheme
    from layouts.addresses.scheme import scheme_yaml
    from server.chores.planned import hall_at, write_text

    facility = None if hall is None else hall_at(hall)
    source = _list_at(locations, mapping, unit, decimal, facility)
    found = infer_scheme(source.listed, facility, depot=point_of(depot))
    write_text(output, scheme_yaml(found.scheme))
    if as_json:
        print_json(
            {
                "scheme": _record(found.scheme),
                "share": found.share,
                "fit": found.fit,
                "confidence": found.confidence,
                "alternatives": [_record(each) for each in found.alternatives],
                "misfits": list(found.misfits),
                "notes": list(found.notes),
            }
        )
    else:
        fit = (
            ""
            if found.fit is None
            else f", {found.fit:.1%} of the hall's locations have one of its addresses"
        )
        typer.echo(f"{output}: as in '{found.scheme.example}'; {found.share:.1%} of the rows follow it{fit}")
        if found.misfits:
            typer.echo(f"others are {', '.join(map(repr, found.misfits))}")
        if found.alternatives:
            typer.echo(f"{len(found.alternatives)} other schemes explain the list as well")
        print_notes(found.notes)
    raise typer.Exit(0 if found.is_decided else 4)


def _list_at(
    path: Path,
    mapping: Path | None,
    unit: str | None,
    decimal: Literal[".", ","] | None,
    facility: Facility | None,
) -> LocationList:
    from layouts.addresses.location_list import read_location_list
    from layouts.wms.mapping import read_mapping
    from spatial.errors import BadDataError

    told = None if mapping is None else read_mapping(mapping)
    try:
        return read_location_list(path, told, unit=unit, decimal=decimal, facility=facility)
    except BadDataError as error:
        if "set tables." not in str(error):
            raise
        raise BadDataError(f"{error} (in a file for --mapping, or with --unit and --decimal)") from error


def _record(scheme: Any) -> dict[str, Any]:
    record: dict[str, Any] = scheme.model_dump(mode="json", exclude_defaults=True)
    return record
