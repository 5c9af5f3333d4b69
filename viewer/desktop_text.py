"""Words on the desktop viewer's picture: one typeface, a title, key figures and legends at its edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pyvista as pv

INK = "#f2f5f7"
QUIET = "#a9b5c0"
TYPEFACE = str(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")
"""Comes with PyVista's own dependency: VTK's built-in faces know few signs and look uneven."""
EDGE = 0.86
"""Where the column of legends begins, as a share of the picture's width."""
PICTURE_HEIGHT = 1000
"""Pixels, for which the sizes of letters are given; other pictures scale them."""


def add_words(
    plotter: pv.Plotter, words: str, at: tuple[float, float], size: int, *, colour: str = INK, name: str
) -> Any:
    """Put words at a place of the picture, as shares from its lower left; returns the VTK actor."""
    scaled = max(6, round(size * plotter.window_size[1] / PICTURE_HEIGHT))
    return plotter.add_text(
        words,
        position=at,
        viewport=True,
        font_size=scaled,
        color=colour,
        font_file=TYPEFACE,
        name=name,
        render=False,
    )


@dataclass(frozen=True)
class KeyFigures:
    """A row of figures at the foot of the picture, each below its caption."""

    values: tuple[Any, ...]
    note: Any

    @classmethod
    def add_to(cls, plotter: pv.Plotter, captions: Sequence[str]) -> KeyFigures:
        """Add an empty row with these captions."""
        places = [0.02 + 0.12 * n for n in range(len(captions))]
        for caption, x in zip(captions, places, strict=True):
            add_words(plotter, caption, (x, 0.085), 10, colour=QUIET, name=f"caption {caption}")
        values = tuple(
            add_words(plotter, " ", (x, 0.035), 20, name=f"value {caption}")
            for caption, x in zip(captions, places, strict=True)
        )
        return cls(values, add_words(plotter, " ", (0.02, 0.012), 8, colour=QUIET, name="note"))

    def show(self, values: Sequence[str], note: str = "") -> None:
        """Write the figures, and a note below them."""
        for actor, value in zip(self.values, values, strict=True):
            actor.SetInput(value)
        self.note.SetInput(note or " ")


def add_legend(plotter: pv.Plotter, entries: Sequence[tuple[str, str]], *, top: float) -> None:
    """Words with a dot of their colour, one below the other at the right edge, from the height `top`."""
    for n, (words, colour) in enumerate(entries):
        y = top - 0.032 * n
        add_words(plotter, "●", (EDGE, y), 11, colour=colour, name=f"dot {words}")
        add_words(plotter, words, (EDGE + 0.017, y), 11, name=f"legend {words}")
