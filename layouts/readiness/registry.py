"""sources.yaml: what each source of data is, who answers for it, and what is asked of it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from layouts.live.staleness import Expectation
from layouts.wms.fields import TABLES
from spatial.model_yaml import read_model

Name = Annotated[str, Field(min_length=1, max_length=150)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Scope(BaseModel):
    """Who may see a source: people of these roles, at these sites (all, where none is named)."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    roles: Annotated[tuple[Name, ...], Field(min_length=1)]
    sites: tuple[Name, ...] = ()


class QualityRules(BaseModel):
    """What values of a source keep to; what is not told is not asked."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    low: float | None = None
    """The least value, in the source's unit."""
    high: float | None = None
    """The greatest value, in the source's unit."""
    max_step: Positive | None = None
    """The most that a value changes from one record to the next, in the source's unit."""
    stuck_after_s: Positive | None = None
    """A value that stays the same for longer is stuck [s]."""
    completeness: Annotated[float, Field(gt=0, le=1)] | None = None
    """The least share of the records that its rate promises."""

    @model_validator(mode="after")
    def _range_is_one(self) -> Self:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"low {self.low} is not below high {self.high}: swap them")
        return self


class DataSource(BaseModel):
    """One source: the rows of `table` whose sensor or agent matches `about`. Owner, rate, retention and scope may be
    missing in the file, which `assess` tells.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    name: Name
    table: Name
    """The table it fills, as locations, orders, readings or positions."""
    about: Name = "*"
    """Which sensors or agents of that table, with * and ?."""
    owner: Name | None = None
    """Who answers for it."""
    unit: Name | None = None
    """The unit of its values."""
    every_s: Positive | None = None
    """How often it tells [s]; for an export, how often it is made."""
    battery_free: bool = False
    """A tag that tells when a reader wakes it, at times hours apart: then it is last seen, and never lost."""
    retention_days: Positive | None = None
    """How long its records may be kept [days]."""
    scope: Scope | None = None
    """Who may see it."""
    rules: QualityRules = QualityRules()
    """What its values keep to."""

    @model_validator(mode="after")
    def _table_is_known(self) -> Self:
        if self.table not in TABLES:
            raise ValueError(f"there is no table '{self.table}': known are {', '.join(TABLES)}")
        return self

    @property
    def expectation(self) -> Expectation | None:
        """How its silence is judged, None without a rate."""
        return None if self.every_s is None else Expectation(about=self.about, interval_s=self.every_s)

    def is_about(self, name: str) -> bool:
        """Whether the sensor or agent of that name is of this source."""
        return fnmatchcase(name, self.about)


class SourceRegistry(BaseModel):
    """The sources of a site."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    sources: tuple[DataSource, ...] = ()
    """In the order in which they are looked up: of several that match, the first counts."""

    @model_validator(mode="after")
    def _names_are_different(self) -> Self:
        names = [source.name for source in self.sources]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"source '{twice}' comes twice: give each a name of its own")
        return self

    def of(self, table: str, name: str | None = None) -> DataSource | None:
        """The source that fills a table, for one sensor or agent where it is named; None for none."""
        fitting = (source for source in self.sources if source.table == table)
        return next((source for source in fitting if name is None or source.is_about(name)), None)


def read_registry(path: Path) -> SourceRegistry:
    """The registry of a YAML or JSON file. Raises BadDataError, which names the field."""
    return read_model(path, SourceRegistry, start="sources:", may_be_empty=True)


def registry_schema() -> dict[str, Any]:
    """The JSON Schema of a registry, for editors that complete and check while one types."""
    schema = SourceRegistry.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "aisletwin sources"}
