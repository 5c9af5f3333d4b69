"""What a reader mends in a facility.json that follows the schema; writers are strict.

Boxes that a file may leave out are filled in. Two faults that occur in practice and mislead nobody are mended
with a warning in the log, never in silence.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from typing import Any

from spatial.facility import Rack
from spatial.locations import location_box
from spatial.record_json import decode_record

Record = Mapping[str, Any]

logger = logging.getLogger(__name__)


def with_distinct_obstacles(facility: Record, source: str) -> Record:
    """Obstacles that repeat an id, as the boxes of one stack may, are told apart: 'S1', 'S1#2', 'S1#3'."""
    seen: Counter[str] = Counter()
    obstacles = []
    for i, obstacle in enumerate(facility.get("obstacles", ())):
        name = obstacle["id"]
        seen[name] += 1
        if seen[name] > 1:
            distinct = f"{name}#{seen[name]}"
            logger.warning("%s: $.obstacles[%d].id: %r repeats: read as %r", source, i, name, distinct)
            obstacle = {**obstacle, "id": distinct}
        obstacles.append(obstacle)
    return {**facility, "obstacles": obstacles}


def without_lost_mates(facility: Record, source: str) -> Record:
    """A `back_to_back` that leads to no rack, as when a mate was taken out of a plan, is dropped."""
    known = {rack["id"] for rack in facility.get("racks", ())}
    racks = []
    for i, rack in enumerate(facility.get("racks", ())):
        mate = rack.get("back_to_back")
        if mate is not None and mate not in known:
            logger.warning("%s: $.racks[%d].back_to_back: no rack %r: read as none", source, i, mate)
            rack = {**rack, "back_to_back": None}
        racks.append(rack)
    return {**facility, "racks": racks}


def with_location_boxes(facility: Record) -> Record:
    """Locations without `center` or `size_m` get the box that rack, bay, tier and position imply.

    A bay's opening is shared by as many places as its highest position says.
    """
    locations = facility.get("locations", ())
    if all("center" in location and "size_m" in location for location in locations):
        return facility
    racks = {record["id"]: decode_record(Rack, record) for record in facility["racks"]}
    positions: Counter[tuple[str, int, int]] = Counter()
    for location in locations:
        opening = (location["rack"], location["bay"], location["tier"])
        positions[opening] = max(positions[opening], location.get("position", 1))
    boxed = []
    for location in locations:
        rack, bay, tier = opening = (location["rack"], location["bay"], location["tier"])
        box = location_box(racks[rack], bay, tier, location.get("position", 1), positions[opening])
        boxed.append({"center": box[0], "size_m": box[1], **location})
    return {**facility, "locations": boxed}
