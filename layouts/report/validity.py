"""Within which limits a verdict holds: what was assumed, what was not simulated, what was not varied."""

from __future__ import annotations

from collections.abc import Iterator

from layouts.report.markup import listed
from layouts.report.numbers import plain_number
from layouts.report.report_data import Report
from layouts.report.shown_shift import ShownShift
from spatial.floor.agents import agent_named

LEFT_OUT = {
    "replenishment": "replenishment of pick faces",
    "putaway": "put-away",
    "returns": "returns",
    "packing": "packing",
    "shipping": "loading of trucks",
    "breakdowns": "breakdowns",
    "charging": "charging of batteries",
}
"""Work that a scenario may have, and what it is called."""

PICK_TIMES = {
    "fixed": "Picking takes the same time for every line",
    "exponential": "Picking times are exponential around their means",
    "lognormal": "Picking times are lognormal around their means",
}


def limits_of_validity(report: Report) -> Iterator[str]:
    """A sentence or two each, what matters most first."""
    if report.made_up:
        yield (
            f"The orders of {listed(report.made_up)} are made up. A verdict on made-up orders tells of the layout in "
            "principle, not of your warehouse: repeat the comparison with orders of your own before money is spent."
        )
    yield from _simulated(report)
    yield from _assumed(report)
    yield (
        "The verdict holds for the orders, staff and settings under Inputs. With many more orders, more staff "
        "or another slotting it may turn: it must not be carried over without a new comparison."
    )
    yield (
        "Intervals tell of chance within the simulation alone, from one simulated shift to the next. They do not "
        "hold what the simulation leaves out or gets wrong; compare it with counts from your floor first."
    )
    yield _orders(report)
    yield from _halls(report)
    yield from _agents(report)
    yield (
        "Heat maps and worst places show one shift of each scenario, the one closest to the means; other shifts have "
        "their waits elsewhere."
    )
    if report.beside.money is not None:
        yield "Prices are taken to be certain, and nothing is discounted: savings of later years count in full."


def _simulated(report: Report) -> Iterator[str]:
    missing = [
        words
        for name, words in LEFT_OUT.items()
        if all(getattr(shift.scenario.operations, name) is None for shift in report.shifts)
    ]
    if missing:
        yield f"Not part of the simulation: {', '.join(missing)}."
    kinds = dict.fromkeys(shift.scenario.pick_time for shift in report.shifts)
    yield (
        f"{'; '.join(PICK_TIMES[kind] for kind in kinds)}. People do not tire, learn, talk or leave their route; "
        "goods are always there to be picked unless replenishment is simulated."
    )


def _orders(report: Report) -> str:
    if all(shift.scenario.redraw_orders for shift in report.shifts):
        return (
            "Every shift has other orders, drawn from the same demand, and the same ones in every scenario."
        )
    return (
        "All shifts have the same orders. With 'redraw_orders: true' in every scenario each shift has others, "
        "and the intervals hold for days like this one."
    )


def _assumed(report: Report) -> Iterator[str]:
    """What the simulation notes of each scenario, once where it is the same."""
    said: dict[str, list[str]] = {}
    for shift in report.shifts:
        for note in shift.notes:
            said.setdefault(note, []).append(shift.name)
    for note, names in said.items():
        yield note if len(names) == len(report.shifts) else f"{listed(names)}: {note}"


def _halls(report: Report) -> Iterator[str]:
    scanned = [shift for shift in report.shifts if shift.facility.kind == "as_built"]
    planned = [shift.name for shift in report.shifts if shift.facility.kind == "planned"]
    for shift in scanned:
        yield (
            f"The hall of {shift.name} was scanned{_sigma(shift)}. It is simulated with the lengths that were found."
        )
    if planned:
        yield (
            f"Halls that are plans are simulated as drawn, and what is built will differ by some centimetres: "
            f"{listed(planned)}."
        )


def _sigma(shift: ShownShift) -> str:
    widths = [aisle.sigma_m for aisle in shift.facility.aisles if aisle.sigma_m > 0]
    if not widths:
        return ""
    return f", its aisle widths known to ±{plain_number(1.96 * max(widths), 2)} m (95 %) or better"


def _agents(report: Report) -> Iterator[str]:
    names = dict.fromkeys(
        name
        for shift in report.shifts
        for name in (shift.scenario.agent, *(group.agent for group in shift.scenario.operations.staff))
        if name is not None
    )
    vehicles = [name.replace("_", " ") for name in names if agent_named(name).is_vehicle]
    if vehicles:
        yield (
            f"Speeds, acceleration and turning circles of {listed(vehicles)} are typical values, not those of a "
            "maker's sheet; drivers are gentle."
        )
