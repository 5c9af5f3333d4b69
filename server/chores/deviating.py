"""A plan held against a scan or a site, and a scan against an older one, as the command line asks for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from layouts.diff.changes import Change
from layouts.diff.facility_diff import DiffLimits, diff_facilities
from scans.deviation.change_patches import ChangeLimits
from scans.deviation.finding import Finding, Verdict
from scans.deviation.plan_against_scan import DeviationLimits, plan_against_scan
from scans.deviation.scan_against_scan import scan_against_scan
from scans.deviation.seen_points import seen_points
from scans.readers import READERS, open_scans
from scans.units import Unit
from server.chores.planned import hall_at, write_text
from spatial.errors import BadDataError
from spatial.facility import Facility
from spatial.progress import Progress, silent


def is_scan(path: Path) -> bool:
    """Whether the file is read as points."""
    return path.suffix.lower() in READERS


def deviations_of_scan(
    plan: Path,
    files: Sequence[Path],
    *,
    limits: DeviationLimits,
    poses: Path | None = None,
    unit: Unit | None = None,
    drop_invalid: bool = False,
    progress: Progress = silent,
) -> tuple[Finding, ...]:
    """Findings of the plan at `plan` against the points of `files`, which lie in its frame."""
    hall = hall_at(plan)
    scans = open_scans(files, unit=unit, poses=poses, drop_invalid=drop_invalid)
    return plan_against_scan(hall, seen_points(scans, progress), limits, progress)


def deviations_of_scans(
    before: Path,
    after: Path,
    *,
    limits: ChangeLimits,
    poses: tuple[Path | None, Path | None] = (None, None),
    unit: Unit | None = None,
    drop_invalid: bool = False,
    progress: Progress = silent,
) -> tuple[Finding, ...]:
    """Patches of change from one scan to another in one frame; `poses` are those of each."""
    old, new = (
        seen_points(open_scans([file], unit=unit, poses=own, drop_invalid=drop_invalid), progress)
        for file, own in zip((before, after), poses, strict=True)
    )
    return scan_against_scan(old, new, limits, progress)


def deviations_of_site(plan: Path, site: Path, *, limit_m: float) -> tuple[Finding, ...]:
    """Findings of the plan at `plan` against the as-built hall at `site`, by what its recognition measured."""
    planned, built = hall_at(plan), hall_at(site)
    try:
        diff = diff_facilities(planned, built, limits=DiffLimits(limit_m=limit_m))
    except ValueError as error:
        raise BadDataError(f"{plan} and {site}: {error}") from error
    found = [finding for change in diff.changes for finding in _findings(change, planned, built, limit_m)]
    found += [
        Finding(
            type="rack_moved",
            verdict="pass",
            text=f"rack {one.before} as planned, within {1000 * one.bound_m:.0f} mm (97.5 %)",
            place={"rack": one.before},
            limit_m=limit_m,
            more={"at_most_m": one.bound_m},
        )
        for one in diff.same
        if one.kind == "rack"
    ]
    return tuple(found)


def write_findings(path: Path, found: Sequence[Finding]) -> None:
    """Write findings.json."""
    write_text(path, json.dumps([one.record() for one in found], indent=1, ensure_ascii=False) + "\n")


_WORDS: dict[str, Verdict] = {"changed": "fail", "unchanged": "pass", "cannot_decide": "cannot_decide"}


def _findings(change: Change, planned: Facility, built: Facility, limit_m: float) -> Iterator[Finding]:
    """What a change means in the words of findings.json; what they have no word for is left out."""
    kind = change.kind
    if change.before is None or change.after is None:
        name, word = (change.after, "added") if change.before is None else (change.before, "missing")
        if (kind, word) in (("rack", "added"), ("rack", "missing"), ("obstacle", "added")):
            yield Finding(
                type=f"{kind}_{word}", verdict="fail", text=f"{kind} {name} {word}", place={kind: name}
            )
        return
    place = {kind: change.before}
    shift = change.shift
    if shift is not None and kind in ("rack", "column", "wall"):
        yield Finding(
            type=f"{kind}_moved",
            verdict=_WORDS[shift.moved],
            text=f"{kind} {change.before} moved by {1000 * shift.by_m:.0f} mm",
            place=place,
            by_m=shift.by_m,
            sigma_m=shift.sigma_m,
            limit_m=limit_m,
            more={"direction": shift.direction},
        )
    if shift is not None and kind == "rack" and shift.turned != "unchanged":
        half = next(rack.length_m for rack in planned.racks if rack.id == change.before) / 2
        yield Finding(
            type="rack_turned",
            verdict=_WORDS[shift.turned],
            text=f"rack {change.before} turned: its ends by {1000 * half * abs(shift.turn_rad):.0f} mm",
            place=place,
            by_m=half * abs(shift.turn_rad),
            sigma_m=half * shift.turn_sigma_rad,
            limit_m=limit_m,
        )
    for one in change.fields:
        if kind == "rack" and one.name.startswith("tier_"):
            type_, more = "beam_height", {"tier_index": int(one.name.split("_")[1]) - 1}
        elif kind == "rack" and one.name == "bay_width_m":
            type_, more = "bay_width", {}
        elif kind == "aisle" and one.name == "clear_width_m" and one.by < 0:
            type_, more = "aisle_narrowed", {}
        elif kind == "aisle" and (one.name, one.before, one.after) == ("blocked", "no", "yes"):
            type_, more = "aisle_blocked", {}
        else:
            continue
        is_measure = one.sigma is not None
        yield Finding(
            type=type_,
            verdict=_WORDS[one.verdict],
            text=f"{kind} {change.before}: {one.name} {one.before} planned, {one.after} built",
            place={**place, **more},
            by_m=abs(one.by) if type_ == "aisle_narrowed" else one.by if is_measure else None,
            sigma_m=one.sigma,
            limit_m=limit_m if is_measure else None,
        )
    if kind == "rack":
        yield from _missing_beams(change, planned, built)


def _missing_beams(change: Change, planned: Facility, built: Facility) -> Iterator[Finding]:
    """Beams that the site names as missing and the plan does not."""
    if all(field.name != "missing_beams" for field in change.fields):
        return
    was = next(rack for rack in planned.racks if rack.id == change.before)
    now = next(rack for rack in built.racks if rack.id == change.after)
    is_reversed = (was.yaw_rad - now.yaw_rad + 1.5708) % 6.28319 > 3.14159
    for bay, tier in now.missing_beams:
        own = len(now.bays) - 1 - bay if is_reversed else bay
        if (own, tier) not in was.missing_beams:
            yield Finding(
                type="beam_missing",
                verdict="fail",
                text=f"rack {was.id}: beam of bay {own}, tier {tier} is missing",
                place={"rack": was.id, "bay": own, "tier_index": tier},
            )
