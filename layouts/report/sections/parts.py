"""What sections are made of: headings that can be linked to, tables that scroll by themselves, lists, notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from layouts.report.markup import Content, Markup, lines, tag


class Section(NamedTuple):
    """A part of the page: `name` is where links lead to."""

    name: str
    title: str
    content: Markup

    @property
    def markup(self) -> Markup:
        """It with its heading."""
        return tag(
            "section", lines(tag("h2", self.title, id=self.name), self.content), aria_labelledby=self.name
        )


def section(name: str, title: str, *content: Content) -> Section:
    """The section of this content, one below the other."""
    return Section(name, title, lines(*content))


def table(
    caption: str, header: Sequence[Content], rows: Iterable[Sequence[Content]], *, class_: str | None = None
) -> Markup:
    """A table whose first column names its rows; it scrolls by itself where it is too wide."""
    head = tag("thead", tag("tr", *(tag("th", each, scope="col") for each in header)))
    body = lines(*(_row(row) for row in rows))
    return tag(
        "div",
        tag("table", lines(tag("caption", caption), head, tag("tbody", body)), class_=class_),
        class_="scroll",
        role="region",
        tabindex="0",
        aria_label=caption,
    )


def _row(row: Sequence[Content]) -> Markup:
    first, *cells = row
    return tag("tr", tag("th", first, scope="row"), *(tag("td", cell or "") for cell in cells))


def bullets(items: Iterable[Content]) -> Markup:
    """A list."""
    return tag("ul", lines(*(tag("li", item) for item in items)))


def caution(label: str, *content: Content) -> Markup:
    """What must not be overlooked, with its kind in bold."""
    return tag("p", tag("strong", f"{label}."), " ", *content, class_="caution")
