"""What an omlox feed needs to know of the site: frames, floors, and what its tags and fences are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from layouts.live.events import ENTITY_KINDS
from server.feeds.map_frame import MapFrame
from server.feeds.omlox.georeference import Georeference


class OmloxSettings(BaseModel):
    """Settings of one feed of an omlox hub.

    `zones` says how the local frame of a positioning system (a location's `source`) lies on the site; the others lie
    as `local` says, by default in the site's own frame. `floors` names the level of a floor's number, `level` that
    of a location without a floor. `entities` names the KIND/NAME of a trackable's or provider's id, which is an agent
    of that name otherwise; `fences` names fences by id.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^/]+$")]
    source: Annotated[str, Field(min_length=1, max_length=60)] = "omlox"
    local: MapFrame = MapFrame()
    zones: Mapping[str, MapFrame] = {}
    georeference: Georeference | None = None
    floors: Mapping[float, str] = {}
    level: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    entities: Mapping[str, str] = {}
    fences: Mapping[str, str] = {}
    most_objects: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000

    @field_validator("entities")
    @classmethod
    def _are_known(cls, entities: Mapping[str, str]) -> Mapping[str, str]:
        for entity in entities.values():
            kind, _, name = entity.partition("/")
            if kind not in ENTITY_KINDS or not name:
                raise ValueError(f"entity '{entity}' is not KIND/NAME: kinds are {', '.join(ENTITY_KINDS)}")
        return entities
