"""What the locations of a window's halls may be coloured by, and on one scale for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from spatial.errors import BadDataError
from viewer.desktop.scene import DesktopScene, HallShown
from viewer.location_figures import Colouring, blocked_figures, fill_figures, velocity_figures

Colours = Mapping[str, Callable[[], Colouring]]
STATE = "state"


def colours_of(shown: HallShown) -> Colours:
    """What locations may be coloured by besides their state, each worked out when it is first asked for."""
    facility, run = shown.facility, shown.run
    if shown.plan is not None:
        return {}
    found: dict[str, Callable[[], Colouring]] = {}
    if any(place.fill is not None for place in facility.locations):
        found["fill"] = cache(lambda: fill_figures(facility))
    if run is not None:
        found["velocity"] = cache(lambda: velocity_figures(facility, run))
        found["blocked"] = cache(lambda: blocked_figures(run))
    return found


def names_of(colours: Sequence[Colours]) -> tuple[str, ...]:
    """Their names, the state first."""
    return (STATE, *dict.fromkeys(name for each in colours for name in each))


def colour_by(scenes: Sequence[DesktopScene], colours: Sequence[Colours], name: str) -> None:
    """Colour the locations of all halls by `name`, so that a colour means the same in each.

    A hall that has no such figure shows states. Raises BadDataError when none has.
    """
    if name not in names_of(colours):
        raise BadDataError(
            f"locations of {scenes[0].facility.name} cannot be coloured by '{name}', but by: "
            f"{', '.join(names_of(colours))}"
        )
    made = [each[name]() if name in each else None for each in colours]
    top = max((one.top for one in made if one is not None), default=1.0)
    for scene, one in zip(scenes, made, strict=True):
        scene.colour_by(None if one is None else replace(one, told_top=top))
