"""A legal assignment by trying: quick and, mostly, near the fewest changes; that it finds none proves nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.slotting.hard_rules import HardRules
from layouts.slotting.rules.case import Case
from layouts.slotting.rules.homes import with_homes
from layouts.slotting.rules.outline import Outline
from layouts.slotting.rules.placing import Flat, State, fits, flat_rules, nobody_placed, place_all, put, take
from layouts.slotting.rules.repair import repair
from layouts.slotting.rules.shortage import Shares, shortage

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MOST_STEPS = 300_000
TRIES = 6
"""So often are homes chosen anew, or units placed in another order, before it is given up."""
STAYING = 1.0
"""A unit that has not moved is put out rather than one that has, unless that one was put out so often."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Walked:
    """A legal assignment (U,), and the home of each family kept together."""

    assignment: Ints
    homes: tuple[int, ...]


def walk(case: Case, *, seed: int, steps: int = MOST_STEPS) -> Walked | None:
    """Keep who may stay, place the others, scarcest first, and let those without a place put others out.

    1. Families kept together get a home, the one where most of them are that has room.
    2. Fixed units stay; of the others those stay that may, light ones first.
    3. The rest are placed, those with the fewest places first, in the kind that a flow shares out to them or, if it
       is full, in the kind that is wanted least.
    4. Those left over put others out, in at most `steps` steps, see `repair`.
    5. Who could after all have stayed goes back.
    """
    random = np.random.default_rng([seed, 6])
    for chosen in _guesses(case, random):
        rules = with_homes(case.rules, case.homes, chosen, case.units)
        shared = shortage(Case(now=case.now, fixed=case.fixed, rules=rules))
        if isinstance(shared, Shares):
            assignment = _place(case, rules, shared.kind, seed=int(random.integers(2**31)), steps=steps)
            if assignment is not None:
                return Walked(assignment=assignment, homes=tuple(chosen))
    return None


def walk_within(case: Case, outlined: Outline, *, seed: int, steps: int = MOST_STEPS) -> Walked | None:
    """As `walk`, but units stay and go at first where the outline says; who is put out may go anywhere."""
    rules = with_homes(case.rules, case.homes, outlined.homes, case.units)
    parts, example, part = np.unique(
        np.stack((rules.kind, outlined.part)), axis=1, return_index=True, return_inverse=True
    )
    number = np.zeros(int(outlined.part.max(initial=0)) + 1, np.int64)
    number[parts[1]] = np.arange(len(example))
    split = HardRules(
        kind=part.reshape(-1).astype(np.int64),
        allowed={name: table[:, parts[0]] for name, table in rules.allowed.items()},
        capacities=rules.capacities,
        conflicts=rules.conflicts,
    )
    goes = number[outlined.part_of_unit]
    stays = (case.now >= 0) & (split.kind[case.now] == goes)
    near = replace(case, now=np.where(stays | case.fixed, case.now, -1))
    assignment = _place(near, split, goes, seed=seed, steps=steps)
    return None if assignment is None else Walked(assignment=assignment, homes=outlined.homes)


def _place(case: Case, rules: HardRules, hint: Ints, *, seed: int, steps: int) -> Ints | None:
    """`hint` (U,) is the kind that each unit tries first."""
    may = rules.may(case.units)
    flat = flat_rules(rules, may, case.fixed)
    state = nobody_placed(flat)
    weight = _weights(rules, case.units)
    placed = np.flatnonzero(case.now >= 0)
    keeps = placed[np.lexsort((placed, weight[placed], ~case.fixed[placed]))]
    _keep(flat, state, keeps, case.now)
    if (state.at[case.fixed] < 0).any():
        return None
    sizes = np.diff(flat.kind_start)
    room = may @ sizes
    waiting = np.flatnonzero(state.at < 0)
    order = waiting[np.lexsort((waiting, -weight[waiting], room[waiting]))]
    wanted = (may / np.maximum(room, 1)[:, None]).sum(axis=0)
    left = place_all(flat, state, order, np.argsort(wanted, kind="stable"), hint)
    if len(left):
        cost = 1.0 + STAYING * (state.at == case.now)
        left = repair(flat, state, left, cost, min(steps, 1000 + 40 * case.units), seed)
    if len(left):
        return None
    _send_back(flat, state, case.now)
    return state.at


def _weights(rules: HardRules, units: int) -> Floats:
    """The largest part of a middling group that a unit (U,) takes, over the capacities."""
    weight = np.zeros(units)
    for capacity in rules.capacities:
        finite = capacity.most[np.isfinite(capacity.most) & (capacity.most > 0)]
        if len(finite):
            weight = np.maximum(weight, capacity.use / np.median(finite))
    return weight


@njit(cache=True)
def _keep(flat: Flat, state: State, units: Ints, now: Ints) -> None:
    """Put each of `units` where it is now, if it fits beside those before it."""
    for unit in units:
        if fits(flat, state, unit, now[unit]):
            put(flat, state, unit, now[unit])


@njit(cache=True)
def _send_back(flat: Flat, state: State, now: Ints) -> None:
    """Move units back to where they are now, as long as any fits there."""
    moved = True
    while moved:
        moved = False
        for unit in range(len(now)):
            place = state.at[unit]
            if now[unit] < 0 or place == now[unit] or not flat.may[unit, flat.kind[now[unit]]]:
                continue
            take(flat, state, unit)
            if fits(flat, state, unit, now[unit]):
                place = now[unit]
                moved = True
            put(flat, state, unit, place)


def _guesses(case: Case, random: np.random.Generator) -> Iterator[list[int]]:
    """Homes to try: first where most of each family is, then others by chance."""
    if not case.homes:
        yield from ([], [])
        return
    may = case.rules.may(case.units)
    suits = [_suiting(case, may, row) for row in range(len(case.homes))]
    for turn in range(TRIES):
        guess = _guess(case, suits, random if turn else None)
        if guess is not None:
            yield guess


def _suiting(case: Case, may: Bools, row: int) -> tuple[Ints, Floats, Floats]:
    """The homes where each unit of the family may be somewhere, how many are there now, and the locations there."""
    choice = case.homes[row]
    here = np.zeros(len(choice.names))
    room = np.zeros(len(choice.names))
    suits = np.zeros(len(choice.names), np.bool_)
    now = case.now[choice.units]
    for home, places in enumerate(choice.places):
        kinds = np.unique(case.rules.kind[places])
        suits[home] = bool(may[np.ix_(choice.units, kinds)].any(axis=1).all())
        open_kinds = kinds[may[np.ix_(choice.units, kinds)].any(axis=0)]
        room[home] = np.isin(case.rules.kind[places], open_kinds).sum()
        here[home] = np.isin(now, places).sum()
    return np.flatnonzero(suits), here, room


def _guess(
    case: Case, suits: Sequence[tuple[Ints, Floats, Floats]], random: np.random.Generator | None
) -> list[int] | None:
    chosen = [-1] * len(suits)
    taken: dict[str, float] = {}
    for row in sorted(range(len(suits)), key=lambda row: (-len(case.homes[row].units), row)):
        homes, here, room = suits[row]
        if len(homes) == 0:
            return None
        names, size = case.homes[row].names, len(case.homes[row].units)
        left = room[homes] - np.array([taken.get(names[home], 0.0) for home in homes.tolist()])
        chance = np.zeros(len(homes)) if random is None else random.random(len(homes)) * (size + 1)
        best = int(homes[np.lexsort((-left, -(here[homes] + chance), left < size))[0]])
        chosen[row] = best
        taken[names[best]] = taken.get(names[best], 0.0) + size
    return chosen
