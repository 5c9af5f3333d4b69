"""Task logs with known truth: tours through aisles, with speeds that differ by agent and skewed pick times."""

from __future__ import annotations

import numpy as np

from layouts.calibration.steps import Steps
from layouts.events import Floats, Ints

AISLES, BAYS = 10, 20
AISLE_M, BAY_M = 4.0, 2.0
LOCATIONS = tuple(f"{aisle:02}-{bay:02}" for aisle in range(AISLES) for bay in range(BAYS))
ZONE_OF = {name: name[:2] for name in LOCATIONS}
TRUTH = {"speed_m_s": 1.25, "search_s": 6.0, "pick_s": 9.0, "piece_s": 2.0}


def way_m(start: Ints, end: Ints) -> Floats:
    """Metres between places by number: through the front when the aisles differ."""
    bays_0, bays_1 = start % BAYS, end % BAYS
    aisles = np.abs(start // BAYS - end // BAYS)
    across = aisles * AISLE_M + (bays_0 + bays_1) * BAY_M
    return np.where(aisles == 0, np.abs(bays_0 - bays_1) * BAY_M, across)


def task_log(
    seed: int,
    *,
    tours: int = 60,
    stops: int = 12,
    truth: dict[str, float] | None = None,
    detours_m: dict[str, float] | None = None,
    lines_a_stop: int = 3,
    breaks: float = 0.0,
    agent_cv: float = 0.05,
) -> Steps:
    """Steps of `tours` tours; each stop has 1 to `lines_a_stop` lines, ways into zones of `detours_m` are longer."""
    rng = np.random.default_rng(seed)
    truth = TRUTH | (truth or {})
    place = rng.integers(0, len(LOCATIONS), (tours, stops))
    lines = rng.integers(1, lines_a_stop + 1, (tours, stops))
    rows = []
    for tour in range(tours):
        pace = 1 / truth["speed_m_s"] * (1 + agent_cv * rng.standard_normal())
        for stop in range(1, stops):
            start, end = place[tour, stop - 1], place[tour, stop]
            distance = float(way_m(start, end))
            crossed = {start // BAYS, end // BAYS} if start // BAYS != end // BAYS else set()
            extra = sum((detours_m or {}).get(f"{aisle:02}", 0.0) for aisle in crossed)
            for line in range(lines[tour, stop]):
                pieces = rng.integers(1, 6)
                is_stop = line == 0 and start != end
                goes = distance if line == 0 else 0.0
                handling = truth["pick_s"] + truth["piece_s"] * pieces + truth["search_s"] * is_stop
                handling *= rng.lognormal(-0.5 * np.log(1.25), np.sqrt(np.log(1.25)))  # mean 1, cv 0.5
                seconds = (goes + extra * (line == 0)) * pace * rng.normal(1, 0.1) + handling
                seconds += 900.0 * (rng.random() < breaks)
                rows.append((seconds, goes, is_stop, pieces, tour, end))
    table = np.array(rows, np.float64)
    return Steps(
        seconds=table[:, 0], distance_m=table[:, 1], stops=table[:, 2], lines=np.ones(len(table)),
        pieces=table[:, 3], tour=table[:, 4].astype(np.int64), place=table[:, 5].astype(np.int64), places=LOCATIONS,
    )  # fmt: skip
