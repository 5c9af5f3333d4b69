"""What a click meets in a hall, and what is known about it; rays against boxes, without a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from layouts.run import Run
from spatial.facility import Facility
from spatial.floor_heights import floor_height
from spatial.meshes.seen_parts import RESIDUAL
from viewer.desktop.agents import STATE_NAMES as AGENT_STATE_NAMES
from viewer.desktop.boxes import Boxes, Floats, first_met
from viewer.desktop.locations import STATE_NAMES, STATES
from viewer.desktop.moments import SHOWN_STATES, Moment
from viewer.desktop.seen import SeenSurface
from viewer.lengths import Lengths

Kind = Literal["location", "rack", "agent", "column", "obstacle", "wall", "floor", "seen", "point"]

AGENT_SIZE_M = (0.8, 0.8, 1.8)
CORNERS_WITHIN_M = 8.0
NO_PLANES: Floats = np.empty((0, 4))


@dataclass(frozen=True)
class Ray:
    """From the near end (3,) to the far end (3,) of what is seen through a pixel, world metres."""

    near: Floats
    far: Floats

    @property
    def ahead(self) -> Floats:
        """From one end to the other."""
        return self.far - self.near

    def span(self, planes: npt.NDArray[np.float64]) -> tuple[float, float]:
        """The shares of it, from and to, that no plane (P, 4) cuts away; from is above to for none."""
        low, high = 0.0, 1.0
        for plane in planes:
            at0 = float(plane[:3] @ self.near + plane[3])
            at1 = float(plane[:3] @ self.far + plane[3])
            if at0 < 0 and at1 < 0:
                return 1.0, 0.0
            if at0 < 0:
                low = max(low, at0 / (at0 - at1))
            elif at1 < 0:
                high = min(high, at0 / (at0 - at1))
        return low, high


@dataclass(frozen=True)
class Picked:
    """What was met: a kind, its id, and the place (3,), world metres."""

    kind: Kind
    id: str
    place: Floats
    number: int = -1


class HallBoxes:
    """All that can be met in a hall, as boxes; and what a scan saw besides."""

    def __init__(self, facility: Facility, seen: SeenSurface | None = None) -> None:
        self.facility = facility
        self._seen = SeenSurface(()) if seen is None else seen
        yaws = {rack.id: rack.yaw_rad for rack in facility.racks}
        floors = {level.id: level.elevation_m for level in facility.levels}
        self._boxes: dict[Kind, tuple[list[str], Boxes]] = {}
        self._add(
            "location",
            [
                (place.id, place.center, place.size_m, yaws.get(place.rack, 0.0))
                for place in facility.locations
            ],
        )
        self._add(
            "rack",
            [
                (
                    rack.id,
                    (*rack.center, rack.base_z_m + rack.height_m / 2),
                    (rack.length_m, rack.depth_m, rack.height_m),
                    rack.yaw_rad,
                )
                for rack in facility.racks
            ],
        )
        self._add(
            "column",
            [
                (
                    one.id,
                    (*one.center, floors.get(one.level, 0.0) + one.height_m / 2),
                    (*one.size_m, one.height_m),
                    one.yaw_rad,
                )
                for one in facility.columns
            ],
        )
        obstacles = []
        for thing in facility.obstacles:
            low, high = np.min(thing.footprint, axis=0), np.max(thing.footprint, axis=0)
            z = floors.get(thing.level, 0.0) + (thing.z0_m + thing.z1_m) / 2
            size = (*(high - low).tolist(), thing.z1_m - thing.z0_m)
            obstacles.append((thing.id, (*((low + high) / 2).tolist(), z), size, 0.0))
        self._add("obstacle", obstacles)
        self._corners = np.concatenate(
            [np.empty((0, 3)), *(boxes.corners().reshape(-1, 3) for _, boxes in self._boxes.values())]
            + [[(wall.p0[0], wall.p0[1], floors.get(wall.level, 0.0)) for wall in facility.walls]]
            * bool(facility.walls)
            + [[(wall.p1[0], wall.p1[1], floors.get(wall.level, 0.0)) for wall in facility.walls]]
            * bool(facility.walls)
        )

    def _add(self, kind: Kind, rows: list[tuple[str, tuple[float, ...], tuple[float, ...], float]]) -> None:
        if rows:
            names, centers, sizes, yaws = zip(*rows, strict=True)
            self._boxes[kind] = list(names), Boxes(np.array(centers), np.array(sizes), np.array(yaws))

    def pick(
        self, ray: Ray, *, moment: Moment | None = None, scale: float = 1.0, planes: Floats = NO_PLANES
    ) -> Picked | None:
        """What a ray meets first, agents, which are `scale` times their size, before all else; None for nothing.

        What is in a rack is met before the rack.
        """
        span = ray.span(planes)
        if moment is not None and len(moment.positions):
            size = np.tile(np.multiply(AGENT_SIZE_M, scale), (len(moment.positions), 1))
            centers = moment.positions + size * (0, 0, 0.5)
            met = first_met(ray.near, ray.ahead, Boxes(centers, size, np.zeros(len(size))), span)
            if met is not None:
                return Picked("agent", moment.names[met[0]], ray.near + met[1] * ray.ahead, met[0])
        best: tuple[float, Picked] | None = None
        for kind, (names, boxes) in self._boxes.items():
            met = first_met(ray.near, ray.ahead, boxes, span)
            if met is not None and (best is None or met[1] < best[0] - 1e-9):
                if kind == "rack" and best is not None and self._is_in_rack(best[1], names[met[0]]):
                    continue
                best = met[1], Picked(kind, names[met[0]], ray.near + met[1] * ray.ahead, met[0])
        seen = self._seen_by(ray, span)
        if seen is not None and (best is None or seen[0] < best[0]):
            best = seen
        floor = self._floor(ray, span)
        if floor is not None and (best is None or floor[0] < best[0]):
            return floor[1]
        return None if best is None else best[1]

    def _is_in_rack(self, picked: Picked, rack: str) -> bool:
        return picked.kind == "location" and self.facility.locations[picked.number].rack == rack

    def _seen_by(self, ray: Ray, span: tuple[float, float]) -> tuple[float, Picked] | None:
        """Where the ray meets what a scan saw beyond the elements, and whose that is."""
        met = self._seen.met(ray.near, ray.far, span)
        if met is None:
            return None
        share, part = met
        place = ray.near + share * ray.ahead
        obstacles = [each.id for each in self.facility.obstacles]
        if part.id in obstacles:
            return share, Picked("obstacle", part.id, place, obstacles.index(part.id))
        return share, Picked("seen", "", place) if part.id == RESIDUAL else Picked("wall", part.id, place)

    def _floor(self, ray: Ray, span: tuple[float, float]) -> tuple[float, Picked] | None:
        """Where a ray that goes down meets a level; the floor's own heights are approached twice."""
        found = None
        for level in self.facility.levels:
            if ray.ahead[2] >= 0:
                continue
            z = level.elevation_m
            for _ in range(2):
                share = (z - ray.near[2]) / ray.ahead[2]
                place = ray.near + share * ray.ahead
                z = float(floor_height(level, place[None, :2])[0])
            low, high = np.min(level.outline, axis=0), np.max(level.outline, axis=0)
            is_there = bool(((place[:2] >= low) & (place[:2] <= high)).all())
            if is_there and span[0] <= share <= span[1] and (found is None or share < found[0]):
                found = share, Picked("floor", level.id, place)
        return found

    def corners_near(self, place: Floats) -> Floats:
        """Corners (K, 3) of all that stands near a place."""
        near: Floats = self._corners[np.linalg.norm(self._corners - place, axis=1) <= CORNERS_WITHIN_M]
        return near

    def box_of(self, picked: Picked) -> Floats | None:
        """The corners (8, 3) of what was met; None for what is no box."""
        boxes = self._boxes.get(picked.kind)
        if boxes is None:
            return None
        one = slice(picked.number, picked.number + 1)
        corners: Floats = Boxes(*(column[one] for column in boxes[1])).corners()[0]
        return corners


