"""How locations are named: the fields of an address, and how a hall is counted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from layouts.addresses.check_digit import CheckDigit
from layouts.addresses.fields import AddressField, FieldName, Separator
from spatial.errors import BadDataError
from spatial.model_yaml import read_model

Sides = Literal["odd_left", "odd_right", "loop", "same"]
Progression = Literal["from_entry", "to_entry"]
Blocks = Literal["run_on", "new_hundred", "own_aisles"]
PositionOrder = Literal["along", "left_to_right"]

Numbers = Mapping[FieldName, int]


def _default_fields() -> tuple[AddressField, ...]:
    names: tuple[FieldName, ...] = ("aisle", "bay", "level", "position")
    return tuple(AddressField(name=name) for name in names)


class Scheme(BaseModel):
    """An address scheme; the default writes 01-03-01-02: aisle, bay (odd left, even right), level, position."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    fields: tuple[AddressField, ...] = Field(default_factory=_default_fields, min_length=2, max_length=6)
    separator: Separator = "-"
    prefix: str = Field(default="", pattern=r"^[0-9A-Za-z_./ -]{0,12}$")
    """What every address starts with."""
    check: CheckDigit | None = None
    sides: Sides = "odd_left"
    """Bays of an aisle's two sides, seen from its entry: odd numbers on one and even on the other; `loop`: down
    the left side and back up the right; `same`: both sides have the same numbers, a side field tells them apart."""
    progression: Progression = "from_entry"
    """Where bays count from: the entry, or the other end."""
    serpentine: bool = False
    """Every second aisle is entered, and counted, from its other end."""
    blocks: Blocks = "run_on"
    """At a cross-aisle bays run on, or start a new hundred, or the aisle has another number behind it."""
    hundred: int = Field(default=100, ge=2, le=1_000_000)
    """From a block's first bay number to the next block's."""
    aisles_from: Literal["left", "right"] = "left"
    """Where aisles count from, seen from their entries."""
    positions: PositionOrder = "along"
    """Positions count away from the entry, or from left to right for who faces the rack."""

    @model_validator(mode="after")
    def _can_be_read_back(self) -> Scheme:
        names = [field.name for field in self.fields]
        if len(set(names)) < len(names):
            raise ValueError(f"fields {', '.join(names)}: each may come once")
        if "bay" not in names:
            raise ValueError(f"fields {', '.join(names)}: one of them must be the bay")
        for field, follower in pairwise(self.fields):
            if len(field.lengths) != 1 and not self._before(follower):
                raise ValueError(
                    f"{field.name} has no fixed width and {follower.name} follows without a separator: give either"
                )
        last = self.fields[-1]
        if self.check is not None and len(last.lengths) != 1 and not self.check.before:
            raise ValueError(
                f"{last.name} has no fixed width and the check digit follows: give 'before' or a width"
            )
        if self.blocks == "new_hundred" and self.sides.startswith("odd") and self.hundred % 2:
            raise ValueError(f"hundred {self.hundred} is odd: bays would change sides from block to block")
        return self

    @property
    def pattern(self) -> re.Pattern[str]:
        """A regular expression with a group for each field, `body` around them, and `check`."""
        body = re.escape(self.prefix)
        for place, field in enumerate(self.fields):
            before = re.escape(self._before(field)) if place else ""
            body += f"{before}(?P<{field.name}>{field.pattern})"
        body = f"(?P<body>{body})"
        if self.check is not None:
            body += f"{re.escape(self.check.before)}(?P<check>{self.check.pattern})"
        return re.compile(body)

    def field(self, name: FieldName) -> AddressField | None:
        """The field of this name, if the scheme has it."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def bay(self) -> AddressField:
        """The field of the bay, which every scheme has."""
        return next(field for field in self.fields if field.name == "bay")

    def format(self, numbers: Numbers) -> str:
        """The address of these numbers, one for each field. ValueError when one is missing or does not fit."""
        missing = [field.name for field in self.fields if field.name not in numbers]
        if missing:
            raise ValueError(f"there is no number for {', '.join(missing)}: the scheme has these fields")
        text = self.prefix
        for place, field in enumerate(self.fields):
            text += (self._before(field) if place else "") + field.text(numbers[field.name])
        return text if self.check is None else text + self.check.before + self.check.of(text)

    def parse(self, text: str) -> dict[FieldName, int]:
        """The numbers of an address; the inverse of `format`.

        Raises BadDataError for a text of another form or with a wrong check digit.
        """
        found = self.pattern.fullmatch(text)
        if found is None:
            raise BadDataError(f"'{text}' is no address of the scheme: expected one like '{self.example}'")
        if self.check is not None:
            right = self.check.of(found["body"])
            if found["check"] != right:
                raise BadDataError(
                    f"'{text}' has check digit {found['check']} where {right} is right: read it again"
                )
        return {field.name: field.number(found[field.name]) for field in self.fields}

    @property
    def example(self) -> str:
        """An address of this form."""
        return self.format({field.name: field.start for field in self.fields})

    def _before(self, field: AddressField) -> str:
        return self.separator if field.before is None else field.before


def read_scheme(path: Path) -> Scheme:
    """The scheme of a YAML file; an empty one is the default. Raises BadDataError with file, field and remedy."""
    return read_model(path, Scheme, start="sides: odd_left", may_be_empty=True)


def scheme_yaml(scheme: Scheme) -> str:
    """The text of a file that `read_scheme` reads as the same scheme, with all that one may want to change."""
    fields = [
        each.model_dump(mode="json", include={"name", "kind", "width", "start", "stride"})
        | each.model_dump(mode="json", exclude_defaults=True)
        for each in scheme.fields
    ]
    settings = scheme.model_dump(mode="json", exclude_none=True, exclude={"fields"})
    return (
        "fields:\n"
        + "".join(f"  - {_one_line(each)}\n" for each in fields)
        + "".join(f"{key}: {_one_line(value)}\n" for key, value in settings.items())
    )


def _one_line(value: object) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=1_000_000)
    return text.removesuffix("\n").removesuffix("\n...")
