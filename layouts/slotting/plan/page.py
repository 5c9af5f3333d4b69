"""A plan as one HTML page that needs nothing from outside: what to do first, then why, then every detail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layouts.demand.mark import made_up_notes
from layouts.report.drawing_svg import drawing_svg
from layouts.report.heat_scale import HeatScale
from layouts.report.markup import Markup, joined, lines, tag
from layouts.report.numbers import figure, figure_text
from layouts.report.page import html_page
from layouts.report.sections.parts import Section, bullets, caution, section, table
from layouts.slotting.moves.work_list import work_steps
from layouts.slotting.pictures.plan_drawings import PlanPictures, plan_pictures
from layouts.slotting.pictures.staffing_chart import staffing_chart
from layouts.slotting.pictures.stop_curve import stop_curve
from layouts.slotting.pictures.velocity_map import velocity_map
from layouts.slotting.plan.names import MOVES, PROPOSALS, plain_name
from layouts.slotting.plan.proposals import Proposal
from layouts.slotting.plan.slotting_plan import SlottingPlan, Verdict
from layouts.slotting.plan.text import answers, reservations, rules_sentence
from layouts.slotting.score import Score

HOUR_S = 3600.0
PERCENT = 100.0
FIRST_MOVES = 100
"""The page lists so many; moves.csv has all."""
FIRST_BROKEN = 25
"""The page lists so many; plan.json has all."""
BADGES: Mapping[Verdict, tuple[str, str]] = {
    "do it": ("▲ do it", "better"),
    "do nothing": ("▼ do nothing", "worse"),
    "cannot decide": ("◆ cannot decide", "open"),
}


def plan_html(plan: SlottingPlan, *, sources: Mapping[str, str] | None = None) -> str:
    """The page of a plan; `sources` are the files it was made from, each with its SHA-256."""
    name = plan.ready.start.floor.facility.name
    proposal = plan.proposal
    parts: list[Section] = []
    if plan.proof is not None:
        parts.append(_proof(plan))
    if proposal is not None:
        pictures = plan_pictures(
            plan.ready.start.floor.facility, velocity_map(plan.ready.problem, proposal.target)
        )
        parts += [_velocities(pictures), _moves(plan, proposal, pictures)]
    parts += [_costs(plan), _rules(plan), _method(plan)]
    if sources:
        rows = [[file, tag("code", digest)] for file, digest in sources.items()]
        parts.append(section("inputs", "Inputs", table("Files that were read", ["file", "SHA-256"], rows)))
    blank = [[role, "", "", ""] for role in ("planned by", "approved by")]
    parts.append(
        section("sign", "Signed", table("To be filled in", ["", "name", "date", "signature"], blank))
    )
    return html_page(f"Slotting of {name}", _header(plan, name), parts)


def _header(plan: SlottingPlan, name: str) -> Markup:
    badge, class_ = BADGES[plan.verdict]
    first, *others = answers(plan)
    return tag(
        "header",
        lines(
            tag("p", "Slotting plan, proven by simulation" if plan.proof else "Slotting plan", class_="over"),
            tag("h1", f"Slotting of {name}"),
            tag(
                "div",
                tag("p", tag("span", badge, class_="badge"), class_="badges"),
                tag("p", first, class_="sentence"),
                *(tag("p", each) for each in others),
                class_=f"verdict {class_}",
            ),
            *(caution("Made-up orders", note) for note in _made_up(plan)),
            *(caution("Take care", note) for note in _cautions(plan)),
        ),
    )


def _made_up(plan: SlottingPlan) -> Iterator[str]:
    if plan.ready.start.scenario.orders is None:
        yield "The orders are not those of a warehouse, a generator made them."
    else:
        yield from made_up_notes(plan.ready.start.shift.orders)


def _cautions(plan: SlottingPlan) -> Iterator[str]:
    if plan.proof is None:
        yield "This plan was not simulated: whether pickers queue more is not known."
    if plan.ready.today:
        yield rules_sentence(plan)
    if plan.is_cut:
        yield f"Time ended the search after {plan.rounds} round{'' if plan.rounds == 1 else 's'}: more may be found."


def _proof(plan: SlottingPlan) -> Section:
    assert plan.proof is not None
    return section(
        "proof",
        "Proof by simulation",
        tag(
            "p",
            "Today's slotting and every proposal were simulated with the same orders and random numbers, at each "
            "staffing. Above the dark line a slotting picks more than today's.",
        ),
        tag(
            "div",
            tag("figure", drawing_svg(staffing_chart(plan.proof.comparisons))),
            tag("div", bullets(plan.proof.answers())),
            class_="halls",
        ),
        *(
            table(
                f"{pickers} pickers, {comparison.n} shifts each",
                ["slotting", "lines/h", "against today", "verdict"],
                [
                    [
                        name,
                        figure(comparison.levels[name][comparison.figure]),
                        figure(differences[name].decisive.difference, signed=True)
                        if name in differences
                        else "–",
                        differences[name].verdict if name in differences else "",
                    ]
                    for name in comparison.levels
                ],
            )
            for pickers, comparison in plan.proof.comparisons.items()
            for differences in [{each.name: each for each in comparison.against}]
        ),
    )


def _velocities(pictures: PlanPictures) -> Section:
    rows = (
        tag(
            "div",
            lines(
                *(
                    tag(
                        "figure",
                        tag(
                            "figcaption",
                            tag("strong", "With the plan" if after else "Today"),
                            f", level {level}",
                        ),
                        drawing_svg(pictures.velocity(level, after=after)),
                    )
                    for after in (False, True)
                )
            ),
            class_="plans of-2",
        )
        for level in pictures.levels
    )
    legend = None if pictures.scale is None else _legend(pictures.scale)
    told = "How often tours come to each pick face, all locations over each other together."
    return section("velocities", "Velocities before and after", tag("p", told), legend, *rows)


def _legend(scale: HeatScale) -> Markup:
    keys = (
        tag("li", tag("span", class_="swatch", style=f"background:{colour}"), name)
        for colour, name in zip(scale.colours, scale.names, strict=True)
    )
    return tag("div", tag("p", "Visits by tours (darker is more):"), tag("ul", lines(*keys)), class_="legend")


def _moves(plan: SlottingPlan, proposal: Proposal, pictures: PlanPictures) -> Section:
    considered, curve = proposal.choice.considered, proposal.choice.curve
    steps = work_steps(considered, curve)
    rows = [
        [
            str(step.step),
            step.sku,
            step.here or "–",
            step.to,
            "buffer" if step.is_to_buffer else "",
            _minutes(step.spent_s),
        ]
        for step in steps[:FIRST_MOVES]
    ]
    more = f", the first {FIRST_MOVES} of {len(steps):,}" if len(steps) > FIRST_MOVES else ""
    title, file = "Work list", MOVES
    if plan.verdict != "do it":
        title, file = (
            f"What '{proposal.name}' would move",
            f"{PROPOSALS}/{plain_name(proposal.name)}-moves.csv",
        )
    order = "what mends today's slotting comes first, then " if plan.ready.today else ""
    return section(
        "moves",
        "Moves",
        tag(
            "p",
            f"In an order that breaks no rule wherever it is stopped: {order}what wins most per hour"
            f"{'.' if order else ' first.'}",
        ),
        tag(
            "div",
            tag("figure", tag("figcaption", "What they bring"), drawing_svg(stop_curve(curve))),
            *(
                tag("figure", tag("figcaption", f"Level {level}"), drawing_svg(pictures.moves(level)))
                for level in pictures.levels
            ),
            class_="plans of-2",
        ),
        table(f"{title}{more}: {file} has all", ["step", "SKU", "from", "to", "", "minutes so far"], rows),
    )


def _minutes(seconds: float) -> str:
    return figure_text(seconds / 60, 1)


def _costs(plan: SlottingPlan) -> Section:
    named = {"today": plan.today, **{name: each.score for name, each in plan.proposals.items()}}
    parts = ["total", "walking", *plan.today.others_s]
    moved = {name: f"{each.moves:,}" for name, each in plan.proposals.items()}
    rows = [
        [name, *(_hours(each) for each in _seconds(score)), moved.get(name, "–")]
        for name, score in named.items()
    ]
    return section(
        "costs",
        "What it costs by the tours",
        tag(
            "p",
            "Hours over the stretch that was planned for: walking by the lengths of tours, and what heights, refills "
            "and uneven zones add. Queues are not in these figures; the simulator has them.",
        ),
        table("Hours", ["slotting", *parts, "SKUs moved"], rows),
        tag("p", f"No slotting that keeps the rules takes less than {_hours(plan.bound_s)} h."),
    )


def _seconds(score: Score) -> tuple[float, ...]:
    return score.total_s, score.travel_s, *score.others_s.values()


def _hours(seconds: float) -> str:
    return figure_text(seconds / HOUR_S, 2)


def _rules(plan: SlottingPlan) -> Section:
    broken = plan.ready.today
    listed = bullets(map(str, broken[:FIRST_BROKEN])) if broken else None
    more = (
        f"… and {len(broken) - FIRST_BROKEN:,} more: plan.json has all."
        if len(broken) > FIRST_BROKEN
        else None
    )
    left = plan.proposal.broken if plan.proposal is not None else ()
    return section(
        "rules",
        "Hard rules",
        tag("p", rules_sentence(plan)),
        listed,
        tag("p", more) if more else None,
        joined(tag("h3", "Broken with the plan"), bullets(map(str, left[:FIRST_BROKEN]))) if left else None,
    )


def _method(plan: SlottingPlan) -> Section:
    effort = plan.effort
    steps = "as many steps as the units ask for" if effort.steps is None else f"{effort.steps:,} steps"
    told = [
        f"The search: {plan.rounds} rounds of {effort.chains} chains with {steps}, seed {plan.seed}. The same seed "
        "and rounds give the same plan on any number of processes.",
        "Congestion inside the search is a price on crowded pick faces and lanes; the simulator is the judge. A "
        "proposal's name tells how much these prices counted: 'stops × 1, lanes × 0.5' is the full price of pick "
        "faces and half that of lanes, 'shortest walking' is none.",
    ]
    notes = [*reservations(plan)]
    return section(
        "method",
        "Method and what must be known",
        bullets(told),
        joined(tag("h3", "Notes"), bullets(notes)) if notes else None,
    )
