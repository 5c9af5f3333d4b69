"""The difference of two facilities as a plan: one self-contained SVG that a phone shows at full size.

What was is dashed, what is now is solid. Each sort of change has a colour that colour-blind people can tell
(Okabe and Ito), a mark and a name; text and backdrop are greys that read on white and on black.
"""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt

from layouts.diff.changes import Change
from layouts.diff.facility_diff import FacilityDiff
from layouts.diff.label_places import LabelPlaces
from layouts.diff.placed import Placed, placed_elements
from layouts.diff.text import MARKS, change_lines, change_mark, verdict_text
from spatial.facility import Facility

Points = npt.NDArray[np.float64]
Drawn = tuple[Change, Placed | None, Placed | None]

WIDTH, MARGIN = 360.0, 10.0
GREATEST_PLAN_HEIGHT = 620.0
LINE = 15.0
LINE_CHARACTERS = 54
LINES_SHOWN = 24
"""Of the list under the plan."""

GREY = "#757575"
COLOURS = {
    "added": "#009E73",
    "removed": "#D55E00",
    "moved": "#0072B2",
    "turned": "#0072B2",
    "resized": "#56B4E9",
    "altered": "#CC79A7",
    "cannot_decide": "#E69F00",
    "renamed": GREY,
}
SHORTEST_ARROW = 14.0
"""A shorter shift is drawn so long, from the old place on: a move of centimetres must be seen."""


@dataclass(frozen=True, kw_only=True)
class _View:
    """Picture from world: turned so that rows stand upright or lie, scaled, y downwards."""

    rotation: Points
    low: Points
    scale: float
    size: tuple[float, float]
    top: float

    def at(self, points: Points) -> Points:
        """Places (N, 2) in the picture of points (N, 2) in the world."""
        own = (points @ self.rotation.T - self.low) * self.scale
        return np.column_stack([MARGIN + own[:, 0], self.top + self.size[1] - own[:, 1]])


def diff_svg(
    diff: FacilityDiff, a: Facility, b: Facility, *, level: str | None = None, is_listed: bool = True
) -> str:
    """The plan of one level with both sides, a key, a scale bar and, if `is_listed`, the first changes in words.

    `a` and `b` are those that `diff` was made of. `level` is an id on either side; by default it is the one
    with the most changes. Raises ValueError when nothing stands on that level.
    """
    level = level or _busiest_level(diff, a)
    old, new = next((pair for pair in diff.levels if level in pair), (level, level))
    changes = [one for one in diff.changes if one.level == (new if one.before is None else old)]
    was, now = _on_level(a, old), _on_level(b, new)
    shown = [*was.values(), *now.values()]
    if not shown:
        known = ", ".join(repr(one.id) for one in (*a.levels, *b.levels)) or "none"
        raise ValueError(f"nothing stands on level {level!r} of either side: name one of {known}")
    title = textwrap.wrap(f"{diff.before.name} → {diff.after.name}: {verdict_text(diff)}", LINE_CHARACTERS)
    words = [word for word in MARKS if any(change_mark(change) == word for change in changes)]
    view = _view(shown, top=LINE * (len(title) + (len(words) + 2) // 3) + 2 * MARGIN)
    changed = {(change.kind, change.before) for change in changes}
    lines = _list_lines(changes) if is_listed else []
    bottom = view.top + view.size[1] + 2 * MARGIN
    height = bottom + LINE * (len(lines) + 2.6)
    drawn = [
        (change, was.get((change.kind, change.before or "")), now.get((change.kind, change.after or "")))
        for change in changes
    ]
    places = LabelPlaces(width=WIDTH, top=view.top - MARGIN, bottom=bottom)
    for one in was.values():
        if one.kind not in ("aisle", "rack"):
            places.avoid(view.at(one.corners()))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:.1f}" role="img" '
        'style="width:100%;max-width:720px" font-family="system-ui, sans-serif" font-size="12" '
        f'fill="{GREY}">',
        f"<title>{escape(f'{diff.before.name} and {diff.after.name}, level {level}')}</title>",
        f"<desc>{escape(verdict_text(diff))}</desc>",
        *(_text(MARGIN, LINE * (i + 1), line) for i, line in enumerate(title)),
        *_key(words, LINE * (len(title) + 1) + 4),
        *(_backdrop(one, view) for key, one in was.items() if key not in changed),
        *(part for one in drawn for part in _drawn(*one, view)),
        *_labels(drawn, view, places),
        *_scale_bar(view, bottom),
        *(_text(MARGIN, bottom + LINE * (i + 2.6), line) for i, line in enumerate(lines)),
        "</svg>",
    ]
    return "\n".join(filter(None, parts)) + "\n"


