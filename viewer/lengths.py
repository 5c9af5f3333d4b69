"""Lengths as people read them: metres, or feet and inches to the eighth; the browser writes the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from typing import Literal

INCH_M = 0.0254
EIGHTHS_A_FOOT = 96


@dataclass
class Lengths:
    """What lengths are written in."""

    units: Literal["metric", "imperial"] = "metric"

    def switch(self) -> None:
        """Take the other one."""
        self.units = "imperial" if self.units == "metric" else "metric"

    def length(self, metres: float, digits: int = 2) -> str:
        """2.7 → "2.70 m" or "8′ 10 1⁄4″"."""
        return f"{metres:.{digits}f} m" if self.units == "metric" else _feet_and_inches(metres)

    def small(self, metres: float) -> str:
        """A small difference: "12 mm" or "0.47 in"."""
        return f"{1000 * metres:.0f} mm" if self.units == "metric" else f"{metres / INCH_M:.2f} in"

    def sizes(self, metres: Sequence[float]) -> str:
        """Lengths with the unit once."""
        if self.units == "imperial":
            return " × ".join(map(_feet_and_inches, metres))
        return f"{' × '.join(f'{each:.2f}' for each in metres)} m"


def _feet_and_inches(metres: float) -> str:
    feet, eighths = divmod(round(abs(metres) / (INCH_M / 8)), EIGHTHS_A_FOOT)
    inches, rest = divmod(eighths, 8)
    part = f"{rest // gcd(rest, 8)}⁄{8 // gcd(rest, 8)}" if rest else ""
    small = part if rest and not inches else f"{inches}{' ' if rest else ''}{part}"
    return f"{'−' if metres < 0 else ''}{f'{feet}′ ' if feet else ''}{small}″"
