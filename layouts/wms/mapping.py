"""wms-mapping.yaml: which columns are which fields, in which units, and how ids and times are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from layouts.wms.fields import TABLES
from layouts.wms.ids import IdRules
from layouts.wms.units import IN_BASE
from spatial.errors import BadDataError
from spatial.model_yaml import read_model

TimeForm = Literal["iso", "local", "dmy", "mdy", "epoch_s", "epoch_ms"]
"""ISO 8601 with an offset; ISO 8601 without; day.month.year; month/day/year; seconds or milliseconds since 1970.
`LOCAL_FORMS` are without an offset: times of the site's zone."""
LOCAL_FORMS = ("local", "dmy", "mdy")

IdName = Literal["location", "sku", "order", "task"]


def _known_zone(name: str | None) -> str | None:
    if name is not None:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(
                f"no time zone '{name}' is known: give one as 'Europe/Berlin' or 'UTC'"
            ) from error
    return name


class ColumnMap(BaseModel):
    """The header of a field's column, and its unit or its form of time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str | None = None
    unit: str | None = None
    time: TimeForm | None = None


class TableMap(BaseModel):
    """How one table's file is read. What is None is inferred; a Parquet file has no delimiter, encoding, decimal."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    encoding: str | None = None
    """A Python codec, as 'utf-8', 'utf-16', 'latin-1' or 'cp1252'."""
    decimal: Literal[".", ","] | None = None
    columns: Mapping[str, ColumnMap] = {}
    """By field. A field that is absent is not read."""
    ignored: tuple[str, ...] = ()
    """Headers of columns that are not read."""


class WmsMapping(BaseModel):
    """The mapping of all tables; saved once and used for each later export."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    time_zone: Annotated[str | None, AfterValidator(_known_zone)] = None
    """The site's zone, for local times."""
    ambiguous_time: Literal["earlier", "later"] | None = None
    """Which of two is meant when clocks went back; None makes such times defects."""
    ids: Mapping[IdName, IdRules] = {}
    """By kind of id, the same in all tables; an absent kind has the default rules."""
    tables: Mapping[str, TableMap] = {}

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        for table, its_map in self.tables.items():
            if table not in TABLES:
                raise ValueError(f"tables.{table}: there is no such table; known are {', '.join(TABLES)}")
            for field, column in its_map.columns.items():
                _check_column(table, field, column)
        return self

    def rules(self, field: str) -> IdRules:
        """The rules for the ids of a field."""
        return self.ids.get(field, IdRules())  # type: ignore[call-overload, no-any-return]


def refuse_gaps(mapping: WmsMapping, table: str, *, source: Path) -> None:
    """BadDataError for what reading a table needs and its mapping does not state, rather than a guess."""
    its = mapping.tables[table]
    for name, column in its.columns.items():
        field, gaps = TABLES[table].fields[name], []
        if column.column is None:
            gaps.append("column")
        if field.dimension in ("length", "mass") and column.unit is None:
            gaps.append("unit")
        if field.kind == "time" and column.time is None:
            gaps.append("time")
        if gaps:
            option = f"tables.{table}.columns.{name}.{gaps[0]}"
            raise BadDataError(f"{source} needs {option}: set it, or infer the mapping")
        if column.time in LOCAL_FORMS and mapping.time_zone is None:
            raise BadDataError(f"{source} has local times ('{name}'): set time_zone of the mapping")
    if its.decimal is None and any(TABLES[table].fields[name].dimension for name in its.columns):
        raise BadDataError(
            f"{source} needs tables.{table}.decimal: set it to '.' or ',', or infer the mapping"
        )


def _check_column(table: str, field: str, column: ColumnMap) -> None:
    fields, place = TABLES[table].fields, f"tables.{table}.columns.{field}"
    if field not in fields:
        raise ValueError(f"{place}: there is no such field; known are {', '.join(fields)}")
    dimension = fields[field].dimension
    units = IN_BASE[dimension] if dimension else {}
    if column.unit is not None and column.unit not in units:
        choices = f"none of {', '.join(units)}" if units else "given, but the field has none"
        raise ValueError(f"{place}.unit: '{column.unit}' is {choices}")
    if column.time is not None and fields[field].kind != "time":
        raise ValueError(f"{place}.time: the field is no time: remove it")


def read_mapping(path: Path) -> WmsMapping:
    """Read a wms-mapping.yaml, whole or in part; BadDataError names the field that is wrong."""
    return read_model(path, WmsMapping, start="tables: {}", may_be_empty=True)


def write_mapping(path: Path, mapping: WmsMapping) -> None:
    """Write what `read_mapping` reads: the id rules in full, so that none acts unseen."""
    record = mapping.model_dump(mode="json", exclude_none=True)
    record["ids"] = {kind: mapping.rules(kind).model_dump(mode="json") for kind in _kinds(mapping)}
    path.write_text(yaml.safe_dump(record, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _kinds(mapping: WmsMapping) -> list[str]:
    mapped = {field for its_map in mapping.tables.values() for field in its_map.columns} | set(mapping.ids)
    return [kind for kind in ("location", "sku", "order", "task") if kind in mapped]
