"""One round of one chain: what a worker plays, and what it needs for it."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from layouts.slotting.search.anneal import CHUNK, Cooling, cool
from layouts.slotting.search.case import Case
from layouts.slotting.search.ledger import enter_all, new_ledger
from layouts.slotting.search.state import NOW, new_state

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Played:
    """The best assignment (U,) of a round, what it costs by `score`, and the price of a move at its end."""

    assignment: Ints
    total_s: float
    price_s: float


@dataclass(frozen=True, kw_only=True, eq=False)
class ChainRound:
    """A round that starts at `assignment`; called with the number of a chain, it plays that chain.

    `packed` is the pickled Case: it is packed once for all rounds, and unpacked once by each worker.
    """

    packed: bytes
    assignment: Ints
    cooling: Cooling
    seed: int
    round: int

    def __call__(self, chain: int) -> Played:
        """The chain's best."""
        case = kept_within(unpacked(self.packed), self.assignment)
        journal = min(3 * max(self.cooling.steps, CHUNK), 1 << 22)
        state = new_state(case, self.assignment, journal=journal)
        generator = np.random.default_rng([self.seed, self.round, chain])
        best, price_s = cool(case, state, self.cooling, generator)
        return Played(
            assignment=best, total_s=float(new_state(case, best, journal=0).total_s[NOW]), price_s=price_s
        )


@lru_cache(maxsize=1)
def unpacked(packed: bytes) -> Case:
    """The case that was packed."""
    case: Case = pickle.loads(packed)
    return case


def kept_within(case: Case, assignment: Ints) -> Case:
    """The case in which groups that are too full already may stay so, and get no fuller."""
    ledger = new_ledger(case.limits)
    enter_all(case.limits, ledger, assignment)
    return case._replace(limits=case.limits._replace(most=np.maximum(case.limits.most, ledger.load)))
