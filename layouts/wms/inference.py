"""A mapping from the files alone: headers, units, decimal signs and forms of time, or what must be told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from layouts.wms.fields import TABLES, Field
from layouts.wms.headers import Ask, headers_of, refuse, split_unit, told_values
from layouts.wms.mapping import LOCAL_FORMS, ColumnMap, TableMap, TimeForm, WmsMapping
from layouts.wms.numerals import Decimal, decimal_evidence
from layouts.wms.source import Source, read_source
from layouts.wms.times import SAID, fitting_forms
from layouts.wms.units import IN_BASE
from spatial.errors import BadDataError


def infer_mapping(files: Mapping[str, Path], *, told: WmsMapping | None = None) -> WmsMapping:
    """The mapping of `files` by table; what is `told` is kept, and only the rest is inferred.

    A column is a field's when its header, less a unit, is one of the field's names; of several it is the one whose
    values can be the field's. Columns of no field are listed as `ignored`, and what is told there is not read.
    Raises BadDataError where several columns, units, decimal signs or forms of time are left, or none for a needed
    field: the message lists the candidates and the entry of the mapping that decides, a line for each table that has
    such a question. ValueError for an unknown table.
    """
    told = told or WmsMapping()
    unknown = [table for table in files if table not in TABLES]
    if unknown:
        raise ValueError(f"there is no table '{unknown[0]}': known are {', '.join(TABLES)}")
    tables: dict[str, TableMap] = {}
    questions: list[str] = []
    for table in (table for table in TABLES if table in files):
        try:
            its = told.tables.get(table, TableMap())
            option = f"tables.{table}"
            source = read_source(files[table], option=option, delimiter=its.delimiter, encoding=its.encoding)
            tables[table] = table_map(source, table, told)
        except BadDataError as error:
            questions.append(str(error))
    if questions:
        raise BadDataError("\n".join(questions))
    return told.model_copy(update={"tables": {**told.tables, **tables}})


def table_map(source: Source, table: str, told: WmsMapping, ask: Ask = refuse) -> TableMap:
    """The map of one table as `infer_mapping` makes it. Where `ask` returns, the field that it was asked about is
    left out, and an open decimal sign is a point.
    """
    its, option, fields = told.tables.get(table, TableMap()), f"tables.{table}", TABLES[table].fields
    path, headers = source.path, headers_of(source, table, its, ask)
    numeric = [
        told_values(source, header)
        for name, header in headers.items()
        if fields[name].kind in ("whole", "number")
    ]
    timed = {name: header for name, header in headers.items() if fields[name].kind == "time"}
    forms = _time_forms(source, timed, its, option, ask)
    if told.time_zone is None:
        _ask_of_local(path, headers, forms, ask)
    columns = {}
    for name, header in headers.items():
        unit = its.columns.get(name, ColumnMap()).unit
        unit = unit or _unit(path, header, name, fields[name], f"{option}.columns.{name}.unit", ask)
        is_open = (fields[name].dimension and unit is None) or (name in timed and name not in forms)
        if not is_open:
            columns[name] = ColumnMap(column=header, unit=unit, time=forms.get(name))
    return TableMap(
        delimiter=source.delimiter,
        encoding=source.encoding,
        decimal=its.decimal or _decimal(path, numeric, option, ask),
        columns=columns,
        ignored=tuple(name for name in source.header if name and name not in headers.values()),
    )


def _decimal(path: Path, columns: list[pa.Array], option: str, ask: Ask) -> Decimal:
    point, comma, either = map(sum, zip((0, 0, 0), *map(decimal_evidence, columns), strict=True))
    if point >= 20 * comma and (point or not either):
        return "."
    if comma >= 20 * point and comma:
        return ","
    ask(
        "",
        f"{path} has {point} numbers that need a decimal point, {comma} that need a comma and {either} that can be "
        f"read with either: set {option}.decimal to '.' or ','",
    )
    return "."


def _unit(path: Path, header: str, name: str, field: Field, option: str, ask: Ask) -> str | None:
    if field.dimension is None:
        return None
    units, unit = IN_BASE[field.dimension], split_unit(header)[1]
    if unit is None and field.dimension == "count":
        return "piece"
    if unit is None or unit not in units:
        found = "no unit" if unit is None else f"'{unit}', which is none of its units,"
        ask(
            name,
            f"{path} column '{header}' has {found} in its header: set {option} to one of {', '.join(units)}",
        )
        return None
    return unit


def _time_forms(
    source: Source, headers: Mapping[str, str], its: TableMap, option: str, ask: Ask
) -> dict[str, TimeForm]:
    """The form of each time column. Where its values leave none or several, it has the form that the table's other
    columns have, if that can be.
    """
    fitting = {name: fitting_forms(told_values(source, header)) for name, header in headers.items()}
    for name in headers:
        form = its.columns.get(name, ColumnMap()).time
        if form is not None:
            fitting[name] = (form,)
    decided = {forms[0] for forms in fitting.values() if len(forms) == 1}
    forms: dict[str, TimeForm] = {}
    for name, header in headers.items():
        could = fitting[name] or (tuple(SAID) if not len(told_values(source, header)) else ())
        left = could if len(could) == 1 else tuple(form for form in could if form in decided)
        if len(left) != 1:
            choices = "; ".join(f"{form}: {said}" for form, said in SAID.items())
            ask(
                name,
                f"{source.path} column '{header}' holds times that could be {' or '.join(could) or 'none known'}: "
                f"set {option}.columns.{name}.time to one of ({choices})",
            )
        else:
            forms[name] = left[0]
    return forms


def _ask_of_local(path: Path, headers: Mapping[str, str], forms: dict[str, TimeForm], ask: Ask) -> None:
    for name, form in list(forms.items()):
        if form in LOCAL_FORMS:
            ask(
                name,
                f"{path} column '{headers[name]}' holds {SAID[form]}: set time_zone of the mapping to the site's "
                "zone, as 'Europe/Berlin' or 'UTC'",
            )
            del forms[name]
