"""Every kind of finding: how much it harms, what to do about it, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

SEVERITIES = ("high", "medium", "low")


class Kind(NamedTuple):
    """`about` is empty for defects of rows, which `layouts.wms.findings` explains."""

    severity: Literal["high", "medium", "low"]
    remedy: str
    about: str = ""


_EXPORT = "correct it where it is kept and export anew"

KINDS: Mapping[str, Kind] = {
    # files and columns
    "unreadable-file": Kind("high", "export the file anew"),
    "no-rows": Kind("high", "export the file with its rows"),
    "wrong-encoding": Kind(
        "medium", "export as UTF-8, or tell its encoding in the mapping", "the bytes of a file are no UTF-8"
    ),
    "garbled-text": Kind(
        "medium",
        "export anew: the text went through a wrong encoding",
        "UTF-8 text was read as a Western code page, as Ã¼ for ü",
    ),
    "missing-column": Kind("high", "export the column, or name it in the mapping"),
    "duplicate-column": Kind("medium", "give each column a name of its own"),
    "unnamed-column": Kind("low", "name the column, or leave it out"),
    "mixed-times": Kind(
        "high", "export all rows in one form", "one column holds dates of several forms, or none known"
    ),
    # rows
    "unclosed-quote": Kind("high", _EXPORT),
    "too-few-cells": Kind("medium", _EXPORT),
    "too-many-cells": Kind("medium", "put texts with separators in quotation marks"),
    "blank-row": Kind("low", "remove the row"),
    "repeated-header": Kind("low", "remove the row"),
    "totals-row": Kind("medium", "remove the row"),
    "missing-value": Kind("medium", "fill the cells in"),
    "spreadsheet-error": Kind("medium", "correct the formula and export anew"),
    "id-as-number": Kind("high", "export the column as text"),
    "control-character": Kind("medium", _EXPORT),
    "malformed-number": Kind("medium", _EXPORT),
    "fractional-quantity": Kind("medium", _EXPORT),
    "negative-quantity": Kind("high", "book what is missing, or count the place"),
    "zero-quantity": Kind("low", "remove lines that ask for nothing"),
    "out-of-range": Kind("high", "check value and unit"),
    "malformed-time": Kind("medium", "export all rows in one form"),
    "no-such-time": Kind("medium", _EXPORT),
    "time-in-gap": Kind("medium", "export times in UTC or with their offset"),
    "ambiguous-time": Kind("medium", "export times in UTC or with their offset"),
    "time-out-of-range": Kind("high", _EXPORT),
    "out-of-order": Kind("high", _EXPORT),
    "duplicate-row": Kind("medium", "remove what was exported twice"),
    "duplicate-key": Kind("high", "give each its own id"),
    "unknown-location": Kind("high", "add the location to the locations, or correct the id"),
    "unknown-sku": Kind("high", "add the SKU to the items, or correct the id"),
    "unknown-order": Kind("high", "add the order to the orders, or correct the id"),
    "unknown-asset": Kind("high", "add the asset to the assets, or correct the id"),
    "quarantined-reference": Kind("low", "correct the row that is referred to"),
    "id-variant": Kind(
        "medium", "write it in one way", "two ids of one table differ in case, spaces or separators only"
    ),
    "wrong-check-digit": Kind(
        "high", "read the label again", "an id does not pass the check that the others pass"
    ),
    # values
    "unit-slip": Kind(
        "high",
        "check the unit of these rows",
        "a value is 10, 100 or 1000 times off all others, as g among kg or cm among m",
    ),
    "far-out": Kind("medium", "check these rows", "a value lies far outside of what all others span"),
    "impossible-density": Kind(
        "high",
        "check the units of mass and sizes",
        "half of the items would be denser than any matter, or lighter than air",
    ),
    "time-in-future": Kind(
        "high", "check the clock of the source", "something is told that has not happened yet"
    ),
    "clock-jump": Kind(
        "high",
        "record in UTC and keep clocks synchronised",
        "times run backwards by a quarter of an hour or more in a log that is in order otherwise",
    ),
    "gap": Kind("medium", "find out what was down", "a source that tells evenly told nothing for long"),
    # stock and orders
    "shared-location": Kind(
        "medium", "count the place", "two SKUs lie at one place, which is not the custom of the site"
    ),
    "expired-stock": Kind("medium", "block and clear it", "stock is kept beyond its expiry"),
    "pick-without-order": Kind(
        "medium", "book picks with their order", "a pick names no order, as others do"
    ),
    "order-without-lines": Kind(
        "medium", "export the lines of all orders", "an order has no lines, as others have"
    ),
    "sku-without-place": Kind(
        "medium", "slot the SKU, or export its slot", "what is ordered lies in no slot, as the rest does"
    ),
    "agent-in-two-places": Kind(
        "medium", "check who booked what", "tasks of one agent overlap, which others do not"
    ),
    # the hall
    "location-not-in-hall": Kind(
        "high",
        "scan or draw the place, or correct the id",
        "the hall has no such location, though it has the others",
    ),
    "place-disagrees": Kind(
        "high",
        "check unit, origin and axes of the coordinates",
        "a location lies elsewhere in the hall than the table says",
    ),
    "outside-hall": Kind(
        "high", "check frame and unit of the positions", "a vehicle is told outside of the floor"
    ),
    # sensors and vehicles
    "stuck": Kind("high", "check the sensor", "a value stayed the same for far longer than it ever does"),
    "sensor-out-of-range": Kind(
        "high", "check the sensor and its unit", "a reading is impossible, or beyond what its sensor can read"
    ),
    "unknown-unit": Kind(
        "medium", "name a unit of this channel", "a reading has a unit that its channel has not"
    ),
    "teleport": Kind("medium", "check positions and clocks", "a vehicle went faster than any does in a hall"),
    # the registry
    "no-owner": Kind("medium", "name who answers for it", "a source has no owner"),
    "no-retention": Kind("medium", "say how long it is kept", "a source has no time of retention"),
    "no-scope": Kind("medium", "say who may see it", "a source has no scope of access"),
    "no-rate": Kind("low", "say how often it tells", "a source has no expected rate"),
    "unregistered-source": Kind("medium", "register it", "a file of data is in no entry of the registry"),
    "missing-source": Kind("high", "export it, or end its entry", "a source is registered and not there"),
    "stale-source": Kind(
        "high", "find out why it told nothing since", "a source told nothing for longer than its rate allows"
    ),
    "over-retention": Kind(
        "medium", "delete what is older", "data are kept for longer than their source may be"
    ),
    "rule-broken": Kind("medium", "check the source", "a value breaks a quality rule of the registry"),
    "incomplete-source": Kind(
        "medium", "check its link", "fewer records came than the rate and the rule of completeness ask for"
    ),
    "unit-disagrees": Kind(
        "high", "correct the registry or the source", "a source tells another unit than is registered"
    ),
}
