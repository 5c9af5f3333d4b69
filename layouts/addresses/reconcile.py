"""A WMS location list held against the hall: few findings that explain many rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence

from layouts.addresses.aisle_scores import AisleScores, split
from layouts.addresses.explain_aisles import explain_aisles
from layouts.addresses.fields import FieldName
from layouts.addresses.findings import EXAMPLES, Finding, FindingKind, Listed, Reconciliation
from layouts.addresses.listed_places import locations_of
from layouts.addresses.number_places import Numbering
from layouts.addresses.scheme import Scheme
from layouts.addresses.tell_findings import ToldCodes, agreeing, findings_on_aisles, findings_on_rows
from spatial.errors import BadDataError
from spatial.facility import Facility, Point2


def reconcile_addresses(
    facility: Facility,
    scheme: Scheme,
    listed: Sequence[Listed],
    *,
    depot: Point2 | None = None,
    entries: Mapping[str, Point2] | None = None,
) -> Reconciliation:
    """What a list says otherwise than `scheme` laid over the facility; `depot` and `entries` as in `addresses`.

    1. Rows that are no address of the scheme, have a wrong check digit or an address again are set aside; of rows
       with one address the one that is where it belongs stays, else the first.
    2. Rows with a place are put to the nearest location; when most rows have one, aisles are compared place by
       place, else as sets of addresses.
    3. Aisles are explained as a whole: shifted, exchanged, renumbered, counted another way.
    4. What no explanation covers is misplaced, missing or extra, one by one.
    Raises as `addresses`, but two locations of one address are no error here.
    """
    numbering = Numbering.of(facility, scheme, depot=depot, entries=entries)
    named = {location: numbering.address(place, of=location) for location, place in numbering.places.items()}
    at = locations_of(facility, listed, scheme)  # 2
    in_place = {row for location, row in at.items() if listed[row].address == named[location]}
    rows, set_aside = _read(scheme, listed, in_place)  # 1
    at = {location: row for location, row in at.items() if row in rows}
    knows = len(at) * 2 >= len(rows) > 0
    at = at if knows else {}
    codes = {location: rows[row] for location, row in at.items()} if knows else _by_row(rows)
    scores = AisleScores(numbering, codes, rows_know_places=knows)
    aisle = scheme.field("aisle")
    explanation = explain_aisles(  # 3
        scores, aisle_stride=aisle.stride if aisle else 1, aisle_at=_aisle_at(scheme)
    )
    placed = set(at.values())
    told = ToldCodes(
        of_location={location: split(numbers) for location, numbers in codes.items()} if knows else {},
        elsewhere=[split(numbers) for row, numbers in rows.items() if row not in placed],
        row_of={split(numbers): row for row, numbers in rows.items()},
    )
    findings = [
        *set_aside,
        *findings_on_aisles(scheme, scores, explanation, told),
        *findings_on_rows(scheme, scores, explanation, told),  # 4
    ]
    alike = () if knows or findings else _alike(scores)
    return Reconciliation(
        verdict="fail" if findings else "cannot_decide" if alike else "pass",
        locations=len(numbering.places),
        listed=len(listed),
        agreeing=agreeing(scores, told),
        findings=tuple(findings),
        notes=alike,
    )


def _by_row(rows: Mapping[int, dict[FieldName, int]]) -> dict[str, dict[FieldName, int]]:
    return {str(row): numbers for row, numbers in rows.items()}


def _read(
    scheme: Scheme, listed: Sequence[Listed], in_place: Container[int]
) -> tuple[dict[int, dict[FieldName, int]], list[Finding]]:
    """The numbers of each readable row by its index, one of each address, and findings on the others."""
    rows: dict[int, dict[FieldName, int]] = {}
    aside: dict[FindingKind, list[int]] = {"unreadable": [], "wrong_check": [], "repeated": []}
    kept: dict[str, int] = {}
    for row in sorted(range(len(listed)), key=lambda row: row not in in_place):
        kept.setdefault(listed[row].address, row)
    for row, one in enumerate(listed):
        try:
            numbers = scheme.parse(one.address)
        except BadDataError:
            is_address = scheme.check is not None and scheme.pattern.fullmatch(one.address)
            aside["wrong_check" if is_address else "unreadable"].append(row)
            continue
        if kept[one.address] == row:
            rows[row] = numbers
        else:
            aside["repeated"].append(row)
    return rows, [
        Finding(
            kind=kind,
            count=len(index),
            rows=tuple(index),
            examples=tuple(("", listed[row].address) for row in index[:EXAMPLES]),
        )
        for kind, index in aside.items()
        if index
    ]


def _aisle_at(scheme: Scheme) -> int | None:
    names = [field.name for field in scheme.fields if field.name in ("zone", "aisle")]
    return names.index("aisle") if "aisle" in names else None


def _alike(scores: AisleScores) -> tuple[str, ...]:
    """A note when aisles have the same numbers within, so that a plain list would not show them exchanged."""
    shapes = Counter(frozenset(scores.rests(aisle, scores.readings[0])) for aisle in scores.places)
    count = sum(number for number in shapes.values() if number > 1)
    if not count:
        return ()
    return (
        f"{count} of {len(scores.places)} aisles have the same numbers as another, so the list would not show them "
        "exchanged: add coordinates to its rows",
    )
