"""What the REST interface answers about a slotting plan."""

from __future__ import annotations

from pydantic import BaseModel, Field

from layouts.slotting.pictures.velocity_map import VelocityMap
from layouts.slotting.pictures.velocity_scales import edges_of, velocity_scales
from spatial.facility import Facility


class LocationChange(BaseModel):
    """A location's SKUs and how often tours come for them, before and after."""

    id: str
    skus_before: list[str]
    skus_after: list[str]
    visits_before: float
    visits_after: float


class Move(BaseModel):
    """A SKU that changes places; `source` is null for one that had none."""

    sku: str
    source: str | None
    target: str


class SlottingAnswer(BaseModel):
    """The plan that is served beside the site.

    `edges` end the classes of colour for single locations, `face_edges` those for all locations over each other;
    both are empty where nothing is picked.
    """

    edges: list[float] = Field(max_length=5)
    face_edges: list[float] = Field(max_length=5)
    locations: list[LocationChange]
    moves: list[Move]

    @staticmethod
    def of(facility: Facility, found: VelocityMap) -> SlottingAnswer:
        """The answer about a plan on `facility`; places that it does not have are left out."""
        known = {place.id for place in facility.locations}
        scales = velocity_scales(facility, found)
        return SlottingAnswer(
            edges=[*edges_of(scales.single)],
            face_edges=[*edges_of(scales.face)],
            locations=[
                LocationChange(
                    id=row.location,
                    skus_before=[*row.skus_before],
                    skus_after=[*row.skus_after],
                    visits_before=row.visits_before,
                    visits_after=row.visits_after,
                )
                for row in found.locations
                if row.location in known
            ],
            moves=[
                Move(sku=move.sku, source=move.from_location, target=move.to_location)
                for move in found.moves
                if move.to_location in known
            ],
        )
