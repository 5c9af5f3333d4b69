"""The window that halls are shown in; two of them have a layer each, and one for words over both."""

from __future__ import annotations

import os

import pyvista as pv

BACKGROUND = ("#12171d", "#2c3742")


def open_stage(*, off_screen: bool, size: tuple[int, int], halls: int = 1) -> pv.Plotter:
    """A window, or with `off_screen` a picture, of `size` pixels, for one hall or two over the whole of it."""
    if off_screen and not os.environ.get("DISPLAY"):
        os.environ.setdefault(
            "VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow"
        )  # or VTK looks for X and warns
    layers = 1 if halls == 1 else halls + 1
    plotter = pv.Plotter(
        off_screen=off_screen,
        window_size=list(size),
        lighting="none",
        title="aisletwin",
        shape=(1, layers),
        border=False,
    )
    plotter.render_window.SetMultiSamples(0)  # four times as fast in software
    for renderer in plotter.renderers:
        renderer.viewport = (0.0, 0.0, 1.0, 1.0)
        renderer.set_background(BACKGROUND[0], top=BACKGROUND[1])
    if layers > 1:
        plotter.render_window.SetNumberOfLayers(2)
        words = plotter.renderers[layers - 1]
        words.SetLayer(1)
        words.InteractiveOff()
    plotter.subplot(0, 0)
    return plotter
