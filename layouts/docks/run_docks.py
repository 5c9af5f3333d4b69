"""The trucks of a day played many times: they come early or late and take longer or shorter each time."""

from __future__ import annotations

from functools import partial

import numpy as np

from layouts.docks.play import Floats, Visits, play_docks
from layouts.docks.spec import Appointments, DockSpec, allowed_doors
from layouts.statistics.common_numbers import stream
from layouts.statistics.replications import Replications, run_replications
from spatial.progress import Progress, silent
from spatial.tasks.workers import Workers


def run_docks(
    docks: DockSpec,
    appointments: Appointments,
    *,
    times: int = 200,
    seed: int = 0,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> Replications:
    """The figures of `dock_figures` over `times` days (at least 2), and each truck's wait as `TRUCK.wait_s`."""
    return run_replications(
        partial(_day, docks, appointments, seed),
        wanted={},
        first=times,
        most=times,
        workers=workers,
        progress=progress,
    )


def _day(docks: DockSpec, appointments: Appointments, seed: int, replication: int) -> dict[str, float]:
    came, takes = draw_day(docks, appointments, seed=seed, replication=replication)
    visits = play_docks(came, takes, allowed_doors(docks, appointments), yard=docks.yard)
    waits = dict(
        zip((f"{truck.truck}.wait_s" for truck in appointments.trucks), wait_s(visits).tolist(), strict=True)
    )
    return dock_figures(visits, doors=len(docks.doors)) | waits


def draw_day(
    docks: DockSpec, appointments: Appointments, *, seed: int, replication: int
) -> tuple[Floats, Floats]:
    """When trucks come and how long each takes, in seconds (N,); a truck's numbers hang on its name only."""

    def of(truck: str) -> np.random.Generator:
        return stream(seed, replication=replication, agent=0, purpose=f"truck {truck}")

    late = docks.late_s
    came, takes = np.empty(len(appointments.trucks)), np.empty(len(appointments.trucks))
    for number, truck in enumerate(appointments.trucks):
        random = of(truck.truck)
        came[number] = truck.due_s + late.mean + late.sd * random.standard_normal()
        takes[number] = truck.takes.draw(random, 1)[0]
    return came, takes


def dock_figures(visits: Visits, *, doors: int) -> dict[str, float]:
    """Of N ≥ 1 trucks: mean and 95 % quantile of the wait for a door, the part of it at the gate, the share of trucks
    that wait, the most trucks that wait at once, and how busy doors are from the first that comes to the last done.
    """
    waits = wait_s(visits)
    span = float(visits.done_s.max() - visits.came_s.min())
    return {
        "wait_s": float(waits.mean()),
        "wait_p95_s": float(np.quantile(waits, 0.95)),
        "gate_s": float((visits.let_in_s - visits.came_s).mean()),
        "waiting_share": float((waits > 0).mean()),
        "most_waiting": float(_most(visits.came_s, visits.began_s)),
        "utilisation": float((visits.done_s - visits.began_s).sum()) / span / doors,
    }


def wait_s(visits: Visits) -> Floats:
    """From the gate to the door, in seconds (N,)."""
    return visits.began_s - visits.came_s


def _most(from_s: Floats, to_s: Floats) -> int:
    """How many of the spans hold one moment, at most; one that ends as another begins is over."""
    steps = sorted(
        [(float(when), -1) for when in to_s[to_s > from_s]]
        + [(float(when), 1) for when in from_s[to_s > from_s]]
    )
    return int(np.cumsum([0, *(step for _, step in steps)]).max())
