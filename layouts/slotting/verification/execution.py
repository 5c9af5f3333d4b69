"""Whether the moves of a plan were carried out, by where its SKUs are picked from afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from layouts.slotting.problem import NOWHERE, SlottingProblem
from layouts.slotting.verification.actual_tours import ActualTours
from layouts.statistics.intervals import CONFIDENCE, Estimate, share_interval

Ints = npt.NDArray[np.int64]

LISTED = 20


@dataclass(frozen=True, kw_only=True)
class Execution:
    """Of the units that the plan moves, how many are picked, most of the time, where it has them (`carried_out`),
    where they were (`left`), elsewhere, or never (`unseen`).

    `share` is that of those seen; `picks` is the share of all picks of moved units that were where the plan has
    them. `not_there` are the SKUs that are not, those picked most first, LISTED at most, with where they are picked.
    """

    carried_out: int
    left: int
    elsewhere: int
    unseen: int
    share: Estimate
    picks: float
    not_there: tuple[tuple[str, str], ...]

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "carried_out": self.carried_out,
            "left": self.left,
            "elsewhere": self.elsewhere,
            "unseen": self.unseen,
            "share": self.share.record(),
            "share_of_picks": self.picks,
            "not_there": [{"sku": sku, "location": location} for sku, location in self.not_there],
        }


def execution(
    problem: SlottingProblem, plan: Ints, tours: ActualTours, *, confidence: float = CONFIDENCE
) -> Execution | None:
    """From the picks after the moves; None where none of a moved unit tells its location."""
    moved = plan != problem.now
    seen = (tours.location != NOWHERE) & moved[tours.unit]
    if not seen.any():
        return None
    unit, location, count = _main_locations(tours.unit[seen], tours.location[seen], len(problem.location))
    there, still = location == plan[unit], location == problem.now[unit]
    missing = np.flatnonzero(~there)
    missing = missing[np.lexsort((unit[missing], -count[missing]))][:LISTED]
    return Execution(
        carried_out=int(there.sum()),
        left=int(still.sum()),
        elsewhere=int((~there & ~still).sum()),
        unseen=int(moved.sum()) - len(unit),
        share=share_interval(int(there.sum()), len(unit), confidence=confidence),
        picks=float((tours.location[seen] == plan[tours.unit[seen]]).mean()),
        not_there=tuple((problem.sku[unit[row]], problem.location[location[row]]) for row in missing),
    )


def _main_locations(unit: Ints, location: Ints, locations: int) -> tuple[Ints, Ints, Ints]:
    """Each unit seen, the location it is picked from most (of equals the first), and its picks there."""
    pairs, count = np.unique(unit * locations + location, return_counts=True)
    order = np.lexsort((pairs, -count, pairs // locations))
    pairs, count = pairs[order], count[order]
    own, first = np.unique(pairs // locations, return_index=True)
    return own, pairs[first] % locations, count[first]
