"""What a hall shows at an instant: of a run from a file, or of what a server tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from layouts.events import Floats, Ints
from layouts.run import Run
from spatial.facility import Facility
from viewer.agent_pieces import AgentPieces
from viewer.followed_world import FollowedWorld
from viewer.messages import Heat, Kpi
from viewer.motion import STATES, positions_at, straight_motions
from viewer.timeline import Timeline

SHOWN_STATES = (*STATES, "silent")
"""Of agents: what they do, or that nobody knows any more."""
FIGURES = 5


@dataclass(frozen=True)
class Moment:
    """The agents `names` (A) at `positions` (A, 3), world metres, with `states` (A,) as indices in SHOWN_STATES.

    `figures` are FIGURES captions with their values; `seen` the states of locations that were told since the scan,
    the same mapping as long as nothing of it changes.
    """

    t_s: float
    names: tuple[str, ...]
    positions: Floats
    states: Ints
    heat: Heat | None
    figures: tuple[tuple[str, str], ...]
    seen: Mapping[str, str] = field(default_factory=dict)


class RunMoments:
    """A run, which may be asked for any time in any order: the answer depends on the time alone."""

    def __init__(self, run: Run, facility: Facility) -> None:
        self.duration_s = run.duration_s
        self.motions = straight_motions(run, facility)
        self.timeline = Timeline(run)

    def at(self, t_s: float) -> Moment:
        """The moment `t_s`."""
        positions, states = positions_at(self.motions, t_s)
        return Moment(
            t_s,
            self.motions.agents,
            positions,
            states.astype(int),
            self.timeline.heat(t_s),
            run_figures(self.timeline.kpi(t_s), t_s),
        )


class WorldMoments:
    """What a server tells of a hall."""

    def __init__(self, world: FollowedWorld, facility: Facility) -> None:
        self.world = world
        self._pieces = AgentPieces(facility, SHOWN_STATES)
        self._seen: dict[str, str] = {}
        self._seen_changes = -1

    def at(self, t_s: float) -> Moment:
        """The moment `t_s` as far as it is known."""
        world = self.world
        positions, states = self._pieces.at(world, t_s)
        if world.clock is not None and world.clock.is_live:
            figures = _live_figures(world, t_s)
        else:
            figures = run_figures(world.kpi, t_s)
        if world.seen_changes != self._seen_changes:
            self._seen_changes = world.seen_changes
            self._seen = {name: entry.state for name, entry in world.seen.items()}
        return Moment(t_s, self._pieces.names, positions, states, world.heat, figures, self._seen)


def run_figures(kpi: Kpi | None, t_s: float) -> tuple[tuple[str, str], ...]:
    """What was done until then; a dash where nothing can be divided yet."""
    per_hour = metres = blocked = lines = "–"
    if kpi is not None:
        at_s = kpi.sim_s
        agent_s = kpi.walk_s + kpi.pick_s + kpi.blocked_s + kpi.drop_s + kpi.other_s + kpi.idle_s
        per_hour = f"{kpi.lines / at_s * 3600:,.0f}" if at_s > 0 else "–"
        metres = f"{kpi.walked_m / kpi.lines:.1f}" if kpi.lines else "–"
        blocked = f"{kpi.blocked_s / agent_s:.1%}" if agent_s > 0 else "–"
        lines = f"{kpi.lines:,}"
    return (
        ("Time", clock_time(t_s)),
        ("Lines per hour", per_hour),
        ("Metres per line", metres),
        ("Blocked", blocked),
        ("Order lines", lines),
    )


def _live_figures(world: FollowedWorld, t_s: float) -> tuple[tuple[str, str], ...]:
    assert world.clock is not None
    at_ms = (world.clock.epoch_ms or 0) + 1000 * t_s
    figures, agents = world.figures, world.live_agents.values()
    heard = sum(agent.freshness == "fresh" for agent in agents)
    open_alerts = sum(alert.status == "open" for alert in world.alerts.values())
    return (
        ("Time", datetime.fromtimestamp(at_ms / 1000).strftime("%H:%M:%S")),
        ("Agents heard", f"{heard} of {len(agents)}"),
        ("Open orders", "–" if figures is None else f"{figures.orders_open:,}"),
        ("Units on hand", "–" if figures is None else f"{figures.units_on_hand:,.0f}"),
        ("Open alerts", f"{open_alerts:,}"),
    )


def clock_time(t_s: float) -> str:
    """3675 → "1:01:15"."""
    hours, rest = divmod(int(t_s), 3600)
    return f"{hours:d}:{rest // 60:02d}:{rest % 60:02d}"
