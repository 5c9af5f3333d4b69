"""Whether the server lives, and whether it is ready: it writes, hears its feeds, and its state is not behind its log.

A check is a function that gives None when all is well, else a sentence. Checks may wait for a disk: each has a thread
and a time, and one that hangs is one that failed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from server.observing.metrics import FeedState, Written

log = logging.getLogger(__name__)

Check = Callable[[], str | None]
WITHIN_S = 2.0
KEPT_S = 1.0
MOST_BEHIND = 10_000


class HasHead(Protocol):
    """An event store."""

    def head(self) -> int:
        """The number of its last event."""


class Readiness(NamedTuple):
    """What each check found: None is well."""

    found: Mapping[str, str | None]

    @property
    def is_ready(self) -> bool:
        """Whether all is well."""
        return not any(self.found.values())

    def public(self) -> dict[str, object]:
        """What anyone may know: which check failed, not why."""
        return {
            "status": "ready" if self.is_ready else "not ready",
            "checks": {name: "ok" if reason is None else "failed" for name, reason in self.found.items()},
        }


class Probe:
    """Asks `checks`, all at once; what it found stays good for `kept_s`, for anyone may ask as often as they like."""

    def __init__(
        self, checks: Mapping[str, Check], *, within_s: float = WITHIN_S, kept_s: float = KEPT_S
    ) -> None:
        self._checks, self._within_s, self._kept_s = checks, within_s, kept_s
        self._asked: dict[str, asyncio.Task[str | None]] = {}
        self._found: tuple[float, Readiness] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def look(self) -> Readiness:
        """What is found now, or was a moment ago; the reasons of checks that fail go to the log as well."""
        async with self._one_at_a_time:
            now_s = asyncio.get_running_loop().time()
            if self._found is None or now_s - self._found[0] > self._kept_s:
                self._found = now_s, await self._ask()
            return self._found[1]

    async def _ask(self) -> Readiness:
        for name, check in self._checks.items():
            if name not in self._asked:  # one that still hangs is not asked again: each would hold a thread
                self._asked[name] = asyncio.create_task(_answer(check))
        if self._asked:
            await asyncio.wait(self._asked.values(), timeout=self._within_s)
        found = {name: self._answer_of(name) for name in self._checks}
        for name, reason in found.items():
            if reason is not None:
                log.warning("not ready: %s: %s", name, reason)
        return Readiness(found)

    def _answer_of(self, name: str) -> str | None:
        if not self._asked[name].done():
            return f"it did not answer within {self._within_s:g} s: see its disk or its connection"
        return self._asked.pop(name).result()


async def _answer(check: Check) -> str | None:
    try:
        return await asyncio.to_thread(check)
    except Exception as error:  # a check that fails is what it is there to tell
        return f"{type(error).__name__}: {error}"


def store_answers(store: HasHead) -> Check:
    """Whether the store can be read."""

    def check() -> str | None:
        store.head()
        return None

    return check


def writes(written: Callable[[], Written]) -> Check:
    """Whether the last commit went well; it did not when commits failed since one last did."""
    failures, well = written().failures, _went_well(written())

    def check() -> str | None:
        nonlocal failures, well
        told = written()
        if _went_well(told) > well or told.failures == failures:
            failures, well = told.failures, _went_well(told)
            return None
        return f"{told.failures - failures} commits failed and none went well since: see the store's disk"

    return check


def _went_well(written: Written) -> int:
    return written.recorded + written.known + written.letters


def keeps_up(store: HasHead, seq: Callable[[], int], *, most: int = MOST_BEHIND) -> Check:
    """Whether the state is at most `most` events behind the log."""

    def check() -> str | None:
        behind = store.head() - seq()
        return None if behind <= most else f"the state is {behind} events behind the log, more than {most}"

    return check


def hears(feeds: Callable[[], Mapping[str, FeedState]]) -> Check:
    """Whether all feeds are up."""

    def check() -> str | None:
        down = sorted(name for name, feed in feeds().items() if not feed.is_up)
        return f"feeds are down: {', '.join(down)}: see their links" if down else None

    return check
