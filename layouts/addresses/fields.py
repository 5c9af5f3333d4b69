"""One part of an address: how its numbers follow each other and how they are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import ascii_uppercase
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

FieldName = Literal["zone", "aisle", "bay", "level", "position", "side"]
Separator = Annotated[str, Field(pattern=r"^[^0-9A-Za-z]{0,3}$")]


class AddressField(BaseModel):
    """A part of an address. Letters count A (or AA) as 1, names count their first as 1."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    name: FieldName
    kind: Literal["digits", "letters", "names"] = "digits"
    width: int | None = Field(default=2, ge=1, le=8)
    """Characters; digits are filled up with zeros. None: as many digits as the number has."""
    start: int = Field(default=1, ge=0, le=99_999_999)
    """The first number."""
    stride: int = Field(default=1, ge=1, le=10_000)
    """From a number to the next."""
    skipped: tuple[int, ...] = Field(default=(), max_length=1000)
    """Numbers that are left out, such as 13."""
    without: str = Field(default="", pattern=r"^[A-Z]{0,25}$")
    """Letters that are not used, such as IO."""
    names: tuple[Annotated[str, Field(pattern=r"^[0-9A-Z]{1,12}$")], ...] = Field(default=(), max_length=1000)
    """Of kind names: what is written for 1, 2, …"""
    before: Separator | None = None
    """The separator in front of it; None: that of the scheme."""

    @model_validator(mode="after")
    def _is_consistent(self) -> AddressField:
        if (self.kind == "names") != bool(self.names):
            raise ValueError(
                f"{self.name} has kind '{self.kind}' and {len(self.names)} names: give both or none"
            )
        if len(set(self.names)) < len(self.names):
            raise ValueError(f"the names of {self.name} repeat: {', '.join(self.names)}")
        if self.kind == "letters" and self.width is None:
            raise ValueError(f"{self.name} has letters without a width: give one")
        if self.kind != "digits" and self.start == 0:
            raise ValueError(f"{self.name} starts at 0, but its first {self.kind[:-1]} counts as 1")
        return self

    @property
    def lengths(self) -> tuple[int, ...]:
        """The numbers of characters it can take; empty when any."""
        if self.kind == "names":
            return tuple(sorted({len(name) for name in self.names}))
        return () if self.width is None else (self.width,)

    @property
    def pattern(self) -> str:
        """A regular expression of its texts."""
        if self.kind == "names":
            return "|".join(map(re.escape, self.names))
        if self.kind == "letters":
            return f"[{self._alphabet}]{{{self.width}}}"
        return "0|[1-9][0-9]{0,8}" if self.width is None else f"[0-9]{{{self.width}}}"

    def nth(self, count: int) -> int:
        """The number after `count` others, from 0."""
        return nth_number(count, start=self.start, stride=self.stride, skipped=self.skipped)

    def count(self, number: int) -> int:
        """How many numbers come before this one; the inverse of `nth`. ValueError for one that never comes."""
        return count_before(number, start=self.start, stride=self.stride, skipped=self.skipped)

    def text(self, number: int) -> str:
        """The number as written. ValueError when it does not fit."""
        if self.kind == "names":
            if 1 <= number <= len(self.names):
                return self.names[number - 1]
        elif self.kind == "letters":
            if 1 <= number <= len(self._alphabet) ** (self.width or 1):
                return self._letters(number - 1)
        elif 0 <= number < 10 ** (self.width or 9):
            return str(number).zfill(self.width or 1)
        raise ValueError(f"{self.name} {number} does not fit {self._room}: widen the field")

    def number(self, text: str) -> int:
        """The number of a text that follows `pattern`; the inverse of `text`."""
        if self.kind == "names":
            return self.names.index(text) + 1
        if self.kind == "digits":
            return int(text)
        alphabet, value = self._alphabet, 0
        for letter in text:
            value = value * len(alphabet) + alphabet.index(letter)
        return value + 1

    @property
    def _alphabet(self) -> str:
        return "".join(letter for letter in ascii_uppercase if letter not in self.without)

    @property
    def _room(self) -> str:
        if self.kind == "names":
            return f"its {len(self.names)} names"
        return f"{self.width or 9} {self.kind}"

    def _letters(self, index: int) -> str:
        alphabet, letters = self._alphabet, ""
        for _ in range(self.width or 1):
            index, digit = divmod(index, len(alphabet))
            letters = alphabet[digit] + letters
        return letters


def nth_number(count: int, *, start: int, stride: int, skipped: Sequence[int] = ()) -> int:
    """The number after `count` others of start, start + stride, … without the skipped ones."""
    number = start + count * stride
    for gap in sorted(set(skipped)):
        if start <= gap <= number and (gap - start) % stride == 0:
            number += stride
    return number


def count_before(number: int, *, start: int, stride: int, skipped: Sequence[int] = ()) -> int:
    """How many numbers of the progression come before `number`; ValueError for one that is not in it."""
    count, rest = divmod(number - start, stride)
    if rest or count < 0 or number in skipped:
        raise ValueError(f"{number} is none of {start}, {start + stride}, {start + 2 * stride}, …")
    return count - sum(start <= gap < number and (gap - start) % stride == 0 for gap in set(skipped))
