"""What became of every element of a file: nothing is lost without being told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from layouts.drawings.ifc.raw_model import RawElement

EXAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How many elements of a class became something (`held_as`), or were left out for a reason."""

    ifc_class: str
    count: int
    held_as: str | None
    reason: str
    examples: tuple[str, ...]


@dataclass
class Ledger:
    """Takes one entry for each element, the last one counts."""

    _entries: dict[int, tuple[RawElement, str | None, str]] = field(default_factory=dict)

    def hold(self, element: RawElement, kind: str, parts: Iterable[RawElement] = ()) -> None:
        """The element became one of that kind, its parts with it."""
        self._entries[element.step] = (element, kind, "")
        for part in parts:
            self._entries[part.step] = (part, f"part of a {kind}", "")

    def leave(self, element: RawElement, reason: str, parts: Iterable[RawElement] = ()) -> None:
        """The element, with its parts, has no place in the facility."""
        for each in (element, *parts):
            self._entries[each.step] = (each, None, each.problem or reason)

    def outcomes(self) -> tuple[Outcome, ...]:
        """Counted by class and what became of it: what is held first."""
        groups: dict[tuple[bool, str, str, str], list[RawElement]] = {}
        for _, (element, kind, reason) in sorted(self._entries.items()):
            groups.setdefault((kind is None, element.ifc_class, kind or "", reason), []).append(element)
        return tuple(
            Outcome(
                ifc_class=ifc_class,
                count=len(elements),
                held_as=None if is_left else kind,
                reason=reason,
                examples=tuple(each.told for each in elements[:EXAMPLES]),
            )
            for (is_left, ifc_class, kind, reason), elements in sorted(groups.items())
        )
