"""Units that have too few places, told by a flow: no search is needed to know that they cannot all be held.

By the theorem of Hall (1935), as a cut: units in classes of like rows, places in kinds, of which each holds so many.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from layouts.slotting.hard_rules import Capacity
from layouts.slotting.rules.case import Case

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

UNBOUNDED = 2**30


@dataclass(frozen=True, kw_only=True, eq=False)
class Shortage:
    """`units` (U,) are more than the `slots` of the kinds of locations `kinds` (K,), where alone they may be."""

    units: Bools
    kinds: Bools
    slots: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Shares:
    """A kind for each unit, `kind` (U,), so that no kind has more units than slots."""

    kind: Ints


def shortage(case: Case) -> Shortage | Shares:
    """A shortage, or a share of the kinds among the units. Slots are those of the tightest capacity of the kind."""
    may = case.rules.may(case.units)
    kinds = may.shape[1]
    fixed = np.flatnonzero(case.fixed)
    own = case.rules.kind[case.now[fixed]]
    stays = may[fixed, own]
    may[fixed] = False
    may[fixed, own] = stays
    empty: Bools = ~np.any(may, axis=1)
    if empty.any():
        return Shortage(units=empty, kinds=np.zeros(kinds, np.bool_), slots=0)
    rows, of_unit, counts = _alike(may)
    slots = np.minimum(slots_by_class(case, case.rules.kind, kinds), case.units)
    classes = len(rows)
    source, sink = classes + kinds, classes + kinds + 1
    tail, head = np.nonzero(rows)
    graph = csr_array(
        (
            np.concatenate((counts, np.full(len(tail), case.units), slots)).astype(np.int32),
            (
                np.concatenate((np.full(classes, source), tail, classes + np.arange(kinds))),
                np.concatenate((np.arange(classes), classes + head, np.full(kinds, sink))),
            ),
        ),
        shape=(sink + 1, sink + 1),
    )
    found = maximum_flow(graph, source, sink)
    if found.flow_value < case.units:
        left = csr_array(graph - found.flow)
        left.eliminate_zeros()
        seen = np.zeros(sink + 1, np.bool_)
        seen[breadth_first_order(left, source, return_predecessors=False)] = True
        reached = seen[classes : classes + kinds]
        return Shortage(units=seen[of_unit], kinds=reached, slots=int(slots[reached].sum()))
    return Shares(kind=_shared_out(csr_array(found.flow), of_unit, classes, kinds))


def _alike(may: Bools) -> tuple[Bools, Ints, Ints]:
    """The different rows, which of them each unit has, and how many have each."""
    packed = np.packbits(may, axis=1)
    keys = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).reshape(-1)
    _, example, of_unit, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    return may[example], of_unit.reshape(-1), counts


def slots_by_class(case: Case, of_location: Ints, classes: int) -> Ints:
    """How many units the locations of each class, `of_location` (L,), hold at most, were all units the smallest.

    UNBOUNDED where nothing limits it.
    """
    slots = np.full(classes, UNBOUNDED)
    for capacity in case.rules.capacities:
        slots = np.minimum(slots, _slots(case, capacity, of_location, classes))
    return slots


def _slots(case: Case, capacity: Capacity, of_location: Ints, classes: int) -> Ints:
    least = float(capacity.use.min(initial=np.inf))
    if not 0 < least < np.inf or len(capacity.most) == 0:
        return np.full(classes, UNBOUNDED)
    most = np.minimum(np.floor(capacity.most / least + 1e-9), case.units)
    inside = capacity.group >= 0
    pairs = np.unique(of_location[inside] * len(most) + capacity.group[inside])
    slots = np.bincount(pairs // len(most), weights=most[pairs % len(most)], minlength=classes)
    slots[np.unique(of_location[~inside])] = UNBOUNDED
    return np.minimum(slots, UNBOUNDED).astype(np.int64)


def _shared_out(flow: csr_array, of_unit: Ints, classes: int, kinds: int) -> Ints:
    """The units of each class, in their order, spread over the kinds that the flow gives it."""
    kind = np.full(len(of_unit), -1)
    members = np.argsort(of_unit, kind="stable")
    starts = np.searchsorted(of_unit[members], np.arange(classes + 1))
    for row in range(classes):
        span = slice(flow.indptr[row], flow.indptr[row + 1])
        heads, amounts = flow.indices[span] - classes, flow.data[span]
        mine = (heads >= 0) & (heads < kinds) & (amounts > 0)
        kind[members[starts[row] : starts[row + 1]]] = np.repeat(heads[mine], amounts[mine])
    return kind
