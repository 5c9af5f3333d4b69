"""A cold cell out of its range: how long, how far (degree-minutes), and what it did to the goods (mean kinetic
temperature), over a window.

Between two readings the temperature is taken to go straight. A gap longer than `gap_s` is not bridged: what was
then is unknown and told as such. Readings that come late count in full, for the goods felt them.
"""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import msgspec
from pydantic import Field

from layouts.live.channels import channel_named
from layouts.live.events import LiveEvent, Reading, Recorded
from layouts.live.state import TwinState
from server.alerts.condition import Look
from server.alerts.kinds.window import Window
from server.alerts.quantity import Told, level, seconds_shown, shown
from server.alerts.rule import Rule

ACTIVATION_KJ_MOL = 83.144
"""USP <1079.2>: with it, the activation energy over the gas constant is 10 000 K."""
GAS_J_MOL_K = 8.314462618
ZERO_C_K = 273.15


class ExcursionRule(Rule):
    """Out of `low` to `high` for more than `out_s` or `degree_minutes`, or `mkt_above`, in a window of `window_s`.

    The mean kinetic temperature is judged once half of the window is known.
    """

    said_values: ClassVar[tuple[str, ...]] = ("value", "out", "degree_minutes", "mkt", "unknown", "window")

    kind: Literal["excursion"]
    channel: str = "temperature"
    low: Told | None = None
    high: Told | None = None
    out_s: float | None = Field(None, gt=0)
    degree_minutes: float | None = Field(None, gt=0)
    mkt_above: Told | None = None
    activation_kj_mol: float = Field(ACTIVATION_KJ_MOL, ge=20, le=300)
    window_s: float = Field(86_400, ge=60, le=30 * 86_400)
    gap_s: float = Field(3600, gt=0)

    def problem(self) -> None:
        """Raises ValueError for a range or limit that is missing, cannot be, or is out of the channel's reach."""
        Excursion(self)


class ExcursionMemory(msgspec.Struct, tag="excursion"):
    """Readings of the window; `pieces` (out s, degree-minutes, weighted Arrhenius s, known s) lead up to each."""

    window: Window = msgspec.field(default_factory=Window)
    pieces: list[tuple[float, float, float, float]] = msgspec.field(default_factory=list)


