"""How the racks as built differ from their plan: moved, a beam missing, a tier elsewhere, a rack more."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
from hall_frame import Record, turn

_MOVES_M = (0.05, 0.1, 0.15, 0.2, 0.3)
_STEP_M = 0.1


def as_built(planned: list[Record], rng: np.random.Generator) -> tuple[list[Record], list[Record], set[int]]:
    """The racks as they stand, the list of differences, and the ids of racks that the plan does not know."""
    built = deepcopy(planned)
    tall = [rack for rack in built if rack["kind"] == "pallet_rack"]
    order = [tall[i] for i in rng.permutation(len(tall))]
    few = max(1, len(tall) // 8)
    moved, bare, stepped = order[: 2 * few], order[few : 2 * few + 1], order[2 * few : 3 * few]
    extra = order[3 * few : 3 * few + 1] if len(order) > 6 else []
    changes = [
        *(_moved(rack, float(_MOVES_M[i % len(_MOVES_M)]), rng) for i, rack in enumerate(moved)),
        *(_beam_missing(rack, rng) for rack in bare),
        *(_beam_height(rack, rng) for rack in stepped),
        *({"type": "rack_extra", "rack": rack["id"]} for rack in extra),
    ]
    return built, changes, {rack["id"] for rack in extra}


def _moved(rack: Record, by: float, rng: np.random.Generator) -> Record:
    """Along the row, or across it towards its own aisle."""
    along, left = turn(rack["yaw"]).T
    way = rack["face"] * left if rng.random() < 0.5 else along * rng.choice([-1, 1])
    rack["centre"] = (np.asarray(rack["centre"]) + by * way).tolist()
    return {"type": "rack_moved", "rack": rack["id"], "by": by}


def _beam_missing(rack: Record, rng: np.random.Generator) -> Record:
    bay, level = int(rng.integers(rack["bays"])), int(rng.integers(rack["levels"]))
    rack["missing_beams"] = [[bay, level]]
    return {"type": "beam_missing", "rack": rack["id"], "bay": bay, "level": level}


def _beam_height(rack: Record, rng: np.random.Generator) -> Record:
    level, by = int(rng.integers(rack["levels"])), _STEP_M * float(rng.choice([-1, 1]))
    rack["beam_z"][level] = round(rack["beam_z"][level] + by, 3)
    return {"type": "beam_height", "rack": rack["id"], "level": level, "by": by}
