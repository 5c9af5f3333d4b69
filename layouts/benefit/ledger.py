"""The ledger of benefits: accepted recommendations and what became of them, as lines that hold on to each other.

Each line holds the SHA-256 of the line before, so that one that was changed, moved or taken out breaks the chain. Who
rewrites all lines after it is found out only by a head that was noted elsewhere.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

NOTHING = "0" * 64
Name = Annotated[str, Field(min_length=1, max_length=150)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Verdict = Literal["shown", "no effect shown", "shown the other way", "cannot decide"]


class Entry(BaseModel):
    """What lines share: which recommendation, and when the line was written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Name
    at: dt.datetime


class Accepted(Entry):
    """A recommendation that was taken up: the relative effect on `kpi` that was predicted from `since` on."""

    type: Literal["accepted"] = "accepted"
    source: Name
    kpi: Name
    predicted: Number
    low: Number
    high: Number
    since: dt.date
    note: str = ""

    @model_validator(mode="after")
    def _interval_holds_its_value(self) -> Self:
        if not self.low <= self.predicted <= self.high:
            raise ValueError(
                f"the prediction {self.predicted} is not within {self.low} and {self.high}: swap them"
            )
        if self.predicted == 0:
            raise ValueError("a predicted effect of 0 has no direction: enter what was promised")
        return self


class Realised(Entry):
    """What the days told of an accepted recommendation: the relative effect, unless it could not be decided."""

    type: Literal["realised"] = "realised"
    verdict: Verdict
    effect: Number | None = None
    low: Number | None = None
    high: Number | None = None
    days: int = 0
    reason: str = ""
    data_sha256: str = ""


Line = Annotated[Accepted | Realised, Field(discriminator="type")]
_LINE: TypeAdapter[Accepted | Realised] = TypeAdapter(Line)


def line_of(entry: Accepted | Realised, before: str) -> str:
    """The entry as a line of JSON with the hash `before` it, without an end of line."""
    record = {"prev": before, **entry.model_dump(mode="json")}
    return json.dumps(record, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def hash_of(line: str) -> str:
    """The SHA-256 of a line, which the next one holds."""
    return hashlib.sha256(line.encode()).hexdigest()


def read_lines(lines: Sequence[str]) -> tuple[tuple[Accepted | Realised, ...], str]:
    """The entries and the hash of the last line. Raises ValueError, which names the first line that is wrong."""
    entries: list[Accepted | Realised] = []
    before = NOTHING
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            told = record.pop("prev")
            entry = _LINE.validate_python(record)
        except (ValueError, KeyError, AttributeError, ValidationError) as error:
            raise ValueError(
                f"line {number} is no entry: it was changed, or written by something else"
            ) from error
        if told != before or line_of(entry, before) != line:
            raise ValueError(
                f"line {number} does not follow the one before: a line was changed, moved or taken out"
            )
        entries.append(entry)
        before = hash_of(line)
    return tuple(entries), before


def require_fitting(entries: Sequence[Accepted | Realised], entry: Accepted | Realised) -> None:
    """Raise ValueError for a recommendation that is accepted twice, or realised and not accepted."""
    known = {each.id for each in entries if isinstance(each, Accepted)}
    if isinstance(entry, Accepted) and entry.id in known:
        raise ValueError(f"'{entry.id}' is accepted already: give each recommendation an id of its own")
    if isinstance(entry, Realised) and entry.id not in known:
        raise ValueError(f"'{entry.id}' was never accepted: known are {', '.join(sorted(known)) or 'none'}")
