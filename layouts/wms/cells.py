"""The cells of one column as values of its field, and which of them are not what the field is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layouts.wms.fields import Field
from layouts.wms.ids import IdRules
from layouts.wms.mapping import ColumnMap, WmsMapping
from layouts.wms.numerals import Decimal, Flags, numbers, to_flags
from layouts.wms.times import SAID, times
from layouts.wms.units import factor

_SPREADSHEET_ERROR = r"^#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|BEZUG!|NV|WERT!|ZAHL!)$"
_UNTYPED = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\\x{200B}\\x{FEFF}\\x{FFFD}]"
_SCIENTIFIC = r"^\d([.,]\d+)?[eE]\+\d+$"
_FLOAT = r"^\d+\.0$"


class Fault(NamedTuple):
    """Which rows (N,) have a kind of defect in this column, and what was expected."""

    kind: str
    rows: Flags
    expected: str


class Change(NamedTuple):
    """What a rule changed: so many cells, and one of them before and after."""

    rule: str
    cells: int
    before: str
    after: str


class Cells(NamedTuple):
    """`values` (N,), null where the cell is empty or a fault; faults do not share rows; what id rules changed."""

    values: pa.Array
    faults: list[Fault]
    changes: list[Change]


def read_cells(
    texts: pa.Array, name: str, field: Field, column: ColumnMap, *, mapping: WmsMapping, decimal: Decimal
) -> Cells:
    """Read the cells (N,) of the field `name`; empty ones are no fault here. Spaces around go, but around ids only
    by their rule.
    """
    trimmed = pc.utf8_trim_whitespace(texts)
    failed = _matches(trimmed, _SPREADSHEET_ERROR)
    faults = [Fault("spreadsheet-error", failed, "a value: correct the formula and export anew")]
    if failed.any():
        trimmed, texts = (pc.if_else(pa.array(failed), "", cells) for cells in (trimmed, texts))
    if field.kind == "time":
        read = _times(trimmed, column, mapping)
    elif field.kind in ("whole", "number"):
        read = _numbers(trimmed, field, column, decimal)
    elif field.kind == "id":
        read = _ids(texts, name, mapping.rules(name))
    else:
        read = _texts(trimmed)
    return Cells(read.values, [fault for fault in faults + read.faults if fault.rows.any()], read.changes)


def _texts(texts: pa.Array) -> Cells:
    untyped = _matches(texts, _UNTYPED)
    faults = [Fault("control-character", untyped, "text without control characters")]
    return Cells(_told(texts, ~untyped), faults, [])


def _ids(texts: pa.Array, name: str, rules: IdRules) -> Cells:
    untyped = _matches(texts, _UNTYPED)
    by_spreadsheet = (
        _matches(texts, _SCIENTIFIC if name == "location" else f"{_SCIENTIFIC}|{_FLOAT}") & ~untyped
    )
    faults = [
        Fault("control-character", untyped, "an id without control characters"),
        Fault("id-as-number", by_spreadsheet, "an id as it was: export the column as text"),
    ]
    encoded = texts.dictionary_encode()
    steps = [dict(rules.steps(text)) for text in encoded.dictionary.to_pylist()]
    ids = [list(step.values())[-1] if step else text
           for step, text in zip(steps, encoded.dictionary.to_pylist(), strict=True)]  # fmt: skip
    values = pa.array(ids, pa.string()).take(encoded.indices)
    return Cells(_told(values, ~untyped & ~by_spreadsheet), faults, _changes(encoded, steps))


def _changes(encoded: pa.DictionaryArray, steps: list[dict[str, str]]) -> list[Change]:
    """What each rule changed, counted in cells."""
    cells = np.bincount(encoded.indices.to_numpy(), minlength=len(encoded.dictionary))
    changes: dict[str, Change] = {}
    for text, step, count in zip(encoded.dictionary.to_pylist(), steps, cells.tolist(), strict=True):
        before = text
        for rule, after in step.items():
            if after != before:
                known = changes.get(rule, Change(rule, 0, before, after))
                changes[rule] = known._replace(cells=known.cells + count)
            before = after
    return list(changes.values())


def _numbers(texts: pa.Array, field: Field, column: ColumnMap, decimal: Decimal) -> Cells:
    values, malformed = numbers(texts, decimal=decimal)
    unit, own = column.unit or field.unit or "", field.unit or ""
    sign = "point" if decimal == "." else "comma"
    said = f"a number in {unit}" if unit else "a number"
    faults = [Fault("malformed-number", malformed, f"{said}, with a decimal {sign}")]
    if field.dimension is not None:
        values = values * factor(field.dimension, unit, own)
    whole = field.kind == "whole"
    told = ~np.isnan(values)
    broken = told & (values != np.floor(values)) if whole else np.zeros(len(values), bool)
    negative = told & ~broken & (values < 0) if whole else broken & False
    zero = told & (values == 0) if whole and field.low == 1 else broken & False
    beyond = told & ~broken & ~negative & ~zero & ~((values >= field.low) & (values <= field.high))
    bounds = f"{field.low:g} to {field.high:g} {own}".rstrip()
    faults += [
        Fault("fractional-quantity", broken, "whole pieces"),
        Fault("negative-quantity", negative, bounds),
        Fault("zero-quantity", zero, bounds),
        Fault("out-of-range", beyond, f"{bounds}, read as {unit}" if unit else bounds),
    ]
    fine = told & ~broken & ~negative & ~zero & ~beyond
    kept = np.where(fine, values, 0)
    return Cells(pa.array(kept.astype(np.int64) if whole else kept, mask=~fine), faults, [])


def _times(texts: pa.Array, column: ColumnMap, mapping: WmsMapping) -> Cells:
    form = column.time or "iso"
    zone = ZoneInfo(mapping.time_zone) if mapping.time_zone else None
    read = times(texts, form, zone=zone, ambiguous=mapping.ambiguous_time)
    faults = [
        Fault("malformed-time", read.malformed, SAID[form]),
        Fault("no-such-time", read.unreal, "a date and time that exist"),
        Fault(
            "time-in-gap", read.in_gap, f"a time that clocks of {mapping.time_zone} showed: it was skipped"
        ),
        Fault(
            "ambiguous-time",
            read.ambiguous,
            f"a time that clocks of {mapping.time_zone} showed once: set ambiguous_time to 'earlier' or 'later'",
        ),
        Fault("time-out-of-range", read.outside, "1990 to 2099"),
    ]
    none = read.empty.copy()
    for fault in faults:
        none |= fault.rows
    return Cells(pa.array(read.utc_ms, pa.timestamp("ms", "UTC"), mask=none), faults, [])


def _matches(texts: pa.Array, pattern: str) -> Flags:
    return to_flags(pc.match_substring_regex(texts, pattern))


def _told(texts: pa.Array, fine: Flags) -> pa.Array:
    """The texts that are fine and not empty; null for others."""
    return pc.if_else(pc.and_(pc.not_equal(texts, ""), pa.array(fine)), texts, None)


MISSING: Mapping[str, str] = {
    "id": "an id",
    "text": "a text",
    "whole": "whole pieces",
    "number": "a number",
    "time": "a time",
}
"""What an empty cell of each kind of field lacks."""
