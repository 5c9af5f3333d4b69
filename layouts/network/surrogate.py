"""What a site can do, learned from its simulated hall: lines an hour over staff, with how unsure that is.

y = a (1 - exp(-x / b)) rises from nothing and levels off at a; a / b is what the first person does. It is fitted to
the means of simulated shifts by least squares, each weighed by its own error. Where the points lie farther from the
curve than their errors allow, the curve's error grows with them (Birge 1932, "The calculation of errors by the method
of least squares"). Where they follow no such curve, its band is wider by the largest distance of a point, too.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import curve_fit
from scipy.special import chdtrc

from layouts.csv_table import read_rows
from layouts.statistics.intervals import CONFIDENCE, Estimate, mean_interval, normal_quantile, t_quantile
from spatial.errors import BadDataError
from spatial.exchange.documents import parse_json, read_text

Floats = npt.NDArray[np.float64]

STAFF, RATE = "pickers", "lines_per_hour"
FEWEST_POINTS = 4
"""Two parameters leave two degrees of freedom to see the misfit by."""
LEAST_ERROR = 1e-3
"""Of a mean: no simulated rate is known better than to a thousandth."""
MISFIT = 0.01
"""Below this probability the points do not follow the curve."""


@dataclass(frozen=True, kw_only=True)
class CapacityCurve:
    """The fitted curve; `covariance` (2, 2) of a and b holds the misfit; `misfit_p` is how likely points that follow
    the curve would miss it by as much, `farthest` the largest distance of a point.
    """

    a: float
    b: float
    covariance: tuple[tuple[float, float], tuple[float, float]]
    staff: tuple[float, ...]
    misfit_p: float
    farthest: float
    source: str = ""

    @property
    def fits(self) -> bool:
        """Whether the points may follow the curve."""
        return self.misfit_p >= MISFIT

    def at(self, staff: float, *, confidence: float = CONFIDENCE) -> Estimate:
        """Lines an hour of so many people, with the band of the curve there.

        ValueError outside the numbers of staff that were simulated: nothing is known there.
        """
        low, high = min(self.staff), max(self.staff)
        if not low <= staff <= high:
            raise ValueError(
                f"staff {staff:g} is outside the simulated {low:g} to {high:g}: simulate it, too"
            )
        rate = float(_saturating(np.array([staff]), self.a, self.b)[0])
        left = math.exp(-staff / self.b)
        slope = np.array([1 - left, -self.a * staff / self.b**2 * left])
        sd = math.sqrt(float(slope @ np.array(self.covariance) @ slope))
        half = sd * t_quantile(confidence, len(self.staff) - 2) + (0.0 if self.fits else self.farthest)
        return Estimate(
            rate, max(0.0, rate - half), rate + half, len(self.staff), "saturating curve", confidence
        )


def fit_curve(points: Mapping[float, Estimate], *, source: str = "") -> CapacityCurve:
    """The curve through lines an hour by staff; ValueError for fewer than 4 numbers of staff above 0, or rates that
    do not rise to a level.
    """
    staff = tuple(sorted(points))
    if len(staff) < FEWEST_POINTS or staff[0] <= 0:
        raise ValueError(f"{len(staff)} numbers of staff: give {FEWEST_POINTS} or more, all above 0")
    x, y = np.array(staff), np.array([points[each].value for each in staff])
    errors = np.array([_error(points[each]) for each in staff])
    try:
        found, covariance = curve_fit(
            _saturating,
            x,
            y,
            p0=(1.5 * y.max(), x.max() / 2),
            sigma=errors,
            absolute_sigma=True,
            bounds=((0.0, 1e-6 * x[0]), (np.inf, 1e4 * x[-1])),
        )
    except RuntimeError as error:
        raise ValueError(f"the rates rise to no level ({error}): give the same scenario at each") from error
    distances = np.abs(y - _saturating(x, *found))
    squares = float(((distances / errors) ** 2).sum())
    degrees = len(x) - 2
    (aa, ab), (ba, bb) = (covariance * max(1.0, squares / degrees)).tolist()
    if not all(map(math.isfinite, (aa, ab, ba, bb))):
        raise ValueError("the rates do not tell where they level off: simulate more staff")
    return CapacityCurve(
        a=float(found[0]),
        b=float(found[1]),
        covariance=((aa, ab), (ba, bb)),
        staff=staff,
        misfit_p=float(chdtrc(degrees, squares)),
        farthest=float(distances.max()),
        source=source,
    )


def read_curve(path: Path) -> CapacityCurve:
    """The curve of a what-if along pickers, of an experiment with the factor pickers, or of a CSV table with a row a
    shift: staff, lines_per_hour.

    An experiment's other factors count as spread. BadDataError for any other file, or too few numbers of staff.
    """
    points = _table_points(path) if path.suffix == ".csv" else _json_points(path)
    try:
        return fit_curve(points, source=path.name)
    except ValueError as error:
        raise BadDataError(f"{path}: {error}") from error


def capacity_of(curve: CapacityCurve, staff: float) -> tuple[float, float]:
    """Lines an hour, and the standard deviation of a normal law as wide as the curve's band; BadDataError where the
    curve does not reach.
    """
    try:
        rate = curve.at(staff)
    except ValueError as error:
        raise BadDataError(f"{curve.source}: {error}") from error
    return rate.value, (rate.high - rate.value) / normal_quantile(rate.confidence)


def _saturating(x: Floats, a: float, b: float) -> Floats:
    rates: Floats = -a * np.expm1(-x / b)
    return rates


def _error(rate: Estimate) -> float:
    """The standard error behind an interval of Student's t."""
    half = rate.half_width / t_quantile(rate.confidence, rate.n - 1) if rate.n > 1 else 0.0
    return max(half, LEAST_ERROR * abs(rate.value), 1e-9)


