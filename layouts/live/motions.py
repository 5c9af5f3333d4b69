"""The present of an agent as one short move: from where it is shown to where its latest report says it will be.

Between reports no more is shown than they justify: an agent goes on as it went for `ahead_ms` after its latest
report at most, and then stands where it would be.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from layouts.live.recorded_paths import Place, Stretch


@dataclass(frozen=True, kw_only=True)
class MotionRules:
    """A move lasts `blend_ms`; nobody is thought to be faster than `fastest_m_s`, nor to go on for more than
    `ahead_ms` after a report; who is shown more than `snap_m` from there is set there at once. Reports more than
    `silent_ms` apart tell no speed.
    """

    blend_ms: int = 500
    ahead_ms: int = 1_000
    fastest_m_s: float = 8.0
    snap_m: float = 3.0
    silent_ms: int = 30_000


RULES = MotionRules()


def next_move(
    shown: Place | None,
    report: Place,
    *,
    before: Place | None = None,
    now_ms: int,
    rules: MotionRules = RULES,
) -> Stretch:
    """The next move of an agent shown at `shown`, from `now_ms` on, by its `report` and the one `before` it.

    At every time t of the move it is shown within snap_m + reach of the report, and at its end within reach =
    fastest_m_s × min(t − report, ahead_ms) of it; so who was reported twice at one place ends exactly there. An
    agent that is shown nowhere, on another level, or further than `snap_m` from the move's end begins at that end.
    """
    end_ms = now_ms + rules.blend_ms
    end = expected_at(report, before, end_ms, rules)
    if shown is None or shown.level != end.level or _apart_m(shown, end) > rules.snap_m:
        return Stretch(end._replace(at_ms=now_ms), end)
    return Stretch(shown._replace(at_ms=now_ms), end)


def expected_at(report: Place, before: Place | None, at_ms: int, rules: MotionRules = RULES) -> Place:
    """Where the agent is at a time after its report, going on as it went since the one before, for a bounded time.

    A jump, which is faster than `fastest_m_s`, tells no speed: then it stands where it was reported.
    """
    ahead_ms = min(max(0, at_ms - report.at_ms), rules.ahead_ms)
    if before is None or before.level != report.level:
        return report._replace(at_ms=at_ms)
    apart_ms = report.at_ms - before.at_ms
    if not 0 < apart_ms <= rules.silent_ms:
        return report._replace(at_ms=at_ms)
    if _apart_m(before, report) > rules.fastest_m_s * apart_ms / 1000:
        return report._replace(at_ms=at_ms)
    share = ahead_ms / apart_ms
    return Place(
        at_ms,
        report.level,
        report.x_m + share * (report.x_m - before.x_m),
        report.y_m + share * (report.y_m - before.y_m),
    )


def _apart_m(one: Place, other: Place) -> float:
    return math.hypot(other.x_m - one.x_m, other.y_m - one.y_m)
