"""How the aisles of a hall are counted, so that its locations get the addresses of a list."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from layouts.addresses.findings import Listed
from layouts.addresses.listed_places import locations_of
from layouts.addresses.number_places import Numbering
from layouts.addresses.sample import sample_of
from layouts.addresses.scheme import Scheme
from spatial.facility import Facility, Point2

SAMPLE = 300
"""So many locations are tried."""

CHANCE = 4.0
"""So many standard deviations may lie between the best of many shares and that of the right scheme; the best is
itself taken two too high.
"""

WALKS = {"serpentine": (False, True), "aisles_from": ("left", "right")}
SIDES = ("odd_left", "odd_right", "loop")
"""Without a field for the side, which would tell both apart."""
COUNTS = {
    "progression": ("from_entry", "to_entry"),
    "positions": ("along", "left_to_right"),
}


def fit_to_hall(
    schemes: Sequence[Scheme],
    rows: Sequence[Listed],
    facility: Facility,
    *,
    depot: Point2 | None = None,
    entries: Mapping[str, Point2] | None = None,
) -> tuple[float, list[Scheme]]:
    """The share of locations that get an address of the list, and the schemes that reach it, the simplest first.

    Where most rows tell their place the address must be the one there. A plain list cannot tell schemes apart
    whose shares differ by no more than faults in it may do. Schemes that give the same addresses to the locations
    tried are told once.
    """
    told = [_told(scheme, rows, facility) for scheme in schemes]
    listed = {row.address for row in rows}
    ids = sorted(told[0]) if told[0] else [location.id for location in facility.locations]
    sample = sample_of(ids, SAMPLE)
    fits: dict[tuple[str, ...], tuple[float, Scheme]] = {}
    for scheme, its in zip(schemes, told, strict=True):
        for numbering in _numberings(scheme, facility, depot, entries):
            texts = tuple(_address(numbering, location) for location in sample)
            right = sum(
                its.get(location) == text if told[0] else text in listed
                for location, text in zip(sample, texts, strict=True)
            )
            fits.setdefault(texts, (right / max(len(sample), 1), numbering.scheme))
    best = max(share for share, _ in fits.values())
    noise = 0.0 if told[0] else CHANCE * _sigma(best - 2 * _sigma(best, len(sample)), len(sample))
    return best, [scheme for share, scheme in fits.values() if share >= best - noise - 1e-9]


def _sigma(share: float, count: int) -> float:
    """The standard deviation of a share among so many."""
    share = max(share, 0.0)
    return math.sqrt(share * (1 - share) / max(count, 1))


def _told(scheme: Scheme, rows: Sequence[Listed], facility: Facility) -> dict[str, str]:
    """The address told at each location, if most rows tell their place."""
    at = locations_of(facility, rows, scheme)
    return {location: rows[row].address for location, row in at.items()} if len(at) * 2 >= len(rows) else {}


def _numberings(
    scheme: Scheme,
    facility: Facility,
    depot: Point2 | None,
    entries: Mapping[str, Point2] | None,
) -> Iterator[Numbering]:
    """Every way to count, the defaults first; lanes and places are found once for all that share them."""
    blocks = (scheme.blocks,) if scheme.blocks == "new_hundred" else ("run_on", "own_aisles")
    for block, *walk in product(blocks, *WALKS.values()):
        walked = scheme.model_copy(update={"blocks": block, **dict(zip(WALKS, walk, strict=True))})
        laid = Numbering.of(facility, walked, depot=depot, entries=entries)
        sides = ("same",) if scheme.sides == "same" else SIDES
        for counts in product(sides, *COUNTS.values()):
            counted = walked.model_copy(update=dict(zip(("sides", *COUNTS), counts, strict=True)))
            yield Numbering(scheme=counted, lanes=laid.lanes, places=laid.places)


def _address(numbering: Numbering, location: str) -> str:
    """The address, '' where a number does not fit."""
    try:
        return numbering.scheme.format(numbering.numbers(numbering.places[location]))
    except ValueError:
        return ""
