"""Ids of locations as a picker reads them: aisle, bay, level, position.

Bays count from the aisle's entry, odd on the left and even on the right; level 1 stands on the floor.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scans.recognition.aisles import FoundAisle, Side
from scans.recognition.racks.blocks import axes_of
from scans.recognition.racks.rows import FoundRow
from spatial.facility import Rack


@dataclass(frozen=True)
class Address:
    """A location's id and its place in the rack: bay index, tier (0 is the floor), position and how many."""

    id: str
    bay: int
    tier: int
    position: int
    positions: int


def addresses(
    index: int,
    row: FoundRow,
    rack: Rack,
    positions: Sequence[int],
    aisles: Sequence[FoundAisle],
    aisle_of: Mapping[Side, int],
) -> Iterator[Address]:
    """Every location of rack row number `index`, addressed by the first of its sides that faces an aisle.

    `positions` says for each bay how many places are side by side in it.
    A row at no aisle gets a number of its own after the aisles', as if it were its own aisle's left side.
    """
    side = next((Side(index, s) for s in rack.faces if Side(index, s) in aisle_of), None)
    number = aisle_of[side] if side is not None else len(aisles) + 1 + index
    forward, left = True, True
    if side is not None:
        lane = aisles[number - 1]
        axes = axes_of(row.yaw_rad)
        forward = float(axes[0] @ (lane.p1 - lane.p0)) > 0
        # walking with the row's yaw, the rack whose left side is the face lies to the right
        left = (side.side < 0) == forward
    first_tier = (
        1 if rack.tiers and rack.tiers[0].z_m < 0.3 else 0
    )  # nothing fits below a shelf's lowest deck
    for bay in range(len(rack.bays)):
        place = bay if forward else len(rack.bays) - 1 - bay
        shown_bay = 2 * place + (1 if left else 2)
        count = positions[bay]
        for tier in range(first_tier, len(rack.tiers) + 1):
            if (
                tier == len(rack.tiers)
                and rack.height_m - rack.tiers[-1].z_m < 0.05
                and rack.kind == "shelving"
            ):
                continue  # the top board of a shelf covers, it does not carry
            for position in range(1, count + 1):
                shown = position if forward else count + 1 - position
                width = max(2, math.ceil(math.log10(max(number, 2) + 0.5)))
                address = f"{number:0{width}d}-{shown_bay:02d}-{tier + 1 - first_tier:02d}-{shown:02d}"
                yield Address(address, bay, tier, position, count)
