"""demand.yaml: what made-up demand looks like."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from layouts.demand.counts import geometric_spread
from spatial.model_yaml import read_model

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Month = Literal["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
MONTHS: tuple[Month, ...] = get_args(Month)

LIKE_GIVES = frozenset({"skus", "abc", "lines", "pieces", "families", "new", "ending"})
"""Fields that go without `like`."""

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]


def _clock(value: Any) -> Any:
    """YAML reads 14:00 without quotation marks as the whole number 840."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 24 * 60:
        return dt.time(value // 60, value % 60)
    return value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise ValueError("there is no such time zone: give one as Europe/Berlin or UTC") from None
    return name


Clock = Annotated[dt.time, BeforeValidator(_clock)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Abc(_Part):
    """`share_of_skus` of the SKUs, the most wanted, make `share_of_lines` of the lines."""

    share_of_skus: float = Field(default=0.2, gt=0, lt=1)
    share_of_lines: float = Field(default=0.8, gt=0, lt=1)

    @model_validator(mode="after")
    def _is_skew(self) -> Abc:
        if self.share_of_lines < self.share_of_skus:
            raise ValueError(
                f"share_of_lines {self.share_of_lines:g} is below share_of_skus {self.share_of_skus:g}: "
                "the most wanted SKUs make at least their share"
            )
        return self


class Counts(_Part):
    """Whole numbers from 1 to `most`; `single` is the share of ones, by default that of a geometric series."""

    mean: float = Field(ge=1, le=10_000, allow_inf_nan=False)
    single: Share | None = None
    most: int = Field(default=50, ge=1, le=10_000)

    @model_validator(mode="after")
    def _can_be(self) -> Counts:
        geometric_spread(self.mean, self.single, self.most)
        return self


class Families(_Part):
    """SKUs that are bought together."""

    size: int = Field(default=20, ge=1, le=1000)
    """SKUs of a family."""
    together: float = Field(default=0.2, ge=0, le=0.95)
    """So many of an order's further lines are of its first line's family, beside those that are by chance."""


class Season(_Part):
    """When families are wanted more or less; what is not named has 1."""

    families: Share = 1.0
    """Share of the families, drawn at random."""
    months: dict[Month, Factor] = {}
    weekdays: dict[Weekday, Factor] = {}


class Peak(_Part):
    """`factor` times the demand from one day to another, both included."""

    first_day: dt.date
    last_day: dt.date
    factor: Factor
    families: Share = 1.0
    """Share of the families, drawn at random."""

    @model_validator(mode="after")
    def _has_days(self) -> Peak:
        if self.last_day < self.first_day:
            raise ValueError(
                f"last_day {self.last_day} is before first_day {self.first_day}: exchange the two"
            )
        return self


class Weekdays(_Part):
    """How much is ordered on each day, as a multiple of orders_per_day."""

    mon: Factor = 1.0
    tue: Factor = 1.0
    wed: Factor = 1.0
    thu: Factor = 1.0
    fri: Factor = 1.0
    sat: Factor = 0.0
    sun: Factor = 0.0


class CutOff(_Part):
    """Orders that come in until `at` are due at `due`, `days_later` days after, and share a `wave`."""

    at: Clock
    due: Clock
    days_later: int = Field(default=0, ge=0, le=60)
    wave: str | None = Field(default=None, min_length=1, max_length=80)

    @model_validator(mode="after")
    def _can_be_met(self) -> CutOff:
        if self.days_later == 0 and self.due < self.at:
            raise ValueError(
                f"due {self.due:%H:%M} is before at {self.at:%H:%M}: set days_later or a later due"
            )
        return self


class Lognormal(_Part):
    """Half are below `median`; two thirds are within a factor of `spread` of it; none is above `most`."""

    median: float = Field(gt=0, le=1e6, allow_inf_nan=False)
    spread: float = Field(default=2.5, ge=1, le=100, allow_inf_nan=False)
    most: float = Field(gt=0, le=1e6, allow_inf_nan=False)

    @model_validator(mode="after")
    def _has_room(self) -> Lognormal:
        if self.most < self.median:
            raise ValueError(f"most {self.most:g} is below median {self.median:g}: raise it")
        return self


class ItemSizes(_Part):
    """What a piece of each SKU weighs and takes up."""

    mass_kg: Lognormal = Lognormal(median=0.5, most=25)
    volume_l: Lognormal = Lognormal(median=1.5, most=100)
    correlation: float = Field(default=0.7, ge=-1, le=1)
    """Of the logarithms of the two."""


class DemandSpec(_Part):
    """Made-up demand; every field has a default."""

    seed: int = Field(default=0, ge=0)
    like: Path | None = None
    """CSV of orders: SKUs, skew, lines, pieces and what goes together are theirs, and so is when they come in unless
    that is set here."""
    skus: int = Field(default=2000, ge=1, le=1_000_000)
    first_day: dt.date = dt.date(2026, 1, 5)
    days: int = Field(default=1, ge=1, le=3660)
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    orders: int | None = Field(default=None, ge=1, le=10_000_000)
    """Exactly so many in all; or give orders_per_day."""
    orders_per_day: float = Field(default=500, gt=0, le=1e6, allow_inf_nan=False)
    """On average, on a day whose factors are 1."""
    day_to_day: float = Field(default=0.0, ge=0, le=2)
    """Standard deviation of a day's demand over its mean, beside the chance that is in every count (Poisson)."""
    growth_per_year: float = Field(default=0.0, gt=-1, le=10)
    abc: Abc = Abc()
    lines: Counts = Counts(mean=2.5, single=0.5, most=50)
    """Of an order."""
    pieces: Counts = Counts(mean=1.5, single=0.7, most=20)
    """Of a line."""
    families: Families = Families()
    seasons: tuple[Season, ...] = ()
    peaks: tuple[Peak, ...] = ()
    weekdays: Weekdays = Weekdays()
    hours: dict[Annotated[int, Field(ge=0, le=23)], Factor] = dict.fromkeys(range(8, 18), 1.0)
    """How much comes in from each full hour to the next, of the local day; hours that are not named have none."""
    cut_offs: tuple[CutOff, ...] = ()
    """Without any, orders have neither due time nor wave."""
    works_on: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    """Days that have cut-offs; what comes in on others, or after the last, goes with the next."""
    new: Share = 0.0
    """Share of the SKUs that are sold only from some day on."""
    ending: Share = 0.0
    """Share of the SKUs that are sold only until some day."""
    items: ItemSizes = ItemSizes()

    @model_validator(mode="after")
    def _is_consistent(self) -> DemandSpec:
        given = self.model_fields_set
        if {"orders", "orders_per_day"} <= given:
            raise ValueError("orders and orders_per_day say the same twice: keep one of them")
        if self.like is not None and (also := given & LIKE_GIVES):
            raise ValueError(f"like gives {', '.join(sorted(also))} already: take like or these out")
        parts = [*(each.families for each in self.seasons), *(each.families for each in self.peaks)]
        if self.like is not None and min(parts, default=1.0) < 1:
            raise ValueError("like knows no families: take 'families' out of seasons and peaks")
        if self.like is None and self.lines.most > self.skus:
            raise ValueError(
                f"lines.most {self.lines.most} is above skus {self.skus}: an order has no SKU twice, lower lines.most"
            )
        if sum(self.hours.values()) <= 0:
            raise ValueError("hours has no hour above 0: give one")
        ats = [each.at for each in self.cut_offs]
        if ats != sorted(set(ats)):
            raise ValueError("cut_offs must be in order of 'at', none twice: sort them")
        if self.cut_offs and not self.works_on:
            raise ValueError("works_on has no day, so no cut-off ever comes: name one")
        return self


def read_demand(path: Path) -> DemandSpec:
    """Read a demand.yaml; BadDataError names the file and the path of the field that is wrong."""
    spec = read_model(path, DemandSpec, start="skus: 2000", may_be_empty=True)
    return spec if spec.like is None else spec.model_copy(update={"like": path.parent / spec.like})
