"""Rules that make the ids of several exports one: each is stated, and what each changed is counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Width = Annotated[int, Field(ge=1, le=40)]


class IdRules(BaseModel):
    """How ids are rewritten, in this order; by default only spaces around them go. Applying them twice is applying
    them once.

    1. `strip`: spaces around the id go.
    2. `separators`: each of these characters becomes `separator`, which may be empty.
    3. `upper`: capital letters.
    4. `digits`: a part that has only digits gets this many, zeros in front being added or removed. One width is
       for all parts between separators; several are for the parts in turn, and further parts are left alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    strip: bool = True
    separators: Annotated[str, Field(max_length=20)] = ""
    separator: Annotated[str, Field(max_length=1)] = "-"
    upper: bool = False
    digits: tuple[Width, ...] = ()

    @field_validator("digits", mode="before")
    @classmethod
    def _one_for_all(cls, told: Any) -> Any:
        return [told] if isinstance(told, (int, str)) else told

    @model_validator(mode="after")
    def _separators_are_signs(self) -> IdRules:
        for sign in self.separators + self.separator:
            if sign.isalnum():
                raise ValueError(f"'{sign}' is a letter or digit: separators are signs, as '-' or '.'")
        if self.separator.isspace():
            raise ValueError("separator is a space, which is lost at the ends of ids: take '-' or none")
        return self

    def steps(self, text: str) -> Iterator[tuple[str, str]]:
        """Each rule's name and the id after it."""
        if self.strip:
            text = text.strip()
            yield "strip", text
        if self.separators:
            text = text.translate(dict.fromkeys(map(ord, self.separators), self.separator))
            text = text.strip() if self.strip else text
            yield "separators", text
        if self.upper:
            text = text.upper()
            yield "upper", text
        if self.digits:
            text = self._with_digits(text)
            yield "digits", text

    def apply(self, text: str) -> str:
        """The id after all rules."""
        steps = [text, *(after for _, after in self.steps(text))]
        return steps[-1]

    def _with_digits(self, text: str) -> str:
        parts = text.split(self.separator) if self.separator else [text]
        widths = self.digits * len(parts) if len(self.digits) == 1 else self.digits
        padded = [
            part.lstrip("0").zfill(width) if part.isascii() and part.isdigit() else part
            for part, width in zip(parts, widths, strict=False)
        ]
        return self.separator.join(padded + parts[len(padded) :])


class IdChange(NamedTuple):
    """What one rule changed in one column: so many `cells`, and one of them before and after."""

    table: str
    column: str
    rule: str
    cells: int
    before: str
    after: str
