"""How well the rows of one aisle of a list fit the places of one aisle of the hall, read one way or another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from layouts.addresses.fields import FieldName
from layouts.addresses.misreadings import Misreading, misreadings
from layouts.addresses.number_places import Numbering

LaneKey: TypeAlias = tuple[int, ...]
"""The numbers of zone and aisle."""
Rest: TypeAlias = tuple[int, ...]
"""The other numbers of an address, in the order of its fields."""


def split(numbers: Mapping[FieldName, int]) -> tuple[LaneKey, Rest]:
    """The numbers that name the aisle, and those within it."""
    key = tuple(number for name, number in numbers.items() if name in ("zone", "aisle"))
    return key, tuple(number for name, number in numbers.items() if name not in ("zone", "aisle"))


class AisleScores:
    """The share, 0 … 1, of an aisle's places that rows of the list agree with.

    With rows of known places it is the share of these whose numbers are right. Of a plain list it is the share
    that both the aisle's places and the rows under its number have in common (intersection over union).
    """

    def __init__(
        self,
        numbering: Numbering,
        rows: Mapping[str, Mapping[FieldName, int]],
        *,
        rows_know_places: bool,
    ) -> None:
        """`rows` are numbers by location id, or where `rows_know_places` is false by anything unique."""
        self._numbering = numbering
        self.rows_know_places = rows_know_places
        self.readings = misreadings(numbering)
        self.places: dict[LaneKey, list[str]] = defaultdict(list)
        for location_id, place in numbering.places.items():
            self.places[split(numbering.numbers(place))[0]].append(location_id)
        self._rows = {row: split(numbers) for row, numbers in rows.items()}
        self._under: dict[LaneKey, set[Rest]] = defaultdict(set)
        for key, rest in self._rows.values():
            self._under[key].add(rest)
        self._read: dict[tuple[LaneKey, int], list[Rest]] = {}

    def of(self, aisle: LaneKey, key: LaneKey, reading: Misreading) -> float:
        """How well the aisle fits the rows under `key`, read that way."""
        rests = self.rests(aisle, reading)
        if not self.rows_know_places:
            under = self._under.get(key, set())
            own = set(rests)
            return len(under & own) / max(len(under | own), 1)
        told = [self._rows.get(location_id) for location_id in self.places[aisle]]
        right = sum(row == (key, rest) for row, rest in zip(told, rests, strict=True) if row is not None)
        return right / max(sum(row is not None for row in told), 1)

    def best(self, aisle: LaneKey, key: LaneKey) -> tuple[float, Misreading]:
        """The best reading of the aisle under `key`; of equals the simplest."""
        scores = [self.of(aisle, key, reading) for reading in self.readings]
        top = max(scores)
        return top, self.readings[scores.index(top)]

    def rests(self, aisle: LaneKey, reading: Misreading) -> Sequence[Rest]:
        """The numbers of the aisle's places within it, read that way, in the order of `places`."""
        slot = aisle, self.readings.index(reading)
        if slot not in self._read:
            places = self._numbering.places
            self._read[slot] = [
                split(reading.numbers(self._numbering, places[location_id]))[1]
                for location_id in self.places[aisle]
            ]
        return self._read[slot]

    def keys_told(self, aisle: LaneKey) -> Sequence[LaneKey]:
        """Under which keys the list may have the aisle: where its places are told, or all of a plain list."""
        if not self.rows_know_places:
            return sorted(self._under)
        told = {self._rows[location_id][0] for location_id in self.places[aisle] if location_id in self._rows}
        return sorted(told)
