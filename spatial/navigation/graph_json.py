"""graph.json: a navigation graph as networkx's node-link JSON."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx

from spatial.errors import BadDataError
from spatial.navigation.nav_graph import NavGraph, from_networkx, to_networkx
from spatial.whole_files import write_whole

SCHEMA = "aisletwin.graph/1"


def write_graph(path: Path, graph: NavGraph) -> None:
    """Write `graph` whole or not at all; the same graph gives the same bytes."""
    public = to_networkx(graph)
    public.graph["schema"] = SCHEMA
    text = json.dumps(nx.node_link_data(public, edges="links"), allow_nan=False, ensure_ascii=False)
    with write_whole(path) as aside:
        aside.write_text(text + "\n", encoding="utf-8")


def read_graph(path: Path) -> NavGraph:
    """Read a graph.json; BadDataError when it is missing or no navigation graph of ours."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        public = nx.node_link_graph(record, edges="links")
        if public.graph["schema"] != SCHEMA:
            raise BadDataError(f"{path} has schema '{public.graph['schema']}', expected '{SCHEMA}'")
        return from_networkx(public)
    except FileNotFoundError as error:
        raise BadDataError(
            f"{path} is not there: make it with `aisletwin graph SITE/ -o {path.name}`"
        ) from error
    except (AttributeError, KeyError, TypeError, ValueError, nx.NetworkXError) as error:
        raise BadDataError(
            f"{path} is no navigation graph ({error!r}): make it anew from its site"
        ) from error
