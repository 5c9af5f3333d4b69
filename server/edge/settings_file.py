"""An edge node's settings from its file."""

from __future__ import annotations

from pathlib import Path

from server.edge.settings import EdgeSettings
from server.feeds.mqtt.settings import MqttSettings
from spatial.model_yaml import read_model


def read_edge_file(path: Path) -> EdgeSettings:
    """Read an edge.yaml, with `buffer`, `ca` and mappings as seen from where it lies. Raises BadDataError."""
    told, folder = read_model(path, EdgeSettings, start="name: edge-1"), path.parent
    central = told.central
    if central.ca is not None:
        central = central.model_copy(update={"ca": folder / central.ca})
    feeds = tuple(_beside(feed, folder) for feed in told.feeds)
    return told.model_copy(update={"buffer": folder / told.buffer, "central": central, "feeds": feeds})


def _beside(feed: MqttSettings, folder: Path) -> MqttSettings:
    file = feed.options.get("file")
    if not isinstance(file, str):
        return feed
    return feed.model_copy(update={"options": {**feed.options, "file": str(folder / file)}})
