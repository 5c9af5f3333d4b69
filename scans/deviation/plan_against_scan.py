"""A plan held against the points of a scan: every rack, beam and aisle of it, and what it does not know."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from scans.deviation.beams import RackBeams, look_for_beams
from scans.deviation.finding import Finding, Verdict, Z, judge, mm
from scans.deviation.lanes import blocked_aisles, narrowed_aisles
from scans.deviation.newcomers import added, find_newcomers
from scans.deviation.plumb import leans
from scans.deviation.rack_refit import RackFit, refit_rack
from scans.deviation.seen_points import SeenPoints
from spatial.facility import Facility, Rack
from spatial.progress import Progress, silent

_GONE_SHARE = 0.5
"""A rack without uprights is missing if this share of its beams' places is seen through."""


@dataclass(frozen=True, kw_only=True)
class DeviationLimits:
    """What is allowed, metres unless it says otherwise, each 0 or more.

    `limit_m` of places, heights and widths; `obstacle_m` the longer side from which on a new thing counts; `pass_m`
    what must pass every aisle; `plumb` the greatest lean in m per m, None for no verdict. `registration_sigma_m` and
    `tilt_sigma_rad` are how well the scan's place and vertical are known, standard deviations; the vertical by
    default as by the compensators of terrestrial scanners, 20 arc seconds.
    """

    limit_m: float = 0.02
    obstacle_m: float = 0.1
    pass_m: float = 0.8
    plumb: float | None = None
    registration_sigma_m: float = 0.003
    tilt_sigma_rad: float = 0.0001

    def __post_init__(self) -> None:
        for name in ("limit_m", "obstacle_m", "pass_m", "registration_sigma_m", "tilt_sigma_rad"):
            value = getattr(self, name)
            if not 0 <= value < math.inf:
                raise ValueError(f"{name} {value} is below 0 or no number: give 0 or more")


def plan_against_scan(
    plan: Facility, seen: SeenPoints, limits: DeviationLimits | None = None, progress: Progress = silent
) -> tuple[Finding, ...]:
    """Findings of `plan` against `seen`, both in one world frame; what passes is told too.

    1. Each rack is refitted to the points of its neighbourhood: moved, turned, missing, leaning.
    2. Where it stands its beams are looked for: missing, at another height.
    3. Faces tell the width of aisles, and what nothing planned explains is new: racks, obstacles, what blocks.

    UndecidedError where no floor was scanned.
    """
    limits = limits or DeviationLimits()
    fits: dict[str, RackFit | None] = {}
    found: list[Finding] = []
    for number, rack in enumerate(plan.racks):
        fit = fits[rack.id] = refit_rack(rack, seen, registration_sigma_m=limits.registration_sigma_m)  # 1
        beams = look_for_beams(rack if fit is None else fit.moved(), seen)  # 2
        if fit is None:
            found.append(_without_fit(rack, beams))
        else:
            found += [_moved(fit, limits.limit_m), _turned(fit, limits.limit_m)]
            found += leans(fit, limits.plumb, tilt_sigma=limits.tilt_sigma_rad)
            found += _beam_findings(rack, beams, limits)
        progress("racks", (number + 1) / len(plan.racks))
    progress("floor", 0.0)
    found += narrowed_aisles(plan.aisles, plan.racks, fits, limits.limit_m)  # 3
    unexplained = find_newcomers(plan, fits, seen)
    found += added(unexplained.newcomers, knows_eyes=seen.knows_eyes, limit_m=limits.obstacle_m)
    found += blocked_aisles(plan.aisles, unexplained.newcomers, unexplained, limits.pass_m)
    progress("done", 1.0)
    return tuple(found)


def _moved(fit: RackFit, limit_m: float) -> Finding:
    parts: list[Verdict] = [
        judge(fit.along_m, fit.along_sigma_m, limit_m),
        judge(fit.across_m, fit.across_sigma_m, limit_m),
        judge(fit.by_m, fit.sigma_m, limit_m),
    ]
    verdict: Verdict = "fail" if "fail" in parts else parts[2]
    along = (
        f"{mm(fit.along_m, fit.along_sigma_m)} along" if math.isfinite(fit.along_sigma_m) else "unknown along"
    )
    return Finding(
        type="rack_moved",
        verdict=verdict,
        text=f"rack {fit.rack.id} moved by {mm(fit.across_m, fit.across_sigma_m)} across, {along}",
        place={"rack": fit.rack.id},
        by_m=fit.by_m,
        sigma_m=fit.sigma_m,
        limit_m=limit_m,
        more={
            "direction": fit.direction,
            "across_m": fit.across_m,
            "across_sigma_m": fit.across_sigma_m,
            "along_m": fit.along_m,
            "along_sigma_m": fit.along_sigma_m,
        },
    )


