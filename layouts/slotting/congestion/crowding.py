"""What it costs that pickers meet: seconds of waiting, to first order, as costs that the search can price.

In a closed system of P pickers whose tours take C seconds each, of which D_g are spent working in group g, a picker
who comes to g finds another there with probability about (P − 1) · D_g / C (mean value analysis to first order:
Reiser and Lavenberg 1980; Schweitzer 1979). He waits for the rest of that work, (1 + v²) / 2 of it where v is the
coefficient of variation of one pick. All tours wait

    tours · (P − 1) / C · (1 + v²) / 2 · Σ_g D_g²

1. A pick face on a wide aisle is a group; in a lane without passing all faces of a cell are one.
2. A lane without passing is a group too: who picks in it holds up everybody behind.
The depot is none: whatever the slotting, every tour is handed over there once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from layouts.scenario import Scenario
from layouts.simulation.engine.tape import NOBODY
from layouts.simulation.traffic.build_traffic import traffic_map
from layouts.slotting.from_scenario import SlottingStart
from layouts.slotting.problem import CrowdCost, SlottingProblem
from layouts.slotting.score import score
from spatial.navigation.nav_graph import NavGraph

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

IN_NONE = -1
HOUR_S = 3600.0
STOPS, LANES = "meeting at stops", "meeting in lanes"


@dataclass(frozen=True, kw_only=True, eq=False)
class Crowding:
    """Who meets where: `stop` (L,) and `lane` (L,) are groups of locations, IN_NONE for a location in none.

    `pick_s` (U,) are the seconds of work at the units over the stretch of `tours` tours with `lines` lines in all.
    `hand_over_s` is what a tour takes at the depot, `spread` is (1 + v²) / 2 of a pick.
    """

    stop: Ints
    lane: Ints
    pick_s: Floats
    tours: float
    lines: float
    hand_over_s: float
    spread: float

    def costs(
        self, *, pickers: int, tour_s: float, stops: float = 1.0, lanes: float = 1.0
    ) -> tuple[CrowdCost, ...]:
        """Their waiting where tours take `tour_s` each, times `stops` and `lanes`; none for one picker or no tours.

        Raises ValueError for fewer than one picker, tours of no time or a weight below 0.
        """
        if pickers < 1 or not tour_s > 0 or not min(stops, lanes) >= 0:
            raise ValueError(
                f"pickers {pickers} must be at least 1, tour_s {tour_s} above 0, the weights {stops} of stops and "
                f"{lanes} of lanes at least 0"
            )
        price = self.spread * (pickers - 1) / (tour_s * self.tours) if self.tours else 0.0
        return tuple(
            CrowdCost(
                name=name,
                of_unit=self.pick_s,
                group=group,
                price=np.full(int(group.max()) + 1, weight * price),
            )
            for name, group, weight in ((STOPS, self.stop, stops), (LANES, self.lane, lanes))
            if weight * price > 0 and group.max(initial=IN_NONE) >= 0
        )

    def free_tour_s(self, problem: SlottingProblem, assignment: Ints) -> float:
        """Seconds of a mean tour without any waiting: walking, picking and handing over."""
        walking = score(replace(problem, place_costs=(), crowd_costs=()), assignment).travel_s
        return (walking + float(self.pick_s.sum())) / self.tours + self.hand_over_s


def crowding_of(start: SlottingStart, problem: SlottingProblem) -> Crowding:
    """The crowding of a scenario's problem, which has the units and locations of the start's."""
    scenario, tours = start.scenario, problem.tours
    stop, lane = meeting_groups(start.floor.graph, scenario, problem.location)
    return Crowding(
        stop=stop,
        lane=lane,
        pick_s=problem.visits * scenario.pick_s + start.pieces * scenario.piece_s,
        tours=float(tours.weight.sum()),
        lines=float(problem.visits.sum()),
        hand_over_s=scenario.drop_s,
        spread=(1 + _variation(scenario) ** 2) / 2,
    )


def meeting_groups(graph: NavGraph, scenario: Scenario, location: Sequence[str]) -> tuple[Ints, Ints]:
    """The stop and the lane (L,) of each location; IN_NONE is the lane of one where agents can pass."""
    traffic = traffic_map(graph, scenario.traffic.settings)
    cells = [traffic.cell_of[0].get(graph.access[place], NOBODY) for place in location]
    lanes = [int(traffic.lane[cell]) if cell != NOBODY else NOBODY for cell in cells]
    meets = [
        f"cell {cell}" if cell != NOBODY else f"face {graph.pick_faces.get(place, place)}"
        for place, cell in zip(location, cells, strict=True)
    ]
    return _numbered(meets), _numbered([None if lane == NOBODY else str(lane) for lane in lanes])


def _variation(scenario: Scenario) -> float:
    return {"fixed": 0.0, "exponential": 1.0, "lognormal": scenario.pick_cv}[scenario.pick_time]


def _numbered(names: Sequence[str | None]) -> Ints:
    number = {name: row for row, name in enumerate(dict.fromkeys(n for n in names if n is not None))}
    return np.array([IN_NONE if name is None else number[name] for name in names], np.int64)
