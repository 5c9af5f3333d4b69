"""Sensors and vehicles: impossible values, values that are stuck, silence within a log, leaps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from layouts.live.channels import CHANNELS, Channel
from layouts.live.sensors import Sensors
from layouts.live.staleness import Expectation, ago
from layouts.live.units import unit_of
from layouts.readiness.finding import Finding
from layouts.readiness.outlying import RARE, far_out, is_stuck, longest_run
from layouts.readiness.registry import SourceRegistry
from layouts.readiness.series import Series, series_of
from layouts.readiness.site_tables import SiteTables

Values = npt.NDArray[np.float64]

RESTING = ("battery", "fill_level")
"""Channels that may stay the same for days; counters may too."""
FASTEST_M_S = 12.0
"""The fastest of people ran so fast (Berlin 2009: 12.4 m/s), and no vehicle does in a hall."""
FIX_NOISE_M = 3.0
"""Radio positions are wrong by so much now and then."""


def sensor_findings(
    site: SiteTables, *, sensors: Sensors, registry: SourceRegistry, now_s: float | None
) -> list[Finding]:
    """What is wrong with readings and positions. Battery-free tags of the `registry` may be silent for hours."""
    found: list[Finding] = []
    units = site.texts("readings", "unit") if site.has("readings", "unit") else None
    for series in series_of(site, "readings", now_s):
        channel = CHANNELS.get(series.channel or "")
        values = site.numbers("readings", "value")[series.rows] if site.has("readings", "value") else None
        found += _silence(site, "readings", series, sensors, registry)
        if values is not None:
            found += _wrong_values(site, series, values, channel, units, sensors)
    for series in series_of(site, "positions", now_s):
        found += _silence(site, "positions", series, sensors, registry)
    found += _leaps(site, now_s)
    return found


def _wrong_values(
    site: SiteTables,
    series: Series,
    values: Values,
    channel: Channel | None,
    units: npt.NDArray[np.object_] | None,
    sensors: Sensors,
) -> Iterator[Finding]:
    """What cannot be, what nothing else of the series comes near, and what does not move."""
    outside = np.zeros(len(values), bool)
    if channel is not None:
        told = None if units is None else units[series.rows]
        binding = sensors.of(series.name, channel.name)
        low, high = binding.range if binding is not None else (channel.low, channel.high)
        base, unknown = in_base(channel, values, told, default=(binding and binding.unit) or channel.unit)
        names = ", ".join(channel.units)
        yield from _of(site, "unknown-unit", series, unknown, f"a unit of {channel.name}: {names}", "unit")
        outside = ~unknown & np.isfinite(base) & ~((base >= low) & (base <= high))
        if told is None and binding is None and 2 * outside.sum() > len(values):
            outside[:] = False  # no unit is told, and it is not the base unit: see unit_questions
        said = f"{low:g} to {high:g} {channel.unit} of {channel.name}"
        yield from _of(site, "sensor-out-of-range", series, outside, said)
    if channel is not None and channel.is_counter:
        return
    fine = values[~outside & np.isfinite(values)]
    odd = far_out(np.where(outside, np.nan, values))
    if odd.any():
        kept = values[~outside & ~odd & np.isfinite(values)]
        said = f"{kept.min():g} to {kept.max():g}, as all others of sensor '{series.name}'"
        yield from _of(site, "far-out", series, odd, said)
    if (channel is None or channel.name not in RESTING) and is_stuck(fine):
        start, length = longest_run(fine)
        rows = np.zeros(len(values), bool)
        rows[np.flatnonzero(~outside & np.isfinite(values))[start : start + length]] = True
        said = (
            f"a value that moves, as that of sensor '{series.name}' else does; it stood for {length} readings"
        )
        yield from _of(site, "stuck", series, rows, said)


def unit_questions(site: SiteTables, sensors: Sensors, now_s: float | None) -> list[str]:
    """What must be told of channels whose readings have no unit and cannot be in their base unit."""
    if site.has("readings", "unit") or not site.has("readings", "value"):
        return []
    wrong: dict[str, Channel] = {}
    for series in series_of(site, "readings", now_s):
        channel = CHANNELS.get(series.channel or "")
        if channel is not None and sensors.of(series.name, channel.name) is None:
            values = site.numbers("readings", "value")[series.rows]
            if 2 * np.sum((values < channel.low) | (values > channel.high)) > len(values):
                wrong[channel.name] = channel
    file = site.checks["readings"].source.path
    return [
        f"{file} tells {name} that cannot be in '{channel.unit}': add a column 'unit', or sensors.yaml"
        for name, channel in wrong.items()
    ]


def in_base(
    channel: Channel, values: Values, units: npt.NDArray[np.object_] | None, *, default: str
) -> tuple[Values, npt.NDArray[np.bool_]]:
    """Values (K,) in the channel's base unit, and which have a unit that it has not; no unit is `default`."""
    base_unit = unit_of(channel.quantity, channel.unit)
    base, unknown = values.copy(), np.zeros(len(values), bool)
    told = np.full(len(values), default, object) if units is None else np.where(units == None, default, units)  # noqa: E711, an array
    for text in sorted(set(told.tolist())):
        unit, rows = unit_of(channel.quantity, text), told == text
        if unit is None or base_unit is None:
            unknown |= rows
            continue
        shifted = values[rows] * float(unit.factor) + float(unit.offset - base_unit.offset)
        base[rows] = shifted / float(base_unit.factor)
    return base, unknown