def _turned(fit: RackFit, limit_m: float) -> Finding:
    """A turn counts by how far it takes the ends of the row."""
    half = fit.rack.length_m / 2
    by, sigma = abs(fit.turn_rad) * half, fit.turn_sigma_rad * half
    degrees = math.degrees(fit.turn_rad)
    return Finding(
        type="rack_turned",
        verdict=judge(by, sigma, limit_m),
        text=f"rack {fit.rack.id} turned by {degrees:.3f}° ± {math.degrees(Z * fit.turn_sigma_rad):.3f}°: "
        f"its ends by {mm(by, sigma) if math.isfinite(sigma) else 'an unknown length'}",
        place={"rack": fit.rack.id},
        by_m=by,
        sigma_m=sigma,
        limit_m=limit_m,
        more={"turn_deg": degrees, "turn_sigma_deg": math.degrees(fit.turn_sigma_rad)},
    )


def _without_fit(rack: Rack, beams: RackBeams) -> Finding:
    """Missing where what should be its beams is seen through; else hidden, or too thinly scanned."""
    places = beams.is_open.size
    gone = sum(beams.is_there(b, t) is False for b, t in _places(rack))
    there = sum(beams.is_there(b, t) is True for b, t in _places(rack))
    is_gone = places > 0 and gone >= _GONE_SHARE * places and there <= 0.1 * places
    return Finding(
        type="rack_missing",
        verdict="fail" if is_gone else "cannot_decide",
        text=f"rack {rack.id} is missing" if is_gone else f"rack {rack.id} is not seen well enough",
        place={"rack": rack.id},
        more={"beams_seen_through": gone, "beams": places},
    )


def _places(rack: Rack) -> Iterator[tuple[int, int]]:
    """Bay and tier of each planned beam."""
    absent = set(rack.missing_beams)
    for bay in range(len(rack.bays)):
        for tier in range(len(rack.tiers)):
            if (bay, tier) not in absent:
                yield bay, tier


def _beam_findings(rack: Rack, beams: RackBeams, limits: DeviationLimits) -> Iterator[Finding]:
    """Heights by tier, and of single beams that lie elsewhere than their tier; then which are there."""
    if not beams.solid.size or rack.kind == "shelving":
        return
    registration = limits.registration_sigma_m
    for t in range(len(rack.tiers)):
        whole = beams.tier_shift(t)
        if whole is None:
            continue
        sigma = math.hypot(whole.sigma_m, registration)
        yield _height(rack, t, None, whole.shift_m, sigma, limits.limit_m)
        for (b, tier), beam in sorted(beams.heights.items()):
            own = beam.shift_m - whole.shift_m
            if tier == t and judge(own, beam.sigma_m, limits.limit_m) == "fail":
                sigma = math.hypot(beam.sigma_m, registration)
                yield _height(rack, t, b, beam.shift_m, sigma, limits.limit_m)
    for b, t in _places(rack):
        there = beams.is_there(b, t)
        solid, is_open = float(beams.solid[b, t]), float(beams.is_open[b, t])
        told = {True: "is there", False: "is missing", None: "is hidden"}[there]
        yield Finding(
            type="beam_missing",
            verdict={True: "pass", False: "fail", None: "cannot_decide"}[there],  # type: ignore[arg-type]
            text=f"rack {rack.id}: beam of bay {b}, tier {t} {told}",
            place={"rack": rack.id, "bay": b, "tier_index": t},
            more={
                "confidence": is_open / (is_open + solid) if there is False else None,
                "seen_through": is_open,
            },
        )


def _height(
    rack: Rack, tier: int, bay: int | None, shift_m: float, sigma_m: float, limit_m: float
) -> Finding:
    where = f"tier {tier}" if bay is None else f"bay {bay}, tier {tier}"
    return Finding(
        type="beam_height",
        verdict=judge(shift_m, sigma_m, limit_m),
        text=f"rack {rack.id}, {where}: {mm(shift_m, sigma_m)} from its planned height",
        place={
            "rack": rack.id,
            **({} if bay is None else {"bay": bay}),
            "tier_index": tier,
        },
        by_m=shift_m,
        sigma_m=sigma_m,
        limit_m=limit_m,
    )
