"""What every rule has: which entities it is about, how bad it is, what it says and to whom."""

from __future__ import annotations

from fnmatch import fnmatchcase
from string import Formatter
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from layouts.live.events import ENTITY_KINDS

Severity = Literal["info", "warning", "critical"]
RANK: dict[str, int] = {"info": 0, "warning": 1, "critical": 2}

MANY = "many"
"""The key of the one alert that stands for all of a rule once they are too many."""

ALWAYS_SAID = ("about", "site", "rule", "said")


def _list_of(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


Globs = Annotated[str | tuple[str, ...], AfterValidator(_list_of)]
"""One pattern or a list of them, with * and ? for any text and any letter."""

RuleId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]


class Part(BaseModel):
    """A part of a rules file: unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Binding(Part):
    """What belongs to an entity (patterns allowed): the zone it stands in, the asset or SKU it watches."""

    entity: Globs
    site: str = "*"
    zone: str | None = None
    asset: str | None = None
    sku: str | None = None


class Where(Part):
    """Which entities: all that fit every line. `zone`, `asset` and `sku` are those of the file's bindings."""

    site: Globs = "*"
    entity: Globs = "*"
    kind: str | None = None
    zone: str | None = None
    asset: str | None = None
    sku: str | None = None

    @model_validator(mode="after")
    def _kinds(self) -> Where:
        if self.kind is not None and self.kind not in ENTITY_KINDS:
            raise ValueError(f"kind '{self.kind}' is not known: kinds are {', '.join(ENTITY_KINDS)}")
        for pattern in self.entity:
            kind = pattern.partition("/")[0]
            if "*" not in kind and "?" not in kind and "[" not in kind and kind not in ENTITY_KINDS:
                raise ValueError(
                    f"entity '{pattern}' is not KIND/NAME: begin with one of {', '.join(ENTITY_KINDS)} or *"
                )
        return self

    def fits(self, site: str, entity: str, bindings: tuple[Binding, ...]) -> bool:
        """Whether the entity of the site is meant."""
        return (
            any(fnmatchcase(site, pattern) for pattern in self.site)
            and any(fnmatchcase(entity, pattern) for pattern in self.entity)
            and (self.kind is None or entity.startswith(f"{self.kind}/"))
            and all(
                wanted is None or bound(bindings, site, entity, to) == wanted
                for to, wanted in (("zone", self.zone), ("asset", self.asset), ("sku", self.sku))
            )
        )


def bound(bindings: tuple[Binding, ...], site: str, entity: str, to: str) -> str | None:
    """The zone, asset or SKU (`to`) that the first binding which names one gives the entity."""
    for binding in bindings:
        name: str | None = getattr(binding, to)
        fits = name is not None and fnmatchcase(site, binding.site)
        if fits and any(fnmatchcase(entity, pattern) for pattern in binding.entity):
            return name
    return None


class Escalation(Part):
    """So long after it was raised, unacknowledged, an alert gets this severity and goes to these outputs too."""

    after_s: float = Field(gt=0)
    severity: Severity
    to: tuple[str, ...] = ()


class Rule(Part):
    """The part that all kinds share."""

    said_values: ClassVar[tuple[str, ...]] = ()
    """What the text may name beside ALWAYS_SAID."""

    id: RuleId
    where: Where = Where()
    severity: Severity = "warning"
    text: str = Field("{about}: {said}", min_length=1, max_length=500)
    to: tuple[str, ...] = ()
    escalate: tuple[Escalation, ...] = ()
    group_over: int = Field(20, ge=1, le=10_000)
    late_s: float = Field(900, gt=0)
    is_quiet: bool = False

    @model_validator(mode="after")
    def _sayable(self) -> Rule:
        known = (*ALWAYS_SAID, *self.said_values)
        try:
            named = [name for _, name, _, _ in Formatter().parse(self.text) if name is not None]
        except ValueError as error:
            raise ValueError(
                f"text '{self.text}' is no template ({error}): write {{{{ for a brace"
            ) from error
        for name in named:
            if name not in known:
                raise ValueError(
                    f"text names {{{name}}}, which is not known: choose one of {', '.join(known)}"
                )
        try:
            self.text.format_map(dict.fromkeys(known, ""))
        except ValueError as error:
            raise ValueError(
                f"text '{self.text}' is no template ({error}): name values without a form"
            ) from error
        return self

    @model_validator(mode="after")
    def _rising(self) -> Rule:
        rank, after = RANK[self.severity], 0.0
        for step in self.escalate:
            if RANK[step.severity] <= rank or step.after_s <= after:
                raise ValueError(
                    f"escalate: after_s {step.after_s:g} to {step.severity} does not rise: "
                    "each step comes later and is worse than the one before"
                )
            rank, after = RANK[step.severity], step.after_s
        return self

    def problem(self) -> None:
        """Raises ValueError, a sentence with value, bound and remedy, for what can be seen only as a whole."""