def _busiest_level(diff: FacilityDiff, a: Facility) -> str:
    counts = Counter(change.level for change in diff.changes)
    names = [level.id for level in a.levels] or sorted(counts)
    return max([*names, *sorted(counts)], key=lambda name: counts[name], default="")


def _on_level(facility: Facility, level: str) -> dict[tuple[str, str], Placed]:
    found = placed_elements(facility, unmeasured_sigma_m=0.0, is_exact=True)
    return {(one.kind, one.id): one for one in found if one.level == level}


def _view(shown: Sequence[Placed], *, top: float) -> _View:
    """Turned by the longest row (else the longest thing), upright when that makes it taller than wide."""
    corners = np.concatenate([one.corners() for one in shown])
    longest = max(shown, key=lambda one: (one.kind == "rack", one.length_m))
    turns = [math.remainder(longest.yaw_rad, math.pi / 2) + quarter for quarter in (0.0, math.pi / 2)]
    rotations = [np.array([[math.cos(t), math.sin(t)], [-math.sin(t), math.cos(t)]]) for t in turns]
    rotation = min(rotations, key=lambda one: round(float(np.ptp(corners @ one.T, axis=0)[0]), 6))
    own = corners @ rotation.T
    width, height = np.maximum(np.ptp(own, axis=0), 1.0)
    scale = min((WIDTH - 2 * MARGIN) / width, GREATEST_PLAN_HEIGHT / height)
    size = (float(width * scale), float(height * scale))
    return _View(rotation=rotation, low=own.min(axis=0), scale=float(scale), size=size, top=top)


def _backdrop(one: Placed, view: _View) -> str:
    if one.kind in ("aisle", "opening"):
        return ""
    fill = "none" if one.kind == "station" else GREY
    return _polygon(
        view.at(one.corners()), f'fill="{fill}" fill-opacity="0.16" stroke="{GREY}" stroke-width="0.5"'
    )


def _drawn(change: Change, old: Placed | None, new: Placed | None, view: _View) -> Iterator[str]:
    word = change_mark(change)
    stroke = f'stroke="{COLOURS[word]}"'
    if old is not None:
        style = f'fill="none" {stroke} stroke-width="1.3" stroke-dasharray="5 3"'
        yield _polygon(view.at(old.corners()), style)
    if new is not None:
        opacity = 0.0 if new.kind == "aisle" else 0.35 if word == "added" else 0.18
        fill = f'fill="{COLOURS[word]}" fill-opacity="{opacity:g}"'
        yield _polygon(view.at(new.corners()), f'{fill} {stroke} stroke-width="1.6"')
    if old is not None and new is not None and "moved" in change.words:
        yield _arrow(*_arrow_ends(old, new, view), stroke)


def _arrow_ends(old: Placed, new: Placed, view: _View) -> tuple[Points, Points]:
    start, end = view.at(np.array([old.center, new.center]))
    length = float(np.hypot(*(end - start)))
    return start, start + (end - start) * (max(length, SHORTEST_ARROW) / length if length else 0.0)


def _arrow(start: Points, tip: Points, stroke: str) -> str:
    ahead = (tip - start) / max(float(np.hypot(*(tip - start))), 1e-9)
    aside = np.array([-ahead[1], ahead[0]])
    wings = [tip - 6 * ahead + side * 3.5 * aside for side in (1, -1)]
    path = _path(np.array([start, tip, wings[0], tip, wings[1]]))
    return f'<polyline points="{path}" fill="none" {stroke} stroke-width="1.8"/>'


