"""HTML and SVG as strings that cannot be mixed up with text: whatever is not Markup is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

VOID = ("br", "meta")
"""Elements of HTML without content."""

SHAPES = ("path", "circle", "polygon", "polyline")
"""Elements of SVG without content, which close themselves as in XML."""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Content = str | None
"""What an element holds: Markup as it is, other text escaped, None left out."""


def tag(element: str, *content: Content, **attributes: str | float | None) -> Markup:
    """The element with its content; `class_` stands for class, `data_value` for data-value.

    An attribute that is None is left out, numbers are written in full.
    """
    told = "".join(
        f' {_attribute(name)}="{escape(value if isinstance(value, str) else repr(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    if element in VOID:
        return Markup(f"<{element}{told}>")
    if element in SHAPES:
        return Markup(f"<{element}{told}/>")
    return Markup(f"<{element}{told}>{joined(*content)}</{element}>")


def joined(*content: Content) -> Markup:
    """One after the other."""
    return Markup("".join(each if isinstance(each, Markup) else escape(each) for each in content if each))


def lines(*content: Content) -> Markup:
    """One after the other, each on a line of its own."""
    return Markup("\n".join(joined(each) for each in content if each))


def listed(names: Sequence[str]) -> str:
    """`A, B and C`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-")