class Excursion:
    """An `ExcursionRule` in degrees Celsius."""

    bodies: tuple[type, ...] = (Reading,)

    def __init__(self, rule: ExcursionRule) -> None:
        self.rule = rule
        self.channel: str | None = rule.channel
        self._channel = channel = channel_named(rule.channel)
        if channel.quantity != "temperature":
            raise ValueError(f"channel: {channel.name} is no temperature: write a threshold rule for it")
        self._low = -math.inf if rule.low is None else level(rule.low, channel, "low")
        self._high = math.inf if rule.high is None else level(rule.high, channel, "high")
        self._mkt = math.inf if rule.mkt_above is None else level(rule.mkt_above, channel, "mkt_above")
        if self._low >= self._high:
            raise ValueError(f"low: {rule.low} is not below high {rule.high}: swap them")
        needs_range = rule.out_s is not None or rule.degree_minutes is not None
        if not needs_range and rule.mkt_above is None:
            raise ValueError("none of out_s, degree_minutes and mkt_above is given: write at least one")
        if needs_range and rule.low is None and rule.high is None:
            raise ValueError("neither low nor high is given: write the range, as high: '8 °C'")
        if rule.out_s is not None and rule.out_s >= rule.window_s:
            raise ValueError(
                f"out_s: {rule.out_s:g} is not below window_s {rule.window_s:g}: it could never be, "
                "widen the window"
            )

    def keys(self, event: LiveEvent, state: TwinState) -> tuple[str, ...]:  # noqa: ARG002 - all are asked alike
        """The sensor itself."""
        return (event.entity,)

    def memory(self, site: str, key: str) -> ExcursionMemory:  # noqa: ARG002 - all kinds are asked alike
        """Nothing read yet."""
        return ExcursionMemory()

    def take(self, memory: ExcursionMemory, recorded: Recorded) -> None:
        """Take a reading in, in its place; the pieces before and after it are reckoned anew."""
        event, window = recorded.event, memory.window
        if not isinstance(event.body, Reading):
            return
        count = len(window.ids)
        length_ms = round(self.rule.window_s * 1000)
        i = window.insert(event.happened_ms, event.id, event.body.value, length_ms=length_ms)
        if i is None:
            return
        memory.pieces.insert(i + count + 1 - len(window.ids), (0.0, 0.0, 0.0, 0.0))
        del memory.pieces[: len(memory.pieces) - len(window.ids)]
        for j in (i, i + 1):
            if 0 < j < len(window.ids):
                memory.pieces[j] = self._piece(window, j)
        memory.pieces[0] = (0.0, 0.0, 0.0, 0.0)

    def _piece(self, window: Window, j: int) -> tuple[float, float, float, float]:
        """The way from reading j - 1 to reading j."""
        lasted = (window.times_ms[j] - window.times_ms[j - 1]) / 1000
        if lasted > self.rule.gap_s:
            return 0.0, 0.0, 0.0, 0.0
        start, end = window.values[j - 1], window.values[j]
        high_share, high_dose = _beyond(start - self._high, end - self._high)
        low_share, low_dose = _beyond(self._low - start, self._low - end)
        out_s = (high_share + low_share) * lasted
        return out_s, (high_dose + low_dose) * lasted / 60, self._arrhenius(start, end) * lasted, lasted

    def _arrhenius(self, start_c: float, end_c: float) -> float:
        """The mean of exp(-E/RT) on a straight way, by Simpson's rule."""
        scale = self.rule.activation_kj_mol * 1000 / GAS_J_MOL_K
        at = [math.exp(-scale / max(1.0, c + ZERO_C_K)) for c in (start_c, (start_c + end_c) / 2, end_c)]
        return (at[0] + 4 * at[1] + at[2]) / 6

    def look(self, memory: ExcursionMemory, now_ms: int, state: TwinState) -> Look:  # noqa: ARG002
        """Whether any of the limits is passed in the window that ends with the newest reading."""
        rule, window = self.rule, memory.window
        if not window.ids:
            return Look(False, now_ms, "", "no reading yet")
        out_s, dose, weighted, known_s = (math.fsum(column) for column in zip(*memory.pieces, strict=True))
        mkt = self._mean_kinetic(weighted, known_s, window.values[-1])
        unknown_s = max(0.0, (window.times_ms[-1] - window.times_ms[0]) / 1000 - known_s)
        lasting = seconds_shown(rule.window_s)
        values = {
            "value": shown(window.values[-1], self._channel),
            "out": seconds_shown(out_s),
            "degree_minutes": f"{dose:.4g}",
            "mkt": shown(mkt, self._channel),
            "unknown": seconds_shown(unknown_s),
            "window": lasting,
        }
        passed = (
            (rule.out_s is not None and out_s > rule.out_s)
            or (rule.degree_minutes is not None and dose > rule.degree_minutes)
            or (mkt > self._mkt and known_s >= self.rule.window_s / 2)
        )
        said = (
            f"{rule.channel} {values['value']}; in {lasting} out of range for {values['out']}, "
            f"{values['degree_minutes']} degree-minutes, mean kinetic temperature {values['mkt']}"
        )
        if unknown_s > 0:
            said += f", unknown for {values['unknown']}"
        return Look(passed, window.times_ms[-1], window.ids[-1], said, values)

    def _mean_kinetic(self, weighted: float, known_s: float, newest_c: float) -> float:
        """°C; T = (E/R) / -ln(mean of exp(-E/RT)), Haynes 1971."""
        if known_s == 0 or weighted == 0:
            return newest_c
        scale = self.rule.activation_kj_mol * 1000 / GAS_J_MOL_K
        return scale / -math.log(weighted / known_s) - ZERO_C_K


def _beyond(start: float, end: float) -> tuple[float, float]:
    """The share of a straight way from `start` to `end` that is above 0, and the area there."""
    if start <= 0 and end <= 0:
        return 0.0, 0.0
    if start >= 0 and end >= 0:
        return 1.0, (start + end) / 2
    top = max(start, end)
    share = top / (top - min(start, end))
    return share, share * top / 2
