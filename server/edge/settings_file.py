"""An edge node's settings from its file."""

from __future__ import annotations

from pathlib import Path

from server.edge.settings import EdgeSettings
from server.feeds.file_paths import seen_from
from spatial.model_yaml import read_model


def read_edge_file(path: Path) -> EdgeSettings:
    """Read an edge.yaml, with all paths in it as seen from where it lies. Raises BadDataError."""
    return seen_from(path.parent, read_model(path, EdgeSettings, start="name: edge-1"))
