"""Which storey everything belongs to, as what, and the floor of every storey."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely

from layouts.drawings.ifc.floors import Floor, floor_of
from layouts.drawings.ifc.ledger import Ledger
from layouts.drawings.ifc.plans import Solid, solid_of, top_of
from layouts.drawings.ifc.raw_model import RawElement, RawModel, RawStorey
from layouts.drawings.ifc.storeys import FLOOR_M, storey_of, storey_of_slab
from layouts.drawings.ifc.strips import Strip
from layouts.drawings.ifc.wall_pieces import Hole, wall_strips

NO_PLACE = "a facility has no place for it"
FILLINGS = ("door", "window")
RISES_M = 1.0
"""What goes on this far above a higher storey's floor stands on that floor too."""


@dataclass
class Storey:
    """A storey, sorted out: walls with their straight pieces, floor slabs, what stands there, and the floor."""

    raw: RawStorey
    walls: list[tuple[Solid, tuple[Strip, ...]]] = field(default_factory=list)
    slabs: list[tuple[shapely.Geometry, float]] = field(default_factory=list)
    spaces: list[shapely.Geometry] = field(default_factory=list)
    standing: list[Solid] = field(default_factory=list)
    crossing: list[Solid] = field(default_factory=list)
    floor: Floor = field(default_factory=Floor)
    level_ids: tuple[str, ...] = ()

    def find_floor(self, lower: Iterable[Storey]) -> None:
        """Find the floor once everything is sorted in; walls and columns of `lower` storeys may come through it."""
        if not (self.walls or self.slabs or self.standing):
            return
        below = [storey for storey in lower if storey is not self]
        walls = [each for storey in below for each in storey.walls if self._is_crossed(each[0])]
        columns = [
            each
            for storey in below
            for each in storey.standing
            if each.element.role == "column" and self._is_crossed(each)
        ]
        self.crossing = [*(solid for solid, _ in walls), *columns]
        self.floor = floor_of(
            walls=[solid.plan for solid, _ in (*self.walls, *walls)],
            strips=[strip for _, strips in (*self.walls, *walls) for strip in strips],
            slabs=[plan for plan, _ in self.slabs],
            spaces=self.spaces,
            others=[solid.plan for solid in self.standing],
            through=[solid.plan for solid in self.crossing],
        )

    def _is_crossed(self, solid: Solid) -> bool:
        return solid.z0_m < self.raw.elevation_m and solid.z1_m > self.raw.elevation_m + RISES_M


@dataclass(frozen=True, kw_only=True)
class SortedModel:
    """Storeys from the lowest up, what opens walls, the parts of elements by their record number, and notes."""

    storeys: tuple[Storey, ...]
    holes: tuple[Hole, ...]
    parts: Mapping[int, Sequence[RawElement]]
    notes: tuple[str, ...]


def sort_out(model: RawModel, ledger: Ledger) -> SortedModel:
    """Give every element with a body its storey; what has none, or no role, is left with the reason."""
    parts: dict[int, list[RawElement]] = {}
    for each in model.elements:
        if each.part_of is not None:
            parts.setdefault(each.part_of, []).append(each)
    openings = {each.step: each for each in model.elements if each.role == "opening"}
    fillings: dict[int, list[RawElement]] = {}
    solids: list[Solid] = []
    for each in model.elements:
        if each.part_of is not None:
            continue
        if each.role in FILLINGS and each.fills in openings:
            fillings.setdefault(each.fills, []).append(each)
            if not openings[each.fills].has_body:
                ledger.leave(each, "the opening that it fills has no body")
            continue
        solid = solid_of(each, parts.get(each.step, ())) if each.role else None
        if solid is None:
            ledger.leave(
                each, "its body covers nothing in plan" if each.role else NO_PLACE, parts.get(each.step, ())
            )
        else:
            solids.append(solid)
    raws, notes = _storeys(model.storeys, solids)
    storeys = {raw.step: Storey(raw=raw) for raw in raws}
    for solid in solids:
        _sort_in(solid, parts.get(solid.element.step, ()), raws, storeys, ledger)
    for i, raw in enumerate(raws):
        storeys[raw.step].find_floor(storeys[each.step] for each in raws[:i])
    return SortedModel(
        storeys=tuple(storeys[raw.step] for raw in raws),
        holes=tuple(_holes(solids, fillings)),
        parts=parts,
        notes=(*notes, *_floor_notes(storeys.values())),
    )


