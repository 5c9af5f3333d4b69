"""What a business feed needs to know of its source: the site, its time zone and the kinds of its files."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

TableKind = Literal[
    "inventory",
    "movement",
    "unit_movement",
    "packing",
    "return",
    "order",
    "order_closed",
    "inbound",
    "item",
    "lot",
]


class TableFile(BaseModel):
    """CSV files whose name matches `pattern` hold rows of `kind`. `columns` names the header of a field where its
    usual names do not find it. `name_time` reads `at` from the name, as `stock_%Y%m%d%H%M.csv`, in the site's zone.
    `full_for` are the locations that an inventory file lists in full, as `01-*`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    pattern: Annotated[str, Field(min_length=1)]
    kind: TableKind
    columns: dict[str, str] = {}
    delimiter: Literal[",", ";", "\t", "|"] = ","
    decimal: Literal[".", ","] = "."
    name_time: str | None = None
    full_for: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits_its_kind(self) -> TableFile:
        if self.full_for and self.kind != "inventory":
            raise ValueError(f"full_for is for inventory files, these are {self.kind}: leave it out")
        if self.delimiter == self.decimal:
            raise ValueError("delimiter and decimal are both ',': set one of them otherwise")
        return self


class BusinessSettings(BaseModel):
    """Settings of one feed. `sites` are others whose places it may name, as SITE/LOCATION."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^/]+$")]
    source: Annotated[str, Field(min_length=1, max_length=60)] = "wms"
    sites: tuple[str, ...] = ()
    time_zone: str | None = None
    files: tuple[TableFile, ...] = ()
    most_records: Annotated[int, Field(ge=1, le=10_000_000)] = 1_000_000

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str | None) -> str | None:
        try:
            return name if name is None else ZoneInfo(name).key
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"time_zone '{name}' is not known: give a name as Europe/Berlin") from error
