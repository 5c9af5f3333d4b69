"""What a WMS list says otherwise than the hall and its scheme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from layouts.addresses.misreadings import MisreadingKind
from spatial.facility import Point3

FindingKind = (
    MisreadingKind
    | Literal[
        "unreadable",
        "wrong_check",
        "repeated",
        "shifted_aisles",
        "swapped_aisles",
        "renumbered_aisle",
        "misplaced",
        "missing",
        "extra",
    ]
)
EXAMPLES = 5
"""So many are shown of each finding."""

Verdict = Literal["pass", "fail", "cannot_decide"]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A row of a WMS location list: the address, and where it is, by world metres or by the location's id.

    Where only x and y are known, z is nan.
    """

    address: str
    at: Point3 | None = None
    location: str | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that explains `count` locations or rows.

    `aisles` are written as in the addresses; `by` is how much numbers are shifted. `rows` are the indices of all
    rows of the list concerned. `examples` are some pairs (address by the scheme, address of the list), '' where
    there is none.
    """

    kind: FindingKind
    count: int
    aisles: tuple[str, ...] = ()
    by: int = 0
    rows: tuple[int, ...] = ()
    examples: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """A list against a hall: how many locations there are, how many rows, how many agree, and what does not.

    `verdict` is `pass` when all agree, `fail` with a finding, and `cannot_decide` when all agree but the list tells
    no places and some aisles look alike, so that exchanged ones would not show; `notes` say so.
    """

    verdict: Verdict
    locations: int
    listed: int
    agreeing: int
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
