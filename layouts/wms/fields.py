"""The tables and their fields: what each is called in exports, what its values are, and its bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from layouts.wms.units import Dimension

Kind = Literal["id", "text", "whole", "number", "time"]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column. `unit` is what it is kept in, `low` and `high` are its bounds in that unit, both allowed.

    `refers` is the table whose key the value must be in. A `needed` field has a column, and its cells have values,
    but for rows whose field `unless_none` is empty or 0. `names` are the headers it goes by, in lower case with
    single spaces and without a unit.
    """

    names: tuple[str, ...]
    kind: Kind = "text"
    needed: bool = False
    unless_none: str | None = None
    refers: str | None = None
    dimension: Dimension | None = None
    unit: str | None = None
    low: float = 0.0
    high: float = 1e9


@dataclass(frozen=True, kw_only=True)
class Table:
    """Its fields by name. No two rows share their `key`, where all fields of it are mapped; `ordered` are pairs of
    which the first is at most the second.
    """

    fields: Mapping[str, Field]
    key: tuple[str, ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()


LOCATION = (
    *("location", "location id", "location code", "location name", "loc", "bin", "bin id", "bin code"),
    *("storage bin", "storage location", "slot", "slot id", "address", "place"),
    *("lagerplatz", "lagerort", "stellplatz", "platz", "fach", "emplacement", "ubicacion"),
)
SKU = (
    *("sku", "sku id", "item", "item id", "item number", "item no", "item code", "article", "article id"),
    *("article number", "article no", "article code", "product", "product id", "product code", "material"),
    *("material number", "part number", "part no"),
    *("artikel", "artikelnummer", "artikel nr", "artikelnr", "materialnummer", "référence", "articulo"),
)
ORDER = (
    *("order", "order id", "order number", "order no", "sales order", "delivery", "delivery number"),
    *("auftrag", "auftragsnummer", "auftrag nr", "bestellung", "bestellnummer", "commande", "pedido"),
)
QUANTITY = (
    *("quantity", "qty", "pcs", "pieces", "units", "count", "amount", "ordered quantity", "order qty"),
    *("stock", "on hand", "qty on hand", "stock quantity", "menge", "stückzahl", "anzahl", "bestand"),
    *("quantité", "cantidad"),
)
NAME = ("name", "description", "item name", "bezeichnung", "beschreibung", "désignation", "descripcion")
RELEASED = (
    *("released", "release time", "created", "created at", "order date", "order time", "order timestamp"),
    *("received", "entry date", "date", "timestamp", "auftragsdatum", "bestelldatum", "datum", "erfasst"),
    *("freigabe", "freigabedatum", "freigabezeit", "freigegeben", "freigegeben am"),
)
DUE = ("due", "due date", "due time", "ship by", "deadline", "cutoff", "cut off", "liefertermin", "termin")
EXPIRES = ("expires", "expiry", "expiry date", "best before", "use by", "mhd", "verfallsdatum")
START = (
    *("start", "start time", "started", "started at", "begin", "timestamp", "time", "event time"),
    *("beginn", "startzeit", "zeitstempel", "zeit"),
)
WHEN = ("time", "timestamp", "at", "event time", "recorded at", "measured at", "zeit", "zeitstempel")
AGENT = ("agent", "user", "user id", "picker", "operator", "employee", "benutzer")
VEHICLE = ("agent", "vehicle", "vehicle id", "agv", "truck", "robot", "forklift", "fahrzeug")
SENSOR = ("sensor", "sensor id", "device", "device id", "tag", "tag id", "fühler")
ASSET = ("asset", "asset id", "machine", "equipment", "equipment id", "anlage", "maschine")
END = ("end", "end time", "ended", "ended at", "finish", "finished", "done", "completed", "ende", "endzeit")


def _length(unit: str, *names: str, low: float = 0.0, high: float) -> Field:
    return Field(names=names, kind="number", dimension="length", unit=unit, low=low, high=high)


def _mass(*names: str, high: float) -> Field:
    return Field(names=names, kind="number", dimension="mass", unit="kg", high=high)


def _pieces(*names: str, low: float = 0.0, needed: bool = False) -> Field:
    return Field(names=names, kind="whole", dimension="count", unit="piece", low=low, needed=needed)


def _id(names: tuple[str, ...], *, refers: str | None = None, needed: bool = False) -> Field:
    return Field(names=names, kind="id", refers=refers, needed=needed)


TABLES: Mapping[str, Table] = {
    "locations": Table(
        key=("location",),
        fields={
            "location": _id(LOCATION, needed=True),
            "zone": Field(names=("zone", "area", "bereich", "lagerbereich", "storage type", "lagertyp")),
            "aisle": Field(names=("aisle", "aisle number", "gang", "gasse", "lane", "allée", "pasillo")),
            "bay": Field(names=("bay", "bay number", "bay id", "column", "feld", "säule", "travée")),
            "level": Field(names=("level", "shelf", "tier", "ebene", "niveau", "nivel")),
            "position": Field(names=("position", "pos", "compartment")),
            "x_m": _length("m", "x", "x coord", "pos x", low=-1e5, high=1e5),
            "y_m": _length("m", "y", "y coord", "pos y", low=-1e5, high=1e5),
            "z_m": _length("m", "z", "z coord", "pos z", low=-1e3, high=1e3),
            "width_m": _length("m", "width", "breite", "largeur", high=100),
            "depth_m": _length("m", "depth", "tiefe", "profondeur", high=100),
            "height_m": _length("m", "height", "höhe", "hauteur", high=100),
            "max_mass_kg": _mass("max mass", "max weight", "load limit", "traglast", "max gewicht", high=1e5),
        },
    ),
    "items": Table(
        key=("sku",),
        fields={
            "sku": _id(SKU, needed=True),
            "name": Field(names=NAME),
            "mass_kg": _mass("mass", "weight", "gross weight", "gewicht", "masse", "poids", "peso", high=1e4),
            "length_mm": _length("mm", "length", "länge", "longueur", "largo", high=2e4),
            "width_mm": _length("mm", "width", "breite", "largeur", "ancho", high=2e4),
            "height_mm": _length("mm", "height", "höhe", "hauteur", "alto", high=2e4),
        },
    ),
    "orders": Table(
        key=("order",),
        ordered=(("released", "due"),),
        fields={
            "order": _id(ORDER, needed=True),
            "released": Field(names=RELEASED, kind="time"),
            "due": Field(names=DUE, kind="time"),
            "wave": Field(names=("wave", "wave id", "welle", "vague")),
            "customer": Field(names=("customer", "customer id", "kunde", "kundennummer", "client")),
        },
    ),
    "slots": Table(
        key=("location", "sku"),
        ordered=(("min_quantity", "max_quantity"),),
        fields={
            "location": _id(LOCATION, refers="locations", needed=True),
            "sku": Field(names=SKU, kind="id", refers="items", needed=True, unless_none="quantity"),
            "quantity": _pieces(*QUANTITY),
            "min_quantity": _pieces("min", "min qty", "min quantity", "minimum", "mindestbestand"),
            "max_quantity": _pieces("max", "max qty", "max quantity", "maximum", "höchstbestand"),
        },
    ),
    "lines": Table(
        key=("order", "line"),
        fields={
            "order": _id(ORDER, refers="orders", needed=True),
            "line": Field(names=("line", "line number", "line no", "order line", "position", "pos", "zeile")),
            "sku": _id(SKU, refers="items", needed=True),
            "quantity": _pieces(*QUANTITY, low=1, needed=True),
            "location": _id(LOCATION, refers="locations"),
            "source": Field(names=("source",)),
        },
    ),
    "tasks": Table(
        key=("task",),
        ordered=(("start", "end"),),
        fields={
            "task": _id(("task", "task id", "task number", "transport order", "ta nummer")),
            "start": Field(names=START, kind="time", needed=True),
            "end": Field(names=END, kind="time"),
            "work": Field(names=("work", "task type", "type", "activity", "vorgang", "tätigkeit")),
            "agent": Field(names=AGENT),
            "order": _id(ORDER, refers="orders"),
            "sku": _id(SKU, refers="items"),
            "location": _id(LOCATION, refers="locations"),
            "quantity": _pieces(*QUANTITY, low=1),
        },
    ),
    "lots": Table(
        key=("lot", "sku", "location"),
        ordered=(("made", "expires"),),
        fields={
            "lot": _id(("lot", "lot id", "lot number", "batch", "batch number", "charge"), needed=True),
            "sku": _id(SKU, refers="items", needed=True),
            "location": _id(LOCATION, refers="locations"),
            "quantity": _pieces(*QUANTITY),
            "made": Field(
                names=("made", "made at", "produced", "production date", "hergestellt"), kind="time"
            ),
            "expires": Field(names=EXPIRES, kind="time"),
        },
    ),
    "readings": Table(
        key=("sensor", "channel", "time"),
        fields={
            "time": Field(names=WHEN, kind="time", needed=True),
            "sensor": _id(SENSOR, needed=True),
            "channel": Field(names=("channel", "measurand", "metric", "quantity", "messgröße")),
            "value": Field(
                names=("value", "reading", "wert"), kind="number", needed=True, low=-1e12, high=1e12
            ),
            "unit": Field(names=("unit", "einheit")),
        },
    ),
    "positions": Table(
        key=("agent", "time"),
        fields={
            "time": Field(names=WHEN, kind="time", needed=True),
            "agent": _id(VEHICLE, needed=True),
            "x_m": _length("m", "x", "pos x", low=-1e5, high=1e5),
            "y_m": _length("m", "y", "pos y", low=-1e5, high=1e5),
        },
    ),
    "assets": Table(
        key=("asset",),
        fields={
            "asset": _id(ASSET, needed=True),
            "kind": Field(names=("kind", "type", "asset type", "art")),
            "cost_per_hour": Field(
                names=("cost per hour", "downtime cost per hour", "kosten pro stunde"), kind="number"
            ),
        },
    ),
    "downtime": Table(
        key=("asset", "start"),
        ordered=(("start", "end"),),
        fields={
            "asset": _id(ASSET, refers="assets", needed=True),
            "start": Field(names=START, kind="time", needed=True),
            "end": Field(names=END, kind="time"),
            "cause": Field(names=("cause", "reason", "failure", "ursache")),
        },
    ),
}
"""By name, each after the tables it refers to."""
