"""Marks of small self-contained SVG pictures: text, lines, points, and steps of an axis.

Text and axes are a grey that reads on white and on black; nothing has a background.
"""

from __future__ import annotations

from html import escape

from layouts.what_if.picture import GREY

CHARACTER = 6.2
"""A character of the text at font size 12 is narrower than this on average."""


def svg_open(width: float, height: float, title: str, description: str) -> list[str]:
    """The first lines of a picture that fills a phone's width and at most 720 px."""
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        'style="width:100%;max-width:720px" font-family="system-ui, sans-serif" font-size="12" '
        f'fill="{GREY}">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(description)}</desc>",
    ]


def text_at(x: float, y: float, words: str, anchor: str = "start") -> str:
    """Words on the line `y`, from, about or up to `x`."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def line_to(x1: float, y1: float, x2: float, y2: float, look: str = f'stroke="{GREY}"') -> str:
    """A straight line; `look` holds its stroke."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {look}/>'
