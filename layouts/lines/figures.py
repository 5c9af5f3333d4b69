"""What a played line shows from the warm-up to its end.

A share is of the time that a station's servers have in all. Numbers are means over time; seconds are means over the
jobs that left the line, or began at the station, in that time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.lines.draws import HOUR_S, Draws
from layouts.lines.spec import LineSpec
from layouts.lines.tables import Floats, Layout, Log
from spatial.errors import UndecidedError


class Window(NamedTuple):
    """Seconds of the run that count."""

    from_s: float
    to_s: float

    @property
    def length_s(self) -> float:
        """From end to end."""
        return self.to_s - self.from_s

    def holds(self, times_s: Floats) -> npt.NDArray[np.bool_]:
        """Which of the times lie within; the end does, the beginning does not."""
        return (times_s > self.from_s) & (times_s <= self.to_s)

    def overlap_s(self, from_s: Floats, to_s: Floats) -> Floats:
        """How much of each span lies within: none of one that never began, and one without an end lasts."""
        ends = np.where(np.isnan(to_s), np.inf, to_s)
        spans = np.minimum(ends, self.to_s) - np.maximum(from_s, self.from_s)
        return np.asarray(np.nan_to_num(np.clip(spans, 0, None)), np.float64)


def line_figures(line: LineSpec, layout: Layout, draws: Draws, log: Log, window: Window) -> dict[str, float]:
    """The figures by name: `jobs_per_hour`, `sojourn_s`, `sojourn_p95_s`, `in_line`, and those of each station as
    `NAME.utilisation`.

    Raises UndecidedError where no job left the line in the window, or none began at a station.
    """
    left = window.holds(log.left_s[:, -1])
    if not left.any():
        raise UndecidedError(
            f"no job left the line from {window.from_s:g} s to {window.to_s:g} s: play more hours"
        )
    came = _came_s(line, log)
    sojourn = log.left_s[left, -1] - came[left]
    figures = {
        "jobs_per_hour": float(left.sum()) * HOUR_S / window.length_s,
        "sojourn_s": float(sojourn.mean()),
        "sojourn_p95_s": float(np.quantile(sojourn, 0.95)),
        "in_line": float(window.overlap_s(came, log.left_s[:, -1]).sum()) / window.length_s,
    }
    for number, station in enumerate(line.stations):
        known = _station(layout, draws, log, window, number, is_fed=number > 0 or not line.feed.always)
        figures |= {f"{station.name}.{name}": value for name, value in known.items()}
    return figures


def _came_s(line: LineSpec, log: Log) -> Floats:
    """When jobs came in; where one is always at hand, when it was taken."""
    return log.began_s[:, 0] if line.feed.always else log.came_s[:, 0]


def _station(
    layout: Layout, draws: Draws, log: Log, window: Window, m: int, *, is_fed: bool
) -> dict[str, float]:
    came, began, done, left = (times[:, m] for times in (log.came_s, log.began_s, log.done_s, log.left_s))
    starts = window.holds(began)
    if not starts.any():
        raise UndecidedError(
            f"no job began at station {m + 1} from {window.from_s:g} s to {window.to_s:g} s: play more hours"
        )
    seconds = window.length_s * float(layout.first[m + 1] - layout.first[m])
    served, down = window.overlap_s(began, done), _down_share(draws, began, m)
    shares = {
        "utilisation": float((served * (1 - down)).sum()) / seconds,
        "down": float((served * down).sum()) / seconds,
        "blocked": float(window.overlap_s(done, left).sum()) / seconds,
        "closed": _closed_s(layout, log, window, m) / seconds,
    }
    shares["starved"] = max(0.0, 1 - sum(shares.values()))
    if not is_fed:
        return shares
    return shares | {
        "queue": float(window.overlap_s(came, began).sum()) / window.length_s,
        "wait_s": float((began - came)[starts].mean()),
    }


def _down_share(draws: Draws, began_s: Floats, m: int) -> Floats:
    """Which share (N,) of its time at the server each job was held up by breakdowns; spread evenly over it."""
    total = draws.work_s[:, m] + draws.down_s[:, m]
    share_of_turn = np.divide(draws.down_s[:, m], total, out=np.zeros_like(total), where=total > 0)
    # jobs begin in the order of their turns, which need not be that of their numbers
    turn = np.argsort(np.argsort(began_s, kind="stable"), kind="stable")
    return np.asarray(share_of_turn[turn])


def _closed_s(layout: Layout, log: Log, window: Window, m: int) -> float:
    """Seconds of closures in which the server had no job."""
    closed = 0.0
    for server, from_s, to_s in zip(
        layout.closed_server, layout.closed_from_s, layout.closed_to_s, strict=True
    ):
        if layout.station[server] == m and from_s < window.to_s and to_s > window.from_s:
            part = Window(max(from_s, window.from_s), min(to_s, window.to_s))
            has = log.server[:, m] == server
            closed += part.length_s - float(part.overlap_s(log.began_s[has, m], log.left_s[has, m]).sum())
    return closed
