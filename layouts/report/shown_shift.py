"""One replication of every scenario, played again to be looked at: where time was lost and where it went."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import convolve1d

from layouts.comparison.compare import Comparison
from layouts.events import Floats
from layouts.heat import heat, traffic_heat
from layouts.kpis import kpis
from layouts.report.plan_frame import PlanFrame, plan_frame
from layouts.report.worst_places import WorstPlace, worst_places
from layouts.run import Run
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import ReadyShift, play_shift, ready_shift
from spatial.facility import Facility
from spatial.progress import Progress, silent

Grids = Mapping[str, npt.NDArray[np.float64]]
"""By level, seconds per m² on the frame's grid (H, W); row 0 is at the bottom, column 0 on the left."""

ROOM_M = 0.5
"""Who stands on a smaller cell than 1 m² takes some of the cells around it: up to this far."""


@dataclass(frozen=True, kw_only=True)
class ShownShift:
    """A replication of `scenario` in `facility` after its warm-up: blocked seconds and agent-seconds per m² of floor.

    `inputs` holds names and hashes, `notes` what the simulation assumed; with `made_up` orders a generator made them.
    """

    name: str
    scenario: Scenario
    facility: Facility
    inputs: Mapping[str, Any]
    notes: tuple[str, ...]
    warm_up_s: float
    blocked_s: float
    blocked: Grids
    busy: Grids
    worst: tuple[WorstPlace, ...]
    made_up: bool


def shown_shifts(
    scenarios: Mapping[str, Scenario], comparison: Comparison, *, progress: Progress = silent
) -> tuple[int, PlanFrame, tuple[ShownShift, ...]]:
    """The number of the replication that is shown, the frame of all halls, and each scenario's shift, baseline first.

    Raises ValueError unless the scenarios are those of the comparison, and what planning them raises.
    """
    names = [comparison.baseline, *(each.name for each in comparison.against)]
    if set(scenarios) != set(names):
        raise ValueError(f"scenarios {', '.join(scenarios)} are not those compared: give {', '.join(names)}")
    number = typical_replication(comparison)
    readies = []
    for place, name in enumerate(names):
        progress(f"report: plans {name}", place / len(names))
        readies.append(ready_shift(scenarios[name], replication=number))
    frame = plan_frame([ready.shift.facility for ready in readies])
    shown = tuple(
        _shown(name, ready, play_shift(ready, replication=number), frame)
        for name, ready in zip(names, readies, strict=True)
    )
    progress("report: plans", 1.0)
    return number, frame, shown


def typical_replication(comparison: Comparison) -> int:
    """The replication whose figures are closest to their means, over all scenarios and figures that vary.

    Closest by the sum of squared distances in standard deviations; the first of equals.
    """
    far: Floats = np.zeros(comparison.n)
    for runs in comparison.runs.values():
        for values in map(np.asarray, runs.values()):
            spread = float(values.std())
            if spread > 0:
                far += ((values - values.mean()) / spread) ** 2
    return int(np.argmin(far))


def _shown(name: str, ready: ReadyShift, run: Run, frame: PlanFrame) -> ShownShift:
    facility, warm_up_s = ready.shift.facility, ready.warm_up_s
    turned = replace(run, events=replace(run.events, xy=frame.turned(run.events.xy)))
    levels = [level.id for level in facility.levels]
    return ShownShift(
        name=name,
        scenario=ready.scenario,
        facility=facility,
        inputs=run.inputs,
        notes=run.notes,
        warm_up_s=warm_up_s,
        blocked_s=kpis(run, warm_up_s=warm_up_s).total.blocked_s,
        blocked=_grids(heat, turned, frame, levels, warm_up_s),
        busy=_grids(traffic_heat, turned, frame, levels, warm_up_s),
        worst=worst_places(run, warm_up_s=warm_up_s),
        made_up=ready.scenario.orders is None or any(order.is_made_up for order in ready.shift.orders),
    )


def _grids(
    layer: Any, turned: Run, frame: PlanFrame, levels: Iterable[str], warm_up_s: float
) -> dict[str, npt.NDArray[np.float64]]:
    """What happened after the warm-up is all that happened, less what did before."""
    found = {}
    for level in levels:
        until_end, until_warm = (
            layer(turned, bounds=frame.bounds, cell_m=frame.cell_m, level=level, until_s=until_s)
            for until_s in (math.inf, warm_up_s)
        )
        found[level] = spread_out(np.maximum(until_end - until_warm, 0.0), frame.cell_m) / frame.cell_m**2
    return found


def spread_out(seconds: npt.NDArray[np.float64], cell_m: float) -> npt.NDArray[np.float64]:
    """Seconds (H, W) a quarter, a half and a quarter to neighbours along both axes, where cells are small.

    At the border nothing is lost. Larger cells keep what they have.
    """
    if cell_m > ROOM_M:
        return seconds
    for axis in (0, 1):
        seconds = convolve1d(seconds, [0.25, 0.5, 0.25], axis=axis, mode="reflect")
    return seconds
