"""`deviate` on a hall built otherwise than planned: how much of what was planted is found, and what else is told.

The shared scorer compares types and ids. It cannot tell where a new rack or thing stands: that is compared here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import shapely
from hall_frame import Record, rectangle
from recognition_score import scorer

from scans.deviation.finding import Finding
from scans.deviation.plan_against_scan import plan_against_scan
from scans.deviation.seen_points import seen_points
from scans.readers import open_scans
from spatial.facility_json import facility_from_json

PLANTED = ("rack_moved", "beam_missing", "beam_height", "aisle_blocked", "rack_added")
_ALARMS = (*PLANTED, "rack_missing", "rack_turned")
_ABOUT_M = 0.4
"""A new thing's middle lies that near to something that truly stands there."""


def deviation(laz: Path, poses: Path, plan: Record, deviations: Sequence[Record], truth: Record) -> Record:
    """`recall` of what was planted, `false_alarms` as a share of what fails of those kinds, and `false_things`, the
    share of new things that are none; with their numbers. Clutter may block an aisle too: that is no false alarm.
    """
    seen = seen_points(open_scans([laz], poses=poses))
    found = plan_against_scan(facility_from_json(scorer("truth_to_facility").facility(plan)), seen)
    fails = [one for one in found if one.verdict == "fail"]
    planted = [_planted(each, truth) for each in deviations]
    alarms = [one for one in fails if one.type in _ALARMS]
    right = [[_is(one, each) for one in alarms] for each in planted]
    standing = shapely.union_all(_standing(truth))
    false = sum(
        not any(row[k] for row in right) and not (one.type == "aisle_blocked" and _is_near(one, standing))
        for k, one in enumerate(alarms)
    )
    things = [one for one in fails if one.type == "obstacle_added"]
    false_things = sum(not _is_near(one, standing) for one in things)
    return {
        "planted": len(planted), "found": sum(any(row) for row in right),
        "recall": sum(any(row) for row in right) / len(planted) if planted else None,
        "alarms": len(alarms), "false": false, "false_alarms": false / len(alarms) if alarms else None,
        "things": len(things), "false_things": false_things / len(things) if things else None,
    }  # fmt: skip


def _planted(each: Record, truth: Record) -> Record:
    """A planted deviation with the words of findings and, of a new rack, where it stands."""
    if each["type"] != "rack_extra":
        return each
    (rack,) = (rack for rack in truth["racks"] if rack["id"] == each["rack"])
    return {
        "type": "rack_added",
        "shape": rectangle(rack["centre"], rack["length"], rack["depth"], rack["yaw"]),
    }


def _is(one: Finding, each: Record) -> bool:
    if one.type != each["type"]:
        return False
    if one.type == "rack_added":
        return _is_near(one, each["shape"])
    told = {"rack": "rack", "aisle": "aisle", "bay": "bay", "level": "tier_index"}
    return all(str(one.place.get(ours)) == str(each[name]) for name, ours in told.items() if name in each)


def _is_near(one: Finding, shape: shapely.Geometry) -> bool:
    return bool(shape.distance(shapely.Point(one.more["at"])) < _ABOUT_M)


def _standing(truth: Record) -> list[shapely.Polygon]:
    """Footprints of what a plan does not know: stacks, clutter, conveyors, and racks as they stand."""
    sized = [*truth["stacks"], *truth["clutter"]]
    return [
        *(rectangle(s["centre"], s["size"][0], s["size"][1], s["yaw"]) for s in sized),
        *(rectangle(c["centre"], c["length"], c["width"], c["yaw"]) for c in truth["conveyors"]),
        *(rectangle(r["centre"], r["length"], r["depth"], r["yaw"]) for r in truth["racks"]),
    ]
