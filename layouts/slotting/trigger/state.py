"""What a trigger knows: a plain value, written to JSON in the evening and read the next morning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from spatial.errors import BadDataError

SCHEMA = "aisletwin.reslot-trigger/1"


@dataclass(frozen=True, kw_only=True)
class TriggerState:
    """After `day` days: the velocity of each SKU in visits a day, the `stops` of a tour, and what a re-slot saves.

    `saving_s` and `needed_s` are seconds a day, smoothed: what re-slotting would have saved, and what it has to;
    `variance` is that of a day's saving. `evidence` is the CUSUM of savings beyond what is needed. `quiet_since` is
    the day of the last advice or re-slot, None while armed; `is_followed` tells whether it was a re-slot. `advised`
    are the days of all advice.
    """

    day: float = 0.0
    visits_a_day: Mapping[str, float]
    stops: float
    saving_s: float = 0.0
    needed_s: float = 0.0
    variance: float = 0.0
    evidence: float = 0.0
    quiet_since: float | None = None
    is_followed: bool = False
    advised: tuple[float, ...] = ()

    @property
    def is_armed(self) -> bool:
        """Whether it may advise."""
        return self.quiet_since is None

    def record(self) -> dict[str, Any]:
        """As JSON holds it, exactly; `TriggerState.of_record` reads it."""
        visits = dict(self.visits_a_day)
        return {"schema": SCHEMA, **asdict(self), "visits_a_day": visits, "advised": list(self.advised)}

    @staticmethod
    def of_record(record: Mapping[str, Any]) -> TriggerState:
        """What `record` wrote; BadDataError for anything else."""
        wanted = {"schema", *(field.name for field in fields(TriggerState))}
        if record.get("schema") != SCHEMA or set(record) != wanted:
            raise BadDataError(
                f"a state of schema {record.get('schema')!r} with {', '.join(sorted(record))} is none of {SCHEMA}: "
                "begin a new one"
            )
        values = {name: value for name, value in record.items() if name != "schema"}
        return TriggerState(**{**values, "advised": tuple(record["advised"])})
