"""Assets made up: how a sensor reads until the asset fails, with the truth known, to score a watch against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layouts.asset_health.monitor import HealthMemory, HealthSettings, take_reading


@dataclass(frozen=True)
class Life:
    """Readings `values` (N,), `step_s` apart; wear begins at reading `onset`, the asset fails at `failure`."""

    values: NDArray[np.float64]
    step_s: float
    onset: int
    failure: int


def made_up_life(
    seed: int,
    *,
    healthy: int,
    wear: int,
    level: float,
    limit: float,
    sigma: float,
    persistence: float = 0.0,
    growth: float = 3.0,
    wild_share: float = 0.0,
    step_s: float = 600.0,
) -> Life:
    """A life of `healthy` readings around `level`, then `wear` readings up to `limit`, as (eᵍᵗ - 1)/(eᵍ - 1), t from
    0 to 1 (0 for a straight line). Noise is AR(1) of deviation `sigma`; `wild_share` of readings lie
    ten times as far off.
    """
    random = np.random.default_rng(seed)
    size = healthy + wear
    new = random.normal(0.0, sigma * (1 - persistence**2) ** 0.5, size)
    noise = np.empty(size)
    noise[0] = random.normal(0.0, sigma)
    for i in range(1, size):
        noise[i] = persistence * noise[i - 1] + new[i]
    noise[random.random(size) < wild_share] *= 10
    t = np.clip((np.arange(size) - healthy) / max(1, wear - 1), 0.0, 1.0)
    worn = t if growth == 0 else np.expm1(growth * t) / np.expm1(growth)
    return Life(level + (limit - level) * worn + noise, step_s, healthy, size - 1)


@dataclass(frozen=True)
class Score:
    """`false_alarms` before wear began, in `healthy` charted readings; `lead_s` before failure, None if missed.

    `first_trend_s` is how long before failure the trend first met the limit within its horizon.
    """

    false_alarms: int
    healthy: int
    lead_s: float | None
    first_trend_s: float | None


def score(life: Life, settings: HealthSettings) -> Score:
    """Watch a life from its first reading: an alarm counts once, from its start to its end."""
    memory = HealthMemory()
    false_alarms, healthy = 0, 0
    alarm: int | None = None
    trend: int | None = None
    for i, value in enumerate(life.values):
        was_drifting = memory.is_drifting
        take_reading(memory, round(i * life.step_s * 1000), float(value), settings)
        if i < life.onset:
            healthy += memory.baseline is not None
            false_alarms += memory.is_drifting and not was_drifting
            continue
        if alarm is None and memory.is_drifting and not (was_drifting and i == life.onset):
            alarm = i
        if trend is None and memory.meets_limit is not None:
            trend = i
    return Score(
        false_alarms,
        healthy,
        None if alarm is None else (life.failure - alarm) * life.step_s,
        None if trend is None else (life.failure - trend) * life.step_s,
    )
