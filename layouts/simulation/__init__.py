"""A shift played out: errands become a tape, the engine plays it, a run tells of it."""

from layouts.simulation.itineraries import run_itineraries

__all__ = ["run_itineraries"]
