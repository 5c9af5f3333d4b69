"""Which column of a CSV file is which field of its kind of record, by its header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layouts.wms.fields import DUE, LOCATION, NAME, ORDER, QUANTITY, RELEASED, SKU
from layouts.wms.headers import split_unit
from server.feeds.business.settings import TableFile

_AT = ("at", "time", "timestamp", "event time", "booked", "booked at", "buchungszeit", "zeitstempel", "zeit")
_LOT = ("lot", "batch", "lot number", "batch number", "charge", "chargennummer", "lote")
_UNIT = ("handling unit", "hu", "sscc", "lpn", "license plate", "pallet", "palette", "lhm", "nve")
NAMES: Mapping[str, tuple[str, ...]] = {
    "at": (*_AT, *RELEASED),
    "location": LOCATION,
    "from_location": (
        "from",
        "from location",
        "from bin",
        "source",
        "source bin",
        "von",
        "quelle",
        "von platz",
    ),
    "to_location": ("to", "to location", "to bin", "destination", "target bin", "nach", "ziel", "nach platz"),
    "sku": SKU,
    "quantity": QUANTITY,
    "lot": _LOT,
    "handling_unit": _UNIT,
    "unit": ("unit", "carton", "packed unit", "inner unit", "karton"),
    "reason": ("reason", "return reason", "movement type", "grund", "rückgabegrund", "bewegungsart"),
    "disposition": ("disposition", "decision", "verwendung", "entscheid"),
    "order": ORDER,
    "document": ("document", "document number", "doc", "beleg", "belegnummer"),
    "line": ("line", "line number", "line no", "item line", "position", "pos", "zeile", "belegposition"),
    "due": (*DUE, "planned arrival"),
    "wave": ("wave", "wave id", "welle"),
    "how": ("how", "status", "state"),
    "inbound": ("inbound", "inbound delivery", "asn", "shipment", "anlieferung", "avis"),
    "expected": ("expected", "eta", "expected arrival", "erwartet"),
    "status": ("status", "state"),
    "supplier": ("supplier", "vendor", "lieferant", "fournisseur", "proveedor"),
    "name": NAME,
    "unit_value": ("unit value", "value", "price", "cost", "wert", "preis"),
    "mass_kg": ("mass", "weight", "gross weight", "gewicht", "poids", "peso"),
    "made": ("made", "production date", "manufactured", "produced", "hergestellt"),
    "expires": ("expires", "expiry", "expiry date", "best before", "bbd", "mhd", "mindesthaltbarkeit"),
    "shelf_life_h": ("shelf life",),
    "reference_c": ("reference",),
    "q10": ("q10",),
    "activation_kj_mol": ("activation kj mol",),
}
"""By field, the headers it goes by: in lower case with single spaces and without a unit."""

_LINE = ("sku", "quantity")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "inventory": ("at", "document", "location", *_LINE, "lot", "handling_unit"),
    "movement": (
        *("at", *_LINE, "from_location", "to_location", "lot", "handling_unit", "reason", "disposition"),
        *("order", "document", "line"),
    ),
    "unit_movement": (
        *("at", "handling_unit", "from_location", "to_location", "reason", "disposition", "order"),
        *("document", "line"),
    ),
    "packing": (
        *("at", "how", "handling_unit", "location", *_LINE, "lot", "unit", "order", "document", "line"),
    ),
    "return": (
        *("at", *_LINE, "to_location", "reason", "disposition", "lot", "handling_unit", "order"),
        *("document", "line"),
    ),
    "order": ("at", "order", *_LINE, "due", "wave"),
    "order_closed": ("at", "order", "how"),
    "inbound": ("at", "inbound", *_LINE, "due", "expected", "status", "supplier", "line"),
    "item": ("at", "sku", "name", "unit_value", "mass_kg"),
    "lot": (
        "at",
        *("sku", "lot", "made", "expires", "shelf_life_h", "reference_c", "q10", "activation_kj_mol"),
    ),
}
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "inventory": ("at", "location", *_LINE),
    "movement": ("at", *_LINE),
    "unit_movement": ("at", "handling_unit"),
    "packing": ("at", "how", "handling_unit", "location"),
    "return": ("at", *_LINE, "to_location", "reason", "disposition"),
    "order": ("at", "order", *_LINE),
    "order_closed": ("at", "order", "how"),
    "inbound": ("at", "inbound", *_LINE, "due"),
    "item": ("at", "sku"),
    "lot": ("at", "sku", "lot"),
}


def columns_of(name: str, header: Sequence[str], table: TableFile, *, has_time: bool) -> dict[str, int]:
    """The column of each field that has one. Raises ValueError for two candidates, and for a field without one
    that every row needs.
    """
    fields = FIELDS[table.kind]
    for field, named in table.columns.items():
        if field not in fields:
            raise ValueError(f"columns.{field} is no field of {table.kind}: they are {', '.join(fields)}")
        if named not in header:
            raise ValueError(f"file '{name}' has no column '{named}', which columns.{field} names")
    columns = {field: header.index(named) for field, named in table.columns.items()}
    for field in fields:
        if field in columns:
            continue
        free = [place for place in range(len(header)) if place not in columns.values()]
        names = {field, *NAMES[field]}
        found = [
            place for place in free if {header[place].strip().lower(), split_unit(header[place])[0]} & names
        ]
        if len(found) > 1:
            both = ", ".join(f"'{header[place]}'" for place in found)
            raise ValueError(f"file '{name}' has {both} for {field}: set columns.{field} to one of them")
        if found:
            columns[field] = found[0]
    for field in _NEEDED[table.kind]:
        if field not in columns and not (field == "at" and has_time):
            raise ValueError(
                f"file '{name}' has no column for {field}, its columns are {', '.join(header)}: set "
                f"columns.{field}" + (" or name_time" if field == "at" else "")
            )
    return columns
