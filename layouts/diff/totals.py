"""What a facility amounts to: places, storage cube, floor under racks, aisle metres and their clear width."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spatial.facility import Aisle, Facility, LocationState, Rack


@dataclass(frozen=True, kw_only=True)
class Total:
    """One total of both sides, by kind of rack or aisle; `sigma` is of the difference."""

    name: str
    kind: str
    unit: str
    before: float
    after: float
    sigma: float = 0.0

    @property
    def difference(self) -> float:
        """After less before."""
        return self.after - self.before


Amount = tuple[float, float]
"""A value and its standard deviation."""


def total_changes(a: Facility, b: Facility, *, is_exact: bool) -> tuple[Total, ...]:
    """All totals of both facilities, the same or not. With `is_exact` every sigma is 0."""
    was, now = dict(_amounts(a)), dict(_amounts(b))
    totals = []
    for name, kind in sorted({*was, *now}, key=lambda key: (list(_UNITS).index(key[0]), key[1])):
        (before, sigma), (after, other) = (side.get((name, kind), (0.0, 0.0)) for side in (was, now))
        sigma = 0.0 if is_exact else math.hypot(sigma, other)
        unit = _UNITS[name]
        totals.append(Total(name=name, kind=kind, unit=unit, before=before, after=after, sigma=sigma))
    return tuple(totals)


STATES: tuple[LocationState, ...] = ("occupied", "empty", "unseen")

_UNITS = {
    "racks": "",
    "pick positions": "",
    "occupied places": "",
    "empty places": "",
    "unseen places": "",
    "storage cube": "m³",
    "rack floor area": "m²",
    "aisle length": "m",
    "mean clear width": "m",
}


def _amounts(facility: Facility) -> Iterator[tuple[tuple[str, str], Amount]]:
    kind_of = {rack.id: rack.kind for rack in facility.racks}
    places: Counter[str] = Counter(kind_of[location.rack] for location in facility.locations)
    states = Counter((kind_of[location.rack], location.state) for location in facility.locations)
    for kind in sorted(set(kind_of.values())):
        racks = [rack for rack in facility.racks if rack.kind == kind]
        cubes = (math.prod(place.size_m) for place in facility.locations if kind_of[place.rack] == kind)
        yield ("racks", kind), (float(len(racks)), 0.0)
        yield ("pick positions", kind), (float(places[kind]), 0.0)
        for state in STATES if facility.kind == "as_built" else ():
            yield (f"{state} places", kind), (float(states[kind, state]), 0.0)
        yield ("storage cube", kind), (math.fsum(cubes), 0.0)
        yield ("rack floor area", kind), _floor_area(racks)
    for is_cross in (False, True):
        aisles = [aisle for aisle in facility.aisles if aisle.cross is is_cross]
        lane = "cross-aisle" if is_cross else "aisle"
        if aisles:
            yield ("aisle length", lane), _length(aisles)
            yield ("mean clear width", lane), _mean_width(aisles)


def _floor_area(racks: Sequence[Rack]) -> Amount:
    area = math.fsum(rack.length_m * rack.depth_m for rack in racks)
    return area, math.hypot(*(rack.sigma_m * math.hypot(rack.length_m, rack.depth_m) for rack in racks))


def _length(aisles: Sequence[Aisle]) -> Amount:
    return math.fsum(map(_metres, aisles)), math.hypot(*(aisle.sigma_m for aisle in aisles))


def _mean_width(aisles: Sequence[Aisle]) -> Amount:
    """Weighted by length; aisles without length count alike."""
    lengths = list(map(_metres, aisles))
    weights = lengths if any(lengths) else [1.0] * len(aisles)
    shares = [weight / math.fsum(weights) for weight in weights]
    pairs = list(zip(shares, aisles, strict=True))
    mean = math.fsum(share * aisle.clear_width_m for share, aisle in pairs)
    return mean, math.hypot(*(share * aisle.sigma_m for share, aisle in pairs))


def _metres(aisle: Aisle) -> float:
    return math.dist(aisle.p0, aisle.p1)
