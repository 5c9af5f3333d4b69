"""Numbers and times that do not belong: slips of units, values far out, clocks that jump, cells left empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from layouts.readiness.finding import Finding
from layouts.readiness.outlying import far_out, unit_slips
from layouts.readiness.site_tables import SiteTables
from layouts.wms.fields import TABLES

SIZES: Mapping[str, tuple[str, ...]] = {
    "items": ("mass_kg", "length_mm", "width_mm", "height_mm"),
    "locations": ("width_m", "depth_m", "height_m", "max_mass_kg"),
    "assets": ("cost_per_hour",),
}
PLACES: Mapping[str, tuple[str, ...]] = {"locations": ("x_m", "y_m", "z_m"), "positions": ("x_m", "y_m")}
PAST: Mapping[str, tuple[str, ...]] = {
    "orders": ("released",),
    "tasks": ("start", "end"),
    "lots": ("made",),
    "readings": ("time",),
    "positions": ("time",),
    "downtime": ("start", "end"),
}
"""Times of what has happened; what is due, or expires, lies ahead."""
FILLED: Mapping[str, tuple[str, ...]] = {
    **SIZES,
    "locations": (*PLACES["locations"], *SIZES["locations"]),
    "orders": ("released",),
    "tasks": ("agent", "location", "end"),
    "lots": ("location", "quantity", "expires"),
    "positions": PLACES["positions"],
    "slots": ("quantity",),
}
"""What the uses of the data rest on: where some rows have it, all should."""
DENSEST_KG_M3 = 22_600.0
"""Osmium, the densest matter (Arblaster 1995: 22 587)."""
LIGHTEST_KG_M3 = 1.2
"""Air at 20 °C and sea level."""
ZONE_STEP_S = 900.0
"""Offsets of time zones are whole quarters of an hour."""
IN_ORDER = 0.98


def value_findings(site: SiteTables, *, now_s: float | None = None) -> list[Finding]:
    """What is wrong with numbers and times of all tables; `now_s` (since 1970) is what nothing may be later than."""
    found: list[Finding] = []
    for table in site.checks:
        for field in SIZES.get(table, ()):
            found += _slips(site, table, field)
        for field in PLACES.get(table, ()):
            found += _far_places(site, table, field)
        for field in FILLED.get(table, ()):
            found += _empty(site, table, field)
        found += _times(site, table, now_s)
    found += _densities(site)
    return found


def believable(times_s: npt.NDArray[np.float64], now_s: float | None) -> npt.NDArray[np.bool_]:
    """Which times (N,) may be true: told, not of the future, not far out."""
    with np.errstate(invalid="ignore"):
        past = np.isfinite(times_s) & ((times_s <= now_s) if now_s is not None else True)
    kept = np.where(past, times_s, np.nan)
    return past & ~far_out(kept)


def newest_s(site: SiteTables, table: str, now_s: float | None = None) -> float | None:
    """The newest believable time of what happened in a table [s since 1970]; None without any."""
    ends = []
    for field in PAST.get(table, ()):
        if site.has(table, field):
            times = site.numbers(table, field)
            ends += times[believable(times, now_s)].tolist()
    return max(ends, default=None)


def _slips(site: SiteTables, table: str, field: str) -> Iterator[Finding]:
    if not site.has(table, field):
        return
    values = site.numbers(table, field)
    rows, power = unit_slips(values)
    if power:
        middle = float(np.median(values[~rows & np.isfinite(values)]))
        more = "more" if power > 0 else "less"
        said = f"about {middle:g} {TABLES[table].fields[field].unit or ''}".rstrip()
        yield from site.finding(
            "unit-slip", table, field, rows, f"{said}, not {10 ** abs(power)} times {more} than the rest"
        )


def _far_places(site: SiteTables, table: str, field: str) -> Iterator[Finding]:
    if site.has(table, field):
        values = site.numbers(table, field)
        rows = far_out(values)
        fine = values[~rows & np.isfinite(values)]
        if rows.any():
            said = f"{fine.min():g} to {fine.max():g} m, as all others"
            yield from site.finding("far-out", table, field, rows, said)


def _empty(site: SiteTables, table: str, field: str) -> Iterator[Finding]:
    check = site.checks[table]
    column = check.column_of(field)
    if not column or TABLES[table].fields[field].needed:
        return
    empty = check.source.column(column).to_numpy(zero_copy_only=False) == ""
    if not empty.all():
        yield from site.finding(
            "missing-value", table, field, empty & check.real, "a value, as other rows have"
        )


def _densities(site: SiteTables) -> Iterator[Finding]:
    """Mass over volume: half of all items outside of what matter is means a unit, and rows apart mean slips."""
    fields = ("mass_kg", "length_mm", "width_mm", "height_mm")
    if not site.has("items", *fields):
        return
    mass, *sides = (site.numbers("items", field) for field in fields)
    with np.errstate(divide="ignore", invalid="ignore"):
        density = mass / (np.prod(sides, axis=0) / 1e9)
    told = density[np.isfinite(density) & (density > 0)]
    if not len(told):
        return
    middle = float(np.median(told))
    if not LIGHTEST_KG_M3 <= middle <= DENSEST_KG_M3:
        said = f"{LIGHTEST_KG_M3:g} to {DENSEST_KG_M3:g} kg/m³, from air to osmium"
        yield from site.finding(
            "impossible-density", "items", "mass_kg", np.isfinite(density), said, got=f"{middle:g} kg/m³"
        )
        return
    rows, power = unit_slips(density)
    seen = np.any([unit_slips(site.numbers("items", field))[0] for field in fields], axis=0)
    rows &= ~seen
    if power and rows.any():
        first = float(density[np.flatnonzero(rows)[0]])
        said = f"a mass for the size: about {middle:.3g} kg/m³, as the others"
        yield from site.finding("unit-slip", "items", "mass_kg", rows, said, got=f"{first:.3g} kg/m³")


def _times(site: SiteTables, table: str, now_s: float | None) -> Iterator[Finding]:
    for field in PAST.get(table, ()):
        if not site.has(table, field):
            continue
        times = site.numbers(table, field)
        future = np.zeros(len(times), bool) if now_s is None else np.nan_to_num(times, nan=-np.inf) > now_s
        yield from site.finding("time-in-future", table, field, future, "a time that is past")
        fine = believable(times, now_s)
        odd = far_out(np.where(future, np.nan, times))
        if odd.any():
            said = " to ".join(_day(end) for end in (times[fine].min(), times[fine].max()))
            yield from site.finding("far-out", table, field, odd, f"{said}, as all others")
    yield from _clock_jumps(site, table, now_s)


def _clock_jumps(site: SiteTables, table: str, now_s: float | None) -> Iterator[Finding]:
    """Steps back in a log that is in order, each sensor or vehicle by itself if it is not in order as a whole."""
    field = "time" if "time" in TABLES[table].fields else "start"
    if table not in ("readings", "positions", "tasks") or not site.has(table, field):
        return
    times = site.numbers(table, field)
    fine = np.flatnonzero(believable(times, now_s))
    who = "sensor" if table == "readings" else "agent"
    order = fine
    same = np.ones(max(len(order) - 1, 0), bool)
    if not _in_order(times[order]) and site.has(table, who):
        codes, _ = site.codes(table, who)
        order = fine[np.argsort(codes[fine], kind="stable")]
        same = np.diff(codes[order]) == 0
    steps = np.diff(times[order])
    if not len(steps) or np.mean(steps[same] >= 0) < IN_ORDER:
        return
    back = np.zeros(len(times), bool)
    back[order[1:][same & (steps <= -ZONE_STEP_S)]] = True
    if back.any():
        jump = float(-steps[same & (steps <= -ZONE_STEP_S)][0])
        said = f"no time before that of the row before, not {jump / 60:.0f} min back"
        yield from site.finding("clock-jump", table, field, back, said)


def _in_order(times: npt.NDArray[np.float64]) -> bool:
    return len(times) < 2 or bool(np.mean(np.diff(times) >= 0) >= IN_ORDER)


def _day(time_s: float) -> str:
    return str(np.datetime64(int(time_s), "s").astype("datetime64[D]"))
