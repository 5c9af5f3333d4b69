"""What a dynamic program must remember of a half-built tour: the degrees and components of its frontier.

A tour is a multiset of edges: connected, through every required place, of even degree everywhere (Ratliff &
Rosenthal 1983). Swept from one end of the floor to the other, the part already chosen matters only through the
vertices that still have edges ahead, the frontier. Each holds a slot, and the state says of each slot whether
its vertex is untouched, of odd or of even degree, and which component of the part it belongs to.

A state is one integer, five bits a slot: 0 untouched, else 2 · component + 1 if odd. Components are numbered from
1 in the order of their first slots, so that equal states are equal integers.
"""

from __future__ import annotations

from numba import njit

SLOTS = 12
"""The widest frontier whose states fit an integer."""

EMPTY = 0
ILLEGAL = -1
"""No tour goes on from here."""
CLOSED = -2
"""The tour is whole: its one component has left the frontier."""

NONE, ONCE, TWICE, FRONT, BACK, BOTH = range(6)
"""How a stretch between two junctions is used: not; walked through once or twice; entered and left again from its
front end, its back end, or both ends up to one gap that is left out.
"""
WAYS = 6
AGAINST = 6
"""Where it matters which way: walked through once, but from back to front."""

UNTOUCHED, ODD, EVEN = range(3)

_BITS = 5
_VALUE = 31
_FRESH = 13
_NAME_BITS = 4


@njit(cache=True)
def use_stretch(state: int, front: int, back: int, way: int) -> int:
    """The state after a stretch between the slots `front` and `back` is used in a `way`.

    Walking twice between ends that are joined already is ILLEGAL: leaving a gap out, or the whole stretch where
    nothing is required in it, leads to the same state and is never longer.
    """
    if way == NONE:
        return state
    if way in (FRONT, BOTH):
        state = visit(state, front)
    if way in (BACK, BOTH):
        state = visit(state, back)
    if way in (FRONT, BACK, BOTH):
        return state
    state = visit(visit(state, front), back)
    one, other = _component(state, front), _component(state, back)
    if way == TWICE and one == other:
        return ILLEGAL
    if way == ONCE:
        state ^= (1 << _BITS * front) | (1 << _BITS * back)
    return state if one == other else _canonical(_renamed(state, other, one))


@njit(cache=True)
def leave(state: int, slot: int) -> int:
    """The state after the vertex at `slot` leaves the frontier: it has no edges ahead.

    ILLEGAL when its degree is odd or its component would be cut off from another one.
    """
    value = state >> _BITS * slot & _VALUE
    if value == 0:
        return state
    if value & 1:
        return ILLEGAL
    rest = state ^ (value << _BITS * slot)
    if rest == EMPTY:
        return CLOSED
    ahead = rest
    while ahead:
        if (ahead & _VALUE) >> 1 == value >> 1:
            return _canonical(rest)
        ahead >>= _BITS
    return ILLEGAL


@njit(cache=True)
def visit(state: int, slot: int) -> int:
    """The state after the vertex at `slot` is required: untouched before, it is a component by itself."""
    if state >> _BITS * slot & _VALUE:
        return state
    return _canonical(state | (2 * _FRESH << _BITS * slot))


@njit(cache=True)
def degree(state: int, slot: int) -> int:
    """UNTOUCHED, ODD or EVEN: the degree of the vertex at `slot`, which is also how often an edge is walked that is
    the vertex's last one and carries all of its component on.
    """
    value = state >> _BITS * slot & _VALUE
    if value == 0:
        return UNTOUCHED
    return ODD if value & 1 else EVEN


@njit(cache=True)
def _component(state: int, slot: int) -> int:
    return (state >> _BITS * slot & _VALUE) >> 1


@njit(cache=True)
def _renamed(state: int, old: int, new: int) -> int:
    result = state
    for slot in range(SLOTS):
        value = state >> _BITS * slot & _VALUE
        if value >> 1 == old:
            result ^= (2 * (old ^ new)) << _BITS * slot
    return result


@njit(cache=True)
def _canonical(state: int) -> int:
    """Components renumbered 1, 2 … in the order of their first slots."""
    result = names = used = slot = 0
    while state:
        value = state & _VALUE
        if value:
            name_at = _NAME_BITS * (value >> 1)
            name = names >> name_at & 15
            if name == 0:
                used += 1
                name = used
                names |= name << name_at
            result |= (2 * name + (value & 1)) << slot
        state >>= _BITS
        slot += _BITS
    return result
