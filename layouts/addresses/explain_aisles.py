"""Under which number, and read how, a list has each aisle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from layouts.addresses.aisle_scores import AisleScores, LaneKey
from layouts.addresses.misreadings import Misreading

AGREES = 0.995
"""An aisle that fits this well needs no explanation."""
CLEAR_GAIN = 0.03
"""An explanation must explain this share of an aisle more than none does."""
RENUMBERED = 0.8
"""So much of an aisle under another number means that it has that number."""


@dataclass(frozen=True, kw_only=True)
class Explained:
    """The number the list gives an aisle, and how it counts within."""

    key: LaneKey
    reading: Misreading


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """By how much all aisles are shifted, which two are exchanged, which renumbered, and each aisle's own."""

    shift: int
    exchanged: tuple[tuple[LaneKey, LaneKey], ...]
    renumbered: tuple[LaneKey, ...]
    of_aisle: Mapping[LaneKey, Explained]


def explain_aisles(scores: AisleScores, *, aisle_stride: int, aisle_at: int | None) -> Explanation:
    """What the list does with whole aisles; `aisle_at` is where the aisle's number stands in a key.

    1. All aisles may be shifted by one or two.
    2. Two aisles may be exchanged: those pairs that gain most are.
    3. An aisle may have a number that is another's or nobody's, which only told places can show.
    4. Within an aisle the best reading counts, if it is clearly better than the plain one.
    """
    plain = scores.readings[0]
    shift = 0 if aisle_at is None else _shift(scores, aisle_stride, aisle_at)  # 1
    keys = {aisle: _moved(aisle, aisle_at, shift) for aisle in sorted(scores.places)}
    odd = [aisle for aisle, key in keys.items() if scores.of(aisle, key, plain) < AGREES]
    exchanged = tuple(_exchanged(scores, keys, odd))  # 2
    for one, other in exchanged:
        keys[one], keys[other] = keys[other], keys[one]
    settled = {aisle for pair in exchanged for aisle in pair}
    renumbered = {
        aisle: key
        for aisle in odd
        if aisle not in settled
        for key in _renumbered(scores, aisle)  # 3
        if key != keys[aisle]
    }
    keys |= renumbered
    readings = {aisle: _reading(scores, aisle, keys[aisle]) for aisle in odd}  # 4
    return Explanation(
        shift=shift,
        exchanged=exchanged,
        renumbered=tuple(renumbered),
        of_aisle={
            aisle: Explained(key=key, reading=readings.get(aisle, plain)) for aisle, key in keys.items()
        },
    )


def _renumbered(scores: AisleScores, aisle: LaneKey) -> Iterator[LaneKey]:
    """The number under which most of the aisle is told to be, if there is one."""
    told = scores.keys_told(aisle) if scores.rows_know_places else ()
    fits = [(scores.best(aisle, key)[0], key) for key in told]
    if fits and max(fits)[0] >= RENUMBERED:
        yield max(fits)[1]


def _reading(scores: AisleScores, aisle: LaneKey, key: LaneKey) -> Misreading:
    plain = scores.readings[0]
    score, reading = scores.best(aisle, key)
    return reading if score > scores.of(aisle, key, plain) + CLEAR_GAIN else plain


def _shift(scores: AisleScores, stride: int, aisle_at: int) -> int:
    """The shift of all aisles that fits better than none by more than half an aisle, or 0."""
    plain = scores.readings[0]

    def total(shift: int) -> float:
        return sum(scores.of(aisle, _moved(aisle, aisle_at, shift), plain) for aisle in scores.places)

    shifts = sorted(
        {sign * step for step in (1, 2, stride, 2 * stride) for sign in (1, -1)}, key=lambda s: (abs(s), -s)
    )
    best = max(shifts, key=total)
    return best if total(best) > max(total(0) + 0.5, RENUMBERED * (len(scores.places) - 1)) else 0


def _moved(key: LaneKey, aisle_at: int | None, shift: int) -> LaneKey:
    return tuple(number + (shift if place == aisle_at else 0) for place, number in enumerate(key))


def _exchanged(
    scores: AisleScores, keys: Mapping[LaneKey, LaneKey], odd: list[LaneKey]
) -> Iterator[tuple[LaneKey, LaneKey]]:
    def fit(aisle: LaneKey, key: LaneKey) -> float:
        return (
            scores.best(aisle, key)[0]
            if scores.rows_know_places
            else scores.of(aisle, key, scores.readings[0])
        )

    told = {aisle: set(scores.keys_told(aisle)) for aisle in odd}
    own = {aisle: fit(aisle, keys[aisle]) for aisle in odd}
    gains = []
    for one, other in combinations(odd, 2):
        if keys[other] in told[one] and keys[one] in told[other]:
            gain = fit(one, keys[other]) + fit(other, keys[one]) - own[one] - own[other]
            if gain > 2 * CLEAR_GAIN:
                gains.append((-gain, one, other))
    taken: set[LaneKey] = set()
    for _, one, other in sorted(gains):
        if one not in taken and other not in taken:
            taken.update((one, other))
            yield one, other
