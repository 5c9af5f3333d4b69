"""Plan against exact as-built truth of halls that nobody here generated: their deviations and nothing else."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layouts.diff.facility_diff import FacilityDiff, diff_facilities
from spatial.facility import Bay, Facility, Level, Rack, Tier

BENCH = Path(__file__).parents[3].parent / "shared" / "data" / "scan_bench"


def rack_of(record: dict[str, Any]) -> Rack:
    pitch = record["bay_clear"] + record["post"]
    return Rack(
        id=str(record["id"]),
        level="L0",
        kind=record["kind"],
        center=tuple(record["centre"]),
        base_z_m=record["base_z"],
        yaw_rad=math.radians(record["yaw"]),
        length_m=record["length"],
        depth_m=record["depth"],
        height_m=record["height"],
        bays=tuple(
            Bay(offset_m=record["post"] + i * pitch, width_m=record["bay_clear"])
            for i in range(record["bays"])
        ),
        tiers=tuple(Tier(z_m=z, beam_height_m=record["beam_h"]) for z in record["beam_z"]),
        missing_beams=tuple((bay, tier) for bay, tier, *_ in record["missing_beams"]),
        faces=(record["face"],),
    )


def hall(name: str, side: str) -> Facility:
    path = BENCH / f"{name}.{side}.json"
    if not path.is_file():
        pytest.skip("skipped: ../shared/data/scan_bench is not here")
    racks = tuple(map(rack_of, json.loads(path.read_text(encoding="utf-8"))["racks"]))
    level = Level(id="L0", elevation_m=0.0, outline=())
    return Facility(id=name, name=side, kind="planned", levels=(level,), racks=racks)


def found(diff: FacilityDiff) -> set[tuple[str, str, float]]:
    """What was found in the words of the deviations: lengths in centimetres, named by the plan where it can."""
    told: set[tuple[str, str, float]] = set()
    for change in diff.changes:
        rack = change.before or change.after or ""
        if change.before is None:
            told.add(("rack_extra", rack, 0))
        if change.shift is not None and "moved" in change.words:
            told.add(("rack_moved", rack, round(100 * change.shift.by_m)))
        for field in change.fields:
            if field.name == "missing_beams":
                told.add(("beam_missing", rack, 0))
            elif field.name.startswith("tier_"):
                told.add(("beam_height", rack, round(100 * field.by)))
            else:
                told.add((field.name, rack, 0))
    return told


@pytest.mark.parametrize("names", ["kept", "shuffled"])
@pytest.mark.parametrize("name", ["tiny101", "small102", "medium103"])
def test_the_deviations_of_a_generated_hall_are_found(name: str, names: str) -> None:
    plan, built = hall(name, "plan"), hall(name, "truth")
    deviations = json.loads((BENCH / f"{name}.deviations.json").read_text(encoding="utf-8"))
    wanted = {
        (one["type"], str(one["rack"]), round(100 * one.get("by", 0))) for one in deviations if "rack" in one
    }
    if names == "shuffled":
        order = np.random.default_rng(1).permutation(len(built.racks))
        other = {rack.id: f"{k + 1}" for rack, k in zip(built.racks, order, strict=True)}
        built = replace(built, racks=tuple(replace(rack, id=other[rack.id]) for rack in built.racks))
        wanted = {(w, other[rack] if w == "rack_extra" else rack, by) for w, rack, by in wanted}
    assert found(diff_facilities(plan, built)) == wanted
