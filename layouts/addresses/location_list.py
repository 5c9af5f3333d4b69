"""A WMS location list as rows of addresses with their places, each with its number in the file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from layouts.addresses.findings import Listed
from layouts.wms.fields import TABLES
from layouts.wms.findings import Finding
from layouts.wms.headers import split_unit
from layouts.wms.inference import infer_mapping
from layouts.wms.mapping import ColumnMap, TableMap, WmsMapping
from layouts.wms.numerals import Decimal, numbers
from layouts.wms.source import Source, read_source
from layouts.wms.table_check import check_table
from layouts.wms.units import IN_BASE, factor
from spatial.facility import Facility

TABLE = "locations"
READ = ("location", "x_m", "y_m", "z_m")
"""The fields of the table that say what is where; no other column is looked at."""

SIGNS: tuple[Decimal, ...] = (".", ",")

BESIDE_M = 20.0
"""Locations may lie so far outside the outline, as in a yard."""

REPEATED = ("duplicate-row", "duplicate-key")


@dataclass(frozen=True, kw_only=True)
class LocationList:
    """The rows with an address, the number of each in the file (see `layouts.wms.findings`), and the defects of
    the others.
    """

    listed: tuple[Listed, ...]
    row: tuple[int, ...]
    defects: tuple[Finding, ...]


def read_location_list(
    path: Path,
    told: WmsMapping | None = None,
    *,
    unit: str | None = None,
    decimal: Decimal | None = None,
    facility: Facility | None = None,
) -> LocationList:
    """The list of a CSV or Parquet file. Only addresses and coordinates are read; `told` says what their headers
    do not, `unit` in what unit coordinates are, `decimal` which sign their fractions begin with. Where that cannot
    be seen, as in 12.345, the one with which most coordinates lie in the hall of `facility` is taken.

    A row with a faulty coordinate is a defect and keeps its address. Raises BadDataError, with the entry of the
    mapping to tell, for what cannot be inferred.
    """
    told = told or WmsMapping()
    its, option = told.tables.get(TABLE, TableMap()), f"tables.{TABLE}"
    source = read_source(path, option=option, delimiter=its.delimiter, encoding=its.encoding)
    mapping = infer_mapping({TABLE: path}, told=_told(told, source, unit, decimal, facility))
    check = check_table(TABLE, source, mapping)
    addresses = check.values["location"].to_pylist()
    places = [check.values[name].to_pylist() if name in check.values else None for name in READ[1:]]
    index = [i for i, is_real in enumerate(check.real.tolist()) if is_real and addresses[i]]
    return LocationList(
        listed=tuple(
            Listed(address=addresses[i], at=_at([None if each is None else each[i] for each in places]))
            for i in index
        ),
        row=tuple(source.row[index].tolist()),
        defects=tuple(
            sorted((each for each in check.defects if each.kind not in REPEATED), key=lambda each: each.row)
        ),
    )


def _told(
    told: WmsMapping, source: Source, unit: str | None, decimal: Decimal | None, facility: Facility | None
) -> WmsMapping:
    """What is told, with every column of another field ignored, and the unit of coordinates whose header has none."""
    its = told.tables.get(TABLE, TableMap())
    columns = {name: its.columns[name] for name in READ if name in its.columns}
    for name in READ[1:]:
        header = next((each for each in source.header if _names(each, name)), None)
        if header is not None and (split_unit(header)[1] or unit) in IN_BASE["length"]:
            columns.setdefault(name, ColumnMap(column=header, unit=split_unit(header)[1] or unit))
    taken = {column.column for column in columns.values()}
    ignored = [header for header in source.header if header not in taken and not _may_be_read(header)]
    decimal = its.decimal or decimal
    if decimal is None and facility is not None and {"x_m", "y_m"} <= columns.keys():
        decimal = _decimal_in_hall(source, columns, facility)
    update = {"columns": columns, "ignored": (*its.ignored, *ignored), "decimal": decimal}
    table = its.model_copy(update=update)
    return told.model_copy(update={"tables": {TABLE: table}})


def _decimal_in_hall(source: Source, columns: Mapping[str, ColumnMap], facility: Facility) -> Decimal | None:
    """The sign with which most coordinates lie in the hall; None where neither or both do."""
    corners = np.array([corner for level in facility.levels for corner in level.outline])
    shares: dict[Decimal, float] = {}
    for sign in SIGNS:
        inside = np.ones(len(source.row), bool)
        for axis, name in enumerate(("x_m", "y_m")):
            column = columns[name]
            texts = pc.utf8_trim_whitespace(source.column(column.column or ""))
            metres = numbers(texts, decimal=sign)[0] * factor("length", column.unit or "m", "m")
            inside &= np.abs(metres - np.mean(corners[:, axis])) <= np.ptp(corners[:, axis]) / 2 + BESIDE_M
        shares[sign] = float(np.mean(inside)) if len(inside) else 0.0
    best = max(SIGNS, key=lambda sign: shares[sign])
    return best if shares[best] > 0.5 > 5 * min(shares.values()) else None


def _may_be_read(header: str) -> bool:
    known = any(_names(header, name) for name in READ)
    return known or not any(_names(header, name) for name in TABLES[TABLE].fields)


def _names(header: str, name: str) -> bool:
    return split_unit(header)[0] in TABLES[TABLE].fields[name].names or header.lower() == name


def _at(place: list[float | None]) -> tuple[float, float, float] | None:
    """A place with x and y; z is nan where the list has none."""
    x, y, z = place
    return None if x is None or y is None else (x, y, math.nan if z is None else z)
