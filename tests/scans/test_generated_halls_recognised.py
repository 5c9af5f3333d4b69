"""Halls drawn from seeds, scanned and recognised: pallet racks and shelves are what was drawn."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from generated_halls import generated_hall
from shapely import Polygon

from scans.laz_writer import write_laz
from scans.readers import open_scans
from scans.scan_to_facility import scan_to_facility
from spatial.facility import Facility, Rack

KINDS = {"dense": (20.0, 28.0), "shelving": (16.0, 26.0)}
SEED, POINTS = 21, 1_500_000


@dataclass(frozen=True)
class Held:
    """The racks of a hall's truth, each with what was recognised there, if anything."""

    truth: dict[str, Any]
    found: Facility
    pairs: list[tuple[dict[str, Any], Rack]]


def rectangle(center: Any, length: float, depth: float, yaw_rad: float) -> Polygon:
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (length / 2, depth / 2)
    return Polygon(corners @ np.array([[c, s], [-s, c]]) + center)


@pytest.fixture(scope="module", params=list(KINDS))
def held(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Held:
    hall = generated_hall(request.param, SEED, size_m=KINDS[request.param])
    folder = Path(tmp_path_factory.mktemp(request.param))
    scan = hall.scan(POINTS)
    write_laz(folder / "hall.laz", scan.cloud)
    (folder / "poses.json").write_text(json.dumps({"poses": hall.drawing.poses.tolist()}))
    scans = open_scans([folder / "hall.laz"], poses=folder / "poses.json")
    found = scan_to_facility(scans, name="G").facility
    shapes = [
        (rack, rectangle(rack.center, rack.length_m, rack.depth_m, rack.yaw_rad)) for rack in found.racks
    ]
    pairs = []
    for rack in hall.truth["racks"]:
        there = rectangle(rack["centre"], rack["length"], rack["depth"], math.radians(rack["yaw"]))
        near = [
            one for one, shape in shapes if shape.intersection(there).area > 0.75 * shape.union(there).area
        ]
        pairs += [(rack, one) for one in near]
    return Held(hall.truth, found, pairs)


def test_nearly_every_rack_is_found_and_nearly_nothing_else(held: Held) -> None:
    assert len(held.pairs) >= 0.9 * len(held.truth["racks"])
    assert len(held.found.racks) <= 1.15 * len(held.truth["racks"])


def test_they_stand_where_they_were_drawn(held: Held) -> None:
    off = [np.hypot(*np.subtract(one.center, rack["centre"])) for rack, one in held.pairs]
    turn = [abs(math.remainder(one.yaw_rad - math.radians(rack["yaw"]), math.pi)) for rack, one in held.pairs]
    assert np.median(off) < 0.02
    assert math.degrees(np.median(turn)) < 0.1


def test_their_bays_and_tiers_are_those_drawn(held: Held) -> None:
    bays = [len(one.bays) == rack["bays"] for rack, one in held.pairs]
    tiers = [len(one.tiers) == len(rack["beam_z"]) for rack, one in held.pairs]
    assert bays.count(False) <= max(1, 0.1 * len(bays))
    assert tiers.count(False) <= max(1, 0.1 * len(tiers))
    heights = [
        abs(tier.z_m - top)
        for rack, one in held.pairs
        if len(one.tiers) == len(rack["beam_z"])
        for tier, top in zip(one.tiers, rack["beam_z"], strict=True)
    ]
    assert np.median(heights) < 0.008


def test_errors_are_as_great_as_their_sigmas_say(held: Held) -> None:
    off = []
    for rack, one in held.pairs:
        yaw = math.radians(rack["yaw"])
        dx, dy = np.subtract(one.center, rack["centre"])
        along, across = math.cos(yaw) * dx + math.sin(yaw) * dy, math.cos(yaw) * dy - math.sin(yaw) * dx
        told = (
            (along, one.along_sigma_m),
            (across, one.sigma_m),
            (one.length_m - rack["length"], one.length_sigma_m),
            (one.depth_m - rack["depth"], one.depth_sigma_m),
            (one.height_m - rack["height"], one.height_sigma_m),
        )
        assert all(sigma for _, sigma in told)
        off += [abs(error) / sigma for error, sigma in told if sigma]
    assert np.mean(np.array(off) < 1.96) > 0.87
