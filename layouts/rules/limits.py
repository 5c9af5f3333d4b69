"""The limits of all rules in one place: each with its unit, its default and where the default comes from.

The sources are named, not quoted, and stand for no legal advice: a site's own rules go before them. A source that
ends with UNCHECKED was named from memory and not held against its text. A limit that the user sets has the user as
its source.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from spatial.model_yaml import read_model

Where: TypeAlias = Literal["every_aisle", "cross_aisles", "nowhere"]

TYPICAL = "typical value, set your own"
UNCHECKED = "not checked against its text"
YOURS = "set by you"


def _limit(default: float | None, source: str = TYPICAL, **bounds: Any) -> Any:
    return Field(default=default, allow_inf_nan=False, json_schema_extra={"source": source}, **bounds)


def _metres(default: float | None, source: str = TYPICAL) -> Any:
    return _limit(default, source, ge=0, le=1000)


def _kinds(default: tuple[str, ...], source: str) -> Any:
    return Field(default=default, json_schema_extra={"source": source})


class Limits(BaseModel):
    """What the rules compare with; metres and kilograms. `read_limits` fills it from YAML."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    schema_: Literal["aisletwin.layout-limits/1"] = Field(default="aisletwin.layout-limits/1", alias="schema")

    side_margin_m: float = _metres(
        0.25,
        "DGUV Regel 108-007 4.1.4.5, now DGUV Information 208-061: 0.5 m on each side of the body, of which the disc "
        "holds half",
    )
    """Beside a vehicle's disc, to each side; the disc itself is wider than the body."""
    meeting_margin_m: float = _metres(0.4, f"ASR A1.8 4.3, allowance where vehicles meet; {UNCHECKED}")
    """Between two that pass each other, one of them a vehicle."""
    aisle_on_foot_m: float = _metres(
        0.75,
        "ASR A2.3 (2022) 5 and DGUV Regel 108-007 4.1.4.4, now DGUV Information 208-061: side aisles that are only "
        "loaded and unloaded by hand",
    )
    """Least clear width of an aisle for people."""
    route_on_foot_m: float = _metres(
        1.25, "DGUV Regel 108-007 4.1.4.2, now DGUV Information 208-061: routes on foot between racks"
    )
    """Least clear width where people pass each other."""
    turn_in: Where = "every_aisle"
    """Where vehicles with a turning circle must be able to turn round."""
    pass_in: Where = "cross_aisles"
    """Where two of the widest agents must be able to pass each other."""

    headroom_m: float = _metres(0.2)
    """Above an agent, below what hangs, beams, gates and the roof."""
    roof_m: float | None = _metres(None)
    """Lowest part of the roof above the lowest floor; unset, the top of the highest wall."""
    thickest_deck_m: float = _metres(1.0)
    """A deck of which neither the level nor legs tell the thickness is no thicker, beams and all."""

    exit_kinds: tuple[str, ...] = _kinds(
        ("door", "passage"),
        "ASR A2.3 (2022) 7 (1): what everybody can open at once and without aids; a gate or dock door counts where "
        "it has a wicket door, drawn as a door",
    )
    """Kinds of opening that people leave by."""
    way_out_links: tuple[str, ...] = _kinds(
        ("stairs", "ramp"), "ASR A2.3 (2022): lifts, escalators and ladders are no part of a main way out"
    )
    """Kinds of link between levels that are part of a way out."""
    exit_width_m: float = _metres(
        0.9, "ASR A2.3 (2022) 5, table of widths: doors and passages on main ways out of up to 50 people"
    )
    exit_height_m: float = _metres(1.95, "ASR A2.3 (2022) 5: least clear height of doors on main ways out")
    escape_straight_m: float = _metres(
        35.0, "ASR A2.3 (2022) 5 (2) no. 1: ordinary fire hazard, past furnishings but not through walls"
    )
    escape_walked_m: float = _metres(52.5, "ASR A2.3 (2022) 5 (4): walked, at most 1.5 times the 35 m")
    dead_end_m: float = _metres(
        15.0,
        "IBC 1020.4 (2018) exception 2, rounded down: 50 ft in sprinklered storage, 20 ft without sprinklers",
    )
    """Longest way back from the closed end of an aisle to where there is a choice of two ways, or an exit."""
    floor_step_m: float = _limit(0.5, ge=0.05, le=10)
    """Places whose way out is measured are this far apart; what lies between them is allowed for."""

    hand_reach_m: float = _metres(1.8)
    """Highest tier above the floor from which people pick standing."""
    lift_height_m: Mapping[str, Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]] = Field(
        default_factory=dict
    )
    """Highest tier above the floor that an agent class with a lift serves, by its name."""

    tier_load_kg: float | None = _limit(None, "load notice of the rack (EN 15635:2008)", ge=0)
    """What one tier of one bay carries; a tier's own `load_limit_kg` goes before it."""
    load_unit_kg: float | None = _limit(None, ge=0)
    """Mass of an occupied location that does not tell its own `load_kg`."""

    floor_load_kg_m2: float | None = _limit(None, "load notice of the mezzanine, evenly spread load", ge=0)
    """What a deck carries; a level's own `floor_load_kg_m2` goes before it."""
    rack_kg_m2: float = _limit(60.0, ge=0, le=10_000)
    """Mass of a rack itself on its footprint where it does not tell its `mass_kg`."""

    roof_gap_m: float = _metres(0.5)
    """Between the top of the highest load and the roof."""
    deck_gap_m: float = _metres(0.1)
    """Between the top of the highest load and the deck of a level above."""
    has_sprinklers: bool = True
    sprinkler_height_m: float | None = _metres(None)
    """Deflectors of the roof's sprinklers above the lowest floor."""
    sprinklers_under_deck_m: float | None = _metres(None)
    """How far below the underside of a deck the deflectors of its sprinklers hang."""
    sprinkler_gap_m: float = _metres(
        1.0,
        "VdS CEA 4001 11.1.2 and, from memory, EN 12845: free below roof sprinklers in high hazard storage",
    )

    back_to_back_m: float = _metres(
        0.2,
        "DGUV Regel 108-007 4.2.3, now DGUV Information 208-061: 0.1 m between loads, which are taken to overhang by "
        "0.05 m each",
    )
    """Between the two rows of a double row."""

    as_built_sigma_m: float = _metres(0.05)
    """One standard deviation of a measured length whose own the facility does not tell: obstacles, doors, roofs."""

    def source(self, name: str) -> str:
        """Where the limit of that field comes from."""
        if name in self.model_fields_set:
            return YOURS
        extra = type(self).model_fields[name].json_schema_extra
        return str(extra["source"]) if isinstance(extra, dict) else TYPICAL


DEFAULT_LIMITS = Limits()


def read_limits(path: Path) -> Limits:
    """The limits of a YAML (or JSON) file; an empty file has the defaults. Raises BadDataError."""
    return read_model(path, Limits, start="escape_walked_m: 52.5", may_be_empty=True)


def limits_schema() -> dict[str, Any]:
    """The JSON Schema of a limits file."""
    return Limits.model_json_schema(by_alias=True)
