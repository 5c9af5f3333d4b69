"""The temperature of places, from the sensors of their zones."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Literal, NamedTuple

from layouts.inventory.shelf_life import Stretch
from layouts.live.events import LiveEvent, Reading

HOUR_MS = 3_600_000
GAP_S = 3600.0


class PlaceSensor(NamedTuple):
    """At places that match `place`, SITE/LOCATION with * and ?, `entity` of that site reads the temperature."""

    place: str
    entity: str


@dataclass(frozen=True, kw_only=True)
class PlaceTemperatures:
    """What the sensors read, by SITE/entity: (time [ms], °C) in order of time. The first binding that fits counts.

    Between two readings the temperature goes straight, or with `between` "steps" holds until the next; between two
    that are more than `gap_s` apart it is not known. The first holds so long before, the last so long after it.
    """

    sensors: tuple[PlaceSensor, ...]
    readings: dict[str, list[tuple[int, float]]]
    gap_s: float = GAP_S
    between: Literal["straight", "steps"] = "straight"

    def over(self, place: str, from_ms: int, until_ms: int) -> list[Stretch]:
        """The temperature of a place from one time to another; empty if that is no time."""
        site = place.partition("/")[0]
        sensor = next((each.entity for each in self.sensors if fnmatchcase(place, each.place)), None)
        readings = [] if sensor is None else self.readings.get(f"{site}/{sensor}", [])
        return self._stretches(readings, from_ms, until_ms)

    def _stretches(self, readings: Sequence[tuple[int, float]], from_ms: int, until_ms: int) -> list[Stretch]:
        if until_ms <= from_ms:
            return []
        first = max(0, bisect_left(readings, (from_ms + 1,)) - 1)
        last = bisect_left(readings, (until_ms,)) + 1
        near = readings[first:last]
        if not near:
            return [Stretch((until_ms - from_ms) / HOUR_MS)]
        gap_ms = round(1000 * self.gap_s)
        first_ms, last_ms = near[0][0] - gap_ms, near[-1][0] + gap_ms
        held = [(first_ms, near[0][1]), *near, (last_ms, near[-1][1])]
        pieces = [self._piece(*start, *end, from_ms, until_ms) for start, end in pairwise(held)]
        before, after = _unknown(from_ms, min(first_ms, until_ms)), _unknown(max(last_ms, from_ms), until_ms)
        return [piece for piece in (before, *pieces, after) if piece is not None]

    def _piece(
        self, start_ms: int, start_c: float, end_ms: int, end_c: float, from_ms: int, until_ms: int
    ) -> Stretch | None:
        """What of the way between two readings lies in the span."""
        left_ms, right_ms = max(start_ms, from_ms), min(end_ms, until_ms)
        if right_ms <= left_ms:
            return None
        hours = (right_ms - left_ms) / HOUR_MS
        if end_ms - start_ms > 1000 * self.gap_s:
            return Stretch(hours)
        if self.between == "steps":
            return Stretch(hours, start_c, start_c)
        slope = (end_c - start_c) / (end_ms - start_ms)
        return Stretch(hours, start_c + slope * (left_ms - start_ms), start_c + slope * (right_ms - start_ms))


def _unknown(start_ms: int, end_ms: int) -> Stretch | None:
    return Stretch((end_ms - start_ms) / HOUR_MS) if end_ms > start_ms else None


def readings_of(events: Iterable[LiveEvent]) -> dict[str, list[tuple[int, float]]]:
    """Temperature readings [°C] by SITE/entity, in order of time; of two at one time the greater id counts."""
    found: dict[str, dict[int, tuple[str, float]]] = {}
    for event in events:
        body = event.body
        if isinstance(body, Reading) and body.channel == "temperature":
            at = found.setdefault(f"{event.site}/{event.entity}", {})
            known = at.get(event.happened_ms)
            if known is None or known[0] < event.id:
                at[event.happened_ms] = (event.id, body.value)
    return {
        name: [(at_ms, value) for at_ms, (_, value) in sorted(at.items())]
        for name, at in sorted(found.items())
    }
