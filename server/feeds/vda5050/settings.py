"""What a VDA 5050 feed needs to know of the site: its maps and what its vehicles are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.feeds.map_frame import MapFrame


class SiteMap(MapFrame):
    """A map of the vehicles: the level it shows, and its frame on the site."""

    level: Annotated[str, Field(min_length=1, max_length=100)]


class Vda5050Settings(BaseModel):
    """Settings of one VDA 5050 feed.

    `maps` says for each `mapId` which level it shows and how it lies on the site; positions on one that is not
    listed are refused, or, with `unlisted_maps: keep`, are on the level of that name, in the site's frame.
    `agents` names the agent of a vehicle, written `MANUFACTURER/SERIAL`; the others are called so or, with
    `names: serial`, by their serial number alone, where it is known to be unique.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^/]+$")]
    source: Annotated[str, Field(min_length=1, max_length=60)] = "vda5050"
    maps: Mapping[str, SiteMap] = {}
    unlisted_maps: Literal["refuse", "keep"] = "refuse"
    agents: Mapping[str, Annotated[str, Field(min_length=1, max_length=150)]] = {}
    names: Literal["manufacturer/serial", "serial"] = "manufacturer/serial"
    most_agents: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
