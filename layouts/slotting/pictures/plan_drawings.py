"""A level of a hall with the velocity of its pick faces, or with the moves of a plan."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from layouts.report.drawing import Drawing
from layouts.report.heat_scale import HeatScale
from layouts.report.plan import Arrow, Painted, hall_plan
from layouts.report.plan_frame import PlanFrame, plan_frame
from layouts.slotting.pictures.velocity_map import VelocityMap
from layouts.slotting.pictures.velocity_scales import Face, face_of, face_visits, velocity_scales
from spatial.facility import Facility, Location

MOST_ARROWS = 150
"""More are a thicket: those of the fastest movers are drawn, and the title says so."""
GAP = 0.94


@dataclass(frozen=True, kw_only=True)
class PlanPictures:
    """What all pictures of one plan share: the hall, its sheet, and one scale for before and after."""

    facility: Facility
    found: VelocityMap
    frame: PlanFrame
    scale: HeatScale | None

    @property
    def levels(self) -> tuple[str, ...]:
        """Those that have racks with locations, the lowest first."""
        used = {rack.level for rack in self.facility.racks}
        known = sorted(self.facility.levels, key=lambda level: (level.elevation_m, level.id))
        return tuple(level.id for level in known if level.id in used)

    def velocity(self, level: str, *, after: bool) -> Drawing:
        """Every pick face in the colour of its visits, all locations over each other together."""
        visits = face_visits(self.facility, self.found, after=after)
        when = "with the plan" if after else "today"
        return hall_plan(
            self.facility,
            level,
            self.frame,
            heat=None,
            scale=None,
            painted=[*_painted(self.facility, level, visits, self.scale)],
            title=f"Velocity {when}, level {level}: visits by tours",
            description=f"Pick faces coloured by how often tours come for what lies in them {when}; "
            "all levels of a face together, darker is more.",
        )

    def moves(self, level: str) -> Drawing:
        """An arrow for each move that ends on the level, at most MOST_ARROWS of the fastest movers."""
        arrows = self.arrows(level)
        total = sum(1 for _ in self._ending_on(level))
        told = f"{total:,} moves" if len(arrows) == total else f"{len(arrows):,} of {total:,} moves"
        return hall_plan(
            self.facility,
            level,
            self.frame,
            heat=None,
            scale=None,
            arrows=arrows,
            title=f"Moves, level {level}: {told}",
            description="Each arrow leads from where a SKU lies today to where the plan puts it.",
        )

    def arrows(self, level: str) -> list[Arrow]:
        """Of the fastest movers first; those that come from nowhere have none."""
        visits = {row.location: row.visits_after for row in self.found.locations}
        ending = sorted(self._ending_on(level), key=lambda pair: -visits.get(pair[1].id, 0.0))
        return [Arrow(start=start.center[:2], end=end.center[:2]) for start, end in ending[:MOST_ARROWS]]

    def _ending_on(self, level: str) -> Iterator[tuple[Location, Location]]:
        on = {rack.id for rack in self.facility.racks if rack.level == level}
        places = {place.id: place for place in self.facility.locations}
        for move in self.found.moves:
            start, end = places.get(move.from_location or ""), places.get(move.to_location)
            if start is not None and end is not None and end.rack in on:
                yield start, end


def plan_pictures(facility: Facility, found: VelocityMap) -> PlanPictures:
    """Pictures of a plan on a facility; ValueError where nothing of it has a place."""
    return PlanPictures(
        facility=facility,
        found=found,
        frame=plan_frame([facility]),
        scale=velocity_scales(facility, found).face,
    )


def _painted(
    facility: Facility, level: str, visits: Mapping[Face, float], scale: HeatScale | None
) -> Iterator[Painted]:
    if scale is None:
        return
    yaws = {rack.id: rack.yaw_rad for rack in facility.racks if rack.level == level}
    done: set[Face] = set()
    for place in facility.locations:
        face = face_of(place)
        if place.rack not in yaws or face in done:
            continue
        done.add(face)
        number = int(scale.classes(np.array([visits[face]]))[0])
        if number >= 0:
            yield Painted(corners=_footprint(place, yaws[place.rack]), fill=scale.colours[number])


def _footprint(place: Location, yaw: float) -> list[tuple[float, float]]:
    along = np.array([math.cos(yaw), math.sin(yaw)]) * place.size_m[0] * GAP / 2
    across = np.array([-math.sin(yaw), math.cos(yaw)]) * place.size_m[1] * GAP / 2
    ways = (-along - across, along - across, along + across, across - along)
    return [(float(x), float(y)) for x, y in (np.array(place.center[:2]) + way for way in ways)]
