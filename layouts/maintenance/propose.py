"""The window of each task in which a line loses least.

1. The line is played with the task in each of its windows, with the same random numbers, until all jobs are out.
2. What a window costs is the time that jobs spend in the line beyond what they do without it, in job-hours.
3. Windows are compared pair by pair (Law 2015, 10.3.2). Where several are not shown to differ from the best, that
   cannot be decided, and the earliest of them is proposed.
4. Tasks are placed in the order of the file; those placed before stay where they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from layouts.lines.draws import HOUR_S, draw_line
from layouts.lines.feeds import known_times_s
from layouts.lines.play import play
from layouts.lines.run_line import check_size
from layouts.lines.spec import LineSpec
from layouts.lines.tables import Closure, Floats, layout_of
from layouts.maintenance.spec import MaintenanceSpec, Task, closure_of
from layouts.statistics.intervals import Estimate, paired_difference
from layouts.statistics.selection import select_best
from spatial.errors import BadDataError
from spatial.progress import Progress, counted, silent
from spatial.tasks.workers import ThisProcess, Workers


@dataclass(frozen=True, kw_only=True)
class Window:
    """A task from `start` on costs `loss_hours`, in job-hours; `is_as_good` where no other is shown to be better."""

    start: datetime
    loss_hours: Estimate
    is_as_good: bool


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """All windows of a task in order of their start, and the one that is proposed."""

    task: Task
    windows: tuple[Window, ...]
    chosen: Window

    @property
    def is_decided(self) -> bool:
        """Whether the chosen window is shown to be better than all others."""
        return sum(window.is_as_good for window in self.windows) == 1


def propose(
    line: LineSpec,
    told: MaintenanceSpec,
    *,
    hours: float,
    times: int = 40,
    seed: int = 0,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> tuple[Proposal, ...]:
    """A proposal for each task, in order; `hours` are those in which jobs come, `times` (at least 2) how often each
    window is played. The same for any `workers`.

    Raises BadDataError where jobs are always at hand (nothing would ever be out), where a task may last longer than
    `hours`, and where earlier tasks of its server leave a task no window.
    """
    if line.feed.always:
        raise BadDataError("jobs of this line are always at hand: feed it per_hour, orders or a run")
    times_s = known_times_s(line.feed)
    check_size(line, times_s, hours * HOUR_S)
    played = partial(_spent_hours, line, times_s, hours, seed)
    players, placed, proposals = workers or ThisProcess(), list[Closure](), list[Proposal]()
    windows = {task.name: _windows(line, told, task, hours) for task in told.tasks}
    tell = counted(progress, "windows", times * sum(1 + len(each) for each in windows.values()))
    for task in told.tasks:
        open_ = [(start, each) for start, each in windows[task.name] if not _meets(each, placed)]
        if not open_:
            raise BadDataError(f"task '{task.name}' has no window beside those before: allow it more time")
        sets = [tuple(placed), *((*placed, closure) for _, closure in open_)]
        spent = players.play(partial(_of_set, played, sets, times), range(len(sets) * times), tell)
        rows = [spent[number : number + times] for number in range(0, len(spent), times)]
        proposals.append(_proposal(task, [start for start, _ in open_], rows[1:], rows[0]))
        placed.append(closure_of(task, proposals[-1].chosen.start, told.begins_at, line))
    return tuple(proposals)


def _windows(
    line: LineSpec, told: MaintenanceSpec, task: Task, hours: float
) -> list[tuple[datetime, Closure]]:
    windows = [(start, closure_of(task, start, told.begins_at, line)) for start in task.starts()]
    if windows[-1][1].to_s > hours * HOUR_S:
        raise BadDataError(
            f"task '{task.name}' may end {windows[-1][1].to_s / HOUR_S:g} h after begins_at, "
            f"jobs come for {hours:g} h: play more hours"
        )
    return windows


def _meets(closure: Closure, placed: Sequence[Closure]) -> bool:
    return any(
        closure.server == other.server and closure.from_s < other.to_s and other.from_s < closure.to_s
        for other in placed
    )


def _of_set(played: partial[float], sets: Sequence[Sequence[Closure]], times: int, number: int) -> float:
    return played(sets[number // times], number % times)


def _spent_hours(
    line: LineSpec,
    times_s: Floats | None,
    hours: float,
    seed: int,
    closures: Sequence[Closure],
    replication: int,
) -> float:
    """What all jobs that come within `hours` spend in the line until the last is out, in job-hours."""
    draws = draw_line(line, times_s, horizon_s=hours * HOUR_S, seed=seed, replication=replication)
    layout = layout_of(line.stations, closures)
    log = play(layout, draws.arrivals_s, draws.work_s + draws.down_s, horizon_s=float("inf"))
    return float((log.left_s[:, -1] - log.came_s[:, 0]).sum()) / HOUR_S


def _proposal(
    task: Task, starts: Sequence[datetime], spent: Sequence[Sequence[float]], without: Sequence[float]
) -> Proposal:
    losses = [paired_difference(each, without) for each in spent]
    as_good = {*range(len(starts))}
    if len(starts) > 1:
        named = {str(number): values for number, values in enumerate(spent)}
        selection = select_best(named, larger_is_better=False)
        as_good = {int(each.name) for each in selection.systems if each.verdict != "worse"}
    windows = tuple(
        Window(start=start, loss_hours=loss, is_as_good=number in as_good)
        for number, (start, loss) in enumerate(zip(starts, losses, strict=True))
    )
    return Proposal(task=task, windows=windows, chosen=windows[min(as_good)])
