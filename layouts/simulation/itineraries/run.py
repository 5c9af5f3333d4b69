"""Play given itineraries on a graph: the entry by which anyone can check us against their own model."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Literal

import networkx as nx
import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.tape import BACK_OFF, PASS, STOP, Floats, Rules
from layouts.simulation.itineraries.alone import Capacity, each_its_own, seats
from layouts.simulation.itineraries.floor import read_floor
from layouts.simulation.itineraries.outcome import ItineraryRun, outcome
from layouts.simulation.itineraries.visits import along_routes, read_visits
from spatial.navigation.nav_graph import NavGraph

DEADLOCK = {"stop": STOP, "back-off": BACK_OFF, "pass": PASS}


def run_itineraries(
    graph: NavGraph | nx.Graph,
    itineraries: Mapping[Hashable, Any] | Sequence[Any],
    *,
    speed_m_s: float | None = None,
    passing: bool = True,
    capacity: Capacity = 1,
    release: Literal["arrival", "start"] = "arrival",
    route: bool = False,
    starts_s: float | Sequence[float] | Mapping[Any, float] = 0.0,
    horizon_s: float | None = None,
    warm_up_s: float = 0.0,
    deadlock: Literal["stop", "back-off", "pass"] = "stop",
    back_off_s: float = 5.0,
    pass_s: float = 5.0,
    edge_capacity: Capacity | None = None,
    sections: Mapping[Any, Iterable[Any]] | None = None,
    looks_ahead: bool = True,
    keep_events: bool = True,
) -> ItineraryRun:
    """Let every agent follow its itinerary, and tell who waited for what.

    `graph`: a NavGraph or any networkx graph. An edge takes its time_s, or at `speed_m_s` its length_m (else length,
    else weight, metres) over the speed; a graph with lengths only needs `speed_m_s`. The nodes of a NavGraph go by
    their numbers and by the ids of the locations and stations that they serve.

    `itineraries`: for each agent, by name or in order, a sequence of visits: a node, `(node, service_s)` or
    `(node, service_s, resource)`; or, fast, two arrays `(nodes (S,), service_s (S,))`. Nodes that follow each other
    must be joined by an edge; with `route` the nodes of the fastest way are put in. Named twice in a row, the agent
    stays.

    1. With `passing`, agents walk past each other, and each node serves `capacity` of them at once, in the order in
       which they ask; a visit without service asks for nothing.
    2. Without, a node is a cell that `capacity` agents can stand in. An agent keeps its cell until the next one is
       granted: on `release` "start" it gives it back at that moment, on "arrival" when it arrives. It stands in its
       first cell from its start, and leaves the floor when its itinerary ends.
    3. A visit's own `resource` is taken for its service instead of the node's, or beside its cell.
    4. An agent that stays at a node keeps its seat and its cell.
    5. Of agents who ask at the same moment the first in order goes first. A wait of no time is no wait.
    6. `edge_capacity`, for all edges or for those in a mapping `(u, v)`: so many at once, both ways together.
    7. `sections`, each a sequence of nodes or of edges: agents share one in one direction. One that turns round
       within has it alone. The first who waits for the other direction closes it for those that come after.

    `capacity` is one number or a mapping of nodes and named resources, 1 for those that it leaves out; infinite is
    allowed. `starts_s` (one time, one each, or by name) is when each agent begins. Waits count from `warm_up_s` to
    `horizon_s`, or to the end of all; waits under way count to the horizon. On a `deadlock` the run stops and names
    the ring, or the last to close it gives way (`back_off_s`, twice as long each time) or squeezes past (`pass_s`).
    `looks_ahead` only changes the speed. Without `keep_events` a run needs less memory and time.

    ValueError names an unknown node, a step without an edge, a time below 0, a capacity below 1.
    """
    # numba, which the engine needs, takes half a second to load
    from layouts.simulation.engine.run_tape import run_tape
    from layouts.simulation.engine.script import BACK_OFFS, PASSES
    from layouts.simulation.itineraries.build import build

    _check_words(release, deadlock)
    floor = read_floor(graph, speed_m_s=speed_m_s)
    visits = read_visits(floor, itineraries)
    if route:
        visits = along_routes(floor, visits)
    starts = _starts(starts_s, visits.agents)
    built = build(
        floor,
        visits,
        starts,
        passing=passing,
        capacity=capacity,
        at_start=release == "start",
        edge_capacity=edge_capacity,
        sections=sections,
    )
    rules = Rules(
        warm_up_s=warm_up_s,
        horizon_s=math.inf if horizon_s is None else horizon_s,
        looks_ahead=looks_ahead,
        logs=keep_events,
        deadlock=DEADLOCK[deadlock],
        back_off_s=back_off_s,
        pass_s=pass_s,
    )
    jobs, crew = each_its_own(starts, openings=built.openings)
    played = run_tape(built.tape, seats(built.capacity), jobs, crew, rules)
    return outcome(
        played,
        rules,
        agents=visits.agents,
        resources=built.resources,
        back_offs=int(played.state.n[BACK_OFFS]),
        passes=int(played.state.n[PASSES]),
        keep_events=keep_events,
    )


def _starts(starts_s: float | Sequence[float] | Mapping[Any, float], agents: tuple[Hashable, ...]) -> Floats:
    """When each agent (A,) begins."""
    if isinstance(starts_s, Mapping):
        unknown = starts_s.keys() - set(agents)
        if unknown:
            raise ValueError(f"starts_s names {min(map(repr, unknown))}, which is no agent")
        starts_s = [starts_s.get(agent, 0.0) for agent in agents]
    starts: npt.NDArray[np.float64] = np.asarray(starts_s, np.float64)
    if starts.ndim and starts.shape != (len(agents),):
        raise ValueError(f"starts_s has {starts.shape} times for {len(agents)} agents")
    if not (np.isfinite(starts) & (starts >= 0)).all():
        raise ValueError(f"starts_s {starts.min()} must be finite and at least 0")
    return np.broadcast_to(starts, (len(agents),)).copy()


def _check_words(release: str, deadlock: str) -> None:
    if release not in ("arrival", "start"):
        raise ValueError(f"release {release!r} must be 'arrival' or 'start'")
    if deadlock not in DEADLOCK:
        raise ValueError(f"deadlock {deadlock!r} must be one of {', '.join(DEADLOCK)}")
