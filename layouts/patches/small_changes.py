"""Stations and obstacles that come, go and move."""

from __future__ import annotations

from dataclasses import replace

from layouts.layout_file.placement import Placement
from layouts.patches.draft import Draft
from layouts.patches.patch_model import AddObstacle, AddStation, MoveStation, RemoveObstacle, RemoveStation
from spatial.facility import Obstacle, Station


def move_station(draft: Draft, said: MoveStation) -> None:
    """The same station at another place."""
    station = draft.stations[draft.known("stations", said.station, ("station",))]
    yaw = station.pose[2] if said.heading_deg is None else Placement().yaw(said.heading_deg)
    draft.stations[station.id] = replace(station, pose=(*said.to_m, yaw))
    draft.touched["stations", station.id] = draft.change


def add_station(draft: Draft, said: AddStation) -> None:
    """A new work place."""
    draft.require_new("stations", said.id, ("id",))
    draft.stations[said.id] = Station(
        id=said.id,
        level=draft.level_of(said.level, ("level",)),
        kind=said.kind,
        pose=(*said.at_m, Placement().yaw(said.heading_deg)),
        servers=said.servers,
    )
    draft.touched["stations", said.id] = draft.change


def remove_station(draft: Draft, said: RemoveStation) -> None:
    """Work places go."""
    _remove(draft, "stations", said.stations)


def remove_obstacle(draft: Draft, said: RemoveObstacle) -> None:
    """What stood there goes."""
    _remove(draft, "obstacles", said.obstacles)


def add_obstacle(draft: Draft, said: AddObstacle) -> None:
    """Something new stands there."""
    if said.id is not None:
        draft.require_new("obstacles", said.id, ("id",))
    name = said.id or draft.next_id("obstacles", "O")
    draft.obstacles[name] = Obstacle(
        id=name,
        level=draft.level_of(said.level, ("level",)),
        kind=said.kind,
        footprint=said.corners_m,
        z0_m=said.bottom_m,
        z1_m=said.bottom_m + said.height_m,
        movable=said.movable,
    )
    draft.touched["obstacles", name] = draft.change


def _remove(draft: Draft, kind: str, names: tuple[str, ...]) -> None:
    for name in draft.all_known(kind, names):
        del getattr(draft, kind)[name]
        draft.touched[kind, name] = draft.change