def _labels(drawn: Sequence[Drawn], view: _View, places: LabelPlaces) -> Iterator[str]:
    """Names clear of arrows and of what changed; small things last, since the list has them all."""
    for change, old, new in drawn:
        for one in (old, new):
            if one is not None and one.kind != "aisle":
                places.avoid(view.at(one.corners()))
        if old is not None and new is not None and "moved" in change.words:
            places.keep_free(np.array(_arrow_ends(old, new, view)))
    for change, old, new in sorted(drawn, key=lambda one: list(MARKS).index(change_mark(one[0]))):
        one = new or old
        if one is not None:
            yield from _label(change, one, view, places)


def _label(change: Change, one: Placed, view: _View, places: LabelPlaces) -> Iterator[str]:
    """Mark and name by the element, along a long one; the mark stays upright, since it tells by its direction."""
    word = change_mark(change)
    name = change.before or change.after or ""
    if word == "moved" and change.shift is not None:
        name += f" {change.shift.by_m:.2f} m"
    place = places.place(f"{MARKS[word]} {name}", view.at(one.corners()))
    if place is None:
        return
    (x, y), (mark_x, mark_y), degrees = place.name, place.mark, place.degrees
    turned = f' transform="rotate({degrees:.1f} {x:.1f} {y:.1f})"' if degrees else ""
    if place.leader is not None:
        yield f'<polyline points="{_path(place.leader)}" stroke="{GREY}" stroke-width="0.6"/>'
    style = f'text-anchor="middle" font-size="11" font-weight="bold" fill="{COLOURS[word]}"'
    yield f'<text x="{mark_x:.1f}" y="{mark_y + 4:.1f}" {style}>{MARKS[word]}</text>'
    # turned about the middle of its line, 4 above the baseline
    yield f'<text x="{x:.1f}" y="{y + 4:.1f}" font-size="11"{turned}>{escape(name)}</text>'


def _key(words: Sequence[str], y: float) -> Iterator[str]:
    """Three to a line."""
    for i, word in enumerate(words):
        x, line = MARGIN + 114 * (i % 3), y + LINE * (i // 3)
        is_gone = word == "removed"
        inside = "none" if is_gone else COLOURS[word]
        dashes = ' stroke-dasharray="3 2"' if is_gone else ""
        style = f'fill="{inside}" fill-opacity="0.25" stroke="{COLOURS[word]}"{dashes}'
        yield f'<rect x="{x:g}" y="{line - 8:g}" width="14" height="9" {style}/>'
        yield _text(x + 19, line, f"{MARKS[word]} {word.replace('_', ' ')}")


def _scale_bar(view: _View, y: float) -> Iterator[str]:
    """About a quarter of the width, and where the world's +X points."""
    rough = WIDTH / 4 / view.scale
    power = 10.0 ** math.floor(math.log10(rough))
    metres = max(power * nice for nice in (1, 2, 5) if power * nice <= rough)
    end = MARGIN + metres * view.scale
    line = f'stroke="{GREY}" stroke-width="1.5" fill="none"'
    yield f'<path d="M{MARGIN:g} {y - 4:.1f}v8M{MARGIN:g} {y:.1f}H{end:.1f}M{end:.1f} {y - 4:.1f}v8" {line}/>'
    yield _text(end + 8, y + 4, f"{metres:g} m")
    yield _text(end + 58, y + 4, "dashed: before · solid: after")
    axis = view.rotation @ np.array([1.0, 0.0])
    start, ahead = np.array([WIDTH - 40.0, y]), np.array([axis[0], -axis[1]])
    yield _arrow(start, start + SHORTEST_ARROW * ahead, f'stroke="{GREY}"')
    x, y = start + (SHORTEST_ARROW + 8) * ahead
    yield f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle">X</text>'


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


def _polygon(points: Points, style: str) -> str:
    return f'<polygon points="{_path(points)}" {style}/>'


def _path(points: Points) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:g}" y="{y:g}">{escape(text)}</text>'
