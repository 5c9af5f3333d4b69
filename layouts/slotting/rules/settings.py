"""The `rules:` of a slotting: which hold, and their bounds. Each has data it needs; without them it binds nothing."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

By: TypeAlias = Literal["location", "bay", "rack", "aisle"]
Word = Annotated[str, Field(min_length=1, max_length=80)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cube(_Part):
    """What a unit holds takes no more than a share of its location's volume, and several together neither."""

    fill_share: float = Field(default=0.85, gt=0, le=1)
    """Of width × depth × height; the rest is what packing and hands need."""


class WeightStep(_Part):
    """Nothing whose piece is heavier than `most_kg` stands higher than `above_m`."""

    above_m: float = Field(ge=0, le=100, allow_inf_nan=False)
    """Metres from the foot of the rack to the bottom of the location."""
    most_kg: float = Field(ge=0, le=1e4, allow_inf_nan=False)
    """Mass of a piece."""


class BeamLoad(_Part):
    """All on one tier of one bay together weigh no more than its `load_limit_kg`, in the facility, or `most_kg`."""

    most_kg: float | None = Field(default=None, gt=0, le=1e6, allow_inf_nan=False)
    """Kilograms; without it only tiers that tell their own limit have one. The floor carries all."""


class Temperature(_Part):
    """An item with a temperature class is kept in locations of that class."""

    unmarked: Word = "ambient"
    """The class of locations that tell none, once any item or location tells one."""
    also: dict[Word, tuple[Word, ...]] = {}
    """Further classes of locations that an item's class may be kept in, such as `ambient: [chilled]`."""


class Apart(_Part):
    """Two classes, or one twice, that are not kept in one location, bay, rack or aisle, or not within some metres."""

    classes: tuple[Word, Word]
    by: By | None = None
    """The smallest thing they do not share; `location` without `metres`."""
    metres: float | None = Field(default=None, gt=0, le=100, allow_inf_nan=False)
    """Least distance between the centres of their locations, which differ."""

    @model_validator(mode="after")
    def _has_one_measure(self) -> Apart:
        if self.by is not None and self.metres is not None:
            raise ValueError("by and metres are two measures of one distance: keep one of them")
        return self

    @property
    def measure(self) -> str:
        """In words."""
        return f"{self.metres:g} m" if self.metres is not None else f"one {self.by or 'location'}"


class Hazard(_Part):
    """Hazard classes are kept where they are accepted, if any location tells what it accepts, and apart."""

    apart: tuple[Apart, ...] = ()
    """Classes that may not be near each other; [a, a] keeps items of one class from each other."""


class KeptIn(_Part):
    """A family is kept in the zones and the aisles that are named; where both are, in what is in both."""

    family: Word
    zones: tuple[Word, ...] = ()
    aisles: tuple[Word, ...] = ()

    @model_validator(mode="after")
    def _has_place(self) -> KeptIn:
        if not (self.zones or self.aisles):
            raise ValueError("neither zones nor aisles are named: name at least one")
        return self


class Together(_Part):
    """A family is kept in one bay, rack, aisle or zone, whichever suits."""

    family: Word
    by: Literal["bay", "rack", "aisle", "zone"] = "aisle"


class Family(_Part):
    """Where families are kept."""

    kept_in: tuple[KeptIn, ...] = ()
    together: tuple[Together, ...] = ()
    apart: tuple[Apart, ...] = ()
    """Families that may not be near each other."""


class Lots(_Part):
    """Different lots of one family are not mixed."""

    by: By = "location"
    """The smallest thing they do not share."""


class Role(_Part):
    """Units, which are picked from, are in pick locations and not in reserve."""

    pick_up_to_m: float | None = Field(default=None, ge=0, le=100, allow_inf_nan=False)
    """Locations that tell no role are reserve where their bottom is higher than this above the foot of the rack;
    unset, all are picked from."""


class SkusALocation(_Part):
    """How many units share a location."""

    most: int = Field(default=1, ge=1, le=1000)
    """Of a location that does not tell its own."""


class SlotRules(_Part):
    """The hard rules of a slotting; a rule set to null does not hold at all."""

    cube: Cube | None = Cube()
    location_mass: bool = True
    """What a unit, or several together, weigh is at most the location's max_mass_kg."""
    weight_by_level: tuple[WeightStep, ...] = ()
    beam_load: BeamLoad | None = BeamLoad()
    orientation: bool = True
    """A piece fits its location; upright where it is to be kept so, else turned as needed."""
    temperature: Temperature | None = Temperature()
    hazard: Hazard | None = Hazard()
    family: Family | None = Family()
    lots: Lots | None = Lots()
    role: Role | None = Role()
    skus_a_location: SkusALocation | None = SkusALocation()
    """Without it, only cube, mass and conflicts limit what shares a location."""

    @model_validator(mode="after")
    def _names_no_family_twice(self) -> SlotRules:
        names = [each.family for each in self.family.together] if self.family else []
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"family.together names '{twice[0]}' twice: keep one of them")
        return self
