"""All that a report tells, before it is written in any form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from layouts.comparison.compare import Comparison
from layouts.comparison.money import Money
from layouts.comparison.pareto import Front
from layouts.comparison.sensitivity import Sensitivity
from layouts.comparison.sensitivity_prices import PriceFlip
from layouts.diff.facility_diff import FacilityDiff, diff_facilities
from layouts.report.heat_scale import HeatScale, heat_scale
from layouts.report.markup import listed
from layouts.report.plan_frame import PlanFrame
from layouts.report.settings import Setting, settings_of
from layouts.report.shown_shift import ShownShift, shown_shifts
from layouts.rules.check_layout import check_layout
from layouts.rules.finding import Finding
from layouts.rules.limits import DEFAULT_LIMITS, Limits
from layouts.scenario import Scenario
from spatial.floor.agents import agent_named
from spatial.progress import Progress, silent


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What is told beside a comparison, as far as it was asked for; halls are checked against `limits`, if any.

    `title` is plain text; without one, scenarios stand "against" the baseline.
    """

    title: str | None = None
    front: Front | None = None
    money: Money | None = None
    sensitivity: Sensitivity | None = None
    price_flips: tuple[PriceFlip, ...] = ()
    limits: Limits | None = DEFAULT_LIMITS


NOTHING_BESIDE = Beside()


@dataclass(frozen=True, kw_only=True)
class Report:
    """A comparison with one shift of each scenario (the baseline's first), and what is to be said about both.

    `replication` is the number of the shifts; `halls` holds the difference to the baseline's hall of each scenario
    that has another one; `findings` what the layout rules say of each hall, passes left out.
    """

    comparison: Comparison
    shifts: tuple[ShownShift, ...]
    replication: int
    frame: PlanFrame
    settings: tuple[Setting, ...]
    halls: Mapping[str, FacilityDiff]
    findings: Mapping[str, tuple[Finding, ...]]
    beside: Beside

    @property
    def title(self) -> str:
        """What is held against what."""
        base, *others = self.names
        return self.beside.title or f"{listed(others)} against {base}"

    @property
    def names(self) -> tuple[str, ...]:
        """Of the scenarios, the baseline first."""
        return tuple(shift.name for shift in self.shifts)

    @property
    def levels(self) -> tuple[str, ...]:
        """Those on which anybody was, or on which racks stand, in the order of the halls."""
        known = dict.fromkeys(level.id for shift in self.shifts for level in shift.facility.levels)
        return tuple(level for level in known if any(_is_used(shift, level) for shift in self.shifts))

    @property
    def blocked_scale(self) -> HeatScale | None:
        """That of blocked seconds; None where nobody had to wait."""
        return heat_scale([heat for shift in self.shifts for heat in shift.blocked.values()])

    @property
    def busy_scale(self) -> HeatScale | None:
        """That of agent-seconds."""
        return heat_scale([heat for shift in self.shifts for heat in shift.busy.values()])

    @property
    def shares_numbers(self) -> bool:
        """Whether all scenarios draw the same random numbers: they do with one seed."""
        return len({shift.scenario.seed for shift in self.shifts}) == 1

    @property
    def made_up(self) -> tuple[str, ...]:
        """Scenarios whose orders are nobody's: a generator made them."""
        return tuple(shift.name for shift in self.shifts if shift.made_up)


def make_report(
    comparison: Comparison,
    scenarios: Mapping[str, Scenario],
    *,
    beside: Beside = NOTHING_BESIDE,
    progress: Progress = silent,
) -> Report:
    """Play one typical replication of each of the `scenarios`, which are those compared, and gather what is told.

    Raises ValueError where they are others, and what simulating them raises.
    """
    replication, frame, shifts = shown_shifts(scenarios, comparison, progress=progress)
    base, *others = shifts
    return Report(
        comparison=comparison,
        shifts=shifts,
        replication=replication,
        frame=frame,
        settings=settings_of(shifts),
        halls={
            shift.name: diff_facilities(base.facility, shift.facility)
            for shift in others
            if shift.facility != base.facility
        },
        findings={} if beside.limits is None else _checked(shifts, beside.limits),
        beside=beside,
    )


def _checked(shifts: Sequence[ShownShift], limits: Limits) -> dict[str, tuple[Finding, ...]]:
    """What the rules say of each hall for those who work there; once for scenarios that share both."""
    known: dict[tuple[str, tuple[str, ...]], tuple[Finding, ...]] = {}
    found = {}
    for shift in shifts:
        staff = shift.scenario.operations.staff
        names = tuple(dict.fromkeys(group.agent or shift.scenario.agent for group in staff))
        agents = names or (shift.scenario.agent,)
        key = (shift.inputs["facility"]["sha256"], agents)
        if key not in known:
            checked = check_layout(shift.facility, [agent_named(name) for name in agents], limits)
            known[key] = tuple(each for each in checked if each.verdict != "pass")
        found[shift.name] = known[key]
    return found


def _is_used(shift: ShownShift, level: str) -> bool:
    is_walked = level in shift.busy and bool(shift.busy[level].any())
    return is_walked or any(rack.level == level for rack in shift.facility.racks)
