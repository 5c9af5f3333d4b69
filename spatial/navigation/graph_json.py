"""graph.json: a navigation graph as networkx's node-link JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx as nx

from spatial.errors import BadDataError
from spatial.navigation.nav_graph import NavGraph, from_networkx, to_networkx
from spatial.whole_files import write_whole

SCHEMA = "aisletwin.graph/1"


def write_graph(path: Path, graph: NavGraph) -> None:
    """Write `graph` whole or not at all; the same graph gives the same bytes."""
    text = json.dumps(_record(to_networkx(graph)), allow_nan=False, ensure_ascii=False)
    with write_whole(path) as aside:
        aside.write_text(text + "\n", encoding="utf-8")


def read_graph(path: Path) -> NavGraph:
    """Read a graph.json; BadDataError when it is missing or no navigation graph of ours."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if (schema := record["graph"]["schema"]) != SCHEMA:
            raise BadDataError(f"{path} has schema '{schema}', expected '{SCHEMA}'")
        return from_networkx(_public(record))
    except FileNotFoundError as error:
        raise BadDataError(
            f"{path} is not there: make it with `aisletwin graph SITE/ -o {path.name}`"
        ) from error
    except (AttributeError, KeyError, TypeError, ValueError, nx.NetworkXError) as error:
        raise BadDataError(
            f"{path} is no navigation graph ({error!r}): make it anew from its site"
        ) from error


def _record(public: nx.Graph) -> dict[str, Any]:
    """The node-link record of a graph and, inside it, of the graph it was drawn from."""
    record: dict[str, Any] = nx.node_link_data(public, edges="links")
    drawn = public.graph["drawn"]
    record["graph"] = {
        **public.graph,
        "schema": SCHEMA,
        "drawn": None if drawn is None else _record(drawn),
    }
    return record


def _public(record: dict[str, Any]) -> nx.Graph:
    public = nx.node_link_graph(record, edges="links")
    drawn = public.graph.get("drawn")
    public.graph["drawn"] = None if drawn is None else _public(drawn)
    return public