def _table_points(path: Path) -> dict[float, Estimate]:
    shifts: dict[float, list[float]] = defaultdict(list)
    for row, cells in read_rows(path, required=("staff", RATE)):
        try:
            staff, rate = float(cells["staff"]), float(cells[RATE])
        except ValueError:
            staff = rate = math.nan
        if not (math.isfinite(staff) and math.isfinite(rate)):
            raise BadDataError(f"{path} row {row}: expected numbers in staff and {RATE}")
        shifts[staff].append(rate)
    return _means(path, shifts.items())


def _json_points(path: Path) -> dict[float, Estimate]:
    record = parse_json(read_text(path), str(path))
    schema = record.get("schema") if isinstance(record, dict) else None
    try:
        if (
            schema == "aisletwin.what-if/1"
            and record["along"]["name"] == STAFF
            and len(record["curves"]) == 1
        ):
            return {
                float(each["x"]): _level(each["figures"][RATE]["level"])
                for each in record["curves"][0]["points"]
            }
        if schema == "aisletwin.experiment/1" and any(
            each["name"] == STAFF for each in record["design"]["factors"]
        ):
            shifts: dict[float, list[float]] = defaultdict(list)
            for cell in record["cells"]:
                shifts[float(cell["values"][STAFF])] += cell["runs"][RATE]
            return _means(path, shifts.items())
    except (KeyError, TypeError, ValueError) as error:
        raise BadDataError(
            f"{path}: {RATE} by {STAFF} cannot be read ({error!r}): write the file again"
        ) from error
    raise BadDataError(
        f"{path}: expected the curve of one what-if along {STAFF}, an experiment with the factor {STAFF}, "
        f"or a .csv with staff and {RATE}"
    )


def _means(path: Path, shifts: Iterable[tuple[float, Sequence[float]]]) -> dict[float, Estimate]:
    found = {staff: mean_interval(rates) for staff, rates in shifts}
    if any(each.n < 2 for each in found.values()):
        raise BadDataError(
            f"{path}: a number of staff has one shift: give 2 or more of each, to see their spread"
        )
    return found


def _level(record: Mapping[str, Any]) -> Estimate:
    return Estimate(
        record["value"], record["low"], record["high"], record["n"], record["method"], record["confidence"]
    )
