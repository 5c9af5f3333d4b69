"""The difference of two halls as one HTML page: the verdict, the plan of each level, totals, every change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from layouts.diff.changes import Change
from layouts.diff.facility_diff import FacilityDiff, Side
from layouts.diff.picture import diff_svg, has_plan
from layouts.diff.placed import KINDS
from layouts.diff.text import MARKS, change_lines, total_text, unchanged_lines, verdict_text
from layouts.report.markup import Markup, joined, lines, tag
from layouts.report.page import html_page
from layouts.report.sections.parts import bullets, caution, section, table
from spatial.facility import Facility
from spatial.floor.facility_rules import links_of

NAMES_AT_ONCE = 40
"""More addresses than that are folded away."""


def diff_html(
    diff: FacilityDiff, a: Facility, b: Facility, *, sources: Mapping[str, str] | None = None
) -> str:
    """The page of the `diff` of `a` and `b`; `sources` are the files that were read, each with its SHA-256."""
    title = f"{diff.before.name} → {diff.after.name}"
    undecided = [change for change in diff.changes if "cannot_decide" in change.words]
    header = tag(
        "header",
        lines(
            tag("p", "What differs between two halls", class_="over"),
            tag("h1", title),
            tag("p", _side("Before", diff.before), tag("br"), _side("After", diff.after)),
            tag("div", tag("p", verdict_text(diff), class_="sentence"), class_="verdict"),
            _undecided_caution(len(undecided)),
            *(caution("To be known", note) for note in diff.notes),
        ),
    )
    sections = [
        section("plans", "Plans", *_plans(diff, a, b)),
        section("totals", "Totals", *_totals(diff)),
        section("changes", "Every change", *_changes(diff.changes)),
        section("locations", "Locations", *_locations(diff)),
        section("unchanged", "What is the same", bullets(unchanged_lines(diff))),
    ]
    if sources:
        rows = [[name, tag("code", digest)] for name, digest in sources.items()]
        sections.append(section("inputs", "Inputs", table("Files that were read", ["file", "SHA-256"], rows)))
    return html_page(title, header, sections)


def _side(word: str, side: Side) -> Markup:
    return joined(f"{word}: {side.name} ({side.id}, {side.kind.replace('_', ' ')})")


def _undecided_caution(count: int) -> Markup | None:
    if not count:
        return None
    told = f"{count} differences are within what the scan's accuracy allows: they may be none"
    return caution(
        "Cannot decide", told if count > 1 else told.replace("differences are", "difference is"), "."
    )


def _plans(diff: FacilityDiff, a: Facility, b: Facility) -> Iterator[Markup]:
    """One plan a level on which something changed, the lowest first; without any, that of the first."""
    elevation = {level.id: level.elevation_m for level in (*a.levels, *b.levels)}
    changed = [level for level in _changed_levels(diff, a, b) if has_plan(diff, a, b, level)]
    levels = sorted(changed, key=lambda name: (elevation.get(name, 0.0), name))
    levels = levels or [after for _, after in diff.levels if has_plan(diff, a, b, after)][:1]
    yield tag("p", "Dashed is what was, solid what is now.", class_="note")
    figures = (
        tag(
            "figure",
            tag("figcaption", tag("strong", f"Level {level}"), f", at {elevation[level]:.2f} m")
            if len(levels) > 1 and level in elevation
            else None,
            Markup(diff_svg(diff, a, b, level=level, is_listed=False).strip()),
        )
        for level in levels
    )
    yield tag("div", *figures, class_=f"plans of-{2 if len(levels) > 1 else 1}")


def _changed_levels(diff: FacilityDiff, a: Facility, b: Facility) -> set[str]:
    """Where something changed, by the ids after; a link changes the levels at both its ends."""
    after = dict(diff.levels)
    links = {link.id: link for link in (*links_of(a), *links_of(b))}
    changed = {change.level for change in diff.changes}
    for change in diff.changes:
        if change.kind == "link":
            ends = [links[name] for name in (change.before, change.after) if name]
            changed |= {end.level for link in ends for end in (link.start, link.end)}
    return {after.get(level, level) for level in changed}


def _totals(diff: FacilityDiff) -> Iterator[Markup]:
    told = [total for total in diff.totals if abs(total.difference) >= 1e-9]
    yield bullets(map(total_text, told)) if told else tag("p", "No total differs.")
    rows = [
        [
            total.name,
            total.kind.replace("_", " "),
            *(f"{value:,.{2 if total.unit else 0}f}" for value in (total.before, total.after)),
            total.unit,
        ]
        for total in diff.totals
    ]
    yield table("All totals", ["total", "of", diff.before.name, diff.after.name, "unit"], rows)


def _changes(changes: Sequence[Change]) -> Iterator[Markup]:
    if not changes:
        yield tag("p", "No element differs.")
        return
    for kind in KINDS:
        those = [change for change in changes if change.kind == kind]
        if those:
            yield tag("h3", f"{kind.capitalize()}s")
            yield bullets(change_lines(those))
    used = {word for change in changes for word in change.words}
    told = ", ".join(f"{mark} {word.replace('_', ' ')}" for word, mark in MARKS.items() if word in used)
    yield tag("p", f"Signs: {told}. Intervals are 95 %.", class_="note")


def _locations(diff: FacilityDiff) -> Iterator[Markup]:
    locations = diff.locations
    kinds = {
        "added": locations.added,
        "removed": locations.removed,
        "moved": [f"{move.id} by {move.by_m:.3f} m" for move in locations.moved],
        "renamed": [f"{before} → {after}" for before, after in locations.renamed],
    }
    if not locations.count:
        yield tag("p", "No location differs.")
    for word, names in kinds.items():
        if names:
            told = tag("summary", f"{MARKS[word]} {len(names):,} {word}")
            is_open = "" if len(names) <= NAMES_AT_ONCE else None
            yield tag("details", told, tag("p", ", ".join(names)), open=is_open)
