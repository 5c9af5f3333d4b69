"""A slotting plan: what was proposed, what the simulator says of it, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from layouts.slotting.congestion.proof import Proof
from layouts.slotting.plan.payback import Payback
from layouts.slotting.plan.proposals import Proposal
from layouts.slotting.prepare import Prepared
from layouts.slotting.score import Score
from layouts.slotting.search.improve import Effort

Ints = npt.NDArray[np.int64]

Verdict = Literal["do it", "do nothing", "cannot decide"]
TODAY = "today"
"""The name of today's slotting in the proof."""
REPAIR = "repair"
"""The name of the proposal that only mends what breaks rules today, and places what has no location."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SlottingPlan:
    """`chosen` names the proposal that is best at the scenario's own staffing, None where none moves anything.

    It is done where it is proven better than today's and its moves pay back; `proof` and `payback` are None where no
    proof was asked for, and then tours alone decide. `bound_s` is what no slotting is below; `rounds` were searched,
    and `is_cut` says that time ended the search.
    """

    ready: Prepared
    proposals: Mapping[str, Proposal]
    chosen: str | None
    verdict: Verdict
    proof: Proof | None
    payback: Payback | None
    today: Score
    bound_s: float
    effort: Effort
    rounds: int
    is_cut: bool
    seed: int
    notes: tuple[str, ...]

    @property
    def proposal(self) -> Proposal | None:
        """The chosen one."""
        return None if self.chosen is None else self.proposals[self.chosen]

    @property
    def target(self) -> Ints:
        """What to slot: the chosen proposal where it is to be done, else what there is today."""
        if self.proposal is None or self.verdict != "do it":
            return self.ready.problem.now
        return self.proposal.target
