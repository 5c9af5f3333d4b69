"""Uprights out of plumb, against the limit that the user enters; no standard's table is shipped."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from scans.deviation.finding import Finding, Z, judge
from scans.deviation.rack_refit import RackFit


def parse_plumb_limit(text: str) -> float:
    """A lean in m per m: `1/200`, or a number of mm per m, as `5` or `5mm/m`; ValueError for anything else."""
    match = re.fullmatch(r"\s*1\s*/\s*(\d+(?:\.\d+)?)\s*|\s*(\d+(?:\.\d+)?)\s*(?:mm/m)?\s*", text)
    ratio, per_m = match.groups() if match else (None, None)
    value = 1 / float(ratio) if ratio and float(ratio) else float(per_m or 0) / 1000
    if not 0 < value < 0.1:
        raise ValueError(f"'{text}' is no lean: give 1/N, as 1/200, or mm per m, as 5mm/m")
    return value


def leans(fit: RackFit, limit: float | None, *, tilt_sigma: float = 0.0) -> Iterator[Finding]:
    """The lean of every upright of `fit` whose front is seen over a metre or more, each way, m per m.

    `tilt_sigma` is the standard deviation of the scan's own vertical [rad]. Without a `limit` there is no verdict.
    """
    for number, upright in enumerate(fit.uprights):
        parts = {
            "along": (upright.lean_along, upright.lean_along_sigma),
            "across": (upright.lean_across, upright.lean_across_sigma),
        }
        known = {
            name: (value, math.hypot(sigma, tilt_sigma))
            for name, (value, sigma) in parts.items()
            if value is not None
        }
        if not known:
            continue
        verdicts = [judge(value, sigma, limit) for value, sigma in known.values()] if limit else []
        verdict = next((v for v in ("fail", "cannot_decide", "pass") if v in verdicts), None)
        if verdict == "pass" and len(known) < 2:
            verdict = "cannot_decide"
        told = ", ".join(
            f"{1000 * value:+.1f} ± {1000 * Z * sigma:.1f} mm/m {name}"
            for name, (value, sigma) in known.items()
        )
        more = {f"lean_{name}_mm_per_m": 1000 * value for name, (value, _) in known.items()}
        more |= {f"lean_{name}_sigma_mm_per_m": 1000 * sigma for name, (_, sigma) in known.items()}
        yield Finding(
            type="out_of_plumb",
            verdict=verdict,
            text=f"rack {fit.rack.id}, upright at {upright.u_m:.2f} m: {told}",
            place={"rack": fit.rack.id, "upright": number, "side": upright.side},
            more={**more, "limit_mm_per_m": None if limit is None else 1000 * limit},
        )