def _silence(
    site: SiteTables, table: str, series: Series, sensors: Sensors, registry: SourceRegistry
) -> Iterator[Finding]:
    """Spans without a record in a series that tells evenly, unless there is one on most days, as at night."""
    source = registry.of(table, series.name)
    if source is not None and source.battery_free:
        return
    usual = series.usual_step_s
    if usual is None:
        return
    binding = sensors.of(series.name, series.channel or "")
    every_s = max(usual, (source and source.every_s) or (binding and binding.every_s) or 0.0)
    rule = Expectation(about="*", interval_s=every_s)
    steps = np.diff(series.times_s)
    long = np.concatenate([[False], steps > rule.silent_after * every_s])
    days = (series.times_s[-1] - series.times_s[0]) / 86_400
    if long.sum() > max(2.0, days / 2):
        return
    if long.any():
        longest = ago(round(1000 * float(steps.max())))
        said = f"'{series.name}' to tell every {every_s:g} s, not nothing for {longest}"
        yield from _of(site, "gap", series, long, said, "time", table)


def _leaps(site: SiteTables, now_s: float | None) -> Iterator[Finding]:
    """Ways between two fixes that nobody makes in that time."""
    if not site.has("positions", "x_m", "y_m"):
        return
    place = np.stack([site.numbers("positions", name) for name in ("x_m", "y_m")], axis=1)
    rows = np.zeros(len(place), bool)
    steps = 0
    far = far_out(place[:, 0]) | far_out(place[:, 1])
    for series in series_of(site, "positions", now_s):
        those = series.rows[np.isfinite(place[series.rows]).all(axis=1) & ~far[series.rows]]
        times = site.numbers("positions", "time")[those]
        way = np.linalg.norm(np.diff(place[those], axis=0), axis=1)
        rows[those[1:][way > FASTEST_M_S * np.diff(times) + FIX_NOISE_M]] = True
        steps += len(way)
    if rows.sum() <= max(1.0, RARE * steps):
        yield from site.finding("teleport", "positions", "x_m", rows, f"{FASTEST_M_S:g} m/s at most")


def _of(
    site: SiteTables,
    kind: str,
    series: Series,
    rows: npt.NDArray[np.bool_],
    expected: str,
    field: str = "value",
    table: str = "readings",
) -> Iterator[Finding]:
    """The finding of rows (K,) of a series."""
    among = np.zeros(len(site.checks[table].source.row), bool)
    among[series.rows[rows]] = True
    yield from site.finding(kind, table, field, among, expected)
