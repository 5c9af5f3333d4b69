"""What the verdict rests on: limits of validity, method, inputs with their hashes, and what figures mean."""

from __future__ import annotations

import math
from importlib.metadata import version

from layouts.comparison.compare import Against
from layouts.report.glossary import figure_words
from layouts.report.markup import Content, joined, lines, tag
from layouts.report.numbers import percent_text, plain_number
from layouts.report.report_data import Report
from layouts.report.sections.parts import Section, bullets, section, table
from layouts.report.settings import input_files, settings_sha256
from layouts.report.validity import limits_of_validity
from layouts.what_if.figure_kinds import figure_kind

SAME = (
    "Replication k of every scenario draws the same random numbers, so that the difference is that of the layouts, "
    "not of luck (common random numbers)."
)
OTHER = "The scenarios have different seeds, so that they share no random numbers and the intervals are wider for it."


def validity(report: Report) -> Section:
    """What the verdict does not hold for."""
    return section("validity", "Limits of validity", bullets(limits_of_validity(report)))


def method(report: Report) -> Section:
    """How the numbers came about, in plain words, with what was measured of it."""
    comparison = report.comparison
    percent, each = (percent_text(one) for one in (comparison.confidence, comparison.each_confidence))
    warm_up = {shift.name: shift.warm_up_s for shift in report.shifts}
    told: list[Content] = [
        f"Each scenario was simulated {comparison.n} times. {SAME if report.shares_numbers else OTHER}",
        *(_gain(report, against) for against in comparison.against),
        "The interval of a difference is Student's t over the differences of the pairs.",
    ]
    if len(comparison.against) > 1:
        told.append(
            f"{len(comparison.against)} scenarios were held against {comparison.baseline}. So that all verdicts "
            f"hold at once with {percent} %, each has a {each} % interval (Bonferroni)."
        )
    if comparison.best is not None:
        told.append(
            "The best was found by the procedure of Kim and Nelson (2001), with an indifference zone."
        )
    told.append(
        "Nothing was left out as warm-up."
        if not any(warm_up.values())
        else "Left out as warm-up: "
        + ", ".join(f"{name} {plain_number(s)} s" for name, s in warm_up.items())
        + "."
    )
    told.append(
        "Where replications were added until intervals were short enough, they hold slightly less often than "
        f"{percent} %: in a test of 3,000 comparisons without a difference, 93.6 % of 95 % intervals held 0."
    )
    return section("method", "Method", bullets(told))


def _gain(report: Report, against: Against) -> str:
    """What the common random numbers were worth."""
    pair = against.decisive
    told = f"{against.name} against {report.comparison.baseline}: "
    if pair.correlation is None:
        return told + "one of the two gives the same figure in every replication, so there is no correlation."
    told += f"measured correlation {pair.correlation.value:.2f}"
    if pair.variance_ratio is None or math.isinf(pair.variance_ratio):
        return f"{told}; the difference is the same in every replication."
    return (
        f"{told}; with independent random numbers the difference would have "
        f"{plain_number(pair.variance_ratio, 2)} × the variance."
    )


def inputs(report: Report) -> Section:
    """Files and settings, so that the comparison can be repeated to the byte."""
    rows: list[list[Content]] = []
    for shift in report.shifts:
        rows.append(
            [shift.name, "settings", "all fields but paths, as JSON", _hash(settings_sha256(shift.scenario))]
        )
        rows += [[shift.name, kind, name, _hash(digest)] for kind, name, digest in input_files(shift)]
    seeds = dict.fromkeys(str(shift.scenario.seed) for shift in report.shifts)
    shared = [[setting.name, setting.values[0]] for setting in report.settings if setting.is_shared]
    return section(
        "inputs",
        "Inputs",
        tag(
            "p",
            f"aisletwin {version('aisletwin')}; seed {', '.join(seeds)}; {report.comparison.n} replications of each "
            "scenario. The same inputs, seed and version give the same report, byte by byte.",
        ),
        table("What went in", ["scenario", "input", "name", "SHA-256"], rows, class_="inputs"),
        tag(
            "details",
            tag("summary", f"The {len(shared)} settings that all scenarios share"),
            table("Shared settings", ["setting", "value"], shared),
        ),
    )


def _hash(digest: str | None) -> Content:
    return "no file" if digest is None else tag("code", digest)


def glossary(report: Report) -> Section:
    """Every figure shown, its unit, its meaning and which way is better."""
    rows = [
        [
            figure_kind(name).title,
            figure_kind(name).unit or "count",
            "more" if figure_kind(name).larger_is_better else "less",
            figure_words(name).meaning or "A figure of the comparison's own.",
        ]
        for name in report.comparison.figures
    ]
    terms = (
        ("Interval", "The range that holds the true mean with the probability told, as far as chance goes."),
        ("Replication", "One simulated shift with its own random numbers."),
        ("Baseline", "The scenario that all others are held against."),
        ("Blocked", "An agent stands because another one, or a busy station, is in its way."),
        ("Points", "Percentage points: from 14 % to 12 % are 2 points less."),
    )
    return section(
        "glossary",
        "Figures and words",
        table("Figures", ["figure", "unit", "better is", "meaning"], rows, class_="glossary"),
        tag("dl", lines(*(joined(tag("dt", term), tag("dd", words)) for term, words in terms))),
    )
