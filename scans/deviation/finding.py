"""What was found about one thing, and whether the data allow to say it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["pass", "fail", "cannot_decide"]

Z = 1.959963984540054
"""Normal quantile at 97.5 %."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing held against its limit: `by_m` is the measured difference, `sigma_m` its standard deviation.

    `place` are the ids and indices of findings.json (`rack`, `bay`, `tier_index`, `aisle`, `obstacle`), ids those of
    the plan; `more` what else was measured, names ending in the unit. Without a measure `by_m` is None; a
    lean without a limit has no verdict.
    """

    type: str
    verdict: Verdict | None
    text: str
    place: Mapping[str, Any]
    by_m: float | None = None
    sigma_m: float | None = None
    limit_m: float | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def at_most_m(self) -> float | None:
        """The greatest difference that the data allow at 97.5 %."""
        if self.by_m is None or self.sigma_m is None:
            return None
        most = abs(self.by_m) + Z * self.sigma_m
        return most if math.isfinite(most) else None

    def record(self) -> dict[str, Any]:
        """As findings.json has it: to a hundredth of a millimetre, what is unknown left out, no verdict as null."""
        lengths = {
            "by_m": self.by_m,
            "sigma_m": self.sigma_m,
            "at_most_m": self.at_most_m,
            "limit_m": self.limit_m,
        }
        measured = {name: _rounded(value) for name, value in {**lengths, **self.more}.items()}
        told = {name: value for name, value in measured.items() if value is not None}
        return {"type": self.type, **self.place, **told, "verdict": self.verdict, "text": self.text}


def judge(by_m: float, sigma_m: float, limit_m: float) -> Verdict:
    """What is above the limit at 97.5 % fails, what stays below it at 97.5 % passes, else it cannot be decided.

    If sigma is honest each is wrong in at most 2.5 % of cases.

    A sigma that is not finite decides nothing.
    """
    by = abs(by_m)
    if not math.isfinite(by + sigma_m):
        return "cannot_decide"
    if by - Z * sigma_m > limit_m:
        return "fail"
    return "pass" if by + Z * sigma_m <= limit_m else "cannot_decide"


def mm(value_m: float, sigma_m: float) -> str:
    """A length with its 95 % interval, for people."""
    return f"{1000 * value_m:.0f} ± {1000 * Z * sigma_m:.0f} mm"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 5) if math.isfinite(value) else None
    if isinstance(value, (tuple, list)):
        return [_rounded(one) for one in value]
    return value
