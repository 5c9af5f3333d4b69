"""Given work: explicit node sequences with service times, played on a graph, so that anyone can check the engine."""

from layouts.simulation.itineraries.outcome import ItineraryRun, TimeSplit
from layouts.simulation.itineraries.run import run_itineraries

__all__ = ["ItineraryRun", "TimeSplit", "run_itineraries"]
