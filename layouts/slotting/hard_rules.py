"""Hard rules as three kinds of arrays: where a unit may be at all, how much a group holds, who may not be near whom.

Every rule of the warehouse comes down to these, so a search knows only three checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Capacity:
    """A group of locations holds so much: the sum of `use` (U,) over the units in group g is at most `most[g]`.

    `group` (L,) is −1 for a location without this limit. One SKU a location is a use of 1 and a most of 1.
    """

    name: str
    group: Ints
    use: Floats
    most: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Conflict:
    """Units of some classes may not be near each other.

    `of_unit` (U,) is the class of a unit, −1 for none; classes c and d conflict where `apart[c, d]` (C, C), which is
    symmetric. `group` (L,) is the group of a location, −1 for none; group g is near the groups
    `near[near_start[g]:near_start[g + 1]]`, itself among them, and nearness is mutual.
    """

    name: str
    of_unit: Ints
    apart: Bools
    group: Ints
    near_start: Ints
    near: Ints


@dataclass(frozen=True, kw_only=True, eq=False)
class HardRules:
    """`kind` (L,) is the kind of a location, of K; unit u may be in one of kind k where every `allowed` (U, K), by
    rule, says so.
    """

    kind: Ints
    allowed: Mapping[str, Bools] = field(default_factory=dict)
    capacities: tuple[Capacity, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    def may(self, units: int) -> Bools:
        """(U, K) whether all rules allow unit u in a location of kind k."""
        kinds = max((int(self.kind.max(initial=-1)) + 1, *(its.shape[1] for its in self.allowed.values())))
        may = np.ones((units, kinds), np.bool_)
        for allowed in self.allowed.values():
            may &= allowed
        return may


def one_each(locations: int, units: int) -> HardRules:
    """One unit a location, and nothing else."""
    return HardRules(
        kind=np.zeros(locations, np.int64),
        capacities=(
            Capacity(
                name="one-sku",
                group=np.arange(locations),
                use=np.ones(units),
                most=np.ones(locations),
            ),
        ),
    )
