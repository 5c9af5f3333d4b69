"""Who may go where, which way and how fast: the rules of a floor, as a value and as `floor-rules.yaml`.

Every list may be empty and every rule says whom it concerns: `agents` names agent classes, none named means
all. An `area` is a polygon in world metres, on one `level` or, without it, on every level.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeAlias

import shapely
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from spatial.floor.agents import AGENT_CLASSES

Metres: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]


def _simple(area: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    polygon = shapely.Polygon(area)
    if not polygon.is_valid or polygon.area == 0:
        raise ValueError("this outline crosses itself or has no area: list its corners in turn")
    return area


def _in_order(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


Area: TypeAlias = Annotated[
    tuple[tuple[Metres, Metres], ...], Field(min_length=3, max_length=100_000), AfterValidator(_simple)
]


class Rule(BaseModel):
    """What every rule has."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    agents: tuple[Name, ...] = ()
    """Whom it concerns; empty: everyone."""

    def concerns(self, agent: str) -> bool:
        """Whether the rule speaks of this agent class."""
        return not self.agents or agent in self.agents


class AreaRule(Rule):
    """A rule for part of the floor."""

    area: Area
    level: Name | None = None

    @property
    def polygon(self) -> shapely.Polygon:
        """The area in world metres."""
        return shapely.Polygon(self.area)

    def is_on(self, level: str) -> bool:
        """Whether the area is on this level."""
        return self.level in (None, level)


class Zone(AreaRule):
    """A named part of the floor; where zones overlap, the first one listed names an edge."""

    name: Name


class ForbiddenZone(AreaRule):
    """Floor that the agents may not enter, not even with part of their body."""

    name: Name


class SpeedZone(AreaRule):
    """Floor on which the agents go no faster than `limit_m_s`; where zones overlap the lowest limit holds."""

    limit_m_s: float = Field(gt=0, le=50, allow_inf_nan=False)


class OneWay(Rule):
    """Lanes of an aisle or area within 60° of `heading_deg` (counter-clockwise from +X) go that way only."""

    aisle: Name | None = None
    area: Area | None = None
    level: Name | None = None
    heading_deg: float = Field(ge=-360, le=360, allow_inf_nan=False)

    @model_validator(mode="after")
    def _has_one_place(self) -> OneWay:
        if (self.aisle is None) == (self.area is None):
            raise ValueError("a one-way rule needs either 'aisle' or 'area'")
        return self


class AisleAgents(Rule):
    """Only the named agents may use the aisle."""

    aisle: Name
    agents: Annotated[tuple[Name, ...], Field(min_length=1)]


class LinkEnd(BaseModel):
    """Where a link is entered or left."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    level: Name
    x_m: Metres
    y_m: Metres


class Link(Rule):
    """A way between two levels. Its length is the straight distance unless given, its time that of walking.

    `width_m` is its clear width; unknown, the agents that may use it are taken to fit.
    """

    id: Name
    kind: Literal["lift", "stairs", "ramp", "mezzanine", "conveyor", "other"] = "other"
    start: LinkEnd = Field(alias="from")
    end: LinkEnd = Field(alias="to")
    length_m: float | None = Field(default=None, gt=0, le=10_000, allow_inf_nan=False)
    time_s: float | None = Field(default=None, gt=0, le=86_400, allow_inf_nan=False)
    width_m: float | None = Field(default=None, gt=0, le=100, allow_inf_nan=False)
    one_way: bool = False

    @model_validator(mode="after")
    def _joins_two_levels(self) -> Link:
        if self.start.level == self.end.level:
            raise ValueError(f"a link joins two levels, this one stays on '{self.start.level}'")
        return self


class FloorRules(BaseModel):
    """All rules of a floor; the default has none.

    `forbidden_zones` and `links` shape the floor itself, the others the traffic on its lanes. An agent name
    that is no preset must be listed in `other_agents`, so that a slip of the pen does not undo a rule.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    schema_: Literal["aisletwin.floor-rules/1"] = Field(default="aisletwin.floor-rules/1", alias="schema")
    other_agents: tuple[Name, ...] = ()
    zones: tuple[Zone, ...] = ()
    forbidden_zones: tuple[ForbiddenZone, ...] = ()
    speed_zones: tuple[SpeedZone, ...] = ()
    one_way: tuple[OneWay, ...] = ()
    closed_aisles: Annotated[tuple[Name, ...], AfterValidator(_in_order)] = ()
    aisle_agents: tuple[AisleAgents, ...] = ()
    links: tuple[Link, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> FloorRules:
        known = {*AGENT_CLASSES, *self.other_agents}
        for field, rule in self.rules():
            for agent in rule.agents:
                if agent not in known:
                    raise ValueError(
                        f"{field}: '{agent}' is no agent class: choose one of {', '.join(sorted(known))}, "
                        "or list it in other_agents"
                    )
        for kind, names in (
            ("zones", [zone.name for zone in self.zones]),
            ("forbidden_zones", [zone.name for zone in self.forbidden_zones]),
            ("aisle_agents", [rule.aisle for rule in self.aisle_agents]),
            ("links", [link.id for link in self.links]),
        ):
            twice = {name for name in names if names.count(name) > 1}
            if twice:
                raise ValueError(f"{kind}: '{min(twice)}' is there twice: give each its own name")
        return self

    def rules(self) -> Iterator[tuple[str, Rule]]:
        """Every rule with the path of its field, `one_way.0` for the first of that list."""
        for name in ("zones", "forbidden_zones", "speed_zones", "one_way", "aisle_agents", "links"):
            for number, rule in enumerate(getattr(self, name)):
                yield f"{name}.{number}", rule

    def shapes_like(self, other: FloorRules) -> bool:
        """Whether both make the same floor, whatever the traffic on it."""
        return (self.forbidden_zones, self.links) == (other.forbidden_zones, other.links)

    def shaping(self) -> FloorRules:
        """Only what shapes the floor itself: the same for rules that differ in the traffic on it."""
        return FloorRules(
            other_agents=self.other_agents, forbidden_zones=self.forbidden_zones, links=self.links
        )

    def with_closed(self, aisle: str) -> FloorRules:
        """The same rules with one more aisle closed."""
        return self.model_copy(update={"closed_aisles": _in_order((*self.closed_aisles, aisle))})

    def with_opened(self, aisle: str) -> FloorRules:
        """The same rules without the closure of this aisle."""
        return self.model_copy(
            update={"closed_aisles": tuple(name for name in self.closed_aisles if name != aisle)}
        )

    def to_record(self) -> dict[str, Any]:
        """The fields of a rules file, as far as they are not the defaults."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


NO_RULES = FloorRules()
