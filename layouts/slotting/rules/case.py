"""A question to decide: have these units legal locations, under these rules, with families in one home each?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from layouts.slotting.hard_rules import HardRules
from layouts.slotting.problem import SlottingProblem
from layouts.slotting.rules.homes import HomeChoice

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FIXED = "fixed: units that stay where they are"


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """`now` (U,) is where units are, −1 for nowhere; `fixed` (U,) ones, which are somewhere, stay there."""

    now: Ints
    fixed: Bools
    rules: HardRules
    homes: tuple[HomeChoice, ...] = ()

    @property
    def units(self) -> int:
        """U."""
        return len(self.now)

    @property
    def locations(self) -> int:
        """L."""
        return len(self.rules.kind)

    @property
    def instances(self) -> tuple[str, ...]:
        """The names of the rules, each once, and FIXED where units are."""
        return tuple(
            dict.fromkeys(
                (
                    *self.rules.allowed,
                    *(each.name for each in self.rules.capacities),
                    *(each.name for each in self.rules.conflicts),
                    *(each.name for each in self.homes),
                    *((FIXED,) if self.fixed.any() else ()),
                )
            )
        )

    @property
    def pairs(self) -> int:
        """Units times the locations that rules about one unit in one location leave to each, all together."""
        sizes = np.bincount(self.rules.kind, minlength=int(self.rules.kind.max(initial=-1)) + 1)
        return int((self.rules.may(self.units)[~self.fixed] @ sizes).sum())

    def only(self, names: Sequence[str]) -> Case:
        """The case under these rules alone."""
        kept = frozenset(names)
        rules = HardRules(
            kind=self.rules.kind,
            allowed={name: table for name, table in self.rules.allowed.items() if name in kept},
            capacities=tuple(each for each in self.rules.capacities if each.name in kept),
            conflicts=tuple(each for each in self.rules.conflicts if each.name in kept),
        )
        homes = tuple(each for each in self.homes if each.name in kept)
        fixed = self.fixed if FIXED in kept else np.zeros_like(self.fixed)
        return replace(self, rules=rules, homes=homes, fixed=fixed)


def case_of(problem: SlottingProblem, homes: Sequence[HomeChoice] = ()) -> Case:
    """The case of a problem. A fixed unit that is nowhere has to be placed like any other."""
    return Case(
        now=problem.now, fixed=problem.fixed & (problem.now >= 0), rules=problem.rules, homes=tuple(homes)
    )