def _sort_in(
    solid: Solid,
    parts: Sequence[RawElement],
    raws: Sequence[RawStorey],
    storeys: Mapping[int, Storey],
    ledger: Ledger,
) -> None:
    role = solid.element.role
    if role == "opening" or role in FILLINGS:
        return
    if role == "slab":
        plan, top_m = _top(solid, parts)
        floor = storey_of_slab(top_m, solid.element.storey, raws)
        if floor is not None:
            storeys[floor.step].slabs.append((plan, top_m))
            ledger.hold(solid.element, "floor", parts)
            return
    storey = storeys[storey_of(solid, raws).step]
    if role == "space":
        storey.spaces.append(solid.plan)
        ledger.leave(solid.element, "no element: its plan helps to find floors")
    elif solid.z1_m <= storey.raw.elevation_m:
        ledger.leave(solid.element, "it lies below the lowest floor", parts)
    elif role == "wall" and (strips := wall_strips(solid)):
        storey.walls.append((solid, strips))
    else:
        storey.standing.append(solid)


def _holes(solids: Sequence[Solid], fillings: Mapping[int, Sequence[RawElement]]) -> Iterator[Hole]:
    """Openings with what fills them, then doors and windows without one, in the order of the file."""
    for solid in solids:
        if solid.element.role == "opening":
            yield Hole(solid=solid, fillings=tuple(fillings.get(solid.element.step, ())))
    for solid in solids:
        if solid.element.role in FILLINGS:
            yield Hole(solid=solid, fillings=(solid.element,))


def _top(solid: Solid, parts: Sequence[RawElement]) -> tuple[shapely.Geometry, float]:
    tops = [top_of(each) for each in (solid.element, *parts) if each.has_body]
    plan, top_m = max(tops, key=lambda top: top[0].area)
    return (shapely.union_all([each for each, _ in tops]) if len(tops) > 1 else plan), top_m


def _storeys(storeys: Sequence[RawStorey], solids: Sequence[Solid]) -> tuple[list[RawStorey], list[str]]:
    """The storeys by elevation, each with a name of its own; one for all if the file has none."""
    notes: list[str] = []
    if not storeys:
        bottoms = [each.z0_m for each in solids if each.element.role in ("wall", "column")]
        tops = [
            top_of(each.element)[1]
            for each in solids
            if each.element.role == "slab" and each.element.has_body
        ]
        elevation = min(tops or bottoms or [0.0])
        notes.append(f"the file has no storeys: all is on one level at {elevation:.3f} m")
        return [RawStorey(step=0, guid="", name="L0", elevation_m=elevation)], notes
    placed = [_on_its_slab(each, solids, notes) for each in storeys]
    used: Counter[str] = Counter()
    named = []
    for each in sorted(placed, key=lambda storey: (storey.elevation_m, storey.step)):
        name = each.name or f"storey #{each.step}"
        used[name] += 1
        named.append(replace(each, name=name if used[name] == 1 else f"{name} #{used[name]}"))
    return named, notes


def _on_its_slab(storey: RawStorey, solids: Sequence[Solid], notes: list[str]) -> RawStorey:
    """A storey whose walls stand on its slab, away from where the file puts the storey, is where its slab is."""
    own = [each for each in solids if each.element.storey == storey.step and each.element.has_body]
    tops = [
        (plan.area, top)
        for plan, top in (top_of(each.element) for each in own if each.element.role == "slab")
    ]
    bottoms = [each.z0_m for each in own if each.element.role == "wall"]
    if not tops or not bottoms or any(abs(top - storey.elevation_m) <= FLOOR_M for _, top in tops):
        return storey
    top, bottom = max(tops)[1], float(np.median(bottoms))
    if abs(bottom - top) > FLOOR_M or abs(bottom - storey.elevation_m) <= FLOOR_M:
        return storey
    notes.append(
        f"storey {storey.name!r} is said to be at {storey.elevation_m:.3f} m, but its slab and walls are at "
        f"{top:.3f} m: the level is there"
    )
    return replace(storey, elevation_m=top)


def _floor_notes(storeys: Iterable[Storey]) -> Iterator[str]:
    for storey in storeys:
        name = storey.raw.name
        for off_m in sorted({round(top - storey.raw.elevation_m, 3) for _, top in storey.slabs} - {0.0}):
            yield (
                f"a floor slab of {name!r} lies {abs(off_m):.3f} m {'above' if off_m > 0 else 'below'} its storey: "
                "heights count from the storey"
            )
        if storey.crossing:
            yield (
                f"{len(storey.crossing)} walls and columns come through the floor of {name!r} from below: "
                "they bound it, and are held on the level they stand on"
            )
        if storey.floor.outside_m2 > 0.5:
            yield f"{storey.floor.outside_m2:.1f} m² of slab of {name!r} lie outside its walls: no part of its floor"
        if storey.floor.found_by == "hull":
            yield f"{name!r} has no floor slab and no closed walls: its floor is the hull of what stands there"
        if storey.floor.found_by == "spaces" or (storey.floor.areas and not storey.slabs and storey.spaces):
            yield f"{name!r} has no floor slab: its floor is where its spaces are"
