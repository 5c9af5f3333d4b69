"""The character at the end of an address that shows a misread or mistyped one."""

from __future__ import annotations

from itertools import cycle
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

DEFAULT_WEIGHTS: dict[int, tuple[int, ...]] = {10: (3, 1), 11: (2, 3, 4, 5, 6, 7), 97: ()}


class CheckDigit(BaseModel):
    """A check over the letters and digits before it; separators do not count, A is worth 10 and Z 35.

    Modulus 10 and 11: the character c with c + Σ weight × value ≡ 0, weights from the last character back, over
    and over; default 3, 1 (GS1 General Specifications, 7.9) and 2 … 7. Modulus 11 writes 10 as X. Modulus 97:
    two digits by ISO/IEC 7064 MOD 97-10, which has no weights.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    modulus: Literal[10, 11, 97] = 10
    weights: tuple[int, ...] = Field(default=(), max_length=40)
    """Default: those of the modulus."""
    before: str = Field(default="", pattern=r"^[^0-9A-Za-z]{0,3}$")
    """What stands in front of it."""

    @property
    def width(self) -> int:
        """How many characters it takes."""
        return 2 if self.modulus == 97 else 1

    @property
    def pattern(self) -> str:
        """A regular expression of its text."""
        return {10: "[0-9]", 11: "[0-9X]", 97: "[0-9]{2}"}[self.modulus]

    def of(self, text: str) -> str:
        """The check characters of an address without them."""
        values = [int(character, 36) for character in text if character.isascii() and character.isalnum()]
        if self.modulus == 97:
            number = int("".join(map(str, values)) or "0")
            return f"{98 - number * 100 % 97:02d}"
        weights = cycle(self.weights or DEFAULT_WEIGHTS[self.modulus])
        total = sum(value * weight for value, weight in zip(reversed(values), weights, strict=False))
        return "0123456789X"[-total % self.modulus]
