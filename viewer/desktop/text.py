"""Words on the desktop viewer's picture: one typeface, a title, key figures and legends at its edges.

Where two halls share a picture they lie in a layer of their own over both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pyvista as pv

INK = "#f2f5f7"
QUIET = "#a9b5c0"
PLATE = "#10161b"
TYPEFACE = str(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")
"""Comes with PyVista's own dependency: VTK's built-in faces know few signs and look uneven."""
EVEN_TYPEFACE = TYPEFACE.replace("DejaVuSans", "DejaVuSansMono")
"""Of columns: all its letters are as wide."""
EDGE = 0.86
"""Where the column of legends begins, as a share of the picture's width."""
PICTURE_HEIGHT = 1000
"""Pixels, for which the sizes of letters are given; other pictures scale them."""
ROW = 0.032


@contextmanager
def layer(plotter: pv.Plotter, number: int = -1) -> Iterator[None]:
    """Let the plotter add to this of its layers, the last of which has the words."""
    before = plotter.renderers.active_index
    plotter.renderers.set_active_renderer(0, number % len(plotter.renderers))
    try:
        yield
    finally:
        plotter.renderers.set_active_renderer(0, before)


def font_size(plotter: pv.Plotter, size: float) -> int:
    """The size that letters have in this picture."""
    return max(6, round(size * int(plotter.window_size[1]) / PICTURE_HEIGHT))


def add_words(
    plotter: pv.Plotter,
    words: str,
    at: tuple[float, float],
    size: int,
    *,
    colour: str = INK,
    name: str,
    typeface: str = TYPEFACE,
) -> Any:
    """Put words at a place of the picture, as shares from its lower left; returns the VTK actor."""
    with layer(plotter):
        return plotter.add_text(
            words,
            position=at,
            viewport=True,
            font_size=font_size(plotter, size),
            color=colour,
            font_file=typeface,
            name=name,
            render=False,
        )


def add_plate(
    plotter: pv.Plotter, at: tuple[float, float], size: int, *, name: str, typeface: str = TYPEFACE
) -> Any:
    """Room for several lines on a dark plate, below and right of a place; empty at first."""
    actor = add_words(plotter, " ", at, size, name=name, typeface=typeface)
    style = actor.GetTextProperty()
    style.SetVerticalJustificationToTop()
    style.SetBackgroundColor(pv.Color(PLATE).float_rgb)
    style.SetBackgroundOpacity(0.82)
    style.SetLineSpacing(1.25)
    actor.SetVisibility(False)
    return actor


def write(actor: Any, lines: Sequence[str]) -> None:
    """Put these lines on a plate, or take it away for none."""
    actor.SetVisibility(bool(lines))
    actor.SetInput("\n".join(f" {line} " for line in lines) or " ")


@dataclass(frozen=True)
class KeyFigures:
    """Figures at the foot of the picture, each below its caption; of two halls one row below the other."""

    captions: tuple[Any, ...]
    values: tuple[Any, ...]
    note: Any

    @classmethod
    def add_to(cls, plotter: pv.Plotter, count: int, *, number: int = 0, of: int = 1) -> KeyFigures:
        """Add an empty row of so many, of hall `number` of so many."""
        height = 0.035 if of == 1 else 0.062 - 0.033 * number
        left, size = (0.02, 20) if of == 1 else (0.05, 15)
        places = [left + 0.12 * n for n in range(count)]
        above = 0.085 if of == 1 else 0.097
        captions = tuple(
            add_words(plotter, " ", (x, above), 10, colour=QUIET, name=f"caption {n}")
            for n, x in enumerate(places)
            if number == 0
        )
        values = tuple(
            add_words(plotter, " ", (x, height), size, name=f"{number} value {n}")
            for n, x in enumerate(places)
        )
        if of > 1:
            add_words(plotter, "AB"[number], (0.02, height), size, colour=QUIET, name=f"{number} row")
        return cls(captions, values, add_words(plotter, " ", (left, 0.012), 8, colour=QUIET, name="note"))

    def show(self, figures: Sequence[tuple[str, str]], note: str = "") -> None:
        """Write captions and figures, and a note below them."""
        for caption, (name, _) in zip(self.captions, figures, strict=False):
            caption.SetInput(name)
        for value, (_, figure) in zip(self.values, figures, strict=True):
            value.SetInput(figure)
        if self.captions:
            self.note.SetInput(note or " ")


def add_legend(plotter: pv.Plotter, entries: Sequence[tuple[str, str]], *, top: float) -> None:
    """Words with a dot of their colour, one below the other at the right edge, from the height `top`."""
    for n, (words, colour) in enumerate(entries):
        y = top - ROW * n
        add_words(plotter, "●", (EDGE, y), 11, colour=colour, name=f"dot {words}")
        add_words(plotter, words, (EDGE + 0.017, y), 11, name=f"legend {words}")


class ChangingLegend:
    """A title and up to `rows` entries at the right edge, which may be exchanged."""

    def __init__(self, plotter: pv.Plotter, *, top: float, rows: int, name: str) -> None:
        self._title = add_words(plotter, " ", (EDGE, top), 11, name=f"{name} title")
        places = [top - ROW * (n + 1) for n in range(rows)]
        self._dots = [add_words(plotter, " ", (EDGE, y), 11, name=f"{name} dot {y:.3f}") for y in places]
        self._words = [
            add_words(plotter, " ", (EDGE + 0.017, y), 11, name=f"{name} word {y:.3f}") for y in places
        ]

    def show(self, title: str, entries: Sequence[tuple[str, str]]) -> None:
        """Write these (words, colour) below the title; what else there was goes."""
        self._title.SetInput(title)
        for n, (dot, words) in enumerate(zip(self._dots, self._words, strict=True)):
            text, colour = entries[n] if n < len(entries) else (" ", INK)
            dot.SetInput("●" if n < len(entries) else " ")
            dot.GetTextProperty().SetColor(pv.Color(colour).float_rgb)
            words.SetInput(text)
