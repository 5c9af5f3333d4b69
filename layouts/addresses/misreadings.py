"""The ways in which a whole aisle is numbered otherwise than a scheme says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from layouts.addresses.fields import FieldName
from layouts.addresses.number_places import Numbering
from layouts.addresses.places import Place

MisreadingKind = Literal[
    "as_told",
    "reversed_bays",
    "swapped_sides",
    "other_end",
    "reversed_positions",
    "shifted_bays",
    "shifted_levels",
    "shifted_positions",
]
Numbers = dict[FieldName, int]


@dataclass(frozen=True, kw_only=True)
class Misreading:
    """A kind, by how much numbers are shifted (0 where they are not), and what becomes of a place's numbers."""

    kind: MisreadingKind
    by: int = 0
    numbers: Callable[[Numbering, Place], Numbers]


def misreadings(numbering: Numbering) -> tuple[Misreading, ...]:
    """Every one that is looked for, the simplest first; the first of all is none."""
    turned = (
        Misreading(kind="as_told", numbers=Numbering.numbers),
        Misreading(kind="swapped_sides", numbers=_of(_other_side)),
        Misreading(kind="reversed_bays", numbers=_of(_reversed_bays)),
        Misreading(kind="reversed_positions", numbers=_of(_reversed_positions)),
        Misreading(kind="reversed_bays", numbers=_of(_reversed_bays, _reversed_positions)),
        Misreading(kind="other_end", numbers=_of(_other_side, _reversed_bays, _reversed_positions)),
        Misreading(kind="other_end", numbers=_of(_other_side, _reversed_bays)),
    )
    stride = numbering.scheme.bay.stride
    steps = sorted({1, 2, stride, 2 * stride})
    shifts = [
        *(_shifted("shifted_bays", "bay", sign * step) for step in steps for sign in (1, -1)),
        *(_shifted("shifted_levels", "level", by) for by in (1, -1) if numbering.scheme.field("level")),
        *(
            _shifted("shifted_positions", "position", by)
            for by in (1, -1)
            if numbering.scheme.field("position")
        ),
    ]
    return (*turned, *shifts)


def _of(*turns: Callable[[Place], Place]) -> Callable[[Numbering, Place], Numbers]:
    def numbers(numbering: Numbering, place: Place) -> Numbers:
        for turn in turns:
            place = turn(place)
        return numbering.numbers(place)

    return numbers


def _shifted(kind: MisreadingKind, name: FieldName, by: int) -> Misreading:
    def numbers(numbering: Numbering, place: Place) -> Numbers:
        told: Mapping[FieldName, int] = numbering.numbers(place)
        return {**told, name: told[name] + by}

    return Misreading(kind=kind, by=by, numbers=numbers)


def _other_side(place: Place) -> Place:
    return replace(place, left=not place.left, bays=place.across, across=place.bays)


def _reversed_bays(place: Place) -> Place:
    return replace(place, bay=place.bays - 1 - place.bay)


def _reversed_positions(place: Place) -> Place:
    return replace(place, position=place.positions - 1 - place.position)
