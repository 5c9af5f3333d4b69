"""A hall of 50,000 locations in which 10,000 agents walk, wait and pick: what the viewers are measured on."""

from __future__ import annotations

import math

import numpy as np

from layouts.run import Event, Run
from spatial.facility import Bay, Facility, Level, Location, Rack, Tier

BAYS, TIERS, PLACES = 20, 4, 4
"""So many bays in a rack, carried tiers and locations on each; with the floor, 400 locations a rack."""
BAY_M, DEPTH_M, AISLE_M, TIER_M = 2.8, 1.1, 3.0, 1.6
STATES = ("occupied", "empty", "unseen")


def big_hall(locations: int = 50_000) -> Facility:
    """Racks in four blocks of rows, single deep, with an aisle before each."""
    racks, places = [], []
    count = math.ceil(locations / (BAYS * (TIERS + 1) * PLACES))
    for number in range(count):
        block, row = number % 4, number // 4
        x0, y = 5.0 + block * (BAYS * BAY_M + 8.0), 5.0 + row * (DEPTH_M + AISLE_M)
        rack = Rack(
            id=f"R{number}", level="L0", kind="pallet_rack", center=(x0 + BAYS * BAY_M / 2, y), base_z_m=0.0,
            yaw_rad=0.0, length_m=BAYS * BAY_M, depth_m=DEPTH_M, height_m=TIER_M * (TIERS + 1), faces=(1,),
            bays=tuple(Bay(offset_m=BAY_M * bay + 0.05, width_m=BAY_M - 0.1) for bay in range(BAYS)),
            tiers=tuple(Tier(z_m=TIER_M * (tier + 1)) for tier in range(TIERS)),
        )  # fmt: skip
        racks.append(rack)
        for bay in range(BAYS):
            for tier in range(TIERS + 1):
                for place in range(PLACES):
                    x = x0 + BAY_M * (bay + (place + 0.5) / PLACES)
                    state = STATES[(number + bay * 7 + tier * 3 + place) % 3]
                    places.append(
                        Location(
                            id=f"R{number}-{bay:02}-{tier}-{place}", rack=rack.id, bay=bay, tier=tier,
                            position=place + 1, center=(x, y, TIER_M * tier + 0.7),
                            size_m=(BAY_M / PLACES, DEPTH_M, 1.4), state=state,  # type: ignore[arg-type]
                            fill=0.7 if state == "occupied" else None,
                        )
                    )  # fmt: skip
    width, depth = 4 * (BAYS * BAY_M + 8.0) + 4.0, 10.0 + math.ceil(count / 4) * (DEPTH_M + AISLE_M)
    floor = Level(id="L0", elevation_m=0.0, outline=((0.0, 0.0), (width, 0.0), (width, depth), (0.0, depth)))
    return Facility(
        id="BIG", name="Big hall", kind="planned", levels=(floor,), racks=tuple(racks),
        locations=tuple(places[:locations]),
    )  # fmt: skip


def big_run(facility: Facility, agents: int = 10_000, *, seconds: float = 240.0, seed: int = 1) -> Run:
    """Agents that go to and fro in aisles, 20 s a move, with picks and waits between."""
    draw = np.random.default_rng(seed)
    racks = facility.racks
    events = []
    for agent in range(agents):
        rack = racks[int(draw.integers(len(racks)))]
        y = rack.center[1] + DEPTH_M / 2 + float(draw.uniform(0.5, AISLE_M - 1.0))
        low, high = rack.center[0] - rack.length_m / 2, rack.center[0] + rack.length_m / 2
        x, t, name = float(draw.uniform(low, high)), float(draw.uniform(0, 5)), f"P{agent:05}"
        while t < seconds:
            to = float(draw.uniform(low, high))
            for kind, path, takes in (
                ("move", ((x, y), (to, y)), max(1.0, abs(to - x) / 1.3)),
                ("wait", ((to, y),), 2.0),
                ("pick", ((to, y),), 6.0),
            ):
                cause = {"cause": "face", "resource": rack.id} if kind == "wait" else {}
                events.append((t, name, kind, t + takes, path, cause))
                t += takes
            x = to
    events.sort(key=lambda event: event[:2])
    return Run(
        id="BIG", kind="simulated", duration_s=seconds + 60.0,
        agents=tuple(f"P{agent:05}" for agent in range(agents)),
        events=tuple(  # type: ignore[arg-type]
            Event(
                seq=seq, agent=name, kind=kind, start_s=start, end_s=end, level="L0", path=path, **cause  # type: ignore[arg-type]
            )
            for seq, (start, name, kind, end, path, cause) in enumerate(events)
        ),
    )  # fmt: skip
