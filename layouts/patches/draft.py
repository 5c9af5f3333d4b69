"""A hall under change: its elements by id, what was touched by which change, and what is to be told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import chain, count
from typing import Any, NoReturn

from layouts.layout_file.layout_fault import KeyPath, LayoutFault
from layouts.layout_file.placement import Placement
from spatial.facility import Aisle, Facility, Location, Obstacle, Point2, Point3, Rack, Station


class ChangeError(Exception):
    """A change cannot be made: the faults, with paths below the change's own key."""

    def __init__(self, faults: Sequence[LayoutFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


def refuse(path: KeyPath, message: str) -> NoReturn:
    """End a change with one fault."""
    raise ChangeError([LayoutFault(path, message)])


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A cross-aisle that a change opens: it starts in the middle of one end and runs along the frame's x axis.

    One that `goes_on` is lengthened as far as the floor is free.
    """

    id: str
    level: str
    start: Placement
    length_m: float
    width_m: float
    goes_on: bool


@dataclass
class Draft:
    """The elements of `base` under change; `touched` tells which change last placed a rack, obstacle or station.

    `parent` leads from a piece of a cut row to the row of the base that it was part of.
    """

    base: Facility
    racks: dict[str, Rack]
    locations: dict[str, Location]
    obstacles: dict[str, Obstacle]
    stations: dict[str, Station]
    touched: dict[tuple[str, str], int] = field(default_factory=dict)
    parent: dict[str, str] = field(default_factory=dict)
    new_lanes: list[Lane] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    change: int = 0

    @staticmethod
    def of(facility: Facility) -> Draft:
        """The hall as it is."""
        return Draft(
            base=facility,
            racks={each.id: each for each in facility.racks},
            locations={each.id: each for each in facility.locations},
            obstacles={each.id: each for each in facility.obstacles},
            stations={each.id: each for each in facility.stations},
        )

    def copy(self) -> Draft:
        """The same state, to go back to."""
        kept: dict[str, Any] = {
            name: type(each)(each) for name, each in vars(self).items() if isinstance(each, dict | list)
        }
        return replace(self, **kept)

    @property
    def aisles(self) -> Mapping[str, Aisle]:
        """Those of the base; what becomes of them is found when all changes are made."""
        return {aisle.id: aisle for aisle in self.base.aisles}

    def put_rack(self, rack: Rack) -> None:
        """Set a new or changed row."""
        self.racks[rack.id] = rack
        self.touched["racks", rack.id] = self.change

    def drop_rack(self, name: str) -> None:
        """Take a row away; its places go by `drop_places`."""
        del self.racks[name]
        self.touched["racks", name] = self.change

    def drop_places(self, places: Iterable[Location]) -> list[str]:
        """Take places away; their ids."""
        lost = [place.id for place in places]
        for name in lost:
            del self.locations[name]
        return lost

    def places_of(self, racks: Iterable[str]) -> dict[str, list[Location]]:
        """The places of each of these rows, in their order."""
        found: dict[str, list[Location]] = {name: [] for name in racks}
        for place in self.locations.values():
            if place.rack in found:
                found[place.rack].append(place)
        return found

    def move(self, racks: Iterable[str], placed: Callable[[Point2], Point2], turn_rad: float = 0.0) -> None:
        """Move rows with their places rigidly: `placed` gives the new place of a point of the floor."""
        names = {*racks}
        for name in names & self.racks.keys():
            rack = self.racks[name]
            yaw = Placement((0.0, 0.0), rack.yaw_rad + turn_rad).yaw(0.0) if turn_rad else rack.yaw_rad
            self.put_rack(replace(rack, center=placed(rack.center), yaw_rad=yaw))
        for place in chain.from_iterable(self.places_of(names).values()):
            x, y, z = place.center
            center: Point3 = (*placed((x, y)), z)
            self.locations[place.id] = replace(place, center=center)

    def free_id(self, kind: str, like: str) -> str:
        """`like` if no element of this kind has it, nor had in the base, else with -2, -3, … behind."""
        taken = self._taken(kind)
        return next(name for name in chain([like], (f"{like}-{n}" for n in count(2))) if name not in taken)

    def next_id(self, kind: str, default: str) -> str:
        """The next number after those of this kind, written as they are; `default` is the letter of a first one."""
        taken = self._taken(kind)
        found = [match for name in taken if (match := re.fullmatch(r"(.*?)(\d+)", name))]
        if not found:
            return self.free_id(kind, f"{default}1")
        last = max(found, key=lambda match: int(match[2]))
        return self.free_id(kind, f"{last[1]}{int(last[2]) + 1:0{len(last[2])}}")

    def _taken(self, kind: str) -> Mapping[str, object]:
        if kind == "aisles":
            return {**self.aisles, **{lane.id: lane for lane in self.new_lanes}}
        taken: dict[str, object] = {each.id: each for each in getattr(self.base, kind)}
        return {**taken, **getattr(self, kind)}

    def known(self, kind: str, name: str, path: KeyPath) -> str:
        """An id that an element of this kind has; else ChangeError, which tells if an earlier change took it."""
        elements, what = getattr(self, kind), kind.removesuffix("s")
        taker = self.touched.get((kind, name))
        if name not in elements and taker is not None:
            refuse(
                path, f"{what} {name} is no more, changes.{taker} took it: name another, or change the order"
            )
        return known_id(name, elements, what, path)

    def all_known(self, kind: str, names: Sequence[str]) -> list[str]:
        """The same for several ids, below the key `kind`; refuses one that is named twice."""
        faults: list[LayoutFault] = []
        for i, name in enumerate(names):
            path = (kind, i) if len(names) > 1 else (kind,)
            try:
                self.known(kind, name, path)
                if name in names[:i]:
                    refuse(path, f"{kind.removesuffix('s')} {name} is named twice: name it once")
            except ChangeError as error:
                faults += error.faults
        if faults:
            raise ChangeError(faults)
        return list(names)

    def level_of(self, name: str | None, path: KeyPath) -> str:
        """The level of that name, or the only one."""
        known = [level.id for level in self.base.levels]
        if name is not None:
            return known_id(name, known, "level", path)
        if len(known) != 1:
            refuse(path[:-1], f"the hall has {len(known)} levels ({', '.join(known)}): say level")
        return known[0]

    def require_new(self, kind: str, name: str, path: KeyPath) -> None:
        """Refuse an id that an element of this kind has."""
        if name in getattr(self, kind):
            refuse(path, f"{name!r} is there already: choose another id, such as {self.free_id(kind, name)}")


def known_id(name: str, known: Iterable[str], what: str, path: KeyPath) -> str:
    """The name itself if it is one of the `known`; else ChangeError, with the closest one proposed."""
    listed = list(known)
    if name in listed:
        return name
    near = get_close_matches(name, listed, n=1, cutoff=0.5)
    some = ", ".join(listed[:8]) + (", …" if len(listed) > 8 else "")
    remedy = f"write {near[0]}" if near else f"choose one of {some}" if listed else "the hall has none"
    refuse(path, f"there is no {what} {name!r}: {remedy}")
