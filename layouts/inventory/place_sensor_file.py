"""Which sensor or zone tells the temperature of which places, read from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from layouts.inventory.temperatures import PlaceSensor
from layouts.live.events import ENTITY_KINDS
from spatial.model_yaml import read_model


class PlaceSensorEntry(BaseModel):
    """At places that match `place`, SITE/LOCATION with * and ?, `entity` (KIND/NAME) reads the temperature."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    place: Annotated[str, Field(min_length=3, max_length=200)]
    entity: Annotated[str, Field(min_length=3, max_length=200)]

    @field_validator("place")
    @classmethod
    def _is_a_place(cls, place: str) -> str:
        if not all(place.partition("/")):
            raise ValueError(f"place '{place}' is not SITE/LOCATION: write the site, or * for all")
        return place

    @field_validator("entity")
    @classmethod
    def _is_an_entity(cls, entity: str) -> str:
        kind, _, name = entity.partition("/")
        if kind not in ENTITY_KINDS or not name:
            raise ValueError(f"entity '{entity}' is not KIND/NAME: kinds are {', '.join(ENTITY_KINDS)}")
        return entity


class PlaceSensorFile(BaseModel):
    """The bindings; the first that fits a place counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    places: tuple[PlaceSensorEntry, ...] = ()


def read_place_sensors(path: Path) -> tuple[PlaceSensor, ...]:
    """The bindings of a YAML or JSON file. Raises BadDataError, which names the field."""
    told = read_model(path, PlaceSensorFile, start="places:", may_be_empty=True)
    return tuple(PlaceSensor(entry.place, entry.entity) for entry in told.places)
