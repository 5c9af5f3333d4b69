"""Energy as people and programs read it."""

from __future__ import annotations

from typing import Any

from layouts.energy.tell import AssetEnergy, totals


def energy_text(told: tuple[AssetEnergy, ...], *, run_length: float) -> str:
    """Totals by zone and line, then each asset; alarms with what they cost, and how often such are false."""
    lines = [f"{sum(each.kwh for each in told):.1f} kWh"]
    for group in ("zone", "line"):
        lines += [f"{group} {name}: {kwh:.1f} kWh" for name, kwh in totals(told, group).items() if name]
    for each in told:
        lines.append(f"{each.of.asset}: {each.kwh:.1f} kWh{_explained(each)}")
        lines += [
            f"  from {alarm.start.isoformat(timespec='minutes')}, {alarm.intervals} intervals: "
            f"{alarm.excess_kwh:+.1f} kWh beyond its work"
            for alarm in each.alarms
        ]
    lines.append(f"an asset that is well raises one false alarm in {run_length:g} intervals, on average")
    return "\n".join(lines)


def _explained(each: AssetEnergy) -> str:
    if each.why_not:
        return f", not judged: {each.why_not}"
    parts = [
        f"{each.idle_kwh:.3g} an interval",
        *(f"{kwh:.3g} a {name}" for name, kwh in each.per_unit.items()),
    ]
    return f", {' + '.join(parts)}"


def energy_dict(told: tuple[AssetEnergy, ...], *, run_length: float) -> dict[str, Any]:
    """Totals, and each asset with its weights and alarms."""
    return {
        "kwh": sum(each.kwh for each in told),
        "zones": totals(told, "zone"),
        "lines": totals(told, "line"),
        "run_length": run_length,
        "assets": [
            {
                "asset": each.of.asset,
                "zone": each.of.zone,
                "line": each.of.line,
                "kwh": each.kwh,
                "idle_kwh": each.idle_kwh,
                "kwh_per": dict(each.per_unit),
                "not_judged": each.why_not or None,
                "alarms": [
                    {
                        "start": alarm.start.isoformat(),
                        "intervals": alarm.intervals,
                        "excess_kwh": alarm.excess_kwh,
                    }
                    for alarm in each.alarms
                ],
            }
            for each in told
        ],
    }
