"""The scheme behind a WMS location list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from layouts.addresses.check_digit import CheckDigit
from layouts.addresses.fields import AddressField, FieldName
from layouts.addresses.findings import EXAMPLES, Listed
from layouts.addresses.fit_to_hall import fit_to_hall
from layouts.addresses.infer_check import has_check, infer_check
from layouts.addresses.infer_parts import infer_form
from layouts.addresses.lanes import lanes_of
from layouts.addresses.name_parts import readings
from layouts.addresses.odd_side import odd_side
from layouts.addresses.places import levels_of
from layouts.addresses.sample import sample_of
from layouts.addresses.scheme import Scheme
from spatial.errors import BadDataError, UndecidedError
from spatial.facility import Facility, Point2

CLEAR_SHARE = 0.01
"""Readings whose shares differ by less explain a list equally well."""

CLEAR_FIT = 0.8
"""A scheme that explains less of a hall may come of a wrong cut of digits that no separators divide."""

SAMPLE = 1000
RARE = 0.01
"""A value that so few addresses have is taken for a typing error."""

ASSUMED_END = "bays are assumed to count from the entry: pass the facility to find it"
ASSUMED = f"odd bays are assumed on the left (pass coordinates to find it), and {ASSUMED_END}"


@dataclass(frozen=True, kw_only=True)
class Inferred:
    """The likeliest scheme of a list.

    `share` of the addresses follow it; with a facility, `fit` is the share of its locations to which it gives an
    address of the list, at their place where the list tells places. `alternatives` explain the list as well:
    with any, `is_decided` is false. `confidence` is `share`, times `fit` where known, over the number of equals.
    `misfits` are some addresses that do not follow it.
    """

    scheme: Scheme
    share: float
    fit: float | None = None
    alternatives: tuple[Scheme, ...] = ()
    misfits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_decided(self) -> bool:
        """Whether no other scheme explains the list as well."""
        return not self.alternatives

    @property
    def confidence(self) -> float:
        """0 … 1."""
        return self.share * (1.0 if self.fit is None else self.fit) / (1 + len(self.alternatives))


def infer_scheme(
    listed: Sequence[str | Listed],
    facility: Facility | None = None,
    *,
    depot: Point2 | None = None,
    entries: Mapping[str, Point2] | None = None,
) -> Inferred:
    """The scheme that explains most of a list, and those that do as well.

    1. A check digit is taken off.
    2. The rest is cut into parts, and these are named by the numbers in them.
    3. With a facility, all ways to count its aisles are tried: sides, direction, serpentine, blocks, order. Without
       one coordinates tell the odd side, and what stays at its default a note says. If none explains the hall, other
       cuts of digits without separators are tried.
    Raises UndecidedError for a list without a common form; with a facility as `addresses`.
    """
    rows = [Listed(address=one) if isinstance(one, str) else one for one in listed]
    rows = [replace(row, address=row.address.strip()) for row in rows]
    texts = [row.address for row in rows if row.address]
    check = infer_check(texts)  # 1
    bodies = texts if check is None else [_body(text, check) for text in texts if has_check(text, check)]
    form = infer_form(bodies)  # 2
    schemes = [
        scheme for parts in (form.parts, *form.other_cuts) for scheme in readings(form.prefix, parts, check)
    ]
    if not schemes:
        raise UndecidedError(
            f"addresses like '{bodies[0]}' were cut into {len(form.parts)} parts, which no scheme has: expected 2 to "
            "5 and a side, of capital letters and digits, with separators where widths vary: tell the scheme"
        )
    shares = [_share(scheme, texts) for scheme in schemes]
    share, best = max(shares), schemes[shares.index(max(shares))]
    equals = [s for s, its in zip(schemes, shares, strict=True) if its >= share - CLEAR_SHARE]
    misfits = tuple(text for text in texts if not _follows(best, text))[:EXAMPLES]
    if facility is None:
        others = [scheme for scheme in equals if scheme != best]
        told = [_with_odd_side(scheme, rows) for scheme in (best, *others)]
        note = ASSUMED if best.sides.startswith("odd") and told[0] is None else ASSUMED_END
        best, *others = [one or scheme for one, scheme in zip(told, (best, *others), strict=True)]
        return Inferred(scheme=best, share=share, alternatives=tuple(others), misfits=misfits, notes=(note,))
    fit, fitted = fit_to_hall(equals, rows, facility, depot=depot, entries=entries)  # 3
    others = _cut_otherwise(bodies, check, facility, depot, entries) if fit < CLEAR_FIT else []
    if others:
        other_fit, other = fit_to_hall(others, rows, facility, depot=depot, entries=entries)
        if other_fit > fit + CLEAR_SHARE:
            fit, fitted = other_fit, other
            share = _share(fitted[0], texts)
            misfits = tuple(text for text in texts if not _follows(fitted[0], text))[:EXAMPLES]
    return Inferred(scheme=fitted[0], share=share, fit=fit, alternatives=tuple(fitted[1:]), misfits=misfits)


def _cut_otherwise(
    bodies: Sequence[str],
    check: CheckDigit | None,
    facility: Facility,
    depot: Point2 | None,
    entries: Mapping[str, Point2] | None,
) -> list[Scheme]:
    """Schemes of any other cut of the digits, with as many zones, levels and positions as the hall has."""
    form = infer_form(bodies, every_cut=True)
    sample = sample_of(bodies, SAMPLE)
    lanes = lanes_of(facility, Scheme(), depot=depot, entries=entries)
    counts: dict[FieldName, int] = {
        "zone": len({lane.zone for lane in lanes}),
        "level": len(set(levels_of(facility).values())),
        "position": max((location.position for location in facility.locations), default=1),
    }
    return [
        scheme.model_copy(update={"check": check})
        for parts in form.other_cuts
        for scheme in readings(form.prefix, parts, None)
        if all(_values(scheme, name, sample) == count for name, count in counts.items())
    ]


def _values(scheme: Scheme, name: FieldName, texts: Sequence[str]) -> int:
    """How many values a field usually takes; 1 without the field."""
    if scheme.field(name) is None:
        return 1
    counts: Counter[int] = Counter()
    for text in texts:
        with suppress(BadDataError):
            counts[scheme.parse(text)[name]] += 1
    return sum(count > RARE * counts.total() for count in counts.values())


def _with_odd_side(scheme: Scheme, rows: Sequence[Listed]) -> Scheme | None:
    side = odd_side(scheme, rows) if scheme.sides.startswith("odd") else None
    return None if side is None else scheme.model_copy(update={"sides": side})


def _body(text: str, check: CheckDigit) -> str:
    return text[: -check.width].removesuffix(check.before) if check.before else text[: -check.width]


def _share(scheme: Scheme, texts: Sequence[str]) -> float:
    return sum(_follows(scheme, text) for text in texts) / len(texts)


def _follows(scheme: Scheme, text: str) -> bool:
    try:
        numbers = scheme.parse(text)
    except BadDataError:
        return False
    return all(
        field.kind == "names" or field.name == "bay" or _comes(field, numbers[field.name])
        for field in scheme.fields
    )


def _comes(field: AddressField, number: int) -> bool:
    try:
        field.count(number)
    except ValueError:
        return False
    return True
