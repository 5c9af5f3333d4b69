"""What each use of the data needs, and how much of it is there: a score whose arithmetic is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from layouts.readiness.finding import Finding
from layouts.readiness.site_tables import SiteTables
from layouts.wms.numerals import to_flags

NEEDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "pick-path simulation": {
        "locations": ("location", "x_m", "y_m"),
        "slots": ("location", "sku"),
        "lines": ("order", "sku", "quantity"),
    },
    "slotting": {
        "locations": ("location", "x_m", "y_m", "width_m", "depth_m", "height_m"),
        "items": ("sku", "mass_kg", "length_mm", "width_mm", "height_mm"),
        "slots": ("location", "sku"),
        "lines": ("order", "sku", "quantity"),
    },
    "congestion": {
        "locations": ("location", "x_m", "y_m"),
        "lines": ("order", "sku", "quantity"),
        "orders": ("released",),
        "tasks": ("start", "end", "agent", "location"),
    },
    "live twin": {
        "positions": ("time", "agent", "x_m", "y_m"),
        "readings": ("time", "sensor", "channel", "value"),
        "slots": ("location", "sku", "quantity"),
        "orders": ("order", "released", "due"),
    },
    "forecasting": {"orders": ("order", "released"), "lines": ("order", "sku", "quantity")},
    "replenishment": {
        "slots": ("location", "sku", "quantity", "min_quantity", "max_quantity"),
        "lines": ("order", "sku", "quantity"),
        "orders": ("released",),
        "lots": ("sku", "quantity", "expires"),
    },
}
"""By use: the fields of each table that it needs."""

FROM_HALL = ("location", "x_m", "y_m", "width_m", "depth_m", "height_m")
"""What facility.json tells of locations."""

SPOILS: Mapping[str, tuple[str, ...]] = {
    "unit-slip": ("mass_kg", "length_mm", "width_mm", "height_mm", "width_m", "depth_m", "height_m"),
    "far-out": (),
    "mixed-times": (),
    "stuck": ("value",),
    "sensor-out-of-range": ("value",),
    "time-in-future": (),
    "place-disagrees": ("x_m", "y_m"),
    "outside-hall": ("x_m", "y_m"),
    "teleport": ("x_m", "y_m"),
    "clock-jump": (),
}
"""Findings whose rows are not usable, though their cells can be read; of these fields, or of the column it names."""


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """How ready the data are for a use. `present` and `needed` count fields, `usable` is the mean share of rows with
    a usable value over the fields that are there, and `score` is 100 × present / needed × usable.
    """

    use: str
    present: int
    needed: int
    usable: float
    missing: tuple[str, ...]
    partly: Mapping[str, float]

    @property
    def score(self) -> float:
        """From 0 to 100."""
        return 100 * self.present / self.needed * self.usable

    @property
    def text(self) -> str:
        """The score with its arithmetic and what is missing."""
        missing = f"; missing: {', '.join(self.missing)}" if self.missing else ""
        return (
            f"{self.use}: {self.score:.0f} of 100 = {self.present} of {self.needed} needed fields × "
            f"{self.usable:.1%} of their rows usable{missing}"
        )

    def to_record(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "use": self.use,
            "score": self.score,
            "present": self.present,
            "needed": self.needed,
            "usable": self.usable,
            "missing": list(self.missing),
            "usable_by_field": dict(self.partly),
        }


def readiness(
    site: SiteTables, findings: tuple[Finding, ...], *, has_hall: bool = False
) -> tuple[Readiness, ...]:
    """The readiness for each use in NEEDS. A hall tells places and sizes of locations that no table tells."""
    return tuple(_ready(site, findings, use, needs, has_hall) for use, needs in NEEDS.items())


def _ready(
    site: SiteTables,
    findings: tuple[Finding, ...],
    use: str,
    needs: Mapping[str, tuple[str, ...]],
    has_hall: bool,
) -> Readiness:
    shares: dict[str, float] = {}
    missing = []
    for table, fields in needs.items():
        for field in fields:
            share = usable_share(site, findings, table, field)
            if share is None and has_hall and table == "locations" and field in FROM_HALL:
                share = 1.0
            if share is None:
                missing.append(f"{table}.{field}")
            else:
                shares[f"{table}.{field}"] = share
    return Readiness(
        use=use,
        present=len(shares),
        needed=len(shares) + len(missing),
        usable=float(np.mean([*shares.values()])) if shares else 0.0,
        missing=tuple(missing),
        partly={field: share for field, share in shares.items() if share < 1},
    )


def usable_share(site: SiteTables, findings: tuple[Finding, ...], table: str, field: str) -> float | None:
    """The share of a table's rows whose row is clean and whose field has a value that nothing speaks against; None if
    the field is not there, or empty throughout.
    """
    if not site.has(table, field):
        return None
    check = site.checks[table]
    told = to_flags(pc.is_valid(check.values[field]))
    rows = int(check.real.sum()) + len(check.source.ragged)
    if not told.any() or not rows:
        return None
    usable = int((told & check.clean).sum())
    spoilt = sum(one.count for one in findings if _spoils(site, one, table, field))
    return max(0, usable - spoilt) / rows


def _spoils(site: SiteTables, one: Finding, table: str, field: str) -> bool:
    if one.table != table or one.kind not in SPOILS:
        return False
    is_its_column = bool(one.column) and one.column == site.checks[table].column_of(field)
    fields = SPOILS[one.kind]
    return is_its_column or (one.kind in ("place-disagrees", "outside-hall", "teleport") and field in fields)
