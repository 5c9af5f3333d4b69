"""Other people's simulators on the traces of W20x50: each gives the seconds that pickers wait, all together.

A simulator takes a trace and gives the run, ready to start: what is made of the trace is made beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

from w20x50 import BAYS, Faces, Passages

Run = Callable[[], float]


def simpy_faces(trace: Faces, pickers: int) -> Run:
    """A Resource of one seat a face."""
    tours = _face_tours(trace)
    return lambda: _simpy_faces(trace, iter(tours), pickers)


def _simpy_faces(trace: Faces, tours: Iterator[Any], pickers: int) -> float:
    import simpy

    env = simpy.Environment()
    faces = [simpy.Resource(env, 1) for _ in range(trace.faces)]
    waited = 0.0

    def picker() -> Iterator[Any]:
        nonlocal waited
        for first_s, lines in tours:
            yield env.timeout(first_s)
            for face, pick_s, move_s in lines:
                with faces[face].request() as request:
                    asked = env.now
                    yield request
                    waited += env.now - asked
                    yield env.timeout(pick_s)
                yield env.timeout(move_s)
            yield env.timeout(trace.setup_s)

    for _ in range(pickers):
        env.process(picker())
    env.run()
    return waited


def salabim_faces(trace: Faces, pickers: int) -> Run:
    """A Resource of one seat a face; generators, without monitors and traces, its quickest form."""
    tours = _face_tours(trace)
    return lambda: _salabim_faces(trace, iter(tours), pickers)


def _salabim_faces(trace: Faces, tours: Iterator[Any], pickers: int) -> float:
    import salabim

    salabim.yieldless(False)
    env = salabim.Environment(trace=False)
    faces = [salabim.Resource(capacity=1, monitor=False) for _ in range(trace.faces)]
    waited = 0.0

    class Picker(salabim.Component):  # type: ignore[misc]
        def process(self) -> Iterator[Any]:
            nonlocal waited
            self.status.monitor(False)
            self.mode.monitor(False)
            for first_s, lines in tours:
                yield self.hold(first_s)
                for face, pick_s, move_s in lines:
                    asked = env.now()
                    yield self.request(faces[face])
                    waited += env.now() - asked
                    yield self.hold(pick_s)
                    self.release(faces[face])
                    yield self.hold(move_s)
                yield self.hold(trace.setup_s)

    for _ in range(pickers):
        Picker(suppress_trace=True)
    env.run()
    return waited


def simpy_passages(trace: Passages, pickers: int) -> Run:
    """A Resource of one seat a cell; a cell is given back on arrival in the next."""
    tours = _passage_tours(trace)
    return lambda: _simpy_passages(trace, iter(tours), pickers)


def _simpy_passages(trace: Passages, tours: Iterator[Any], pickers: int) -> float:
    import simpy

    env = simpy.Environment()
    cells = [simpy.Resource(env, 1) for _ in range(int(max(trace.first.max(), trace.last.max())) + 1)]
    waited = 0.0

    def picker() -> Iterator[Any]:
        nonlocal waited
        for passages, home_s in tours:
            for cross_s, stops in passages:
                yield env.timeout(cross_s)
                behind, held = None, None
                for number, pick_s in stops:
                    cell = cells[number]
                    request = cell.request()
                    asked = env.now
                    yield request
                    waited += env.now - asked
                    yield env.timeout(1.0)
                    if behind is not None:
                        behind.release(held)
                    behind, held = cell, request
                    if pick_s:
                        yield env.timeout(pick_s)
                yield env.timeout(1.0)
                behind.release(held)
            yield env.timeout(home_s + trace.setup_s)

    for _ in range(pickers):
        env.process(picker())
    env.run()
    return waited


FACES: dict[str, Callable[[Faces, int], Run]] = {"simpy": simpy_faces, "salabim": salabim_faces}
INSTALLED = {name: simulate for name, simulate in FACES.items() if find_spec(name) is not None}
"""The peers that this environment holds."""


def _face_tours(trace: Faces) -> list[Any]:
    """(first_s, [(face, pick_s, move_s)]) in turn, for whoever is free."""
    lines = zip(trace.face.tolist(), trace.pick_s.tolist(), trace.move_s.tolist(), strict=True)
    tours = [list(zip(*line, strict=True)) for line in lines]
    return list(zip(trace.first_s.tolist(), tours, strict=True))


def _passage_tours(trace: Passages) -> list[Any]:
    """([(cross_s, [(cell, pick_s)])], home_s) in turn, for whoever is free."""
    stops = []
    for first, last, pick_s in zip(
        trace.first.tolist(), trace.last.tolist(), trace.pick_s.tolist(), strict=True
    ):
        way = 1 if last > first else -1
        stops.append([(first + way * at, pick_s[at]) for at in range(BAYS)])
    passages = list(zip(trace.cross_s.tolist(), stops, strict=True))
    bounds = zip(trace.start[:-1].tolist(), trace.start[1:].tolist(), strict=True)
    tours = [passages[first:end] for first, end in bounds]
    return list(zip(tours, trace.home_s.tolist(), strict=True))
