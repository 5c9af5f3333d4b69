"""The present of the live twin: what changed in its state, as entries for viewers, a few times a second.

A report of an agent's place becomes a short motion from the report before, so that a viewer that shows the hall
`DELAY_MS` ago always moves agents between places that were told and never guesses ahead.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

from layouts.live.events import LiveEvent, Position, Recorded
from layouts.live.state import TwinState
from server.present.live_entries import agent_entry, feed_entry, location_entry, sensor_entry
from server.present.present import Present
from viewer.keyed_state import Held
from viewer.messages import Clock, Freshness
from viewer.motion_frame import STATES, LiveMotion, pack

DELAY_MS = 1_500
"""Viewers show the hall so long ago: most reports come more often."""
JOINED_MS = 5_000
"""Reports further apart are not joined to a motion: nobody knows how the agent went."""
STANDING_M = 0.05
FARTHEST_PLACE_M = 2_000_000.0
"""Frames reach so far; a place further off is no place of a site."""
WALKS, STANDS = STATES.index("walk"), STATES.index("idle")
DAYS_SHOWN_S = 40 * 86_400.0
"""A live clock ends so late that nobody sees it; times in frames reach that far."""


class LivePresent:
    """Entries of one site's live state: `note` what happens, `flush` now and then, `refresh` once a second."""

    def __init__(self, site: str, levels: Sequence[str], *, session: str, now_ms: int) -> None:
        self.present = Present(session=session, is_binary=True)
        self._site = site
        self._level = {level: number for number, level in enumerate(levels)}
        self._epoch_ms = now_ms - JOINED_MS - DELAY_MS
        self._numbers: dict[str, int] = {}
        self._places: dict[str, LiveEvent] = {}
        self._pending: set[str] = set()
        self._oldest_ms: int | None = None
        self._aging: set[str] = set()
        self._conditions: Mapping[str, Freshness] = {}
        shown_s = (now_ms - DELAY_MS - self._epoch_ms) / 1000
        clock = Clock(
            shown_s, time.monotonic(), 1.0, True, DAYS_SHOWN_S, epoch_ms=self._epoch_ms, is_live=True
        )
        self.present.change({"clock": clock})

    def begin(self, state: TwinState) -> None:
        """Show all that is known already."""
        self._pending.update(key for key, _ in state.latest.items(f"{self._site}/"))

    def note(self, recorded: Recorded, key: str | None) -> None:
        """An event was taken in, and changed `key` of the state."""
        if key is not None and recorded.event.site == self._site:
            self._pending.add(key)
            self._oldest_ms = min(self._oldest_ms or recorded.learned_ms, recorded.learned_ms)

    def flush(self, state: TwinState) -> int | None:
        """Tell viewers what changed since the last call; when the oldest of it was learned [ms], None for nothing."""
        pending, self._pending = self._pending, set()
        oldest_ms, self._oldest_ms = self._oldest_ms, None
        self._tell(state, pending, {})
        return oldest_ms

    def refresh(
        self, state: TwinState, conditions: Mapping[str, Freshness], others: Mapping[str, Held | None]
    ) -> None:
        """Tell how fresh everything is by now, by `SITE/kind/name` (what is not in it is fresh), and set `others`
        (figures, alerts, jobs), or remove those that are None.
        """
        self._conditions = conditions
        self._tell(state, self._aging, others)

    def _tell(self, state: TwinState, keys: Iterable[str], others: Mapping[str, Held | None]) -> None:
        sets = {key: held for key, held in others.items() if held is not None}
        for key in sorted(keys):
            sets.update(self._entries(state, key))
        self.present.change(sets, [key for key, held in others.items() if held is None])

    def _freshness(self, entity: str) -> Freshness:
        return self._conditions.get(f"{self._site}/{entity}", "fresh")

    def _entries(self, state: TwinState, key: str) -> Iterator[tuple[str, Held]]:
        """The entries that follow from `key` of the state, which is `SITE/kind/entity…`."""
        kind, _, entity = key[len(self._site) + 1 :].partition("/")
        match kind:
            case "position" | "vehicle":
                name = entity.partition("/")[2]
                number = self._numbers.setdefault(name, len(self._numbers))
                self._aging.add(key)
                yield (
                    f"agent/{name}",
                    agent_entry(state, self._site, name, number=number, freshness=self._freshness),
                )
                event = state.latest.get(key)
                if event is not None and isinstance(event.body, Position):
                    yield from self._motion(name, number, event, event.body)
            case "reading":
                self._aging.add(key)
                if (sensor := sensor_entry(state, key, self._freshness)) is not None:
                    yield sensor
            case "link":
                self._aging.add(key)
                if entity.startswith("feed/"):
                    yield entity, feed_entry(state, self._site, entity, self._freshness)
            case "location":
                if (seen := location_entry(state, key)) is not None:
                    yield seen

    def _motion(self, name: str, number: int, event: LiveEvent, to: Position) -> Iterator[tuple[str, Held]]:
        """The motion from the agent's report before to this one."""
        last = self._places.get(name)
        if last is event or not max(abs(to.x_m), abs(to.y_m)) <= FARTHEST_PLACE_M:
            return
        self._places[name] = event
        start_ms, start = event.happened_ms, to
        if (
            last is not None
            and isinstance(last.body, Position)
            and last.body.level == to.level
            and 0 < event.happened_ms - last.happened_ms <= JOINED_MS
        ):
            start_ms, start = last.happened_ms, last.body
        goes = math.hypot(to.x_m - start.x_m, to.y_m - start.y_m) > STANDING_M
        yield (
            f"motion/{number}",
            pack(
                LiveMotion(
                    number=number,
                    start_ms=max(0, start_ms - self._epoch_ms),
                    end_ms=max(0, event.happened_ms - self._epoch_ms),
                    state=WALKS if goes else STANDS,
                    level=self._level.get(to.level, 0),
                    x0=start.x_m,
                    y0=start.y_m,
                    x1=to.x_m,
                    y1=to.y_m,
                )
            ),
        )
