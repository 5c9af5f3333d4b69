"""twin.yaml: what a live twin hears, remembers, watches and lets in. Every field has a default."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from layouts.live.staleness import EXPECTED, Expectation
from server.access.settings import AccessSettings
from server.alerts.outputs.settings import OutputsFile
from server.feeds.file_paths import seen_from
from server.feeds.folder import FolderSettings
from server.feeds.http_pull_settings import HttpPullSettings
from server.feeds.mqtt.settings import MqttSettings, Part
from spatial.model_yaml import read_model

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]


class FolderFeed(Part):
    """Files that are dropped into a folder."""

    kind: Literal["folder"]
    name: Name
    decoder: str
    options: Mapping[str, object] = {}
    folder: FolderSettings


class PullFeed(Part):
    """A REST interface that is asked now and then."""

    kind: Literal["pull"]
    name: Name
    decoder: str
    options: Mapping[str, object] = {}
    pull: HttpPullSettings


class PushFeed(Part):
    """Documents that others post to `/api/feeds/NAME`."""

    kind: Literal["push"]
    name: Name
    decoder: str
    options: Mapping[str, object] = {}


Feed = Annotated[MqttSettings | FolderFeed | PullFeed | PushFeed, Field(discriminator="kind")]


class Expected(Part):
    """Entities that match `about` (KIND/NAME with * and ?) tell something every `interval_s`; they are late after
    `late_after` intervals and silent after `silent_after`. Battery-free tags may take hours.
    """

    about: str
    interval_s: float = Field(gt=0, le=31 * 86_400)
    late_after: float = Field(2.0, gt=0, le=1_000)
    silent_after: float = Field(5.0, gt=0, le=1_000)


class TwinFile(Part):
    """Paths are relative to the file's folder."""

    store: str = "twin.db"
    """A file, or the URL of a PostgreSQL database, which several servers may share."""
    feeds: tuple[Feed, ...] = ()
    alerts: Path | None = None
    """A file of alert rules."""
    outputs: OutputsFile = OutputsFile.model_validate({})
    """Where alerts go."""
    expected: tuple[Expected, ...] = ()
    """How often things tell; the first that matches counts, then the usual."""
    access: AccessSettings = AccessSettings()
    """Who is let in, and how much they may ask; without tokens only this machine."""
    jobs: Path = Path("jobs")
    scenario: Path | None = None
    """What a what-if from now takes from: the base scenario."""

    @model_validator(mode="after")
    def _own_names(self) -> TwinFile:
        names = [feed.name for feed in self.feeds]
        twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
        if twice is not None:
            raise ValueError(f"feeds: the name {twice} is there twice: give each feed its own")
        return self

    def expectations(self) -> tuple[Expectation, ...]:
        """What is expected, the file's own first."""
        return (*(Expectation(**each.model_dump()) for each in self.expected), *EXPECTED)


def read_twin_file(path: Path) -> TwinFile:
    """Read a twin.yaml, with paths as seen from where it lies. Raises BadDataError, which names the field."""
    told = seen_from(path.parent, read_model(path, TwinFile, start="store: twin.db", may_be_empty=True))
    if "://" in told.store:
        return told
    return told.model_copy(update={"store": str(path.parent / told.store)})
