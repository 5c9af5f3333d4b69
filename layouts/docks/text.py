"""Docks as people and programs read them: figures of days, and the plan of one."""

from __future__ import annotations

from typing import Any

from layouts.docks.schedule import DockPlan
from layouts.docks.spec import Appointments, DockSpec
from layouts.statistics.replications import Replications

HEADER = "truck,door,due,start,end,waits_s"
FIGURES = {
    "wait_s": ("wait for a door", "min", 1 / 60),
    "wait_p95_s": ("95 % wait less than", "min", 1 / 60),
    "gate_s": ("of it before the gate", "min", 1 / 60),
    "waiting_share": ("trucks that wait", "%", 100.0),
    "most_waiting": ("most that wait at once", "trucks", 1.0),
    "utilisation": ("doors busy", "%", 100.0),
}
WORST = 5


def docks_text(appointments: Appointments, done: Replications) -> str:
    """The figures with their intervals, and the trucks that wait longest."""
    lines = [
        f"{title}: {done.estimates[name].scaled(factor).text(unit)}"
        for name, (title, unit, factor) in FIGURES.items()
    ]
    waits = {truck.truck: done.estimates[f"{truck.truck}.wait_s"] for truck in appointments.trucks}
    worst = sorted(waits, key=lambda name: -waits[name].value)[:WORST]
    lines += [f"truck {name} waits {waits[name].scaled(1 / 60).text('min')}" for name in worst]
    return "\n".join(lines)


def docks_dict(appointments: Appointments, done: Replications) -> dict[str, Any]:
    """Every figure, and each truck's wait, with intervals."""
    return {
        "figures": {name: done.estimates[name].record() for name in FIGURES},
        "trucks": {
            truck.truck: done.estimates[f"{truck.truck}.wait_s"].record() for truck in appointments.trucks
        },
    }


def plan_rows(docks: DockSpec, appointments: Appointments, plan: DockPlan) -> list[dict[str, Any]]:
    """A row a truck, in order of start, then door."""
    order = sorted(range(len(appointments.trucks)), key=lambda n: (plan.start_s[n], plan.door[n]))
    return [
        {
            "truck": appointments.trucks[n].truck,
            "door": docks.doors[plan.door[n]].name,
            "due": _time(appointments, appointments.trucks[n].due_s),
            "start": _time(appointments, float(plan.start_s[n])),
            "end": _time(appointments, float(plan.start_s[n] + plan.takes_s[n])),
            "waits_s": int(plan.start_s[n]) - round(appointments.trucks[n].due_s),
        }
        for n in order
    ]


def plan_text(rows: list[dict[str, Any]], plan: DockPlan) -> str:
    """The rows, and how good the plan is."""
    lines = [
        f"{row['start'][11:16]}–{row['end'][11:16]}  {row['door']:<8} {row['truck']:<12} "
        f"waits {row['waits_s'] / 60:.0f} min"
        for row in rows
    ]
    proof = (
        "no plan waits less"
        if plan.is_proven
        else f"not proven: no plan waits less than {plan.bound_s / 60:.1f} min, allow more --effort"
    )
    return "\n".join([*lines, f"weighted waiting {plan.waiting_s / 60:.1f} min; {proof}"])


def plan_csv(rows: list[dict[str, Any]]) -> str:
    """The rows as a table."""
    return "\n".join([HEADER, *(",".join(map(_cell, row.values())) for row in rows)]) + "\n"


def _cell(value: object) -> str:
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\n') else text


def _time(appointments: Appointments, seconds: float) -> str:
    return appointments.at(seconds).isoformat()
