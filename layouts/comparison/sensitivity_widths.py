"""A scanned hall whose aisles are all a little narrower or wider than measured, as far as the scan may err."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from pathlib import Path

from layouts.scenario import Scenario
from spatial.facility import Facility, Rack
from spatial.facility_json import read_facility, write_facility


def has_measured_widths(scenario: Scenario) -> bool:
    """Whether some rack of the scenario's site was measured."""
    return any(rack.sigma_m > 0 for rack in _facility(scenario).racks)


def with_widths(scenario: Scenario, sigmas: float, folder: Path) -> Scenario:
    """The scenario on a site whose aisles are `sigmas` standard deviations wider, or narrower below 0."""
    facility = with_faces_moved(_facility(scenario), sigmas)
    key = hashlib.sha256(f"{scenario.site.resolve()} {sigmas}".encode()).hexdigest()[:8]
    path = folder / f"facility-widths-{key}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_facility(path, facility)
    return scenario.model_copy(update={"site": path})


def with_faces_moved(facility: Facility, sigmas: float) -> Facility:
    """The facility with each rack's aisle faces moved back by `sigmas` × its sigma / √2, so aisles are wider.

    Two faces err apart, so an aisle's width errs by √2 × sigma; both moved that much change it by `sigmas` times
    this. Locations stay where they are: what is moved is millimetres.
    """
    return replace(
        facility,
        racks=tuple(_moved(rack, sigmas * rack.sigma_m / math.sqrt(2)) for rack in facility.racks),
        aisles=tuple(
            replace(aisle, clear_width_m=max(0.0, aisle.clear_width_m + sigmas * aisle.sigma_m))
            for aisle in facility.aisles
        ),
    )


def _moved(rack: Rack, back_m: float) -> Rack:
    """The rack with each aisle face moved back; its middle goes along where only one does."""
    shift = -back_m * sum(rack.faces) / 2
    x, y = rack.center
    return replace(
        rack,
        depth_m=rack.depth_m - back_m * len(rack.faces),
        center=(x - shift * math.sin(rack.yaw_rad), y + shift * math.cos(rack.yaw_rad)),
    )


def _facility(scenario: Scenario) -> Facility:
    return read_facility(scenario.site / "facility.json" if scenario.site.is_dir() else scenario.site)
