"""The difference of two facilities in words: what differs first, then totals, then what is the same."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from layouts.diff.changes import Change, FieldChange, Shift, Z
from layouts.diff.facility_diff import FacilityDiff, Side
from layouts.diff.placed import KINDS
from layouts.diff.totals import Total

MARKS = {
    "added": "▲",
    "removed": "▼",
    "moved": "→",
    "turned": "↻",
    "resized": "↔",
    "altered": "≠",
    "cannot_decide": "?",
    "renamed": "=",
}
"""The sign before a change, by the first of its words in this order; each reads without colour."""

NAMES_SHOWN = 4
"""Of many addresses or new names, so many are written out."""


def diff_text(diff: FacilityDiff) -> str:
    """Plain lines: the verdict, what differs by kind, locations, totals, what is unchanged and its bound."""
    lines = [f"{_side_text(diff.before)} → {_side_text(diff.after)}", verdict_text(diff)]
    for kind in KINDS:
        changes = [change for change in diff.changes if change.kind == kind]
        lines += _section(f"{kind.capitalize()}s", change_lines(changes))
    lines += _section("Locations", _location_lines(diff))
    lines += _section("Totals: difference (before → after)", map(total_text, _differences_first(diff.totals)))
    lines += _section("Unchanged", unchanged_lines(diff))
    lines += _section("To be known", diff.notes)
    return "\n".join(lines) + "\n"


def verdict_text(diff: FacilityDiff) -> str:
    """One sentence: how many elements and locations differ, and in which way."""
    if diff.is_empty:
        return "No difference."
    words = diff.words()
    counts = [f"{words[word]} {word.replace('_', ' ')}" for word in MARKS if word in words]
    elements = f"{_count(len(diff.changes), 'element')}: {', '.join(counts)}" if counts else "no element"
    return f"Different: {elements}; {_count(diff.locations.count, 'location')}."


def change_mark(change: Change) -> str:
    """The word that a change is shown under: the first that applies, in the order of `MARKS`."""
    return next(word for word in MARKS if word in change.words)


def change_lines(changes: Iterable[Change]) -> Iterator[str]:
    """A line for each change; what only got other names shares one."""
    names = []
    for change in changes:
        if change.words == ("renamed",):
            names.append(f"{change.before} → {change.after}")
        else:
            yield change_text(change)
    if names:
        yield f"{MARKS['renamed']} only renamed: {_some(names)}"


def change_text(change: Change) -> str:
    """A change in one line, with its mark."""
    name = change.before or change.after
    told = list(_told(change))
    return f"{MARKS[change_mark(change)]} {name} {'; '.join(told)}"


def total_text(total: Total) -> str:
    """Difference with its 95 % interval where it has a sigma, then the levels."""
    unit = f" {total.unit}" if total.unit else ""
    places = 0 if not total.unit else _decimals(total.sigma, usual=2)
    if abs(total.difference) < 0.5 * 10.0**-places and not total.sigma:
        return f"{total.name}, {_plain(total.kind)}: no difference ({total.after:.{places}f}{unit})"
    levels = f"({total.before:.{places}f} → {total.after:.{places}f}{unit})"
    by = f"{_signed(total.difference, places)}{_interval(total.difference, total.sigma, places)}{unit}"
    return f"{total.name}, {_plain(total.kind)}: {by} {levels}"


def _told(change: Change) -> Iterator[str]:
    if change.before is None or change.after is None:
        yield change.words[0]
        return
    if change.before != change.after:
        yield f"renamed {change.after}"
    if change.shift is not None:
        yield from _shift_told(change.shift)
    yield from (_field_told(field) for field in change.fields if field.verdict == "changed")
    unsure = [field for field in change.fields if field.verdict == "cannot_decide"]
    yield from (f"{_field_told(field)} cannot be decided" for field in unsure if field.sigma is None)
    open_ones = [field for field in unsure if field.sigma is not None]
    if open_ones:
        for told in dict.fromkeys(_named(field.name)[1] for field in open_ones):
            those = [field for field in open_ones if _named(field.name)[1] == told]
            names = ", ".join(_named(field.name)[0] for field in those)
            bound = max(abs(field.by) + Z * (field.sigma or 0.0) for field in those)
            yield f"{names} cannot be decided, at most {bound:.3f} {told} other (97.5 %)"


def _shift_told(shift: Shift) -> Iterator[str]:
    by, sigma = shift.by_m, shift.sigma_m
    if shift.moved == "changed" and shift.direction is not None:
        places = _decimals(sigma, usual=3)
        x, y = shift.direction
        towards = f"towards ({_signed(x, 2)}, {_signed(y, 2)})"
        yield f"moved {by:.{places}f}{_interval(by, sigma, places, least=0.0)} m {towards}"
    if shift.moved == "cannot_decide":
        yield f"move cannot be decided, at most {shift.bound_m:.3f} m (97.5 %)"
    degrees, spread = math.degrees(shift.turn_rad), math.degrees(shift.turn_sigma_rad)
    if shift.turned == "changed":
        places = _decimals(spread, usual=2)
        yield f"turned by {_signed(degrees, places)}{_interval(degrees, spread, places)}°"
    if shift.turned == "cannot_decide":
        yield f"turn cannot be decided, at most {abs(degrees) + Z * spread:.2f}° (97.5 %)"


def _field_told(field: FieldChange) -> str:
    name, unit = _named(field.name)
    if field.sigma is None or isinstance(field.before, str) or isinstance(field.after, str):
        return f"{name} {field.before} → {field.after}"
    places = _decimals(field.sigma, usual=3)
    by = f"{_signed(field.by, places)}{_interval(field.by, field.sigma, places)} {unit}"
    return f"{name} {by} ({field.before:.{places}f} → {field.after:.{places}f})"


def _named(field: str) -> tuple[str, str]:
    """A field in words, and its unit."""
    if field.endswith("_m2"):
        return _plain(field.removesuffix("_m2")), "m²"
    return _plain(field.removesuffix("_m")), "m"


def _location_lines(diff: FacilityDiff) -> Iterator[str]:
    locations = diff.locations
    kinds = (
        ("added", list(locations.added)),
        ("removed", list(locations.removed)),
        ("moved", [f"{move.id} by {move.by_m:.3f} m" for move in locations.moved]),
        ("renamed", [f"{before} → {after}" for before, after in locations.renamed]),
    )
    for word, names in kinds:
        if names:
            yield f"{MARKS[word]} {len(names)} {word}: {_some(names)}"


def unchanged_lines(diff: FacilityDiff) -> Iterator[str]:
    """A line for each kind: how many are the same, and the bound on what they may have moved."""
    for one in diff.unchanged:
        bound = f", none moved by more than {one.bound_m:.3f} m (97.5 %)" if one.bound_m >= 0.0005 else ""
        yield f"{_count(one.count, one.kind)}{bound}"


def _differences_first(totals: Sequence[Total]) -> list[Total]:
    return sorted(totals, key=lambda total: abs(total.difference) < 1e-9)


def _section(title: str, lines: Iterable[str]) -> list[str]:
    found = [f"  {line}" for line in lines]
    return ["", title, *found] if found else []


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _side_text(side: Side) -> str:
    return f"{side.name} ({side.id}, {_plain(side.kind)})"


def _count(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _decimals(sigma: float, *, usual: int) -> int:
    """So many that half the interval's half width shows as a digit; `usual` without an interval."""
    return usual if sigma <= 0 else min(6, max(0, math.ceil(-math.log10(Z * sigma / 2))))


def _signed(value: float, places: int) -> str:
    text = f"{abs(value):.{places}f}"
    return text if float(text) == 0 else f"{'−' if value < 0 else '+'}{text}"


def _interval(value: float, sigma: float, places: int, *, least: float = -math.inf) -> str:
    if sigma <= 0:
        return ""
    low, high = max(least, value - Z * sigma), value + Z * sigma
    return f" [{low:.{places}f}, {high:.{places}f}]".replace("-", "−")
