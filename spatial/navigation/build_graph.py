"""From a facility and an agent class to the navigation graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from spatial.facility import Facility
from spatial.floor.agents import AgentClass
from spatial.floor.facility_rules import rules_on
from spatial.floor.floor_rules import FloorRules
from spatial.floor.free_space import Unknown
from spatial.floor.rules_file import check_facility
from spatial.navigation.aisle_edges import aisle_of_edges
from spatial.navigation.edge_widths import clear_widths, width_sigmas
from spatial.navigation.level_network import LevelNetwork, level_network
from spatial.navigation.link_edges import with_links
from spatial.navigation.main_floor import links_for, main_floor
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.pick_spots import pick_face
from spatial.navigation.traffic import with_rules
from spatial.navigation.unreached import unreached_reasons


def build_graph(
    facility: Facility,
    agent: AgentClass,
    rules: FloorRules | None = None,
    *,
    unknown: Unknown = "closed",
) -> NavGraph:
    """The lanes of `facility` that `agent` can use, with a node for every place it can stand at.

    Without `rules` the links that the facility itself knows are its only ones.

    1. Each level's free space, and the lanes along its medial axis; the longest lanes that are one piece
       through the links of `rules` are the main floor.
    2. Pick faces, stations, aisle mouths and link ends are woven into the lanes of their level.
    3. The levels are stacked and joined by links; every edge is measured and knows its aisle.
    4. What cannot be joined is `unreached`, with the reason.
    5. The traffic rules are laid over it.

    Raises UndecidedError when nowhere on any level is room for the agent, BadDataError when `rules` name an
    aisle or level that is not there.
    """
    rules = rules_on(facility) if rules is None else rules
    check_facility(rules, facility)
    floors = main_floor(facility, agent, rules, unknown)
    links = links_for(agent, rules)
    networks = [level_network(facility, floor, links) for floor in floors]
    graph = with_links(_stacked(facility, agent, networks), facility, links, _link_ends(networks))
    why = unreached_reasons(facility, [floor.space for floor in floors], graph)
    drawn = replace(graph, unreached={**why, **graph.unreached}, rules=rules.shaping())
    return with_rules(drawn, rules)


def _stacked(facility: Facility, agent: AgentClass, networks: Sequence[LevelNetwork]) -> NavGraph:
    """The levels' networks as one graph, each with its own nodes, not yet joined."""
    levels = tuple(level.id for level in facility.levels)
    start = np.cumsum([0, *(len(network.xy) for network in networks)]).tolist()
    measured = [_measured(facility, network) for network in networks]
    columns: dict[str, Any] = {
        name: np.concatenate([each[name] for each in measured]) for name in measured[0]
    }
    stands: dict[str, list[tuple[int, str | None]]] = {}
    stations: dict[str, int] = {}
    aisles: dict[str, tuple[int, int]] = {}
    for first, network in zip(start[:-1], networks, strict=True):
        stands |= {
            face: [(first + node, aisle) for node, aisle in each] for face, each in network.faces.items()
        }
        stations |= {station: first + node for station, node in network.stations.items()}
        aisles |= {aisle: (first + a, first + b) for aisle, (a, b) in network.aisles.items()}
    faces = {place.id: pick_face(place) for place in facility.locations}
    at = {place: stands[face] for place, face in faces.items() if face in stands}
    return NavGraph(
        facility=facility.id,
        agent=agent,
        levels=levels,
        xy=np.concatenate([network.xy for network in networks]),
        level=np.repeat(
            [levels.index(network.floor.space.level) for network in networks],
            [len(network.xy) for network in networks],
        ),
        kind=np.concatenate([network.kind for network in networks]),
        edges=np.concatenate([first + n.edges for first, n in zip(start[:-1], networks, strict=True)]),
        **columns,
        aisle_ids=tuple(aisle.id for aisle in facility.aisles),
        access={place: each[0][0] for place, each in at.items()},
        pick_faces={place: faces[place] for place in at},
        stations=stations,
        aisles=aisles,
        aisle_of={place: each[0][1] for place, each in at.items() if each[0][1] is not None},
        other_access={place: tuple(each[1:]) for place, each in at.items() if each[1:]},
        unreached={},
    )


def _link_ends(networks: Sequence[LevelNetwork]) -> dict[tuple[int, int], int]:
    """The node of every end of a link that joins a lane."""
    start = np.cumsum([0, *(len(network.xy) for network in networks)]).tolist()
    return {
        end: first + node
        for first, network in zip(start[:-1], networks, strict=True)
        for end, node in network.link_ends.items()
    }


def _measured(facility: Facility, network: LevelNetwork) -> dict[str, Any]:
    """Length, clear width with sigma and aisle of a level's edges."""
    space = network.floor.space
    lines = shapely.linestrings(network.xy[network.edges])
    rows = np.flatnonzero([aisle.level == space.level for aisle in facility.aisles])
    found = aisle_of_edges(network.xy, network.edges, [facility.aisles[row] for row in rows])
    return {
        "length_m": shapely.length(lines),
        "clear_width_m": clear_widths(lines, space),
        "sigma_m": width_sigmas(lines, space),
        "aisle": np.where(found >= 0, np.append(rows, -1)[found], -1),
    }
