"""What keys and clicks do in a window of one hall, or of two with a divider between them, and what it then shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from viewer.desktop.agents import TRUE_SIZE_UP_TO_M
from viewer.desktop.boxes import Floats
from viewer.desktop.colours import STATE, Colours, colour_by, names_of
from viewer.desktop.deviations import deviation_lines
from viewer.desktop.hall import extent_m, look_along_aisles, look_down
from viewer.desktop.marks import Marks
from viewer.desktop.measuring import Tape, snapped
from viewer.desktop.picking import HallBoxes, Picked, Ray, point_met, told_about
from viewer.desktop.players import Player, ServerPlayer, colouring_of
from viewer.desktop.scene import DesktopScene
from viewer.desktop.section import STEP, Axis, Section
from viewer.desktop.swipe import Swipe
from viewer.desktop.text import EDGE, EVEN_TYPEFACE, QUIET, add_plate, add_words, write
from viewer.lengths import Lengths
from viewer.messages import FASTEST, SLOWEST, Command, Pause, Play, Seek, SetSpeed
from viewer.view_heading import view_yaw

JUMP_S = 60.0
DIVIDER_STEP = 0.02
PANEL = (0.02, 0.895)
"""Where what is told of the hall stands, as shares of the picture from its lower left."""
POINT_RADIANS = 0.004

CUTS: dict[Axis, str] = {
    "height": "cut at a height of",
    "along": "cut along the aisles at",
    "across": "cut across the aisles at",
}
KEYS = (
    ("space", "plays and pauses"),
    ("+ −", "doubles and halves the speed"),
    ("← →", "jumps a minute"),
    ("click", "tells what it is"),
    ("f", "colours locations by the next figure"),
    ("m", "measures between two clicks"),
    ("x", "cuts: height, along, across, off"),
    ("[ ]", "moves the cut"),
    ("v", "from above, or at an angle"),
    ("c", "shows or hides the scan"),
    (", .", "moves the divider between two halls"),
    ("u", "metres, or feet and inches"),
    ("p", "writes a picture of the window"),
    ("esc", "forgets what was clicked and measured"),
    ("q", "closes the window"),
)


class DesktopWindow:
    """`colours` are what locations may be coloured by besides their state, for each hall by name."""

    def __init__(
        self,
        scenes: Sequence[DesktopScene],
        player: Player,
        *,
        swipe: Swipe | None = None,
        colours: Sequence[Colours] = (),
        pictures: Path = Path("."),
    ) -> None:
        self.scenes, self.player, self.swipe = tuple(scenes), player, swipe
        self.plotter = scenes[0].plotter
        self.lengths = Lengths()
        self.tape, self.section = Tape(), Section()
        self._plane: tuple[Floats, float] | None = None
        self.is_measuring = self.is_plan = False
        self.colour_name = STATE
        self.picked: tuple[int, Picked] | None = None
        self._colours = list(colours) or [{} for _ in scenes]
        self._pictures = pictures
        self._boxes = [HallBoxes(scene.facility, scene.seen) for scene in scenes]
        self._marks = [self._add_marks(scene) for scene in scenes]
        self._panel = add_plate(self.plotter, PANEL, 11, name="panel")
        self._help = add_plate(self.plotter, (0.31, 0.84), 12, name="help", typeface=EVEN_TYPEFACE)
        self._status = add_words(self.plotter, " ", (EDGE, 0.965), 10, colour=QUIET, name="status")
        self._tape_words = add_plate(self.plotter, (0.4, 0.9), 13, name="tape words")
        add_words(self.plotter, "?  keys", (EDGE, 0.012), 10, colour=QUIET, name="help hint")
        self.slider: Any = None
        self._more_about: list[str] = []
        self.draw()

    def _add_marks(self, scene: DesktopScene) -> Marks:
        self.plotter.subplot(0, scene.number)
        marks = Marks(self.plotter)
        self.plotter.subplot(0, 0)
        return marks

    def press(self, key: str) -> None:
        """Do what a key of this name (an X keysym) stands for; nothing for others."""
        action = self._actions().get(key)
        if action is not None:
            action()
            self.draw()

    def _actions(self) -> dict[str, Callable[[], object]]:
        return {
            "space": lambda: self.obey(Pause() if self._is_playing else Play()),
            "plus": lambda: self._speed(2.0),
            "equal": lambda: self._speed(2.0),
            "minus": lambda: self._speed(0.5),
            "Right": lambda: self._jump(JUMP_S),
            "Left": lambda: self._jump(-JUMP_S),
            "c": self._toggle_cloud,
            "f": self._next_colours,
            "m": self._toggle_measuring,
            "x": lambda: self._cut(self.section.next_axis()),
            "bracketleft": lambda: self._cut(self.section.moved(-STEP)),
            "bracketright": lambda: self._cut(self.section.moved(STEP)),
            "comma": lambda: self._move_divider(-DIVIDER_STEP),
            "period": lambda: self._move_divider(DIVIDER_STEP),
            "u": self.lengths.switch,
            "v": self._turn_view,
            "p": self.take_picture,
            "question": self._toggle_help,
            "Escape": self._forget,
            "q": self.plotter.close,
        }

    @property
    def _is_playing(self) -> bool:
        return self.player.clock is not None and self.player.clock.playing

    def obey(self, command: Command) -> None:
        """Carry out a command about the clock, here or at the server."""
        self.player.obey(command)

    def seek(self, t_s: float) -> None:
        """Jump to a second of the run."""
        self.obey(Seek(t_s))
        self.draw()

    def _speed(self, times: float) -> None:
        if self.player.clock is not None:
            self.obey(SetSpeed(min(max(self.player.clock.speed * times, SLOWEST), FASTEST)))

    def _jump(self, seconds: float) -> None:
        if (moment := self.player.moment(0)) is not None:
            self.obey(Seek(moment.t_s + seconds))

    def _toggle_cloud(self) -> None:
        for scene in self.scenes:
            if scene.cloud is not None:
                scene.show_cloud(not scene.cloud.actor.visibility)

    def _next_colours(self) -> None:
        names = (
            (STATE, *self.player.colour_names)
            if isinstance(self.player, ServerPlayer)
            else names_of(self._colours)
        )
        self.colour_name = names[(names.index(self.colour_name) + 1) % len(names)]
        if isinstance(self.player, ServerPlayer) and self.colour_name != STATE:
            self.player.ask(f"/api/colours/{self.colour_name}")
        else:
            colour_by(self.scenes, self._colours, self.colour_name)

    def _toggle_measuring(self) -> None:
        self.is_measuring = not self.is_measuring
        self.tape.points.clear()

    def _cut(self, section: Section) -> None:
        """Cut all halls where the first one is."""
        self.section = section
        first = self.scenes[0]
        self._plane = section.plane(first.mesh.vertices, view_yaw(first.facility))
        for scene in self.scenes:
            scene.cut(self.planes)

    @property
    def planes(self) -> Floats:
        """The planes (P, 4) that cut the halls, as of `Section.plane`."""
        return np.empty((0, 4)) if self._plane is None else self._plane[0][None]

    def _move_divider(self, by: float) -> None:
        if self.swipe is not None:
            self.swipe.move(self.swipe.share + by)

    def _turn_view(self) -> None:
        self.is_plan = not self.is_plan
        look = look_down if self.is_plan else look_along_aisles
        scene = self.scenes[0]
        look(self.plotter, scene.facility, scene.mesh)

    def _toggle_help(self) -> None:
        write(self._help, () if self._help.GetVisibility() else [f"{key:<7}{does}" for key, does in KEYS])

    def _forget(self) -> None:
        self.picked = None
        self._more_about = []
        self.tape.points.clear()
        self.is_measuring = False
        write(self._help, ())

    def take_picture(self) -> Path:
        """Write the window as a picture beside where the command was called; its name tells when."""
        path = self._pictures / f"aisletwin-{time.strftime('%Y%m%d-%H%M%S')}.png"
        self.plotter.render()
        self.plotter.screenshot(str(path))
        self._say(f"written: {path}")
        return path

    def _say(self, words: str) -> None:
        self._status.SetInput(words)

    def click(self, x: float, y: float) -> None:
        """Tell what is at a pixel, from the lower left; or lay down an end of the tape."""
        number = self._hall_at(x)
        scene = self.scenes[number]
        ray = self.ray_through(x, y, number)
        if self.is_measuring:
            self._measure(scene, ray, x, y)
        else:
            scale = max(1.0, extent_m(scene.mesh) / TRUE_SIZE_UP_TO_M)
            met = self._boxes[number].pick(ray, moment=scene.moment, scale=scale, planes=self.planes)
            self.picked = None if met is None else (number, met)
            self._more_about = []
            if met is not None and met.kind == "location" and isinstance(self.player, ServerPlayer):
                self.player.ask(f"/api/locations/{met.id}")
        self.draw()

    def _measure(self, scene: DesktopScene, ray: Ray, x: float, y: float) -> None:
        boxes = self._boxes[scene.number]
        met = boxes.pick(ray, planes=self.planes)
        place = None if met is None else met.place
        if scene.cloud is not None and scene.cloud.actor.visibility:
            point = point_met(ray, scene.cloud.points, POINT_RADIANS)
            if point is not None and (place is None or _nearer(ray, point, place)):
                place = point
        if place is not None:
            corners = boxes.corners_near(place)
            self.tape.put(snapped(place, (x, y), corners, lambda at: self.project(at, scene.number)))

    def _hall_at(self, x: float) -> int:
        return 0 if self.swipe is None or x < self.swipe.share * self.plotter.window_size[0] else 1

    def ray_through(self, x: float, y: float, number: int = 0) -> Ray:
        """What is seen through a pixel of the window, counted from the lower left, in a hall."""
        renderer = self.scenes[number].renderer
        ends = []
        for depth in (0.0, 1.0):
            renderer.SetDisplayPoint(x, y, depth)
            renderer.DisplayToWorld()
            *place, w = renderer.GetWorldPoint()
            ends.append(np.array(place) / w)
        return Ray(*ends)

    def project(self, places: Floats, number: int = 0) -> Floats:
        """The pixels (K, 2) at which places (K, 3) of a hall are drawn."""
        renderer = self.scenes[number].renderer
        pixels = []
        for place in places:
            renderer.SetWorldPoint(*place, 1.0)
            renderer.WorldToDisplay()
            pixels.append(renderer.GetDisplayPoint()[:2])
        return np.reshape(pixels, (-1, 2)).astype(float)

    def tick(self) -> None:
        """Move to the present; called by the timer."""
        changed = self.player.advance()
        if isinstance(self.player, ServerPlayer):
            for path, answer in self.player.answers():
                self._take_answer(path, answer)
                changed = True
        if changed:
            self.draw()

    def _take_answer(self, path: str, answer: object) -> None:
        if path == f"/api/colours/{self.colour_name}":
            self.scenes[0].colour_by(colouring_of(answer))
        elif (
            path.startswith("/api/locations/")
            and isinstance(answer, dict)
            and self.picked is not None
            and self.picked[1].id == answer["id"]
        ):
            skus = ", ".join(answer["skus"][:6]) or "unknown"
            self._more_about = [f"contents: {skus}", f"picks so far: {answer['picks_so_far']}"]

    def draw(self) -> None:
        """Show everything as it is now."""
        for scene in self.scenes:
            moment = self.player.moment(scene.number)
            if moment is not None:
                scene.show(moment, note=self._mode() if scene.number == 0 else "")
        if (clock := self.player.clock) is not None and self.slider is not None:
            moment = self.scenes[0].moment
            self.slider.GetRepresentation().SetValue(min(moment.t_s if moment else 0.0, clock.duration_s))
        self._write_words()
        for number, marks in enumerate(self._marks):
            picked = self.picked[1] if self.picked is not None and self.picked[0] == number else None
            marks.show(
                None if picked is None else self._boxes[number].box_of(picked),
                self.tape.points if self.is_measuring else (),
            )
        for scene in self.scenes:
            scene.renderer.ResetCameraClippingRange()
        self.plotter.render()

    def _mode(self) -> str:
        clock = self.player.clock
        if clock is None or clock.is_live:
            return ""
        return f"{clock.speed:g}×" if clock.playing else f"paused, {clock.speed:g}×"

    def _write_words(self) -> None:
        if status := self.player.status():
            self._say(status)
        write(self._panel, self.panel_lines())
        write(self._tape_words, self.tape.lines(self.lengths) if self.is_measuring else self._cut_lines())

    def panel_lines(self) -> list[str]:
        """What is told beside the picture: about what was clicked, or what deviates from a plan."""
        if self.picked is not None:
            number, picked = self.picked
            scene = self.scenes[number]
            lines = told_about(
                picked, scene.facility, scene.shown.run, scene.locations.states, scene.moment, self.lengths
            )
            return [*lines, *self._more_about]
        found = self.scenes[0].shown.deviations
        return deviation_lines(found, self.lengths) if found else []

    def _cut_lines(self) -> list[str]:
        if self._plane is None:
            return []
        return [f"{CUTS[self.section.axis]} {self.lengths.length(self._plane[1])}"]


def _nearer(ray: Ray, one: Floats, other: Floats) -> bool:
    return bool(np.linalg.norm(one - ray.near) < np.linalg.norm(other - ray.near))
