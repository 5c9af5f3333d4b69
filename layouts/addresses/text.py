"""What a list says otherwise than the hall, in words and as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from layouts.addresses.findings import Finding, FindingKind, Reconciliation, Verdict
from layouts.addresses.location_list import LocationList

AISLES_NAMED = 6

SAID: Mapping[FindingKind, str] = {
    "unreadable": "no address of the scheme",
    "wrong_check": "wrong check digit",
    "repeated": "address that an earlier row has",
    "shifted_aisles": "{aisles} {are} numbered {by} in the list",
    "swapped_aisles": "{aisles} are swapped",
    "renumbered_aisle": "{aisles} {are} under another number in the list",
    "reversed_bays": "bays of {aisles} are counted from the other end in the list",
    "swapped_sides": "left and right of {aisles} are exchanged in the list: the odd side is the other one",
    "other_end": "{aisles} {are} numbered as if entered from the other end in the list",
    "reversed_positions": "positions in {aisles} are counted the other way in the list",
    "shifted_bays": "bays of {aisles} are numbered {by} in the list",
    "shifted_levels": "levels of {aisles} are numbered {by} in the list",
    "shifted_positions": "positions in {aisles} are numbered {by} in the list",
    "misplaced": "at the address of another place in {aisles}",
    "missing": "not in the list, in {aisles}",
    "extra": "in the list and nowhere in the hall, in {aisles}",
}
OF_ROWS: tuple[FindingKind, ...] = ("unreadable", "wrong_check", "repeated", "extra")
OF_AISLES: tuple[FindingKind, ...] = tuple(
    kind for kind in SAID if kind not in (*OF_ROWS, "misplaced", "missing")
)


def finding_text(finding: Finding) -> str:
    """One sentence: `aisles 07 and 08 are swapped: 240 locations`."""
    what = "row" if finding.kind in OF_ROWS else "location"
    count = f"{finding.count} {what}{'s' * (finding.count != 1)}"
    said = SAID[finding.kind].format(
        aisles=_aisles(finding.aisles), are="is" if len(finding.aisles) == 1 else "are", by=_by(finding.by)
    )
    return f"{said}: {count}" if finding.kind in OF_AISLES else f"{count}: {said}"


def verdict_of(found: Reconciliation, source: LocationList) -> Verdict:
    """That of the addresses; a list with defects fails."""
    return "fail" if source.defects else found.verdict


def reconciliation_text(found: Reconciliation, source: LocationList) -> str:
    """The verdict, then a sentence for each finding with some rows of the file."""
    verdict = verdict_of(found, source).replace("_", " ")
    agreeing = f"{found.agreeing} of {found.locations} locations agree"
    lines = [f"{verdict}: {agreeing} with the list of {found.listed} rows"]
    for finding in found.findings:
        lines.append(finding_text(finding))
        lines += [f"  {line}" for line in _examples(finding, source)]
    return "\n".join([*lines, *found.notes, *map(str, source.defects)])


def reconciliation_dict(found: Reconciliation, source: LocationList) -> dict[str, Any]:
    """The same as plain values, with the number in the file of every row concerned."""
    return {
        "verdict": verdict_of(found, source),
        "locations": found.locations,
        "listed": found.listed,
        "agreeing": found.agreeing,
        "findings": [
            {
                "kind": finding.kind,
                "text": finding_text(finding),
                "count": finding.count,
                "aisles": list(finding.aisles),
                "by": finding.by,
                "rows": [source.row[index] for index in finding.rows],
                "examples": [
                    {"hall": hall or None, "list": listed or None, "row": _row(listed, finding, source)}
                    for hall, listed in finding.examples
                ],
            }
            for finding in found.findings
        ],
        "notes": list(found.notes),
        "defects": [defect._asdict() for defect in source.defects],
    }


def _examples(finding: Finding, source: LocationList) -> Iterator[str]:
    for hall, listed in finding.examples:
        if not listed:
            yield f"{hall} is not there"
            continue
        row = f"row {_row(listed, finding, source)}: {listed}"
        yield f"{row}, by the scheme {hall}" if hall else row


def _row(address: str, finding: Finding, source: LocationList) -> int | None:
    """The number in the file of the row of a finding with this address."""
    return next((source.row[i] for i in finding.rows if source.listed[i].address == address), None)


def _aisles(names: Sequence[str]) -> str:
    named = [name for name in names if name]
    if not named:
        return "the hall"
    if len(named) == 1:
        return f"aisle {named[0]}"
    if len(named) > AISLES_NAMED:
        return f"{len(named)} aisles ({named[0]} … {named[-1]})"
    return f"aisles {', '.join(named[:-1])} and {named[-1]}"


def _by(by: int) -> str:
    return f"{abs(by)} {'higher' if by > 0 else 'lower'}"
