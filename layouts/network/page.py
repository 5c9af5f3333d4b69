"""A run of a network as one HTML page that needs nothing from outside, as the reports of halls are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from layouts.network.alternatives import Alternatives
from layouts.network.each_node import NodeStop
from layouts.network.effects import Effect
from layouts.network.figures import FIGURES, verdict
from layouts.network.map_drawing import map_drawing
from layouts.network.map_places import is_placed
from layouts.network.record import share_of
from layouts.network.run_network import Differences, Levels, NetworkRun
from layouts.network.survival import Survival
from layouts.network.text import answers, shown, shown_difference
from layouts.network.weak_points import WeakPoint
from layouts.report.drawing_svg import drawing_svg
from layouts.report.markup import Content, Markup, lines, tag
from layouts.report.numbers import figure, figure_text, plain_number
from layouts.report.page import html_page
from layouts.report.sections.parts import Section, bullets, caution, section, table
from layouts.statistics.intervals import Estimate

MOST_ROWS = 30
KEY = (
    "square: supplier; triangle: plant; diamond: port; disc: site; dot: customers. Lanes are as wide as the units a "
    "day over them; orange ones are used to 95 % of their capacity or more. A ring marks a node without which not "
    "all demand can be served, a thick one a node that takes longer to restore than the network survives."
)


def run_html(run: NetworkRun, *, title: str, sources: Mapping[str, str]) -> str:
    """The page of a run; `sources` are the files that were read, each with its SHA-256."""
    told = answers(run)
    header = tag(
        "header",
        lines(
            tag("p", "A network of sites", class_="over"),
            tag("h1", title),
            tag("div", tag("p", told[0] if told else "", class_="sentence"), class_="verdict"),
            *(caution("Fault", each.text, ".") for each in run.findings if each.is_fault),
        ),
    )
    return html_page(title, header, list(_sections(run, sources)))


def map_svg(run: NetworkRun, *, in_columns: bool = False) -> Markup:
    """The map of a run; `in_columns` as a chain from suppliers to customers."""
    weak = frozenset(each.node for each in run.weak_points)
    exposed = frozenset(each.node for each in run.survivals if each.is_exposed)
    return drawing_svg(
        map_drawing(run.network, run.over, in_columns=in_columns, weak=weak, exposed=exposed),
        max_width="70rem",
    )


def _sections(run: NetworkRun, sources: Mapping[str, str]) -> Iterator[Section]:
    yield section("answers", "Answers", bullets(answers(run)))
    yield section("map", "Map", *_maps(run))
    yield section("figures", "Figures", *_figures(run))
    if run.effects:
        yield section("events", "Events, each by itself", *_events(run.effects))
    if run.node_stops:
        yield section("stops", "Each node down in turn", *_stops(run.node_stops, run.weak_points))
    yield section("weak", "Single points of failure", _weak(run))
    yield section("survival", "Time to survive", *_survivals(run.survivals))
    for each in run.alternatives:
        yield section(f"instead-{each.node}", f"Instead of {each.node}", *_alternatives(each))
    yield section("lanes", "Lanes by load", _lanes(run))
    if run.findings:
        yield section("known", "To be known", bullets(each.text for each in run.findings))
    yield section("method", "Method", *_method(run))
    rows = [[name, tag("code", digest)] for name, digest in sources.items()]
    yield section(
        "inputs", "Inputs", table("Files that were read", ["file", "SHA-256"], rows, class_="inputs")
    )


def _maps(run: NetworkRun) -> Iterator[Markup]:
    """As nodes lie, if they have a place, and as a chain."""
    if is_placed(run.network):
        yield tag("figure", map_svg(run))
    yield tag("figure", lines(map_svg(run, in_columns=True), tag("figcaption", KEY)))


def _figures(run: NetworkRun) -> Iterator[Markup]:
    yield _levels("As usual, without events", run.usual)
    if run.disturbed is not None and run.differences is not None:
        yield _compared("With the events, against without", run.disturbed, run.differences)
    if run.variant is not None:
        yield _compared("The variant, against the network", run.variant.levels, run.variant.differences)


def _levels(caption: str, found: Levels) -> Markup:
    rows = [[FIGURES[name].title, figure(*shown(name, level))] for name, level in found.items()]
    return table(caption, ["figure", "level [95 % interval]"], rows)


def _compared(caption: str, found: Levels, against: Differences) -> Markup:
    rows: list[list[Content]] = []
    for name, pair in against.items():
        told, unit = shown_difference(name, pair.difference)
        rows.append(
            [
                FIGURES[name].title,
                figure(told, unit, signed=True),
                figure(*shown(name, found[name])),
                verdict(name, pair.difference),
            ]
        )
    return table(caption, ["figure", "difference [95 % interval]", "level [95 % interval]", "verdict"], rows)


def _events(found: tuple[Effect, ...]) -> Iterator[Markup]:
    yield tag(
        "p",
        "Beside the same days without it, in replications in which it happens. Survived: days from its begin until "
        "demand is missed. Recovered: days from its end until nothing more is short or owed than without it.",
        class_="note",
    )
    rows = [
        [
            each.event.name,
            _maybe(each.missed, 100, "%"),
            _maybe(each.survived, 1, "days"),
            _maybe(each.recovered, 1, "days"),
            figure(*shown_difference("fill_rate", each.differences["fill_rate"].difference), signed=True),
            figure(
                *shown_difference("cost_to_serve", each.differences["cost_to_serve"].difference), signed=True
            ),
        ]
        for each in found
    ]
    header = ["event", "demand missed in", "survived", "recovered after", "met at once", "cost to serve"]
    yield table("What each event does", header, rows)


def _maybe(estimate: Estimate | None, factor: float, unit: str) -> Content:
    return "–" if estimate is None else figure(estimate.scaled(factor), unit)


def _stops(found: tuple[NodeStop, ...], weak: tuple[WeakPoint, ...]) -> Iterator[Markup]:
    yield tag(
        "p",
        "Against the same days without a stop. Intervals are wide enough that all in a column hold at once. By flow: "
        "what cannot be served in the long run, however much stock there is.",
        class_="note",
    )
    by_flow = {each.node: f"{each.share:.1%}" for each in weak}
    rows = [
        [
            each.node,
            f"{each.days} days",
            figure(
                *shown_difference("fill_rate", each.effect.differences["fill_rate"].difference), signed=True
            ),
            figure(each.effect.differences["short_cost_per_day"].difference, "a day", signed=True),
            _maybe(each.effect.survived, 1, "days"),
            by_flow.get(each.node, "–"),
            "loss" if each.is_loss else "no loss shown",
        ]
        for each in found[:MOST_ROWS]
    ]
    header = ["node", "down", "met at once", "cost of shortage", "survived", "lost by flow", "verdict"]
    yield table(_counted("Nodes by what is lost while they are down", len(found)), header, rows)


def _weak(run: NetworkRun) -> Markup:
    if not run.weak_points:
        return tag("p", "No single node is needed to serve all demand, if stock is left aside.")
    rows = [
        [
            each.node,
            f"{plain_number(each.lost_per_day)} units",
            f"{each.share:.1%}",
            ", ".join(sorted({*each.cut_off})[:10]),
        ]
        for each in run.weak_points[:MOST_ROWS]
    ]
    header = ["node", "cannot be served, a day", "of all demand", "only way to"]
    return table(_counted("Nodes without which demand is lost", len(run.weak_points)), header, rows)


def _survivals(found: tuple[Survival, ...]) -> Iterator[Markup]:
    yield tag(
        "p",
        "For how long stock elsewhere, and flow within the capacities that are left, meet all demand after a node "
        "stopped. Goods under way count for nothing, and lead times are not waited for.",
        class_="note",
    )
    finite = [each for each in found if math.isfinite(each.days)]
    rows = [
        [
            each.node,
            f"{figure_text(each.days, 1)} days",
            "not told" if each.recover_days is None else f"{each.recover_days:g} days",
            {True: "exposed", False: "covered", None: "cannot decide"}[each.is_exposed],
        ]
        for each in finite[:MOST_ROWS]
    ]
    yield table(_counted("Time to survive", len(finite)), ["node", "survives", "to restore", "verdict"], rows)
    if len(found) > len(finite):
        yield tag(
            "p", f"Without any one of {len(found) - len(finite)} other nodes all demand is met for ever."
        )


def _alternatives(found: Alternatives) -> Iterator[Markup]:
    yield tag("p", found.answer)
    by_fill = (
        {} if found.by_fill_rate is None else {one.name: one.verdict for one in found.by_fill_rate.systems}
    )
    by_cost = {} if found.by_cost is None else {one.name: one.verdict for one in found.by_cost.systems}
    rows = [
        [
            each.node,
            figure(each.fill_rate.scaled(100), "%"),
            by_fill.get(each.node, "–"),
            figure(each.cost_to_serve, "a unit"),
            by_cost.get(each.node, "–"),
            f"{plain_number(each.unit_cost)} a unit, {each.lead_days:g} days",
            "no bound" if math.isinf(each.capacity_per_day) else f"{each.capacity_per_day:,.0f} a day",
        ]
        for each in found.ranked
    ]
    header = ["source", "met at once", "by service", "cost to serve", "by cost", "on the way", "capacity"]
    yield table("Each other source by itself, under the same event", header, rows)


def _lanes(run: NetworkRun) -> Markup:
    busy = sorted(
        zip(run.network.lanes, run.over.tolist(), strict=True), key=lambda each: (-each[1], each[0].id)
    )
    rows = []
    for lane, units in busy[:MOST_ROWS]:
        share = share_of(units, lane.capacity_per_day)
        rows.append([lane.id, lane.mode, f"{units:,.1f}", "no bound" if share is None else f"{share:.0%}"])
    return table(_counted("Lanes", len(busy)), ["lane", "mode", "units a day", "of its capacity"], rows)


def _method(run: NetworkRun) -> Iterator[Markup]:
    played = run.played
    yield bullets(
        [
            f"{played.times} replications of {played.days} days after {played.warm_up} days, seed {played.seed}; "
            f"what is short is {'owed' if played.waits else 'lost'}.",
            "Days are played in whole units: goods come, demand takes, points order by their policy along the "
            "planned ways, capacities ration. Every unit is accounted for on every day.",
            "Ways are planned as the most service at the least cost (a linear programme), anew "
            f"{run.disruptions.reaction_days} days after an event begins or ends.",
            "All variants share the draws of demand, lead times, capacities and events; intervals are Student's t "
            "over replications, of differences pair by pair.",
            "Single points of failure and times to survive are exact for the numbers given.",
        ]
    )
    sources = sorted({lane.co2e_source for lane in run.network.lanes if lane.co2e_source})
    if sources:
        yield tag("p", f"CO2e factors are the user's, from: {'; '.join(sources)}.")


def _counted(what: str, count: int) -> str:
    return what if count <= MOST_ROWS else f"{what}: the first {MOST_ROWS} of {count:,}"
