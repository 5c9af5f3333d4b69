"""Which column of an export is which field: by what the header says, and whether the values can be it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import pyarrow as pa
import pyarrow.compute as pc

from layouts.wms.fields import TABLES, Field
from layouts.wms.mapping import TableMap
from layouts.wms.numerals import Decimal, grouped_pattern, plain_pattern
from layouts.wms.source import Source
from layouts.wms.times import fitting_forms
from layouts.wms.units import SPELLINGS
from spatial.errors import BadDataError

SHAPED_ROWS = 20_000
"""So many rows decide the shape of a column's values."""

_SIGNS: tuple[Decimal, ...] = (".", ",")


def split_unit(header: str) -> tuple[str, str | None]:
    """A header's name in lower case with single spaces, and its unit as `IN_BASE` spells it; a unit in brackets
    that is none of them is given as it stands.

    `weight_kg`, `Gewicht (kg)`, `Weight [kg]` and `weightKg` have a name and the unit kg; `pcs` is only a name.
    """
    words = re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z])", " ", header)
    bracketed = re.search(r"[(\[]\s*([^)\]]*?)\s*[)\]]", words)
    unit = None
    if bracketed:
        words = words[: bracketed.start()] + " " + words[bracketed.end() :]
        unit = SPELLINGS.get(bracketed[1].lower(), bracketed[1])
    names = re.sub(r"[^\w]+|_", " ", words.lower()).split()
    if unit is None and len(names) > 1 and names[-1] in SPELLINGS:
        unit = SPELLINGS[names.pop()]
    return " ".join(names), unit


Ask = Callable[[str, str], None]
"""Told a field (or "") and a question that the files leave open; it raises, or the field is left out."""


def refuse(_: str, question: str) -> None:
    """The `Ask` that takes no open question: BadDataError."""
    raise BadDataError(question)


def headers_of(source: Source, table: str, its: TableMap, ask: Ask = refuse) -> dict[str, str]:
    """The header of each field that has one, in the order of the table's fields. It asks about a needed field without
    one, and about several candidates; BadDataError for a header that is told and not there.
    """
    fields = TABLES[table].fields
    headers = {field: column.column for field, column in its.columns.items() if column.column is not None}
    for name, header in headers.items():
        if header not in source.header:
            raise BadDataError(
                f"{source.path} has no column '{header}', which tables.{table}.columns.{name}.column names: "
                f"its columns are {listed(source.header)}"
            )
    taken = {"", *headers.values(), *its.ignored}
    free = [header for header in dict.fromkeys(source.header) if header not in taken]
    for name, field in fields.items():
        if name in headers:
            continue
        option = f"tables.{table}.columns.{name}.column"
        named = [header for header in free if split_unit(header)[0] in field.names or header.lower() == name]
        fitting = [header for header in named if _fits(told_values(source, header), field)] or named
        if len(fitting) > 1:
            ask(name, f"{source.path} has {listed(fitting)} for '{name}': set {option} to one of them")
        elif len(fitting) == 1:
            headers[name] = fitting[0]
        elif field.needed:
            others = [header for header in free if _fits(told_values(source, header), field)]
            ask(
                name,
                f"{source.path} has no column that is called '{name}' or a name for it; "
                f"of {listed(source.header)} the values of {listed(others)} could be it: "
                f"set {option} to one of them",
            )
    _ask_of_shared(source, table, headers, ask)
    return {name: headers[name] for name in fields if name in headers}


def _ask_of_shared(source: Source, table: str, headers: dict[str, str], ask: Ask) -> None:
    for name, header in list(headers.items()):
        shared = [other for other, its in headers.items() if its == header]
        if len(shared) > 1:
            ask(
                name,
                f"{source.path} column '{header}' could be {listed(shared)}: "
                f"set tables.{table}.columns.{name}.column",
            )
            del headers[name]


def told_values(source: Source, header: str) -> pa.Array:
    """The first values of a column that are not empty, without spaces around them."""
    texts = source.column(header).slice(0, SHAPED_ROWS)
    trimmed = pc.utf8_trim_whitespace(texts)
    return trimmed.filter(pc.not_equal(trimmed, ""))


def _fits(texts: pa.Array, field: Field) -> bool:
    """Whether nine in ten values have the shape of the field; no values fit any."""
    if not len(texts) or field.kind == "text":
        return True
    if field.kind == "time":
        return bool(fitting_forms(texts))
    if field.kind == "id":
        shape = r"^\S(.{0,60}\S)?$"
    else:
        shape = "|".join(pattern(sign) for pattern in (plain_pattern, grouped_pattern) for sign in _SIGNS)
    return bool(pc.sum(pc.match_substring_regex(texts, shape)).as_py() * 10 >= len(texts) * 9)


def listed(names: Iterable[str]) -> str:
    """Names in quotation marks, with commas."""
    return ", ".join(f"'{name}'" for name in names) or "none"
