"""What a year costs in each scenario, what the change costs and when that is paid; and who stands on the front."""

from __future__ import annotations

from layouts.comparison.money import Cost, Money
from layouts.comparison.pareto import Front
from layouts.report.markup import Content, Markup, joined, lines, listed, tag
from layouts.report.numbers import figure, figure_text, plain_number
from layouts.report.report_data import Report
from layouts.report.sections.answer import money_sentence
from layouts.report.sections.parts import Section, section, table
from layouts.what_if.figure_kinds import figure_kind

PRICES = {
    "labour_per_h": "an hour on duty",
    "rack_per_position": "a further location, once",
    "floor_per_m2_year": "a m² of floor, a year",
    "vehicle_per_year": "a vehicle, a year",
    "moves_once": "moving racks or goods, once",
}


def costs(report: Report) -> Section | None:
    """Nothing where neither prices nor a front were asked for."""
    if report.beside.money is None and report.beside.front is None:
        return None
    return section(
        "costs",
        "Cost and payback" if report.beside.money is not None else "Trade-offs",
        None if report.beside.money is None else _money(report.beside.money),
        None if report.beside.front is None else _front(report.beside.front),
    )


def _money(money: Money) -> Markup:
    currency = money.prices.currency
    rows: list[list[Content]] = [
        ["a year in all", *(figure(cost.year) for cost in money.scenarios)],
        ["of it labour", *(figure(cost.labour) for cost in money.scenarios)],
        ["of it floor", *(plain_number(cost.floor, 9) for cost in money.scenarios)],
        ["of it vehicles", *(plain_number(cost.vehicles, 9) for cost in money.scenarios)],
        ["the change, once", *(plain_number(cost.once, 9) for cost in money.scenarios)],
        ["saving a year", *(_saving(cost) for cost in money.scenarios)],
        ["paid back, years", *(_payback(cost) for cost in money.scenarios)],
    ]
    prices = ", ".join(
        f"{words} {plain_number(getattr(money.prices, name), 9)}" for name, words in PRICES.items()
    )
    return lines(
        *(
            tag("p", tag("strong", cost.name), ": ", money_sentence(cost, currency))
            for cost in money.scenarios
            if cost.saving is not None
        ),
        table(
            f"{currency}, for {figure_text(money.lines_per_year, 0)} lines a year",
            ["", *(c.name for c in money.scenarios)],
            rows,
        ),
        tag("p", f"Prices in {currency}: {prices}.", class_="note"),
    )


def _saving(cost: Cost) -> Content:
    return "baseline" if cost.saving is None else figure(cost.saving, signed=True)


def _payback(cost: Cost) -> Content:
    back = cost.payback
    if back is None:
        return "baseline"
    if back.years is not None:
        return figure(back.years) if cost.once else "at once"
    if back.earliest_years is not None:
        return f"cannot decide; {plain_number(back.earliest_years, 2)} at the earliest"
    return back.answer


def _front(front: Front) -> Markup:
    over = listed([figure_kind(name).title.replace("m2", "m²") for name in front.figures])
    told = {
        "not dominated": "no other is better in one of them without being worse in another",
        "dominated": "beaten by",
        "cannot decide": "cannot be decided against",
    }
    rows = [
        [each.name, joined(told[each.standing], " ", listed(each.by)) if each.by else told[each.standing]]
        for each in front.scenarios
    ]
    return joined(
        tag("h3", "Trade-offs"),
        table(f"Standing in {over} together", ["scenario", "standing"], rows),
    )
