"""inventory fefo, near-end and shelf-life: what spoils, when, and what to pick first, by how warm it stood."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.clock import clock_ms
from server.commands.options import Json
from server.commands.places import AsOf, AtSite, Place, as_of_ms, place_pattern
from server.commands.printing import print_json
from server.commands.stores import Store, opened
from spatial.errors import UndecidedError

if TYPE_CHECKING:
    from layouts.inventory.fefo import Perishable
    from layouts.inventory.temperatures import PlaceTemperatures
    from server.store.sql_store import SqlStore

Sku = Annotated[str | None, typer.Option(help="Of this SKU only.")]
Sensors = Annotated[
    Path | None, typer.Option("--sensors", help="YAML: which sensor reads the temperature of which places.")
]
Range = Annotated[
    str, typer.Option("--range", help="Where nobody measured it was within these °C.", metavar="2..8")
]
Expected = Annotated[
    float | None,
    typer.Option(
        "--expected", help="It stays so warm [°C]; without it, as it was on average.", metavar="CELSIUS"
    ),
]


def fefo_command(
    store: Store,
    temperature_range: Range,
    sensors: Sensors = None,
    expected: Expected = None,
    sku: Sku = None,
    place: Place = None,
    site: AtSite = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Tell the order to pick in: first to expire, first out, by the life that is left, not by the label."""
    from layouts.inventory.fefo import fefo
    from layouts.inventory.shown import fefo_text, plain

    pattern = place_pattern(place, site)
    turns = fefo(_perishables(store, pattern, sku, as_of, sensors, temperature_range, expected))
    if as_json:
        print_json(plain(turns))
    else:
        typer.echo(fefo_text(turns))


def near_end_command(
    store: Store,
    temperature_range: Range,
    within: Annotated[float, typer.Option(help="So many days left at worst.", metavar="DAYS", min=0.0)] = 7.0,
    sensors: Sensors = None,
    expected: Expected = None,
    sku: Sku = None,
    place: Place = None,
    site: AtSite = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Tell what is over or ends soon, the soonest first. Ends with 1 if anything is or does."""
    from layouts.inventory.fefo import near_end
    from layouts.inventory.shown import near_end_text, plain

    pattern = place_pattern(place, site)
    stock = _perishables(store, pattern, sku, as_of, sensors, temperature_range, expected)
    found = near_end(stock, within_days=within)
    if as_json:
        print_json(plain(found))
    else:
        typer.echo(near_end_text(found, within_days=within))
    if found:
        raise typer.Exit(1)


def shelf_life_command(
    store: Store,
    sku: Annotated[str, typer.Argument(help="The SKU.", metavar="SKU")],
    lot: Annotated[str, typer.Argument(help="The lot.", metavar="LOT")],
    temperature_range: Range,
    sensors: Sensors = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Tell how a lot aged on each line where it lies: life used and left, and how long nobody measured."""
    from layouts.inventory.lot_ages import ages_of_lot
    from layouts.inventory.perishing import known_lots
    from layouts.inventory.shelf_life import shelf_life_of
    from layouts.inventory.shown import plain, shelf_life_text
    from server.store.snapshots import state_as_of

    range_c, until_ms = _range_c(temperature_range), as_of_ms(as_of)
    with opened(store) as log:
        told = known_lots(state_as_of(log, happened_ms=until_ms)).get((sku, lot))
        life = None if told is None else shelf_life_of(told)
        if told is None or life is None:
            raise UndecidedError(
                f"how lot {lot} of {sku} ages is not known: tell its shelf_life_h, reference_c and q10 or "
                "activation_kj_mol in an event of kind lot"
            )
        ages = ages_of_lot(
            told,
            life,
            (each.event for each in log.read(happened_until_ms=until_ms)),
            _temperatures(log, sensors, until_ms),
            now_ms=clock_ms() if until_ms is None else until_ms,
            range_c=range_c,
        )
    if as_json:
        print_json(plain(ages))
    else:
        typer.echo(shelf_life_text(ages))


def _perishables(
    store: str,
    place: str,
    sku: str | None,
    as_of: str | None,
    sensors: Path | None,
    temperature_range: str,
    expected_c: float | None,
) -> list[Perishable]:
    from layouts.inventory.perishing import perishables
    from server.store.snapshots import state_as_of

    range_c, until_ms = _range_c(temperature_range), as_of_ms(as_of)
    with opened(store) as log:
        found = perishables(
            state_as_of(log, happened_ms=until_ms),
            (each.event for each in log.read(happened_until_ms=until_ms)),
            _temperatures(log, sensors, until_ms),
            now_ms=clock_ms() if until_ms is None else until_ms,
            range_c=range_c,
            expected_c=expected_c,
            place=place,
        )
    return [each for each in found if sku in (None, each.key.sku)]


def _temperatures(log: SqlStore, sensors: Path | None, until_ms: int | None) -> PlaceTemperatures:
    """What the sensors of the file read until then; nothing without a file."""
    from layouts.inventory.place_sensor_file import read_place_sensors
    from layouts.inventory.temperatures import PlaceTemperatures, readings_of

    if sensors is None:
        return PlaceTemperatures(sensors=(), readings={})
    bound = read_place_sensors(sensors)
    readings = readings_of(each.event for each in log.read(happened_until_ms=until_ms))
    return PlaceTemperatures(sensors=bound, readings=readings)


def _range_c(text: str) -> tuple[float, float]:
    low, _, high = text.partition("..")
    try:
        range_c = float(low), float(high)
    except ValueError:
        range_c = (0.0, -1.0)
    if not range_c[0] <= range_c[1]:
        raise typer.BadParameter(
            f"'{text}' is no range: give the coldest and the warmest, as 2..8", param_hint="--range"
        )
    return range_c
