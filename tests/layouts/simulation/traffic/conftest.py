"""Floors small enough to draw, as navigation graphs by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pytest

from spatial.floor.agents import PICKER, AgentClass
from spatial.navigation.nav_graph import NODE_KINDS, NavGraph

Place = tuple[float, float]
Drawn = Callable[..., NavGraph]


def draw(
    places: Mapping[str, Place],
    lanes: Sequence[tuple[str, ...]],
    *,
    agent: AgentClass = PICKER,
    mouths: Mapping[str, tuple[str, str]] | None = None,
    picks: Sequence[str] = (),
    width_m: Mapping[str, float] | None = None,
    sigma_m: float = 0.0,
    one_way: bool = False,
    links: Mapping[tuple[str, str], str] | None = None,
) -> NavGraph:
    """A graph of named places: each lane is a row of them, its edges straight, in the aisle that its first letter in
    capitals names or, in small letters, in none. `one_way` aisles lead the way they are written. `picks` are places
    where an agent works. `width_m` is by aisle, of the open floor with "", 1.2 m in aisles and 6 m beside by default.
    """
    names = list(places)
    node = {name: k for k, name in enumerate(names)}
    width = {"": 6.0, **(width_m or {})}
    rows: dict[tuple[int, int], tuple[str, int]] = {}
    for aisle, *way in lanes:
        for one, other in pairwise(way):
            a, b = node[one], node[other]
            sense = (1 if a < b else -1) if one_way and aisle else 0
            rows[min(a, b), max(a, b)] = (aisle, sense)
    pairs = sorted(rows)
    edges = np.array(pairs, np.int64).reshape(-1, 2)
    xy = np.array([places[name] for name in names], np.float64)
    aisle_ids = tuple(sorted({aisle for aisle, _ in rows.values() if aisle}))
    lifts = {tuple(sorted((node[a], node[b]))): name for (a, b), name in (links or {}).items()}
    ends = mouths or {}
    for aisle, *way in lanes:
        if aisle and aisle not in ends:
            ends = {**ends, aisle: (way[0], way[-1])}
    return NavGraph(
        facility="DRAWN",
        agent=agent,
        levels=("L0",),
        xy=xy,
        level=np.zeros(len(xy), np.int64),
        kind=np.full(len(xy), NODE_KINDS.index("bend")),
        edges=edges,
        length_m=np.linalg.norm(xy[edges[:, 0]] - xy[edges[:, 1]], axis=1),
        clear_width_m=np.array([width.get(rows[pair][0], 1.2) for pair in pairs]),
        sigma_m=np.full(len(pairs), sigma_m),
        direction=np.array([rows[pair][1] for pair in pairs], np.int8),
        aisle=np.array([aisle_ids.index(rows[p][0]) if rows[p][0] else -1 for p in pairs], np.int64),
        aisle_ids=aisle_ids,
        link=np.array([list(lifts.values()).index(lifts[p]) if p in lifts else -1 for p in pairs], np.int64),
        links=tuple(lifts.values()),
        access={f"at-{name}": node[name] for name in picks},
        pick_faces={f"at-{name}": name for name in picks},
        stations={"DEPOT": 0},
        aisles={aisle: (node[a], node[b]) for aisle, (a, b) in ends.items()},
        aisle_of={f"at-{name}": aisle for aisle, *way in lanes if aisle for name in picks if name in way},
        unreached={},
    )


@pytest.fixture
def drawn() -> Drawn:
    return draw


def straight_aisle(**more: object) -> NavGraph:
    """On a line: s at 0 m, floor to m at 2 m, aisle A over a, b and c at 4, 5 and 6 m to n at 8 m, floor to t."""
    x = {"s": 0.0, "m": 2.0, "a": 4.0, "b": 5.0, "c": 6.0, "n": 8.0, "t": 10.0}
    return draw(
        {name: (at, 0.0) for name, at in x.items()},
        [("", "s", "m"), ("A", "m", "a", "b", "c", "n"), ("", "n", "t")],
        picks="abc",
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def aisle() -> Drawn:
    return straight_aisle
