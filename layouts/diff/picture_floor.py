"""The floor in the picture of a difference: outline, holes and the links that end there, each before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

import numpy as np
import shapely

from layouts.diff.change_colours import COLOURS, GREY, INK, PALE, PAPER
from layouts.diff.changes import Change
from layouts.diff.label_places import CHARACTER, LabelPlaces
from layouts.diff.link_symbols import HALF, link_symbol
from layouts.diff.picture_view import Points, View, path, polygon
from layouts.diff.text import change_mark
from spatial.facility import Level, Point2
from spatial.floor.floor_rules import Link

Ends = Sequence[tuple[Link, Point2, str]]

DASHES = 'stroke-dasharray="5 3"'
HALO = f'stroke="{PAPER}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
"""Of names: lines that cross them end before the letters."""


def floor_shapes(was: Level | None, now: Level | None, view: View) -> Iterator[str]:
    """The floor as it is now, else as it was; in the colour of a change what only one side has of its edges."""
    shown = now or was
    if shown is None:
        return
    if len(shown.outline) > 2:
        yield polygon(view.at(shown.outline), f'fill="#fafbfb" stroke="{GREY}" stroke-width="0.8"')
    for hole in _rings(shown)[1:]:
        yield polygon(view.at(hole), f'fill="{PALE}" stroke="{GREY}" stroke-width="0.8"')
    if was is None or now is None:
        return
    for ring in _without(_rings(was), _rings(now)):
        yield polygon(view.at(ring), f'fill="none" stroke="{COLOURS["altered"]}" stroke-width="1.3" {DASHES}')
    for ring in _without(_rings(now), _rings(was)):
        yield polygon(view.at(ring), f'fill="none" stroke="{COLOURS["altered"]}" stroke-width="1.6"')


def other_floors(levels: Sequence[Level], shown: str, view: View) -> Iterator[str]:
    """The outlines of the other levels in pale lines, to show where this one lies."""
    for level in levels:
        if level.id != shown and len(level.outline) > 2:
            yield polygon(view.at(level.outline), f'fill="none" stroke="{PALE}" stroke-width="1.5"')


def avoid_floor(places: LabelPlaces, level: Level, view: View) -> None:
    """No name lies across the edge of the floor or a hole where there is room elsewhere."""
    for ring in _rings(level):
        places.avoid_line(view.at([*ring, ring[0]]))


def _rings(level: Level) -> list[tuple[Point2, ...]]:
    """The outline, empty where it is unknown, then the holes."""
    return [ring for ring in (level.outline, *level.holes) if len(ring) > 2]


def _without(
    rings: Sequence[tuple[Point2, ...]], others: Sequence[tuple[Point2, ...]]
) -> Iterator[tuple[Point2, ...]]:
    """The rings that no other one equals to the millimetre."""
    for ring in rings:
        shape = shapely.LinearRing(ring)
        if all(shape.hausdorff_distance(shapely.LinearRing(other)) > 0.001 for other in others):
            yield ring


def link_shapes(was: Ends, now: Ends, changes: Mapping[str, Change], view: View) -> Iterator[str]:
    """The symbols of links: those that did not change in grey, the others in colour, dashed where they were.

    `changes` are of links, by the id before and by that after.
    """
    for is_after, ends in ((False, was), (True, now)):
        for link, at, _ in ends:
            change = changes.get(link.id)
            if change is None and not is_after:
                continue
            colour = INK if change is None else COLOURS[change_mark(change)]
            dashes = "" if is_after else f" {DASHES}"
            frame, *inside = link_symbol(link.kind, _place(view, at))
            fill = PAPER if is_after else "none"
            yield polygon(np.array(frame[:-1]), f'fill="{fill}" stroke="{colour}" stroke-width="1.4"{dashes}')
            for line in inside:
                points = path(np.array(line))
                yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1"/>'


def link_names(now: Ends, changed: Mapping[str, Change], view: View, places: LabelPlaces) -> Iterator[str]:
    """The id of every link that did not change, with where it leads if there is room, beside its symbol."""
    for link, at, to in now:
        if link.id in changed:
            continue
        for name in (f"{link.id} to {to}", link.id):
            place = places.place(name, symbol_box(view, at))
            if place is not None:
                x, y = place.mark[0] - CHARACTER / 2, place.mark[1] + 4
                yield f'<text x="{x:.1f}" y="{y:.1f}" font-size="10" {HALO}>{escape(name)}</text>'
                break


def symbol_box(view: View, at: Point2) -> Points:
    """The corners (4, 2) of a link's symbol in the picture."""
    x, y = _place(view, at)
    return np.array(
        [(x + right * HALF, y + down * HALF) for right, down in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    )


def _place(view: View, at: Point2) -> tuple[float, float]:
    ((x, y),) = view.at([at]).tolist()
    return x, y
