"""Which assumption flips the verdict: a comparison played again with one assumption changed at a time.

What a report needs of it: `Sensitivity.scenarios` holds for each scenario its verdict and, largest swing first, its
`assumptions`; of each the `answer`, all `tried` values with their differences (the first and last are the ends of a
tornado's bar), and the `turns`. `sensitivity_text.sensitivity_answers` makes sentences of them,
`sensitivity_record.sensitivity_dict` values for JSON, `sensitivity_picture.tornado_svg` a picture. What prices flip
is in `sensitivity_prices`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from layouts.comparison.compare import Verdict
from layouts.comparison.sensitivity_turns import Tried, Turn
from layouts.statistics.intervals import Estimate
from layouts.what_if.variables import Value

Answer = Literal["flips", "does not flip", "cannot decide", "shows a difference"]


@dataclass(frozen=True, kw_only=True)
class Sensitive:
    """One assumption of one scenario's verdict: `today`'s value, all values `tried`, today's among them, in order.

    The verdict "flips" where the opposite one is shown at a value tried; "does not flip" where it is shown at all of
    them; else it "cannot decide". Where no difference is shown today, some value "shows a difference" or none does,
    which is "cannot decide". `turns` tell of a number where that begins, at most one to each side.
    """

    name: str
    unit: str
    today: Value
    is_numeric: bool
    tried: tuple[Tried, ...]
    turns: tuple[Turn, ...]
    answer: Answer

    @property
    def swing(self) -> float:
        """From the least to the largest mean difference tried, in the figure's own unit."""
        means = [each.difference.value for each in self.tried]
        return max(means) - min(means)


@dataclass(frozen=True, kw_only=True)
class ScenarioSensitivity:
    """A scenario beside the baseline: its `difference` and `verdict` today, the largest swing first.

    The verdict is told at the sensitivity's own confidence, so it may be "no difference shown" where that of the
    comparison, which asks one question alone, is not.
    """

    name: str
    verdict: Verdict
    difference: Estimate
    assumptions: tuple[Sensitive, ...]


@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """The assumptions behind the verdicts of a comparison in `figure`, each changed alone in `n` replications.

    All verdicts at values tried and all turns hold at once with `confidence`: each interval has `each_confidence`
    (Bonferroni over numbers, and over words one by one, for every scenario). `untried` tells why an assumption could
    not be changed.
    """

    baseline: str
    figure: str
    n: int
    confidence: float
    each_confidence: float
    scenarios: tuple[ScenarioSensitivity, ...]
    untried: Mapping[str, str]
