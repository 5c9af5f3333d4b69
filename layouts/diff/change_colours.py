"""The colours of a difference: those that colour-blind people can tell (Okabe and Ito), and darker ones for text."""

from __future__ import annotations

INK, GREY, PALE, PAPER = "#1d2733", "#6b7580", "#e4e8ec", "#ffffff"
"""Of text, of what did not change, of holes, of the sheet."""

COLOURS = {
    "added": "#009E73",
    "removed": "#D55E00",
    "moved": "#0072B2",
    "turned": "#0072B2",
    "resized": "#56B4E9",
    "altered": "#CC79A7",
    "cannot_decide": "#E69F00",
    "renamed": GREY,
}
"""Of lines and areas, by the word of a change."""

TEXT_COLOURS = {
    "added": "#00694D",
    "removed": "#A34700",
    "moved": "#00619A",
    "turned": "#00619A",
    "resized": "#1B6A97",
    "altered": "#974570",
    "cannot_decide": "#855300",
    "renamed": INK,
}
"""The same for text, at least 5 : 1 on the sheet (WCAG 2.2 asks for 4.5)."""
