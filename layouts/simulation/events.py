"""From the kernel's log to the events of a Run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import shapely
from shapely.ops import substring

from layouts.run import Event, EventKind
from layouts.simulation.compile_tours import Program
from layouts.simulation.tape import DROPPED, MOVED, NOBODY, PICKED, WAITED, Log
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import path_polyline

_KIND: dict[int, EventKind] = {MOVED: "move", WAITED: "wait", PICKED: "pick", DROPPED: "drop"}

Path = tuple[tuple[float, float], ...]


def events_of(
    log: Log, program: Program, graph: NavGraph, agents: Sequence[str], horizon_s: float
) -> tuple[Event, ...]:
    """The log as events in order of start, then of record; what outlasts `horizon_s` is cut there."""
    columns = [column.tolist() for column in log]
    order = np.lexsort((np.arange(len(log.kind)), log.start_s)).tolist()
    details = {
        MOVED: partial(_move, program, graph),
        WAITED: partial(_wait, program, graph, agents),
        PICKED: partial(_pick, program, graph),
        DROPPED: partial(_drop, program, graph),
    }
    events = []
    for seq, row in enumerate(order):
        kind, agent, _, argument, start_s, end_s, by = (column[row] for column in columns)
        end = min(end_s, horizon_s)
        done = (end - start_s) / (end_s - start_s) if end_s > horizon_s else 1.0
        events.append(
            Event(
                seq=seq,
                agent=agents[agent],
                kind=_KIND[kind],
                start_s=start_s,
                end_s=end,
                **details[kind](argument, by, done),
            )
        )
    return tuple(events)


def _move(program: Program, graph: NavGraph, leg: int, _by: int, done: float) -> dict[str, Any]:
    route = program.legs[leg]
    path = path_polyline(graph, route)
    if done < 1.0:
        path = shapely.get_coordinates(substring(shapely.LineString(path), 0.0, done, normalized=True))
    return {"level": graph.levels[graph.level[route[0]]], "path": _as_path(path)}


def _wait(
    program: Program, graph: NavGraph, agents: Sequence[str], resource: int, by: int, _done: float
) -> dict[str, Any]:
    wanted = program.resources[resource]
    return {
        **_at(graph, wanted.node),
        "resource": wanted.name,
        "cause": wanted.cause,
        "blocked_by": None if by == NOBODY else agents[by],
    }


def _pick(program: Program, graph: NavGraph, index: int, _by: int, done: float) -> dict[str, Any]:
    pick, node = program.picks[index]
    return {
        **_at(graph, node),
        "resource": graph.pick_faces[pick.location],
        "location": pick.location,
        "order": pick.order,
        "sku": pick.sku,
        "quantity": pick.quantity if done == 1.0 else 0,
    }


def _drop(program: Program, graph: NavGraph, resource: int, _by: int, _done: float) -> dict[str, Any]:
    station = program.resources[resource]
    return {**_at(graph, station.node), "resource": station.name}


def _at(graph: NavGraph, node: int) -> dict[str, Any]:
    return {"level": graph.levels[graph.level[node]], "path": _as_path(graph.xy[node : node + 1])}


def _as_path(points: Any) -> Path:
    return tuple((x, y) for x, y in points.tolist())
