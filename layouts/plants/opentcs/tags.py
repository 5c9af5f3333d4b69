"""XML as tags that know their line, read by defusedxml: no document types, no entities, no outside files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler

import defusedxml
import defusedxml.sax

from spatial.errors import BadDataError
from spatial.exchange.documents import DEEPEST
from spatial.exchange.draft import Draft

MM = 0.001
"""Metres in a millimetre."""


@dataclass(frozen=True)
class Tag:
    """An element: its name without a prefix, its attributes, its children and the line it begins at."""

    name: str
    told: Mapping[str, str]
    line: int
    draft: Draft
    children: list[Tag] = field(default_factory=list)

    @property
    def at(self) -> str:
        """The place of the tag in the file, for messages."""
        named = self.told.get("name")
        return f"line {self.line}: {self.name}" + ("" if named is None else f" '{named}'")

    def all(self, name: str) -> Iterator[Tag]:
        """The children of that name."""
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> Tag | None:
        """The first child of that name."""
        return next(self.all(name), None)

    def text(self, *names: str) -> str:
        """The attribute that is there under one of `names`; BadDataError where none is, or it is empty."""
        value = self._raw(*names)
        if not value:
            self.draft.fail(self.at, f"{names[0]} is missing: expected a text")
        return value

    def number(self, *names: str) -> float:
        """A needed, finite number; BadDataError for anything else."""
        value = self.optional_number(*names)
        if value is None:
            self.draft.fail(self.at, f"{names[0]} is missing: expected a number")
        return value

    def optional_number(self, *names: str) -> float | None:
        """A finite number; None where the attribute is not there or NaN, which openTCS writes for untold."""
        value = self._raw(*names)
        if value is None or value == "NaN":
            return None
        try:
            number = float(value)
        except ValueError:
            number = math.inf
        if not math.isfinite(number):
            self.draft.fail(self.at, f"{names[0]} '{value:.40}' is no finite number: expected one")
        return number

    def metres(self, *names: str) -> float:
        """A needed length, told in millimetres."""
        return self.number(*names) * MM

    def flag(self, name: str) -> bool:
        """True only for "true" and "1"; BadDataError for a word that is no truth value."""
        value = self.told.get(name, "false").lower()
        if value not in ("true", "false", "0", "1"):
            self.draft.fail(self.at, f"{name} '{value:.40}' is neither true nor false")
        return value in ("true", "1")

    def properties(self) -> dict[str, str]:
        """The property tags below as a table."""
        return {tag.told.get("name", ""): tag.told.get("value", "") for tag in self.all("property")}

    def _raw(self, *names: str) -> str | None:
        return next((self.told[name] for name in names if name in self.told), None)


def parse_tags(data: bytes, draft: Draft) -> Tag:
    """The outermost tag of an XML document; BadDataError names file and line of what is none."""
    handler = _Builder(draft)
    try:
        defusedxml.sax.parseString(data, handler, forbid_dtd=True)
    except SAXParseException as error:
        draft.fail(f"line {error.getLineNumber()}", f"{error.getMessage()}: expected an XML document")
    except defusedxml.DefusedXmlException as error:
        draft.fail(handler.place(), f"a document type ({type(error).__name__}): remove <!DOCTYPE …>")
    except (SAXException, LookupError, ValueError) as error:
        draft.fail(handler.place(), f"{error}: expected an XML document")
    if handler.root is None:
        raise BadDataError(f"{draft.source}: no tag: expected an XML document")
    return handler.root


class _Builder(ContentHandler):
    """Hangs each tag below the one that is open."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.draft = draft
        self.root: Tag | None = None
        self._open: list[Tag] = []
        self._locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:  # noqa: N802 — the name that xml.sax calls
        self._locator = locator

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 — the name that xml.sax calls
        tag = Tag(name.rpartition(":")[2], dict(attrs.items()), self._line(), self.draft)
        if len(self._open) >= DEEPEST:
            self.draft.fail(self.place(), f"nested deeper than {DEEPEST}: expected a plant model")
        if self._open:
            self._open[-1].children.append(tag)
        else:
            self.root = tag
        self._open.append(tag)

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802 — the name that xml.sax calls
        self._open.pop()

    def place(self) -> str:
        return f"line {self._line()}"

    def _line(self) -> int:
        return int(self._locator.getLineNumber() or 1) if self._locator is not None else 1
