"""import lif, import opentcs, import rmf: vehicle plants and building maps of others become planned sites."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from server.commands.options import Json
from server.commands.printing import print_json, print_notes

if TYPE_CHECKING:
    from layouts.plants.plant import Plant

Output = Annotated[Path, typer.Option("--output", "-o", help="The site's folder; made if missing.")]


def import_lif(
    file: Annotated[Path, typer.Argument(help="VDMA Layout Interchange Format, *.lif.json")],
    output: Output,
    elevation: Annotated[
        list[str] | None,
        typer.Option(
            help="Height of a level's floor, which LIF does not tell; repeatable.", metavar="LEVEL=METRES"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Import a LIF plant: levels and stations as a site, nodes and edges as its roads.json."""
    from layouts.plants.read_lif import read_lif

    given = dict(map(_elevation, elevation or ()))
    try:
        plant = read_lif(file, elevations_m=given)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--elevation") from None
    _write(plant, output, as_json=as_json)


def import_opentcs(
    file: Annotated[Path, typer.Argument(help="openTCS plant model, *.xml")],
    output: Output,
    lengths: Annotated[
        Literal["told", "drawn"],
        typer.Option(help="Which length of a path counts: its own, or that of its drawing."),
    ] = "told",
    as_json: Json = False,
) -> None:
    """Import an openTCS plant model: locations as stations of a site, points and paths as its roads.json."""
    from layouts.plants.read_opentcs import read_opentcs

    _write(read_opentcs(file, lengths=lengths), output, as_json=as_json)


def import_rmf(
    file: Annotated[Path, typer.Argument(help="Open-RMF building map, *.building.yaml")],
    output: Output,
    metres_per_pixel: Annotated[
        float | None,
        typer.Option(help="Scale of a drawing that no measurement tells; believed when given."),
    ] = None,
    wall_height: Annotated[
        float, typer.Option(help="Metres; the map tells no heights.", min=0.1, max=100)
    ] = 2.5,
    as_json: Json = False,
) -> None:
    """Import an Open-RMF building map: walls, doors, floors and lifts as a site, lanes as its roads.json."""
    from layouts.plants.read_rmf import read_rmf

    try:
        plant = read_rmf(file, metres_per_pixel=metres_per_pixel, wall_height_m=wall_height)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--metres-per-pixel") from None
    _write(plant, output, as_json=as_json)


def _elevation(text: str) -> tuple[str, float]:
    """A level and its height in metres."""
    level, _, metres = text.rpartition("=")
    try:
        return level, float(metres)
    except ValueError:
        told = f"'{text}' is no elevation: give LEVEL=METRES, as in mezzanine=4.2"
        raise typer.BadParameter(told, param_hint="--elevation") from None


def _write(plant: Plant, folder: Path, *, as_json: bool) -> None:
    """Write the site, its roads and the report; tell what is there and what is not."""
    from server.site_files import IMPORT_REPORT, ROADS, require_room, write_json, write_planned_site
    from spatial.exchange.node_link import write_node_link

    require_room(folder)
    write_planned_site(folder, plant.facility)
    write_json(folder / IMPORT_REPORT, plant.report.as_json())
    if plant.roads.nodes:
        write_node_link(folder / ROADS, plant.roads)
    summary = _summary(plant, folder)
    if as_json:
        print_json(summary | {"report": plant.report.as_json()})
        return
    for line in plant.report.lines():
        typer.echo(line)
    counts = ", ".join(f"{count} {kind}" for kind, count in summary["facility"].items() if count)
    roads = summary["roads"]
    typer.echo(f"{folder}: {counts}")
    typer.echo(f"{ROADS}: {roads['nodes']} nodes, {roads['edges']} edges, {roads['length_m']:.1f} m drawn")
    for warning in plant.report.warnings:
        typer.echo(f"warning: {warning}", err=True)
    print_notes(plant.report.notes)


def _summary(plant: Plant, folder: Path) -> dict[str, Any]:
    from spatial.exchange.route_network import edge_lines

    facility, roads = plant.facility, plant.roads
    return {
        "site": str(folder),
        "id": facility.id,
        "facility": {
            "levels": len(facility.levels),
            "walls": len(facility.walls),
            "doors": sum(len(wall.openings) for wall in facility.walls),
            "stations": len(facility.stations),
        },
        "roads": {
            "nodes": len(roads.nodes),
            "edges": len(roads.edges),
            "length_m": sum(line.length for line in edge_lines(roads)),
            "vehicles": list(roads.vehicles),
        },
    }
