"""An asset that wears: a chart that sees a small lasting shift, or a trend that will meet a limit."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec
from pydantic import Field

from layouts.asset_health.monitor import HealthMemory, HealthSettings, chart_height, take_reading
from layouts.live.channels import channel_named
from layouts.live.events import LiveEvent, Reading, Recorded
from layouts.live.state import TwinState
from server.alerts.condition import Look, is_late
from server.alerts.quantity import Told, level, seconds_shown, shown
from server.alerts.rule import Rule


class HealthRule(Rule):
    """Learnt from `baseline_size` readings, one false alarm in `run_length`; at `limit` the asset must stop."""

    said_values: ClassVar[tuple[str, ...]] = (
        "value",
        "usual",
        "height",
        "chart_limit",
        "limit",
        "time_to_limit",
    )

    kind: Literal["health"]
    channel: str
    chart: Literal["cusum", "ewma"] = "cusum"
    tuning: float | None = Field(None, gt=0, le=3)
    run_length: float = Field(10_000, ge=10, le=1e7)
    baseline_size: int = Field(200, ge=30, le=5_000)
    limit: Told | None = None
    horizon_s: float = Field(7 * 86_400, gt=0)

    def problem(self) -> None:
        """Raises ValueError for a limit out of the channel's range, a counter, or a chart that cannot be."""
        Health(self)


class HealthMemoryOf(msgspec.Struct, tag="health"):
    """The watch over one asset's channel, and since when it complains."""

    watch: HealthMemory = msgspec.field(default_factory=HealthMemory)
    at_ms: int = -1
    at_id: str = ""
    since_ms: int | None = None
    since_id: str = ""
    is_late: bool = False


class Health:
    """A `HealthRule` made ready."""

    bodies: tuple[type, ...] = (Reading,)

    def __init__(self, rule: HealthRule) -> None:
        self.rule = rule
        self.channel: str | None = rule.channel
        self._channel = channel = channel_named(rule.channel)
        if channel.is_counter:
            raise ValueError(
                f"channel: {channel.name} is a counter, which grows in health too: write a rate rule"
            )
        tuning = rule.tuning or (0.5 if rule.chart == "cusum" else 0.1)
        if rule.chart == "ewma" and tuning > 1:
            raise ValueError(
                f"tuning: {tuning:g} is above 1, the most an EWMA's weight can be: choose 0.05 to 0.3"
            )
        self._settings = HealthSettings(
            chart=rule.chart,
            tuning=tuning,
            run_length=rule.run_length,
            baseline_size=rule.baseline_size,
            limit=None if rule.limit is None else level(rule.limit, channel, "limit"),
            horizon_s=rule.horizon_s,
        )

    def keys(self, event: LiveEvent, state: TwinState) -> tuple[str, ...]:  # noqa: ARG002 - all are asked alike
        """The sensor itself."""
        return (event.entity,)

    def memory(self, site: str, key: str) -> HealthMemoryOf:  # noqa: ARG002 - all kinds are asked alike
        """Nothing read yet."""
        return HealthMemoryOf()

    def take(self, memory: HealthMemoryOf, recorded: Recorded) -> None:
        """Take a reading in; charts go in order, so one that is older than the newest changes nothing."""
        event = recorded.event
        if not isinstance(event.body, Reading) or event.happened_ms <= memory.at_ms:
            return
        take_reading(memory.watch, event.happened_ms, event.body.value, self._settings)
        memory.at_ms, memory.at_id = event.happened_ms, event.id
        memory.is_late = is_late(recorded, self.rule.late_s)
        if not (memory.watch.is_drifting or memory.watch.meets_limit is not None):
            memory.since_ms = None
        elif memory.since_ms is None:
            memory.since_ms, memory.since_id = event.happened_ms, event.id

    def look(self, memory: HealthMemoryOf, now_ms: int, state: TwinState) -> Look:  # noqa: ARG002
        """Whether the chart is beyond its limit, or the trend meets the asset's."""
        watch, name = memory.watch, self.rule.channel
        if watch.baseline is None:
            return Look(False, memory.at_ms, memory.at_id, f"{name} is still learnt: {watch.still_learns}")
        value, usual = shown(watch.values[-1], self._channel), shown(watch.baseline.centre, self._channel)
        height = chart_height(watch, self._settings)
        values = {
            "value": value,
            "usual": usual,
            "height": f"{height:.1f}",
            "chart_limit": f"{watch.chart_limit:.1f}",
            "limit": "" if self.rule.limit is None else str(self.rule.limit),
            "time_to_limit": self._when(watch),
        }
        if memory.since_ms is None:
            return Look(False, memory.at_ms, memory.at_id, f"{name} {value} is as usual, {usual}", values)
        said = f"{name} {value} leaves its usual {usual}: {self.rule.chart} {height:.1f}"
        said += f" {'above' if watch.is_drifting else 'within'} {watch.chart_limit:.1f}"
        if self.rule.limit is not None:
            said += f"; {self.rule.limit}: {self._when(watch)}"
        return Look(True, memory.since_ms, memory.since_id, said, values, is_late=memory.is_late)

    def _when(self, watch: HealthMemory) -> str:
        met = watch.meets_limit
        if met is None:
            return "no trend shown that meets it in time"
        high = "perhaps never" if met.high_s is None else seconds_shown(met.high_s)
        return f"met in {seconds_shown(met.best_s)} [{seconds_shown(met.low_s)}, {high}]"
