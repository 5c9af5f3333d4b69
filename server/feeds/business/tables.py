"""CSV files as records: which column is which field by its header, which rows belong to one record."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from layouts.wms.headers import split_unit
from layouts.wms.units import IN_BASE
from server.feeds.business.columns import columns_of
from server.feeds.business.settings import TableFile
from server.feeds.business.times import to_ms

_NUMBERS = frozenset(
    {"quantity", "unit_value", "mass_kg", "shelf_life_h", "reference_c", "q10", "activation_kj_mol"}
)


_LINE = ("sku", "quantity")


class Told(NamedTuple):
    """A record as plain values, or the fault of its row; `payload` is what to replay, `where` it stood."""

    record: Mapping[str, object]
    payload: bytes
    where: str | None = None
    fault: str | None = None


def told_rows(name: str, payload: bytes, table: TableFile, zone_name: str | None) -> list[Told]:
    """The records of a file. An inventory is one record of all its rows, an order one of its own; a faulty row
    refuses its record. Raises ValueError for a file that is no table of this kind.
    """
    try:
        text = payload.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=table.delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"file '{name}' is no CSV in UTF-8: {error}") from error
    if not rows:
        raise ValueError(f"file '{name}' is empty: its first line names the columns")
    header, *body = rows
    at = _time_in(name, table, zone_name)
    columns = columns_of(name, header, table, has_time=at is not None)
    told: list[Told] = []
    kept = [(number, row) for number, row in enumerate(body, start=2) if any(cell.strip() for cell in row)]
    for number, row in kept:
        record, fault = _record(header, row, columns, table)
        if at is not None:
            record = {"at": at} | record
        told.append(Told(record, _file_of(header, [row], table), f"{name} row {number}", fault))
    if table.kind == "inventory":
        return [_inventory(name, told, table, payload, at)]
    if table.kind == "order":
        return _orders(told, [row for _, row in kept], header, table)
    return [one._replace(record={"kind": table.kind} | dict(one.record)) for one in told]


def _record(
    header: Sequence[str], row: Sequence[str], columns: Mapping[str, int], table: TableFile
) -> tuple[dict[str, object], str | None]:
    """A row's fields, and its first fault; empty cells are left out."""
    if len(row) != len(header):
        return {}, f"the row has {len(row)} cells, the header {len(header)}: quote '{table.delimiter}'"
    record: dict[str, object] = {}
    fault: str | None = None
    for field, place in columns.items():
        cell = row[place].strip()
        if not cell:
            continue
        try:
            record[field] = _number(cell, field, header[place], table) if field in _NUMBERS else cell
        except ValueError as error:
            fault = fault or str(error)
    return record, fault


def _number(cell: str, field: str, header: str, table: TableFile) -> float:
    plain = cell.replace(",", ".") if table.decimal == "," else cell
    try:
        value = float(plain)
    except ValueError:
        raise ValueError(f"{field} '{cell}' is no number with decimal '{table.decimal}'") from None
    if "_" in cell or (table.decimal == "," and "." in cell):
        raise ValueError(f"{field} '{cell}' is no number with decimal '{table.decimal}'")
    unit = split_unit(header)[1]
    if field != "mass_kg" or unit is None:
        return value
    if unit not in IN_BASE["mass"]:
        raise ValueError(f"{field} is in '{unit}', expected {', '.join(IN_BASE['mass'])}")
    return value * IN_BASE["mass"][unit]


def _inventory(name: str, told: Sequence[Told], table: TableFile, payload: bytes, at: str | None) -> Told:
    """One record of all rows. A list with a faulty row is refused: what is missing from a full one counts as 0."""
    fault = next((f"{one.where}: {one.fault}" for one in told if one.fault is not None), None)
    times = {str(one.record.get("at")) for one in told}
    documents = {str(one.record.get("document", name)) for one in told}
    if fault is None and len(times | ({at} if at else set())) != 1:
        fault = f"it tells {len(times)} times, expected one for all rows: {', '.join(sorted(times))[:80]}"
    if fault is None and len(documents) > 1:
        fault = f"it tells {len(documents)} documents, expected one: {', '.join(sorted(documents))[:80]}"
    lines = [
        {key: value for key, value in one.record.items() if key not in ("at", "document")} for one in told
    ]
    record = {
        "kind": "inventory",
        "at": at or next(iter(times), ""),
        "document": next(iter(documents), name),
        "lines": lines,
        "full_for": list(table.full_for),
    }
    return Told(record, payload, name, fault)


def _orders(
    told: Sequence[Told], cells: Sequence[Sequence[str]], header: Sequence[str], table: TableFile
) -> list[Told]:
    """One record for each order, with the time, due and wave of its first row. Raises ValueError for a row of no
    order: the order that it belongs to would be released without it.
    """
    groups: dict[str, list[tuple[Told, Sequence[str]]]] = {}
    for one, row in zip(told, cells, strict=True):
        if "order" not in one.record:
            raise ValueError(
                f"{one.where}: {one.fault or 'order is empty'}, so the file is refused as a whole"
            )
        groups.setdefault(str(one.record["order"]), []).append((one, row))
    orders: list[Told] = []
    for group in groups.values():
        rows = [one for one, _ in group]
        first = rows[0].record
        record = {"kind": "order"} | {
            key: first[key] for key in ("at", "order", "due", "wave") if key in first
        }
        record["lines"] = [{key: one.record.get(key) for key in _LINE} for one in rows]
        fault = next((f"{one.where}: {one.fault}" for one in rows if one.fault is not None), None)
        payload = _file_of(header, [row for _, row in group], table)
        orders.append(Told(record, payload, rows[0].where, fault))
    return orders


def _file_of(header: Sequence[str], rows: Sequence[Sequence[str]], table: TableFile) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=table.delimiter, lineterminator="\n").writerows([header, *rows])
    return out.getvalue().encode()


def _time_in(name: str, table: TableFile, zone_name: str | None) -> str | None:
    if table.name_time is None:
        return None
    try:
        told = datetime.strptime(name, table.name_time)
    except ValueError as error:
        raise ValueError(f"file '{name}' has no time as name_time '{table.name_time}' wants it") from error
    if told.tzinfo is None and zone_name is None:
        raise ValueError(f"the time in '{name}' has no offset: set time_zone")
    zone = ZoneInfo(zone_name or "UTC")
    to_ms(told, f"the time of '{name}',", zone)  # refuses one that the change of clocks makes unclear
    return told.replace(tzinfo=told.tzinfo or zone).isoformat()
