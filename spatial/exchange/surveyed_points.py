"""Marked points of a building as a surveyor tells them, as a table: what a device in the hall is placed by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from spatial.exchange.csv_rows import csv_rows
from spatial.exchange.draft import Draft

MARKER_SIGMA_M = 0.005
"""One standard deviation of each coordinate where the table says nothing: what a tape and a level give."""


@dataclass(frozen=True, kw_only=True)
class SurveyedPoint:
    """A point that can be found in the hall by its name; world frame, metres. Without `z_m` it is on the floor.

    `facing_rad` is the heading in which a marker on a wall or column looks, None where it has none.
    """

    name: str
    x_m: float
    y_m: float
    z_m: float | None = None
    facing_rad: float | None = None
    sigma_m: float = MARKER_SIGMA_M


def read_surveyed_points(path: Path) -> list[SurveyedPoint]:
    """The points of a CSV table with `name`, `facility_x_m`, `facility_y_m` and, where known, `facility_z_m`,
    `facing_deg` and `sigma_m`.

    Columns may end in another unit, see `csv_rows`; those of a table of control points may be there too. Raises
    BadDataError with file, row and column, also for a name that comes twice.
    """
    draft = Draft(str(path))
    found: dict[str, SurveyedPoint] = {}
    for row in csv_rows(path, draft, "name"):
        name, facing_deg, sigma_m = row.needed("name"), row.number("facing_deg"), row.length("sigma")
        if name in found:
            draft.fail(row.place, f"'{name}' comes twice: give each point a name of its own")
        if sigma_m is not None and not sigma_m > 0:
            draft.fail(f"{row.place} sigma", f"{sigma_m:g} m is not above 0: leave it out if it is not known")
        found[name] = SurveyedPoint(
            name=name,
            x_m=row.needed_length("facility_x"),
            y_m=row.needed_length("facility_y"),
            z_m=row.length("facility_z"),
            facing_rad=None if facing_deg is None else math.radians(facing_deg),
            sigma_m=MARKER_SIGMA_M if sigma_m is None else sigma_m,
        )
    return list(found.values())
