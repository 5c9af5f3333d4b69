"""The difference of two facilities as a plan: one self-contained SVG that a phone shows at full size.

What was is dashed, what is now is solid. Each sort of change has a colour that colour-blind people can tell, a mark
and a name, on a white sheet. All levels of a hall have the same turn and scale.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape

import numpy as np

from layouts.diff.change_colours import COLOURS, GREY, INK, PAPER, TEXT_COLOURS
from layouts.diff.changes import Change
from layouts.diff.facility_diff import FacilityDiff
from layouts.diff.label_places import LabelPlace, LabelPlaces
from layouts.diff.link_symbols import link_ends
from layouts.diff.picture_floor import (
    DASHES,
    HALO,
    Ends,
    avoid_floor,
    floor_shapes,
    link_names,
    link_shapes,
    other_floors,
    symbol_box,
)
from layouts.diff.picture_view import (
    ARROW,
    MARGIN,
    WIDTH,
    Points,
    View,
    arrow,
    hall_view,
    path,
    polygon,
    scale_bar,
)
from layouts.diff.placed import Placed, placed_elements
from layouts.diff.text import MARKS, change_lines, change_mark, verdict_text
from spatial.facility import Facility, Level

Drawn = tuple[Change, Placed | None, Placed | None]

LINE = 15.0
KEY_COLUMNS = 2
"""So many words of the key fit beside each other in any font."""
LINE_CHARACTERS = 54
LINES_SHOWN = 24
"""Of the list under the plan."""

SHORTEST_ARROW = ARROW
"""A shorter shift is drawn so long, from the old place on: a move of centimetres must be seen."""


def diff_svg(
    diff: FacilityDiff, a: Facility, b: Facility, *, level: str | None = None, is_listed: bool = True
) -> str:
    """The plan of one level with both sides, a key and a scale bar; if `is_listed`, with the verdict above it and the
    first changes in words below. Without, the key is that of all levels, so that their plans lie at one height.

    `a` and `b` are those that `diff` was made of. `level` is an id on either side; by default it is the one
    with the most changes. Links are drawn on every level that they join. Raises ValueError for a level that neither
    side knows anything of.
    """
    level = level or _busiest_level(diff, a)
    old, new = _both_ids(diff, level)
    floors = _level(a, old), _level(b, new)
    all_was, all_now = (placed_elements(side, unmeasured_sigma_m=0.0, is_exact=True) for side in (a, b))
    was, now = _on_level(all_was, old), _on_level(all_now, new)
    if not was and not now and not any(map(_is_drawn, floors)):
        known = ", ".join(repr(one.id) for one in (*a.levels, *b.levels)) or "none"
        raise ValueError(f"nothing stands on level {level!r} of either side: name one of {known}")
    ends = list(link_ends(a, old)), list(link_ends(b, new))
    names = {link.id for link, _, _ in (*ends[0], *ends[1])}
    changes = [one for one in diff.changes if _is_on(one, old, new, names)]
    links = {name: one for one in changes if one.kind == "link" for name in (one.before, one.after) if name}
    verdict = f"{diff.before.name} → {diff.after.name}: {verdict_text(diff)}"
    title = textwrap.wrap(verdict, LINE_CHARACTERS) if is_listed else []
    if is_listed and max(len(a.levels), len(b.levels)) > 1:
        title.append(f"Level {level}")
    used = {change_mark(change) for change in (changes if is_listed else diff.changes)}
    words = [word for word in MARKS if word in used]
    top = LINE * (len(title) + -(-len(words) // KEY_COLUMNS)) + 2 * MARGIN
    view = hall_view((a, b), [*all_was, *all_now], top=top)
    changed = {(change.kind, change.before) for change in changes}
    lines = _list_lines(changes) if is_listed else []
    bottom = view.top + view.size[1] + 2 * MARGIN
    height = bottom + LINE * (len(lines) + 2.6)
    drawn = [
        (change, was.get((change.kind, change.before or "")), now.get((change.kind, change.after or "")))
        for change in changes
        if change.kind != "link"
    ]
    places = LabelPlaces(width=WIDTH, top=view.top - MARGIN, bottom=bottom)
    for one in was.values():
        if one.kind not in ("aisle", "rack"):
            places.avoid(view.at(one.corners()))
    for floor in floors:
        if floor is not None:
            avoid_floor(places, floor, view)
    for _, at, _ in (*ends[0], *ends[1]):
        places.occupy(symbol_box(view, at))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:.1f}" role="img" '
        'style="width:100%;max-width:720px" font-family="system-ui, sans-serif" font-size="12" '
        f'fill="{INK}">',
        f"<title>{escape(f'{diff.before.name} and {diff.after.name}, level {level}')}</title>",
        f"<desc>{escape(verdict_text(diff))}</desc>",
        f'<rect width="{WIDTH:g}" height="{height:.1f}" fill="{PAPER}"/>',
        *(_text(MARGIN, LINE * (i + 1), line) for i, line in enumerate(title)),
        *_key(words, LINE * (len(title) + 1) + 4),
        *other_floors(b.levels, new, view),
        *floor_shapes(*floors, view),
        *(_backdrop(one, view) for key, one in was.items() if key not in changed),
        *(part for one in drawn for part in _drawn(*one, view)),
        *link_shapes(*ends, links, view),
        *_labels(drawn, view, places),
        *_changed_link_names(*ends, links, view, places),
        *link_names(ends[1], links, view, places),
        *scale_bar(view, bottom),
        *(_text(MARGIN, bottom + LINE * (i + 2.6), line) for i, line in enumerate(lines)),
        "</svg>",
    ]
    return "\n".join(filter(None, parts)) + "\n"


def has_plan(diff: FacilityDiff, a: Facility, b: Facility, level: str) -> bool:
    """Whether anything of a level can be drawn, so that `diff_svg` does not refuse it."""
    sides = zip((a, b), _both_ids(diff, level), strict=True)
    return any(
        _is_drawn(_level(side, name))
        or _on_level(placed_elements(side, unmeasured_sigma_m=0.0, is_exact=True), name)
        for side, name in sides
    )


def _both_ids(diff: FacilityDiff, level: str) -> tuple[str, str]:
    """The ids of a level before and after, by either of them."""
    return next((pair for pair in diff.levels if level in pair), (level, level))


def _is_drawn(level: Level | None) -> bool:
    return level is not None and len(level.outline) > 2


def _busiest_level(diff: FacilityDiff, a: Facility) -> str:
    counts = Counter(change.level for change in diff.changes)
    names = [level.id for level in a.levels] or sorted(counts)
    return max([*names, *sorted(counts)], key=lambda name: counts[name], default="")


def _level(facility: Facility, name: str) -> Level | None:
    return next((level for level in facility.levels if level.id == name), None)


def _on_level(placed: Sequence[Placed], level: str) -> dict[tuple[str, str], Placed]:
    return {(one.kind, one.id): one for one in placed if one.level == level and one.kind != "link"}


def _is_on(change: Change, old: str, new: str, links: set[str]) -> bool:
    """Whether a change is of this level, or of a link that ends on it."""
    if change.kind == "link":
        return change.before in links or change.after in links
    return change.level == (new if change.before is None else old)


def _backdrop(one: Placed, view: View) -> str:
    if one.kind in ("aisle", "opening"):
        return ""
    fill = "none" if one.kind == "station" else GREY
    return polygon(
        view.at(one.corners()), f'fill="{fill}" fill-opacity="0.16" stroke="{GREY}" stroke-width="0.5"'
    )


def _drawn(change: Change, old: Placed | None, new: Placed | None, view: View) -> Iterator[str]:
    """Aisles, which are but room, in thin lines."""
    word = change_mark(change)
    stroke, thin = f'stroke="{COLOURS[word]}"', 0.4 if change.kind == "aisle" else 1.0
    if old is not None:
        yield polygon(view.at(old.corners()), f'fill="none" {stroke} stroke-width="{1.3 * thin:g}" {DASHES}')
    if new is not None:
        opacity = 0.0 if new.kind == "aisle" else 0.35 if word == "added" else 0.18
        fill = f'fill="{COLOURS[word]}" fill-opacity="{opacity:g}"'
        yield polygon(view.at(new.corners()), f'{fill} {stroke} stroke-width="{1.6 * thin:g}"')
    if old is not None and new is not None and "moved" in change.words:
        yield arrow(*_arrow_ends(old, new, view), COLOURS[word])


def _arrow_ends(old: Placed, new: Placed, view: View) -> tuple[Points, Points]:
    start, end = view.at(np.array([old.center, new.center]))
    length = float(np.hypot(*(end - start)))
    return start, start + (end - start) * (max(length, SHORTEST_ARROW) / length if length else 0.0)


def _labels(drawn: Sequence[Drawn], view: View, places: LabelPlaces) -> Iterator[str]:
    """Names clear of arrows and of what changed; aisles and small things last, since the list has them all."""
    for change, old, new in drawn:
        for one in (old, new):
            if one is not None and one.kind != "aisle":
                places.avoid(view.at(one.corners()))
        if old is not None and new is not None and "moved" in change.words:
            places.keep_free(np.array(_arrow_ends(old, new, view)))
            corners = view.at(old.corners())
            places.avoid_line(np.concatenate([corners, corners[:1]]))
    order = list(MARKS)
    for change, old, new in sorted(
        drawn, key=lambda one: (one[0].kind == "aisle", order.index(change_mark(one[0])))
    ):
        one = new or old
        if one is not None:
            yield from _label(change, view.at(one.corners()), places)


def _changed_link_names(
    was: Ends, now: Ends, links: Mapping[str, Change], view: View, places: LabelPlaces
) -> Iterator[str]:
    """Where they are now, else where they were."""
    gone = [end for end in was if end[0].id in links and links[end[0].id].after is None]
    for link, at, _ in (*now, *gone):
        if link.id in links:
            yield from _label(links[link.id], symbol_box(view, at), places)


def _label(change: Change, corners: Points, places: LabelPlaces) -> Iterator[str]:
    """Mark and name by the element, along a long one, with its shift where there is room."""
    word = change_mark(change)
    name = change.before or change.after or ""
    names = [name]
    if word == "moved" and change.shift is not None:
        names.insert(0, f"{name} {change.shift.by_m:.2f} m")
    for text in names:
        place = places.place(f"{MARKS[word]} {text}", corners)
        if place is not None:
            yield from _name(word, text, place)
            return


def _name(word: str, text: str, place: LabelPlace) -> Iterator[str]:
    """The mark stays upright, since it tells by its direction."""
    (x, y), (mark_x, mark_y), degrees = place.name, place.mark, place.degrees
    turned = f' transform="rotate({degrees:.1f} {x:.1f} {y:.1f})"' if degrees else ""
    if place.leader is not None:
        yield f'<polyline points="{path(place.leader)}" stroke="{GREY}" stroke-width="0.6"/>'
    style = f'text-anchor="middle" font-size="11" font-weight="bold" fill="{TEXT_COLOURS[word]}" {HALO}'
    yield f'<text x="{mark_x:.1f}" y="{mark_y + 4:.1f}" {style}>{MARKS[word]}</text>'
    # turned about the middle of its line, 4 above the baseline
    yield f'<text x="{x:.1f}" y="{y + 4:.1f}" font-size="11" {HALO}{turned}>{escape(text)}</text>'


def _key(words: Sequence[str], y: float) -> Iterator[str]:
    """`KEY_COLUMNS` to a line."""
    for i, word in enumerate(words):
        x = MARGIN + (WIDTH - 2 * MARGIN) / KEY_COLUMNS * (i % KEY_COLUMNS)
        line = y + LINE * (i // KEY_COLUMNS)
        is_gone = word == "removed"
        inside = "none" if is_gone else COLOURS[word]
        dashes = ' stroke-dasharray="3 2"' if is_gone else ""
        style = f'fill="{inside}" fill-opacity="0.25" stroke="{COLOURS[word]}"{dashes}'
        yield f'<rect x="{x:g}" y="{line - 8:g}" width="14" height="9" {style}/>'
        yield _text(x + 19, line, f"{MARKS[word]} {word.replace('_', ' ')}")


def _list_lines(changes: Sequence[Change]) -> list[str]:
    entries = [
        textwrap.wrap(line, LINE_CHARACTERS, subsequent_indent="\u2003") for line in change_lines(changes)
    ]
    lines: list[str] = []
    for i, entry in enumerate(entries):
        if len(lines) + len(entry) > LINES_SHOWN:
            return [*lines, f"and {len(entries) - i} more"]
        lines += entry
    return lines


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:g}" y="{y:g}">{escape(text)}</text>'
