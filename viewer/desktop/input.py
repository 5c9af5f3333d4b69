"""Keys, mouse, slider and timer of a window, bound to what they do; all of it runs on the window's own thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from viewer.desktop.text import INK, layer
from viewer.desktop.window import DesktopWindow
from viewer.messages import Seek

TICK_MS = 33
TICKS = 2**31 - 1
CLICK_PX = 4
"""A press and a release further apart are a drag."""
BEFORE_VTK = 10.0


def attach(window: DesktopWindow) -> None:
    """Bind keys, mouse and slider, and start the timer."""
    plotter = window.plotter
    plotter.iren.clear_key_event_callbacks()
    plotter.enable_terrain_style(mouse_wheel_zooms=True, shift_pans=True)
    interactor = plotter.iren.interactor
    interactor.GetInteractorStyle().AddObserver("CharEvent", lambda *_: None)  # VTK has keys of its own
    interactor.AddObserver("KeyPressEvent", lambda *_: window.press(interactor.GetKeySym()))
    _Mouse(window, interactor)
    clock = window.player.clock
    if clock is not None and not clock.is_live:
        window.slider = _slider(window, clock.duration_s)
    plotter.add_timer_event(max_steps=TICKS, duration=TICK_MS, callback=lambda _step: window.tick())


class _Mouse:
    """Tells clicks from drags, and drags the divider."""

    def __init__(self, window: DesktopWindow, interactor: Any) -> None:
        self._window, self._interactor = window, interactor
        self._pressed: tuple[int, int] | None = None
        self._has_divider = False
        self._press = interactor.AddObserver("LeftButtonPressEvent", self._on_press, BEFORE_VTK)
        self._listen("MouseMoveEvent", self._on_move)
        self._listen("LeftButtonReleaseEvent", self._on_release)

    def _listen(self, event: str, does: Callable[[int, int], None]) -> None:
        """Hear of an event also while VTK turns the hall, which then tells only those who do not interfere."""
        tag = self._interactor.AddObserver(event, lambda *_: does(*self._interactor.GetEventPosition()))
        self._interactor.GetCommand(tag).SetPassiveObserver(1)

    def _on_press(self, *_: object) -> None:
        """Before VTK hears of it; at the divider it does not, or the hall would turn."""
        x, y = self._interactor.GetEventPosition()
        swipe = self._window.swipe
        self._pressed = (x, y)
        self._has_divider = swipe is not None and swipe.is_at(x)
        self._interactor.GetCommand(self._press).SetAbortFlag(int(self._has_divider))

    def _on_move(self, x: int, _y: int) -> None:
        swipe = self._window.swipe
        if self._has_divider and swipe is not None:
            swipe.move(x / self._window.plotter.window_size[0])
            self._window.plotter.render()

    def _on_release(self, x: int, y: int) -> None:
        pressed, self._pressed = self._pressed, None
        had_divider, self._has_divider = self._has_divider, False
        if not had_divider and pressed is not None and np.hypot(x - pressed[0], y - pressed[1]) <= CLICK_PX:
            self._window.click(x, y)


def _slider(window: DesktopWindow, duration_s: float) -> Any:
    with layer(window.plotter):
        return window.plotter.add_slider_widget(
            lambda t_s: window.obey(Seek(t_s)),
            (0.0, duration_s),
            pointa=(0.02, 0.135),
            pointb=(0.83, 0.135),
            style="modern",
            color=INK,
            interaction_event="end",
            slider_width=0.012,
            tube_width=0.004,
            fmt="",
        )
