"""Which figures locations may be coloured by in what is shown; they are worked out in viewer/location_figures.py."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from layouts.live.state import TwinState
from server.answers.shown import Shown
from viewer.location_figures import (
    Colouring,
    age_figures,
    blocked_figures,
    fill_figures,
    velocity_figures,
)

__all__ = ["Colouring", "Colourings"]


class Colourings:
    """The colourings that what is shown allows, each worked out when it is first asked for."""

    def __init__(self, shown: Shown) -> None:
        facility, run = shown.site.facility, shown.run
        self._made: dict[str, Callable[[], Colouring]] = {}
        if any(location.fill is not None for location in facility.locations):
            self._made["fill"] = cache(lambda: fill_figures(facility))
        if run is not None:
            self._made["velocity"] = cache(lambda: velocity_figures(facility, run))
            self._made["blocked"] = cache(lambda: blocked_figures(run))

    def names(self, *, is_live: bool) -> tuple[str, ...]:
        """Those that there are."""
        return (*self._made, *(("age",) if is_live else ()))

    def get(self, name: str, *, live: TwinState | None, site: str, now_ms: int) -> Colouring | None:
        """The colouring of this name, None if there is none."""
        if name == "age" and live is not None:
            return age_figures(live, site, now_ms)
        make = self._made.get(name)
        return None if make is None else make()
