"""The mapping file as written: topics, and the events that their messages tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from server.feeds.mapping.times import TimeForm
from server.feeds.mqtt.topics import filter_fault, overlap

Scalar = str | bool | int | float
_NAMED = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Part(BaseModel):
    """A part of the file: unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class TimeSource(Part):
    """Where the time is and in which form."""

    path: str = Field(alias="from")
    form: TimeForm


class FieldSource(Part):
    """Where a field's value comes from: a path, a constant, a template, or a list with one entry for each element.

    `unit` is what a number is told in, `unit_from` the path of its unit; `form` what a time is told in. `map` says
    what each told value means; a value that it does not hold is refused.
    """

    path: str | None = Field(None, alias="from")
    const: Scalar | None = None
    text: str | None = None
    each: str | None = None
    of: FieldSource | tuple[FieldSource, ...] | Mapping[str, FieldSource] | None = None
    unit: str | None = None
    unit_from: str | None = None
    form: TimeForm | None = None
    map: Mapping[Scalar, Scalar] | None = None

    @model_validator(mode="after")
    def _from_one_place(self) -> FieldSource:
        given = [name for name in ("path", "const", "text", "each") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("say one of from, const, text and each")
        if (self.each is None) != (self.of is None):
            raise ValueError("each goes with of, which says what one element becomes")
        changes = [name for name in ("unit", "unit_from", "form", "map") if getattr(self, name) is not None]
        if changes and self.path is None and not (self.const is not None and changes == ["unit"]):
            raise ValueError(f"{changes[0]} goes with from")
        if len(changes) > 1:
            raise ValueError(f"{changes[0]} and {changes[1]} do not go together: keep one")
        return self


class Condition(Part):
    """Only records whose value at the path is one of these."""

    path: str = Field(alias="from")
    one_of: Annotated[tuple[Scalar, ...], Field(min_length=1)]


class EventRule(Part):
    """One event that a record tells, where `when` holds."""

    kind: str
    entity: str
    when: Condition | None = None
    time: TimeSource | None = None
    id: str | None = None
    fields: Mapping[str, FieldSource] = {}


class TopicRule(Part):
    """What messages of a topic tell. The topic is an MQTT filter whose levels may be named, as `hall/{area}/#`.

    With `each` every element of that list is a record of its own. `time` and `id` are those of all `events`
    that name none. Without a time the arrival's counts, for what a doubled message does no harm to.
    """

    topic: str
    payload: Literal["json", "text"] = "json"
    each: str | None = None
    time: TimeSource | None = None
    id: str | None = None
    events: Annotated[tuple[EventRule, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _can_fit(self) -> TopicRule:
        for level in self.topic.split("/"):
            if ("{" in level or "}" in level) and not _NAMED.fullmatch(level):
                raise ValueError(
                    f"topic level '{level}' is not a whole level: write {{name}} between slashes"
                )
        names = _NAMED.findall(self.topic)
        if len(set(names)) < len(names):
            raise ValueError(f"topic '{self.topic}' names a level twice: give each its own name")
        if "site" in names:
            raise ValueError("{site} is the feed's own: name the level otherwise")
        fault = filter_fault(self.filter)
        if fault is not None:
            raise ValueError(fault)
        return self

    @property
    def filter(self) -> str:
        """The topic as an MQTT filter."""
        return _NAMED.sub("+", self.topic)

    def parts(self, topic: str) -> dict[str, str]:
        """The named levels of a topic that fits."""
        named = zip(self.topic.split("/"), topic.split("/"), strict=False)
        return {level[1:-1]: told for level, told in named if level.startswith("{")}


class MappingFile(Part):
    """All topics of a feed; no message fits two of them."""

    topics: Annotated[tuple[TopicRule, ...], Field(min_length=1, max_length=1_000)]

    @model_validator(mode="after")
    def _one_rule_each(self) -> MappingFile:
        for number, rule in enumerate(self.topics):
            for earlier, other in enumerate(self.topics[:number]):
                both = overlap(rule.filter, other.filter)
                if both is not None:
                    raise ValueError(
                        f"topics.{number} '{rule.topic}' and topics.{earlier} '{other.topic}' both fit '{both}': "
                        "narrow one, or put the events of both under one topic"
                    )
        return self
