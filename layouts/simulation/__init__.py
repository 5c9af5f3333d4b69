"""A shift played out: tours compiled to a tape, a kernel that plays it, events that tell of it."""

from layouts.simulation.itineraries import run_itineraries

__all__ = ["run_itineraries"]
