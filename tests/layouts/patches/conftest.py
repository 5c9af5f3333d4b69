"""Halls to patch: the demo hall, one as a scan finds it, and traditional ones of any size."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from layouts.demo_hall import demo_hall
from layouts.patches.apply_patch import Patched, apply_patch
from layouts.patches.patch_model import Patch
from spatial.facility import Facility, Level, Station
from spatial.locations import location_box

Change = Mapping[str, Any]
AISLE_M, DEPTH_M, FLUE_M, BAY_M, UPRIGHT_M = 3.0, 1.1, 0.2, 2.7, 0.1


def patched(hall: Facility, *changes: Change) -> Patched:
    return apply_patch(hall, Patch.model_validate({"changes": changes}))


def scanned_hall() -> Facility:
    """The demo hall as a scan would have it: a little off, unsure, some rows running the other way."""
    hall, random = demo_hall(), np.random.default_rng(5)
    racks = {}
    for i, rack in enumerate(hall.racks):
        turned = i % 3 == 2
        x, y = rack.center + random.normal(0, 0.004, 2)
        yaw = math.remainder(rack.yaw_rad + random.normal(0, 0.0004) + math.pi * turned, math.tau)
        racks[rack.id] = replace(
            rack,
            center=(float(x), float(y)),
            yaw_rad=yaw,
            faces=tuple(-face if turned else face for face in rack.faces),
            sigma_m=0.004,
            yaw_sigma_rad=0.0003,
            evidence_points=int(random.integers(1000, 9000)),
            extra={"plumb": {"lean_m": 0.01 * i}} if i % 2 else {},
        )
    places = []
    for place in hall.locations:
        center, size = location_box(racks[place.rack], place.bay, place.tier, place.position, 3)
        state = "unseen" if place.tier == 3 else place.state
        places.append(replace(place, center=center, size_m=size, state=state, confidence=0.9))
    return replace(
        hall,
        kind="as_built",
        racks=tuple(racks.values()),
        locations=tuple(places),
        aisles=tuple(replace(aisle, sigma_m=0.006) for aisle in hall.aisles),
        extra={"surveyor": "A"},
    )


def traditional_hall(aisles: int, bays: int, *, margin_m: float = 4.0) -> Facility:
    """Aisles along y on both sides of x = 0, rows from y = 0 on, the depot before the middle of the front.

    The rows are put there by a patch on an empty hall.
    """
    module_m = AISLE_M + 2 * DEPTH_M + FLUE_M
    half, depth_m = aisles * module_m / 2, bays * (BAY_M + UPRIGHT_M) + UPRIGHT_M
    rack_type = {
        "depth_m": DEPTH_M,
        "bay_width_m": BAY_M,
        "upright_width_m": UPRIGHT_M,
        "tiers_m": [],
        "positions": 1,
    }
    changes = []
    for aisle in range(aisles):
        first_m = -half + aisle * module_m + (FLUE_M + DEPTH_M) / 2
        for x, faces in ((first_m, "right"), (first_m + DEPTH_M + AISLE_M, "left")):
            row = {"id": f"R{len(changes) + 1}", "at_m": [x, 0.0], "heading_deg": 90.0}
            changes.append({"add_rack": {**row, "bays": bays, "type": rack_type, "faces": faces}})
    low_x, high_x = -half - margin_m, half + margin_m
    outline = (
        (low_x, -margin_m),
        (high_x, -margin_m),
        (high_x, depth_m + margin_m),
        (low_x, depth_m + margin_m),
    )
    empty = Facility(
        id="T",
        name="traditional",
        kind="planned",
        levels=(Level(id="L0", elevation_m=0.0, outline=outline),),
        stations=(Station(id="DEPOT", level="L0", kind="depot", pose=(0.0, -margin_m / 2, 0.0)),),
    )
    return patched(empty, *changes).facility


@pytest.fixture(name="patched")
def patching() -> Callable[..., Patched]:
    return patched


@pytest.fixture(scope="session")
def demo() -> Facility:
    return demo_hall()


@pytest.fixture(scope="session")
def scanned() -> Facility:
    return scanned_hall()


@pytest.fixture(scope="session")
def lightly_stocked(scanned: Facility) -> Facility:
    """The scanned hall with the first place of the two lower tiers of each bay, to be patched often."""
    kept = (place for place in scanned.locations if place.position == 1 and place.tier < 2)
    return replace(scanned, locations=tuple(kept))


@pytest.fixture(scope="session", name="traditional")
def traditional() -> Callable[..., Facility]:
    return traditional_hall
