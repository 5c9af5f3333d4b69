"""How far a picker walks in a warehouse of one block under each routing policy, fast enough to ask millions of times.

A set of places is a row of bits an aisle, so that the places of a batch are the bitwise or of its orders'. With
the depot on the front cross-aisle, L the length of an aisle and j₁ < … < jₖ the aisles that hold a place, the
policies are those of Hall (1993), Roodbergen & De Koster (2001) and Ratliff & Rosenthal (1983):

1. s-shape: from the outer aisle nearer to the depot, every aisle is walked through; a last odd one is entered
   and left at the front.
2. return: every aisle is entered and left at the front.
3. midpoint: j₁ and jₖ are walked through, the others entered from the front up to L/2 and from the back down to
   L/2; a place in the very middle is reached from the front.
4. largest gap: as midpoint, but an aisle is left unwalked where its widest gap between neighbouring places, or
   a place and a cross-aisle, is.
5. combined: aisle by aisle from j₁ to jₖ, each walked through or left where it was entered, whichever is
   shortest in the end.
6. optimal: the shortest closed walk.

A single aisle under 3 and 4 is entered and left at the front. A batch without places has length 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.parallel_aisles import ParallelAisles, Picks
from layouts.tours.policies.block_bits import WORD, Block, block_of, highest_bit, holds, lowest_bit

S_SHAPE, RETURN, MIDPOINT, LARGEST_GAP, COMBINED, OPTIMAL = range(6)

BLOCK_POLICIES: Mapping[str, int] = {
    "s-shape": S_SHAPE,
    "return": RETURN,
    "midpoint": MIDPOINT,
    "largest-gap": LARGEST_GAP,
    "combined": COMBINED,
    "optimal": OPTIMAL,
}


def one_block_length(warehouse: ParallelAisles, picks: Picks, *, policy: str) -> float:
    """Metres of one tour through `picks` under the policy of that name; ValueError for an unknown one."""
    block, bits = block_of(warehouse, [picks])
    return float(block_length(block_policy(policy), block, bits[0]))


def block_policy(name: str) -> int:
    """The number of a policy; ValueError lists the names there are."""
    if name not in BLOCK_POLICIES:
        raise ValueError(f"there is no one-block policy '{name}': choose one of {', '.join(BLOCK_POLICIES)}")
    return BLOCK_POLICIES[name]


@njit(cache=True)
def block_length(policy: int, block: Block, bits: npt.NDArray[np.int64]) -> float:
    """Metres of one tour through the places `bits` (A, W)."""
    first, last = -1, -1
    for aisle in range(len(bits)):
        if holds(bits[aisle]):
            last = aisle
            if first < 0:
                first = aisle
    if first < 0:
        return 0.0
    if policy == OPTIMAL:
        length = _optimal(block, bits, min(first, block.depot), max(last, block.depot))
    else:
        out = abs(block.front_m[first] - block.front_m[block.depot])
        home = abs(block.front_m[last] - block.front_m[block.depot])
        if policy == S_SHAPE:
            near, far, step = (last, first, -1) if home < out else (first, last, 1)
            length = _s_shape(block, bits, near, far, step)
        elif policy == RETURN or (policy != COMBINED and first == last):
            length = _return(block, bits, first, last)
        elif policy == COMBINED:
            length = _combined(block, bits, first, last)
        else:
            length = _from_both_ends(block, bits, first, last, policy == MIDPOINT)
        length += out + home
    return length + 2 * block.depot_m


@njit(cache=True)
def least_block_length(policy: int, block: Block, bits: npt.NDArray[np.int64]) -> float:
    """A length that no tour through `bits` (A, W) and any other places is below: it never falls as places join.

    In a rectangle that is the policy's own length, but for combined, where a place in an empty aisle lets the
    picker change sides. In other blocks it is, but for return, that of the shortest closed walk.
    """
    if policy == COMBINED:
        return _least_combined(block, bits)
    if policy == RETURN or block.is_rectangle:
        return block_length(policy, block, bits)
    return block_length(OPTIMAL, block, bits)


@njit(cache=True)
def _s_shape(block: Block, bits: npt.NDArray[np.int64], first: int, last: int, step: int) -> float:
    length: float = 0.0
    here = first
    at_front = True
    for aisle in range(first, last + step, step):
        if holds(bits[aisle]):
            if at_front:
                length += abs(block.front_m[aisle] - block.front_m[here])
            else:
                length += abs(block.back_m[aisle] - block.back_m[here])
            here = aisle
            if aisle == last and at_front:
                length += 2 * _farthest(block, bits, aisle)
            else:
                length += block.aisle_m[aisle]
                at_front = not at_front
    return length


@njit(cache=True)
def _return(block: Block, bits: npt.NDArray[np.int64], first: int, last: int) -> float:
    length: float = block.front_m[last] - block.front_m[first]
    for aisle in range(first, last + 1):
        if holds(bits[aisle]):
            length += 2 * _farthest(block, bits, aisle)
    return length


@njit(cache=True)
def _combined(block: Block, bits: npt.NDArray[np.int64], first: int, last: int) -> float:
    """Roodbergen & De Koster (2001, §3.5): the shortest way to be at either end with the aisles so far done."""
    front, back, here = 0.0, np.inf, first
    for aisle in range(first, last + 1):
        if holds(bits[aisle]):
            front += block.front_m[aisle] - block.front_m[here]
            back += block.back_m[aisle] - block.back_m[here]
            down = block.aisle_m[aisle] - _nearest(block, bits, aisle)
            front, back = (
                min(front + 2 * _farthest(block, bits, aisle), back + block.aisle_m[aisle]),
                min(back + 2 * down, front + block.aisle_m[aisle]),
            )
            here = aisle
    return front


@njit(cache=True)
def _least_combined(block: Block, bits: npt.NDArray[np.int64]) -> float:
    """As `_combined`, but empty aisles may be walked too, and the first and last may lie farther out."""
    depot_m = block.front_m[block.depot]
    first, last = -1, -1
    for aisle in range(len(bits)):
        if holds(bits[aisle]):
            last = aisle
            if first < 0:
                first = aisle
    front, back = np.inf, np.inf
    best: float = np.inf
    for aisle in range(len(bits)):
        if aisle > 0:
            front += block.front_m[aisle] - block.front_m[aisle - 1]
            back += block.back_m[aisle] - block.back_m[aisle - 1]
        if aisle <= first:
            front = min(front, abs(block.front_m[aisle] - depot_m))
        through = block.aisle_m[aisle]
        if holds(bits[aisle]):
            down = through - _nearest(block, bits, aisle)
            front, back = (
                min(front + 2 * _farthest(block, bits, aisle), back + through),
                min(back + 2 * down, front + through),
            )
        else:
            front, back = min(front, back + through), min(back, front + through)
        if aisle >= last:
            best = min(best, front + abs(block.front_m[aisle] - depot_m))
    return best + 2 * block.depot_m


@njit(cache=True)
def _from_both_ends(
    block: Block, bits: npt.NDArray[np.int64], first: int, last: int, to_middle: bool
) -> float:
    length: float = block.aisle_m[first] + block.aisle_m[last] + block.back_m[last] - block.back_m[first]
    for aisle in range(first + 1, last):
        if holds(bits[aisle]):
            skipped = _middle_gap(block, bits, aisle) if to_middle else _largest_gap(block, bits, aisle)
            length += 2 * (block.aisle_m[aisle] - skipped)
    return length


@njit(cache=True)
def _optimal(block: Block, bits: npt.NDArray[np.int64], first: int, last: int) -> float:
    """Ratliff & Rosenthal (1983): partial tours up to an aisle by the degrees of its two ends.

    `odd`: both odd. `back`, `front`: even there, the other end untouched. `joined`, `apart`: both even, in one
    component or in two. The depot's junction is a place at the front of its aisle.
    """
    odd, back, front, joined, apart = np.inf, np.inf, np.inf, np.inf, np.inf
    for aisle in range(first, last + 1):
        through = block.aisle_m[aisle]
        if aisle > first:
            one = block.front_m[aisle] - block.front_m[aisle - 1]
            other = block.back_m[aisle] - block.back_m[aisle - 1]
            odd, back, front, joined, apart = (
                odd + one + other,
                min(back, joined) + 2 * other,
                min(front, joined) + 2 * one,
                joined + 2 * (one + other),
                min(apart, back, front) + 2 * (one + other),
            )
        visited = holds(bits[aisle])
        if not visited and aisle != block.depot:
            odd, joined = (
                min(odd, min(back, front, joined, apart) + through),
                min(joined, odd + through, min(back, front, apart) + 2 * through),
            )
            continue
        up, down, split = 0.0, through, 0.0
        if visited:
            up = 2 * _farthest(block, bits, aisle)
            down = 2 * (through - _nearest(block, bits, aisle))
            split = 2 * (through - _largest_gap(block, bits, aisle))
        if aisle == block.depot:
            down = 2 * through
        cheapest = min(up, down, split)
        if aisle == first:
            odd, back, front, joined, apart = through, down, up, 2 * through, split
            continue
        odd, back, front, joined, apart = (
            min(odd + cheapest, min(back, front, joined, apart) + through),
            back + down,
            front + up,
            min(odd + through, joined + cheapest, min(back, front, apart) + 2 * through),
            min(apart + cheapest, back + min(up, split), front + min(down, split)),
        )
    return min(back, front, joined)


@njit(cache=True)
def _farthest(block: Block, bits: npt.NDArray[np.int64], aisle: int) -> float:
    """Metres from the front to the farthest place of an aisle that holds one."""
    at = len(bits[aisle]) - 1
    while bits[aisle, at] == 0:
        at -= 1
    metres: float = block.at_m[aisle, at * WORD + highest_bit(bits[aisle, at])]
    return metres


@njit(cache=True)
def _nearest(block: Block, bits: npt.NDArray[np.int64], aisle: int) -> float:
    at = 0
    while bits[aisle, at] == 0:
        at += 1
    metres: float = block.at_m[aisle, at * WORD + lowest_bit(bits[aisle, at])]
    return metres


@njit(cache=True)
def _largest_gap(block: Block, bits: npt.NDArray[np.int64], aisle: int) -> float:
    widest, here = 0.0, 0.0
    for at in range(len(bits[aisle])):
        word = bits[aisle, at]
        while word != 0:
            there = block.at_m[aisle, at * WORD + lowest_bit(word)]
            widest = max(widest, there - here)
            here = there
            word &= word - 1
    last: float = block.aisle_m[aisle] - here
    return max(widest, last)


@njit(cache=True)
def _middle_gap(block: Block, bits: npt.NDArray[np.int64], aisle: int) -> float:
    """What is left unwalked between the last place up to the middle and the first beyond it."""
    below, above = 0.0, block.aisle_m[aisle]
    for at in range(len(bits[aisle])):
        near = bits[aisle, at] & block.front_half[aisle, at]
        if near != 0:
            below = block.at_m[aisle, at * WORD + highest_bit(near)]
    for at in range(len(bits[aisle]) - 1, -1, -1):
        far = bits[aisle, at] & ~block.front_half[aisle, at]
        if far != 0:
            above = block.at_m[aisle, at * WORD + lowest_bit(far)]
    skipped: float = above - below
    return skipped
