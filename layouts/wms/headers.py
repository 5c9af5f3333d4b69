"""Which column of an export is which field: by what the header says, and whether the values can be it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from layouts.wms.fields import TABLES, Field
from layouts.wms.mapping import ColumnMap, TableMap, TimeForm, WmsMapping
from layouts.wms.numerals import Decimal, decimal_evidence, grouped_pattern, plain_pattern
from layouts.wms.source import Source, read_source
from layouts.wms.times import LOCAL_FORMS, SAID, fitting_forms
from layouts.wms.units import IN_BASE, SPELLINGS
from spatial.errors import BadDataError

SHAPED_ROWS = 20_000
"""So many rows decide the shape of a column's values."""


def infer_mapping(files: Mapping[str, Path], *, told: WmsMapping | None = None) -> WmsMapping:
    """The mapping of `files` by table; what is `told` is kept, and only the rest is inferred.

    A column is a field's when its header, less a unit, is one of the field's names and its values can be the
    field's. Raises BadDataError where that leaves several columns, units, decimal signs or forms of time, or none
    for a needed field: the message lists the candidates and the entry of the mapping that decides. ValueError for
    an unknown table.
    """
    told = told or WmsMapping()
    unknown = [table for table in files if table not in TABLES]
    if unknown:
        raise ValueError(f"there is no table '{unknown[0]}': known are {', '.join(TABLES)}")
    tables = {table: _table_map(files[table], table, told) for table in TABLES if table in files}
    return told.model_copy(update={"tables": {**told.tables, **tables}})


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


def _table_map(path: Path, table: str, told: WmsMapping) -> TableMap:
    its = told.tables.get(table, TableMap())
    option = f"tables.{table}"
    source = read_source(path, option=option, delimiter=its.delimiter, encoding=its.encoding)
    headers = _headers(source, table, its)
    columns = {field: its.columns.get(field, ColumnMap()).model_copy(update={"column": header})
               for field, header in headers.items()}  # fmt: skip
    fields = TABLES[table].fields
    numeric = [_shaped(source, columns[field].column) for field in columns if fields[field].dimension]
    decimal = its.decimal or _decimal(path, numeric, option)
    for field, column in columns.items():
        place = f"{option}.columns.{field}"
        if fields[field].dimension:
            unit = column.unit or _unit(path, column, fields[field], place)
            columns[field] = column.model_copy(update={"unit": unit})
        elif fields[field].kind == "time":
            form = column.time or _time_form(source, column, place)
            if form in LOCAL_FORMS and told.time_zone is None:
                raise BadDataError(
                    f"{path} column '{column.column}' holds {SAID[form]}: set time_zone of the mapping to the "
                    "site's zone, as 'Europe/Berlin' or 'UTC'"
                )
            columns[field] = column.model_copy(update={"time": form})
    return TableMap(delimiter=source.delimiter, encoding=source.encoding, decimal=decimal, columns=columns)


def _headers(source: Source, table: str, its: TableMap) -> dict[str, str]:
    """The header of each field that has one, in the order of the table's fields."""
    fields = TABLES[table].fields
    headers = {field: column.column for field, column in its.columns.items() if column.column is not None}
    free = [header for header in dict.fromkeys(source.header) if header and header not in headers.values()]
    for name, field in fields.items():
        if name in headers:
            continue
        option = f"tables.{table}.columns.{name}.column"
        named = [header for header in free if split_unit(header)[0] in field.names or header.lower() == name]
        fitting = [header for header in named if _fits(_shaped(source, header), field)]
        if len(fitting) > 1:
            raise BadDataError(
                f"{source.path} has {_listed(fitting)} for '{name}': set {option} to one of them"
            )
        if len(fitting) == 1:
            headers[name] = fitting[0]
        elif field.needed:
            others = [header for header in free if _fits(_shaped(source, header), field)]
            raise BadDataError(
                f"{source.path} has no column that is called '{name}' and has its values; "
                f"of {_listed(source.header)} the values of {_listed(others)} could be it: "
                f"set {option} to one of them"
            )
    _refuse_shared(source, table, headers)
    return {name: headers[name] for name in fields if name in headers}


def _refuse_shared(source: Source, table: str, headers: Mapping[str, str]) -> None:
    for name, header in headers.items():
        shared = [other for other, its in headers.items() if its == header]
        if len(shared) > 1:
            raise BadDataError(
                f"{source.path} column '{header}' could be {_listed(shared)}: "
                f"set tables.{table}.columns.{name}.column"
            )


def _shaped(source: Source, header: str | None) -> pa.Array:
    texts = source.column(header or "").slice(0, SHAPED_ROWS)
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


_SIGNS: tuple[Decimal, ...] = (".", ",")


def _decimal(path: Path, columns: list[pa.Array], option: str) -> Decimal:
    point, comma, either = map(sum, zip((0, 0, 0), *map(decimal_evidence, columns), strict=True))
    if point >= 20 * comma and (point or not either):
        return "."
    if comma >= 20 * point and comma:
        return ","
    raise BadDataError(
        f"{path} has {point} numbers that need a decimal point, {comma} that need a comma and {either} that can be "
        f"read with either: set {option}.decimal to '.' or ','"
    )


def _unit(path: Path, column: ColumnMap, field: Field, place: str) -> str:
    if field.dimension is None:
        raise ValueError(f"{place} has no unit")
    units = IN_BASE[field.dimension]
    unit = split_unit(column.column or "")[1]
    if unit is None and field.dimension == "count":
        return "piece"
    if unit is None or unit not in units:
        found = "no unit" if unit is None else f"'{unit}', which is none of its units,"
        raise BadDataError(
            f"{path} column '{column.column}' has {found} in its header: "
            f"set {place}.unit to one of {', '.join(units)}"
        )
    return unit


def _time_form(source: Source, column: ColumnMap, place: str) -> TimeForm:
    forms = fitting_forms(_shaped(source, column.column))
    if len(forms) == 1:
        return forms[0]
    could = "could be " + " or ".join(forms) if forms else "holds no form of time that is known"
    choices = "; ".join(f"{form}: {said}" for form, said in SAID.items())
    raise BadDataError(
        f"{source.path} column '{column.column}' {could}: set {place}.time to one of ({choices})"
    )


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names) or "none"