def point_met(ray: Ray, points: npt.NDArray[np.float32], radians: float) -> Floats | None:
    """The nearest of a scan's points (N, 3) within an angle around a ray; None for none."""
    ahead = ray.ahead / np.linalg.norm(ray.ahead)
    apart = points - ray.near.astype(np.float32)
    along = apart @ ahead.astype(np.float32)
    beside2 = np.einsum("ij,ij->i", apart, apart) - along**2
    near = np.flatnonzero((along > 0) & (beside2 < (radians * along) ** 2))
    if not len(near):
        return None
    return np.asarray(points[near[along[near].argmin()]], np.float64)


def told_about(
    picked: Picked, facility: Facility, run: Run | None, states: npt.NDArray[np.int64], moment: Moment | None,
    lengths: Lengths,
) -> list[str]:  # fmt: skip
    """What is known about it, line by line; `states` (N,) are those of locations now."""
    x, y, z = picked.place
    where = f"at {lengths.length(x)}, {lengths.length(y)}, height {lengths.length(z)}"
    match picked.kind:
        case "location":
            return _about_location(picked, facility, run, states, moment, lengths)
        case "rack":
            rack = facility.racks[picked.number]
            return [
                rack.id,
                rack.kind.replace("_", " "),
                f"{len(rack.bays)} bays, {len(rack.tiers) + 1} tiers",
                f"size {lengths.sizes((rack.length_m, rack.depth_m, rack.height_m))}",
            ]
        case "agent":
            state = SHOWN_STATES[int(moment.states[picked.number])] if moment is not None else "?"
            return [picked.id, AGENT_STATE_NAMES[state], where]
        case "obstacle":
            return [picked.id, facility.obstacles[picked.number].kind.replace("_", " "), where]
        case "seen":
            return ["seen by the scan, of no element", where]
        case _:
            return [f"{picked.kind} {picked.id}".strip(), where]


def _about_location(
    picked: Picked, facility: Facility, run: Run | None, states: npt.NDArray[np.int64], moment: Moment | None,
    lengths: Lengths,
) -> list[str]:  # fmt: skip
    place = facility.locations[picked.number]
    state = STATES[states[picked.number]]
    is_as_scanned = state == place.state
    fill = "unknown" if place.fill is None or not is_as_scanned else f"{place.fill:.0%}"
    lines = [
        place.id,
        f"state: {STATE_NAMES[state]}",
        f"fill: {fill}",
        f"confidence: {'unknown' if place.confidence is None else f'{place.confidence:.0%}'}",
        f"rack {place.rack}, bay {place.bay + 1}, tier {place.tier or 'floor'}, position {place.position}",
        f"size {lengths.sizes(place.size_m)}",
    ]
    if run is None:
        return lines
    skus = [sku for sku, locations in run.slotting.items() if place.id in locations]
    events = run.events
    at = events.location
    picked_here = np.zeros(len(events), bool)
    if place.id in at.names:
        picked_here = events.kind.are("pick") & (at.code == at.names.index(place.id))
    so_far = int((events.end_s[picked_here] <= (moment.t_s if moment is not None else np.inf)).sum())
    lines.insert(4, f"contents: {', '.join(skus[:6]) or 'unknown'}")
    lines.insert(5, f"picks: {so_far} so far, {int(picked_here.sum())} in the run")
    return lines
