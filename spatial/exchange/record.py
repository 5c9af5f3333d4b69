"""Reading records of a file leniently: what is slightly off is read with a warning that names its path."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from spatial.exchange.draft import Draft


@dataclass(frozen=True)
class Record:
    """One object of the file: its fields, its path from the file's root, and where warnings go.

    A field may be absent, null or of a likely type (a number written as text): that gives a warning. One
    that is needed and cannot be read raises BadDataError with file, path and what was expected.
    """

    value: Mapping[str, Any]
    path: str
    draft: Draft

    @staticmethod
    def root(value: Any, draft: Draft) -> Record:
        """The record of a whole document."""
        return Record.of(value, "$", draft)

    @staticmethod
    def of(value: Any, path: str, draft: Draft) -> Record:
        """The record at `path`; BadDataError when it is none."""
        if not isinstance(value, Mapping):
            draft.fail(path, f"{_short(value)} where an object was expected")
        return Record({str(key): item for key, item in value.items()}, path, draft)

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}"

    def text(self, name: str, default: str | None = None) -> str:
        """A text; a number is taken as its digits. Without `default` it is needed."""
        value = self.value.get(name)
        if value is None and default is not None:
            return default
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self.draft.warn(self.at(name), f"{value!r} where a text was expected: read as '{value}'")
            return str(value)
        if not isinstance(value, str) or (not value and default is None):
            self.draft.fail(self.at(name), f"{_short(value)} where a text was expected")
        return value

    def number(self, name: str) -> float:
        """A needed, finite number; digits in a text count."""
        value = self.optional_number(name)
        if value is None:
            self.draft.fail(self.at(name), f"{_short(self.value.get(name))} where a number was expected")
        return value

    def optional_number(self, name: str) -> float | None:
        """A finite number or None; what is no number gives a warning and None."""
        value = self.value.get(name)
        if value is None:
            return None
        number = as_number(value)
        if number is None:
            self.draft.warn(self.at(name), f"{_short(value)} is no finite number: left out")
        elif isinstance(value, str):
            self.draft.warn(
                self.at(name), f"{value!r} is a text where a number was expected: read as {number}"
            )
        return number

    def flag(self, name: str) -> bool | None:
        """True, false or None; the words "true" and "false" count."""
        value = self.value.get(name)
        if value is None or isinstance(value, bool):
            return value
        word = str(value).lower()
        if word not in ("true", "false"):
            self.draft.warn(self.at(name), f"{_short(value)} is neither true nor false: left out")
            return None
        self.draft.warn(self.at(name), f"{_short(value)} is a text where true or false was expected")
        return word == "true"

    def angle(self, name: str) -> float | None:
        """Radians in [−π, π] or None; an angle outside is left out, since it may be degrees."""
        value = self.optional_number(name)
        if value is None or abs(value) <= math.pi + 1e-6:
            return value
        self.draft.warn(self.at(name), f"{value} is outside −π … π: left out, since it may be in degrees")
        return None

    def items(self, name: str, *, needed: bool = False) -> list[tuple[Any, str]]:
        """The members of a list with their paths; an absent list is empty, with a warning if `needed`."""
        value = self.value.get(name)
        if value is None:
            if needed:
                self.draft.warn(self.at(name), "is missing: read as an empty list")
            return []
        if not isinstance(value, list):
            self.draft.fail(self.at(name), f"{_short(value)} where a list was expected")
        return [(item, f"{self.at(name)}[{index}]") for index, item in enumerate(value)]

    def records(self, name: str, *, needed: bool = False) -> Iterator[Record]:
        """The objects of a list."""
        for item, path in self.items(name, needed=needed):
            yield Record.of(item, path, self.draft)

    def child(self, name: str) -> Record:
        """A needed object."""
        return Record.of(self.value.get(name), self.at(name), self.draft)

    def children(self, name: str) -> Iterator[tuple[str, Record]]:
        """The objects of an object by their names; none when it is absent."""
        if self.value.get(name) is not None:
            record = self.child(name)
            for key, item in record.value.items():
                yield key, Record.of(item, record.at(key), self.draft)


def as_number(value: Any) -> float | None:
    """The finite number that `value` is or spells, else None; a flag is no number."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _short(value: Any, longest: int = 60) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, (list, Mapping)):
        return f"{'a list' if isinstance(value, list) else 'an object'} of {len(value)}"
    shown = repr(value)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
