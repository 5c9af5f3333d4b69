"""What a comparison takes for granted, and other values it could have: the assumptions of a sensitivity.

Assumed is what all scenarios have in common; what differs between them is what is compared. Without wishes these are
tried, where the scenarios have them:

| assumption | values |
|---|---|
| pick_s, speed_m_s, peak (demand), pickers | 20 % less and more |
| aisle_widths | every measured width 2 standard deviations narrower and wider |
| order_mix | orders drawn anew, three times: see `sensitivity_orders`; made-up orders with other seeds |
| routing | s-shape, largest-gap, exact |
| traffic.release, traffic.intersections, traffic.deadlock | all there are |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from layouts.comparison.sensitivity_orders import with_orders_drawn
from layouts.comparison.sensitivity_widths import has_measured_widths, with_widths
from layouts.scenario import Scenario
from layouts.what_if.variables import Value, Variable, variable
from layouts.what_if.variants import variant
from spatial.floor.agents import agent_named

Change: TypeAlias = Callable[[Scenario, Value, Path], Scenario]

SHARE = 0.2
SIGMAS = 2.0
NUMBERS = ("pick_s", "speed_m_s", "peak", "pickers")
WORDS: Mapping[str, tuple[Value, ...]] = {
    "routing": ("s-shape", "largest-gap", "exact"),
    "traffic.release": ("on-arrival", "at-start"),
    "traffic.intersections": (True, False),
    "traffic.deadlock": ("stop", "back-off", "pass"),
}
WIDTHS, MIX = "aisle_widths", "order_mix"
GIVEN = "as given"
DRAWS: tuple[Value, ...] = ("draw 1", "draw 2", "draw 3")
UNITS = {"peak": "×", WIDTHS: "σ"}
TODAY: Mapping[str, Value] = {"peak": 1.0, "robot_share": 0.0, "one_way": "none"}
"""What scenarios have of the settings that are no field of theirs."""

ENDINGS = {"_m_s": "m/s", "_s": "s", "_m": "m", "_h": "h", "_per_hour": "/h"}

_NUMBER = r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?"


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """What all scenarios share, `today`'s value of it, and other `values`: the ends of a range, or words.

    `change` gives a scenario another value; what it needs by way of files it writes to the folder given.
    """

    name: str
    today: Value
    values: tuple[Value, ...]
    change: Change
    is_numeric: bool = False
    is_whole: bool = False

    @property
    def unit(self) -> str:
        """That of its numbers, empty for words."""
        if self.name in UNITS:
            return UNITS[self.name]
        return next((unit for end, unit in ENDINGS.items() if self.name.endswith(end)), "")


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """What can be changed, and for each other wish or usual assumption why it cannot."""

    known: tuple[Assumption, ...]
    untried: Mapping[str, str]


def assumptions_of(
    scenarios: Mapping[str, Scenario], wishes: Sequence[str] = (), *, usual: bool = True
) -> Assumptions:
    """The `usual` assumptions of scenarios, with the ranges and words of `wishes` instead or beside them.

    A wish is `pick_s=6..12` or `routing=exact,return`: a range from the least to the largest number, or words.
    Raises ValueError for what is nothing that can be varied, and a range that leaves today's value out.
    """
    given = list(scenarios.values())
    wished = dict(map(_parted, wishes))
    names = dict.fromkeys([*((*NUMBERS, WIDTHS, MIX, *WORDS) if usual else ()), *wished])
    known, untried = [], dict[str, str]()
    for name in names:
        found = _assumption(name, wished.get(name), given)
        if isinstance(found, Assumption):
            known.append(found)
        elif found:
            untried[name] = found
    return Assumptions(known=tuple(known), untried=untried)


def _parted(wish: str) -> tuple[str, str]:
    name, _, wanted = (part.strip() for part in wish.partition("="))
    if not (name and wanted):
        raise ValueError(
            f"assumption '{wish}' must be NAME=LOW..HIGH or NAME=WORD,WORD, such as pick_s=6..12"
        )
    return name, wanted


def _assumption(name: str, wanted: str | None, scenarios: Sequence[Scenario]) -> Assumption | str:
    """The assumption, or why it is none here; empty where nobody would miss it."""
    if name == MIX:
        if wanted is not None:
            raise ValueError(
                f"assumption '{name}={wanted}': {name} takes no values, it is tried without asking"
            )
        return Assumption(name=name, today=GIVEN, values=DRAWS, change=_with_draw)
    if name == WIDTHS:
        if not any(map(has_measured_widths, scenarios)):
            return "no width of these sites was measured, so none has an error to try"
        ends = (-SIGMAS, SIGMAS) if wanted is None else _ends(name, wanted, 0.0)
        return Assumption(name=name, today=0.0, values=ends, change=_with_widths, is_numeric=True)
    if name == "pickers" and any(scenario.operations.staff for scenario in scenarios):
        return "operations.staff says who works"
    varied = variable(name)
    todays = {_today(scenario, name) for scenario in scenarios}
    if len(todays) > 1:
        return f"it is {' and '.join(sorted(map(str, todays)))} in these scenarios, so it is compared, not assumed"
    (today,) = todays
    if today is None:
        return "the scenarios have none"
    if varied.is_numeric:
        return _of_number(varied, today, wanted)
    words = (
        WORDS[name] if wanted is None else tuple(_word(varied, each.strip()) for each in wanted.split(","))
    )
    others = tuple(word for word in words if word != today)
    if not others:
        raise ValueError(f"assumption '{name}={wanted}' is today's value: give another one")
    return Assumption(name=name, today=today, values=others, change=_Field(name))


def _of_number(varied: Variable, today: Value, wanted: str | None) -> Assumption | str:
    is_whole, number = varied.kind is int, float(today)
    low, high = number * (1 - SHARE), number * (1 + SHARE)
    if wanted is not None:
        low, high = _ends(varied.name, wanted, number)
        if is_whole and not (low.is_integer() and high.is_integer()):
            raise ValueError(f"assumption '{varied.name}={wanted}': {varied.name} takes whole numbers")
    elif is_whole:
        low, high = max(1, min(number - 1, round(low))), max(number + 1, round(high))
    values = tuple(varied.checked(varied.kind(round(end, 9))) for end in (low, high) if end != number)
    if not values:
        return f"it is {today:g}, of which 20 % are nothing: give a range"
    return Assumption(
        name=varied.name,
        today=today,
        values=values,
        change=_Field(varied.name),
        is_numeric=True,
        is_whole=is_whole,
    )


def _ends(name: str, wanted: str, today: float) -> tuple[float, float]:
    span = re.fullmatch(rf"({_NUMBER})\.\.({_NUMBER})", wanted)
    if span is None:
        raise ValueError(f"assumption '{name}={wanted}' is no range: give {name}=LOW..HIGH, two numbers")
    low, high = map(float, span.groups())
    if not low <= today <= high or low == high:
        raise ValueError(
            f"assumption '{name}={wanted}' must be a range that rises and holds today's value {today:g}"
        )
    return low, high


def _word(varied: Variable, text: str) -> Value:
    if varied.kind is bool:
        if text not in ("true", "false"):
            raise ValueError(f"assumption '{varied.name}={text}' must be true or false")
        return text == "true"
    return varied.checked(text)


def _today(scenario: Scenario, name: str) -> Value | None:
    if name in TODAY:
        return TODAY[name]
    if name == "speed_m_s" and scenario.speed_m_s is None:
        return agent_named(scenario.agent).speed_m_s
    value: Any = scenario
    for part in name.split("."):
        value = None if value is None else getattr(value, part)
    today: Value | None = value
    return today


@dataclass(frozen=True)
class _Field:
    """Changes one variable of a what-if."""

    name: str

    def __call__(self, scenario: Scenario, value: Value, folder: Path) -> Scenario:
        return variant(scenario, {self.name: value}, folder=folder)


def _with_draw(scenario: Scenario, value: Value, folder: Path) -> Scenario:
    return with_orders_drawn(scenario, 1 + DRAWS.index(value), folder)


def _with_widths(scenario: Scenario, value: Value, folder: Path) -> Scenario:
    return with_widths(scenario, float(value), folder)
