"""An explained list told as findings: on whole aisles, and on the rows and locations that are left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from layouts.addresses.aisle_scores import AisleScores, LaneKey, Rest
from layouts.addresses.explain_aisles import Explanation
from layouts.addresses.fields import FieldName
from layouts.addresses.findings import EXAMPLES, Finding, FindingKind
from layouts.addresses.scheme import Scheme

Code: TypeAlias = tuple[LaneKey, Rest]
"""The numbers of an address."""


@dataclass(frozen=True, kw_only=True)
class ToldCodes:
    """What the list has at locations, by their id, the rows whose place is unknown, and the index of each row."""

    of_location: Mapping[str, Code]
    elsewhere: Sequence[Code]
    row_of: Mapping[Code, int]


@dataclass(frozen=True, kw_only=True)
class _Prediction:
    """A location's address by the scheme, and the one that the explanation expects in the list."""

    location: str
    right: Code
    expected: Code


def agreeing(scores: AisleScores, told: ToldCodes) -> int:
    """How many locations have their address in the list, at their place where places are told."""
    elsewhere = set(told.elsewhere)
    return sum(
        told.of_location.get(location, code if code in elsewhere else None) == code
        for aisle, ids in scores.places.items()
        for location, rest in zip(ids, scores.rests(aisle, scores.readings[0]), strict=True)
        for code in ((aisle, rest),)
    )


def findings_on_aisles(
    scheme: Scheme, scores: AisleScores, explanation: Explanation, told: ToldCodes
) -> Iterator[Finding]:
    """One for a shift of all, one for each exchanged pair and renumbered aisle, one for each other reading."""
    listed = {*told.of_location.values(), *told.elsewhere}

    def finding(kind: FindingKind, aisles: Sequence[LaneKey], by: int = 0) -> Finding:
        changed = [
            prediction
            for aisle in aisles
            for prediction in _predictions(scores, explanation, aisle)
            if prediction.right != prediction.expected and prediction.expected in listed
        ]
        return Finding(
            kind=kind,
            count=len(changed),
            aisles=tuple(_aisle_text(scheme, aisle) for aisle in aisles),
            by=by,
            rows=tuple(sorted(told.row_of[one.expected] for one in changed)),
            examples=tuple(
                (_text(scheme, one.right), _text(scheme, one.expected)) for one in changed[:EXAMPLES]
            ),
        )

    if explanation.shift:
        yield finding("shifted_aisles", list(explanation.of_aisle), explanation.shift)
    for pair in explanation.exchanged:
        yield finding("swapped_aisles", pair)
    for aisle in explanation.renumbered:
        yield finding("renumbered_aisle", [aisle])
    groups: dict[tuple[FindingKind, int], list[LaneKey]] = defaultdict(list)
    for aisle, one in explanation.of_aisle.items():
        groups[one.reading.kind, one.reading.by].append(aisle)
    for (kind, by), aisles in groups.items():
        if kind != "as_told":
            yield finding(kind, aisles, by)


def findings_on_rows(
    scheme: Scheme, scores: AisleScores, explanation: Explanation, told: ToldCodes
) -> Iterator[Finding]:
    """Locations with another row than expected, or none, and rows that no location accounts for."""
    predictions = [one for aisle in explanation.of_aisle for one in _predictions(scores, explanation, aisle)]
    elsewhere = dict.fromkeys(told.elsewhere)
    misplaced = [
        (one.right, told.of_location[one.location])
        for one in predictions
        if told.of_location.get(one.location, one.expected) != one.expected
    ]
    without_row = [one for one in predictions if one.location not in told.of_location]
    missing = [(one.right, None) for one in without_row if one.expected not in elsewhere]
    found = {one.expected for one in without_row}
    extra = [(None, code) for code in elsewhere if code not in found]
    kinds: tuple[tuple[FindingKind, Sequence[tuple[Code | None, Code | None]]], ...] = (
        ("misplaced", misplaced),
        ("missing", missing),
        ("extra", extra),
    )
    for kind, pairs in kinds:
        if pairs:
            aisles = dict.fromkeys((right or row or ((), ()))[0] for right, row in pairs)
            yield Finding(
                kind=kind,
                count=len(pairs),
                aisles=tuple(_aisle_text(scheme, aisle) for aisle in aisles),
                rows=tuple(sorted(told.row_of[row] for _, row in pairs if row is not None)),
                examples=tuple((_text(scheme, right), _text(scheme, row)) for right, row in pairs[:EXAMPLES]),
            )


def _predictions(scores: AisleScores, explanation: Explanation, aisle: LaneKey) -> Iterator[_Prediction]:
    told = explanation.of_aisle[aisle]
    own, read = scores.rests(aisle, scores.readings[0]), scores.rests(aisle, told.reading)
    for location, right, expected in zip(scores.places[aisle], own, read, strict=True):
        yield _Prediction(location=location, right=(aisle, right), expected=(told.key, expected))


def _text(scheme: Scheme, code: Code | None) -> str:
    """The address of a code, '' of none."""
    if code is None:
        return ""
    key, rest = iter(code[0]), iter(code[1])
    numbers: dict[FieldName, int] = {
        field.name: next(key if field.name in ("zone", "aisle") else rest) for field in scheme.fields
    }
    return scheme.format(numbers)


def _aisle_text(scheme: Scheme, key: LaneKey) -> str:
    fields = [field for field in scheme.fields if field.name in ("zone", "aisle")]
    return scheme.separator.join(field.text(number) for field, number in zip(fields, key, strict=True))
