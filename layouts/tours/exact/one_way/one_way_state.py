"""What a dynamic program must remember of a half-built tour where lanes are one-way.

As many legs must then end at each place as start there: instead of odd or even, the state keeps how many more ended
than started so far, the surplus. Components are kept as in `frontier_state`, in the low bits; the surpluses lie
above them, in as many bits a slot as the width of the frontier leaves room for.
"""

from __future__ import annotations

from numba import njit

from layouts.tours.exact.frontier_state import (
    BACK,
    BOTH,
    CLOSED,
    EMPTY,
    FRONT,
    ILLEGAL,
    NONE,
    TWICE,
    leave,
    use_stretch,
    visit,
)

ONE_WAY_SLOTS = 6

OVERFULL = -3
"""A surplus is larger than allowed."""

_COMPONENT_BITS = 30
_COMPONENTS = (1 << _COMPONENT_BITS) - 1


@njit(cache=True)
def surplus_bits(width: int) -> int:
    """The bits a slot has for its surplus where the frontier is `width` wide."""
    return 30 // width


@njit(cache=True)
def largest_surplus(width: int) -> int:
    """The largest surplus these bits hold."""
    return (1 << surplus_bits(width) - 1) - 1


@njit(cache=True)
def empty_state(width: int) -> int:
    """No vertex touched, no surplus anywhere."""
    bits = surplus_bits(width)
    state = EMPTY
    for slot in range(width):
        state |= 1 << _COMPONENT_BITS + bits * slot + bits - 1
    return state


@njit(cache=True)
def use_one_way(state: int, front: int, back: int, way: int, moved: int, most_surplus: int, bits: int) -> int:
    """The state after a stretch between the slots `front` and `back` is used in a `way`; of ONCE and AGAINST
    `moved` is how many times, negative for AGAINST. OVERFULL where a surplus passes `most_surplus`.
    """
    if way == NONE:
        return state
    components = state & _COMPONENTS
    if way in (FRONT, BACK, BOTH):
        return (state ^ components) | use_stretch(components, front, back, way)
    joined = use_stretch(components, front, back, TWICE)
    if way == TWICE:
        return ILLEGAL if joined == ILLEGAL else (state ^ components) | joined
    front_surplus, back_surplus = _surplus(state, front, bits), _surplus(state, back, bits)
    if abs(front_surplus - moved) > most_surplus or abs(back_surplus + moved) > most_surplus:
        return OVERFULL
    if joined != ILLEGAL:
        state = (state ^ components) | joined
    state -= moved << _COMPONENT_BITS + bits * front
    return state + (moved << _COMPONENT_BITS + bits * back)


@njit(cache=True)
def leave_one_way(state: int, slot: int, bits: int) -> int:
    """The state after the vertex at `slot` leaves the frontier, as `frontier_state.leave`."""
    if _surplus(state, slot, bits) != 0:
        return ILLEGAL
    components = state & _COMPONENTS
    left = leave(components, slot)
    return left if left in (ILLEGAL, CLOSED) else (state ^ components) | left


@njit(cache=True)
def visit_one_way(state: int, slot: int) -> int:
    """The state after the vertex at `slot` is required."""
    components = state & _COMPONENTS
    return (state ^ components) | visit(components, slot)


@njit(cache=True)
def _surplus(state: int, slot: int, bits: int) -> int:
    return (state >> _COMPONENT_BITS + bits * slot & (1 << bits) - 1) - (1 << bits - 1)
