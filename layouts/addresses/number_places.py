"""The address of every location of a hall under a scheme."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from layouts.addresses.fields import FieldName, nth_number
from layouts.addresses.lanes import Lane, lanes_of
from layouts.addresses.places import Place, places_of
from layouts.addresses.scheme import Scheme
from spatial.errors import BadDataError
from spatial.facility import Facility, Point2


def addresses(
    facility: Facility,
    scheme: Scheme,
    *,
    depot: Point2 | None = None,
    entries: Mapping[str, Point2] | None = None,
) -> dict[str, str]:
    """The address of each location, by the location's id.

    Aisles are entered at the end nearer to `depot` (world metres; default the facility's), or where `entries`
    tells by the id of an aisle. Raises BadDataError when two locations get one address or a number does not fit
    its field, UndecidedError when the entry, or the aisle that a rack faces, is unknown.
    """
    numbering = Numbering.of(facility, scheme, depot=depot, entries=entries)
    named: dict[str, str] = {}
    owner: dict[str, str] = {}
    for location_id, place in numbering.places.items():
        address = numbering.address(place, of=location_id)
        if address in owner:
            raise BadDataError(
                f"locations '{owner[address]}' and '{location_id}' both get address '{address}': "
                f"{_remedy(numbering.places[owner[address]], place, scheme)}"
            )
        owner[address] = location_id
        named[location_id] = address
    return named


@dataclass(frozen=True, kw_only=True)
class Numbering:
    """A scheme laid over a hall: the lanes, the place of each location, and the numbers of a place."""

    scheme: Scheme
    lanes: tuple[Lane, ...]
    places: Mapping[str, Place]

    @classmethod
    def of(
        cls,
        facility: Facility,
        scheme: Scheme,
        *,
        depot: Point2 | None = None,
        entries: Mapping[str, Point2] | None = None,
    ) -> Numbering:
        """The numbering of a facility; raises as `addresses`."""
        lanes = lanes_of(facility, scheme, depot=depot, entries=entries)
        places = places_of(facility, lanes, by_block=scheme.blocks == "new_hundred")
        return cls(scheme=scheme, lanes=lanes, places=places)

    def address(self, place: Place, *, of: str) -> str:
        """The address of the place; `of` names it in the BadDataError for a number that does not fit."""
        try:
            return self.scheme.format(self.numbers(place))
        except ValueError as error:
            raise BadDataError(f"location '{of}': {error}") from error

    def numbers(self, place: Place) -> dict[FieldName, int]:
        """The number in each field of the scheme."""
        by_zone = self.scheme.field("zone") is not None
        counts: dict[FieldName, int] = {
            "zone": place.zone,
            "aisle": self.lanes[place.lane].number if by_zone else place.lane,
            "level": place.level,
            "position": self._position(place),
            "side": int(not place.left),
        }
        return {
            field.name: self._bay(place) if field.name == "bay" else field.nth(counts[field.name])
            for field in self.scheme.fields
        }

    def _position(self, place: Place) -> int:
        # who faces the rack on the left has the way in on the right hand
        away = self.scheme.positions == "along" or place.left
        return place.position if away else place.positions - 1 - place.position

    def _bay(self, place: Place) -> int:
        """The number of a bay in its run, plus the hundreds of its block."""
        scheme = self.scheme
        number = _number_in_run(place, scheme)
        if scheme.blocks != "new_hundred":
            return number
        start = scheme.bay.start
        if number >= start + scheme.hundred:
            raise ValueError(
                f"bay {number} is in the next hundred already: set hundred above {number - start}"
            )
        return number + scheme.hundred * place.block


def _number_in_run(place: Place, scheme: Scheme) -> int:
    field = scheme.bay
    count = place.bay if scheme.progression == "from_entry" else place.bays - 1 - place.bay
    if scheme.sides == "same":
        return field.nth(count)
    if scheme.sides == "loop":
        return field.nth(count if place.left else place.across + place.bays - 1 - count)
    is_odd = place.left == (scheme.sides == "odd_left")
    start = field.start + int((field.start % 2 == 1) != is_odd)
    return nth_number(count, start=start, stride=2 * field.stride, skipped=field.skipped)


def _remedy(one: Place, other: Place, scheme: Scheme) -> str:
    for name, differ in _differences(one, other):
        if differ and scheme.field(name) is None:
            return f"give the scheme a field '{name}'"
    if one.left != other.left and scheme.sides == "same":
        return "give the scheme a field 'side', or other sides than 'same'"
    return "widen the scheme's numbering"


def _differences(one: Place, other: Place) -> Iterator[tuple[FieldName, bool]]:
    same_bay = replace(one, level=0, position=0) == replace(other, level=0, position=0)
    yield "level", one.level != other.level
    yield "position", same_bay and one.position != other.position
    yield "zone", one.zone != other.zone
    yield "aisle", one.lane != other.lane
