"""The live twin of one process with all that belongs to it, started and stopped in order.

Started: state from the log, then what writes to it, then what follows it, feeds last. Stopped the other way round:
feeds, intake, a snapshot, the store; so nothing that was acknowledged is lost and the next start reads little.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from layouts.live.events import LiveEvent, Recorded
from layouts.live.staleness import freshness
from server.access.errors import ForgottenError
from server.access.people import hide_people
from server.access.pseudonyms import Pseudonyms
from server.alerts.life import alerts_of
from server.alerts.outputs.delivery import Cursors, deliveries
from server.alerts.read_rules import read_rules
from server.alerts.restart import KeptMemory, restart
from server.alerts.rule_set import RuleSet
from server.chores.calibrating import FORECASTS
from server.clock import clock_ms
from server.intake.group_commit import GroupCommit
from server.intake.intake import IntakeFullError
from server.jobs.job_queue import JobQueue
from server.jobs.kinds import KINDS_ADDRESS
from server.jobs.runner import JobRunner
from server.observing.coverage import CoverageFile
from server.present.live_present import LivePresent
from server.sites import Site
from server.store.opening import open_store
from server.twin.feeds import Feeds
from server.twin.live_figures import alert_entries, figures_of, job_entries
from server.twin.twin import Twin
from server.twin.twin_file import TwinFile
from viewer.keyed_state import Held

log = logging.getLogger(__name__)

FLUSH_S = 0.1
REFRESH_S = 1.0
DELIVER_S = 1.0


@contextmanager
def _going_on() -> Iterator[None]:
    """What fails is logged and tried again next time: one odd event must not leave viewers in the dark."""
    try:
        yield
    except Exception:
        log.exception("viewers could not be told what changed")


class LiveServer:
    """Owns the store, the twin and what feeds and follows it. Raises what the store, rules or feeds are wrong in."""

    def __init__(self, settings: TwinFile, site: Site) -> None:
        self.settings, self.site = settings, site
        self.site_id = site.facility.id
        self.store = open_store(settings.store)
        self.rules = RuleSet(rules=()) if settings.alerts is None else read_rules(settings.alerts)
        memory = self._folder / "alerts-memory.json"
        state, self.alerts, self._owed = restart(self.rules, self.store, memory)
        self._memory = KeptMemory(memory, self.store)
        self.twin = Twin(self.store, state)
        hidden = settings.access.pseudonyms
        self.pseudonyms = None if hidden is None else Pseudonyms(hidden, now_ms=clock_ms)
        self.on_shown: Callable[[float], None] = lambda _: None
        """Told how many seconds after it was learned the oldest of a frame went out to viewers."""
        self.intake = GroupCommit(
            self.store,
            now_ms=clock_ms,
            on_recorded=self.twin.offer,
            rewrite=None if self.pseudonyms is None else self._without_names,
        )
        self.live = LivePresent(
            self.site_id,
            [level.id for level in site.facility.levels],
            session=f"{self.store.id}-{secrets.token_hex(4)}",
            now_ms=clock_ms(),
        )
        self.feeds = Feeds(
            settings.feeds, site=self.site_id, intake=self.intake, folder=self._folder, now_ms=clock_ms
        )
        self.jobs = JobQueue(settings.jobs, root=settings.jobs.parent, kinds=KINDS_ADDRESS)
        self.coverage = CoverageFile(self._folder / FORECASTS)
        self.letters_waiting = 0
        self.jobs_by_state: Mapping[str, int] = {}
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._shown: set[str] = set()

    @property
    def _folder(self) -> Path:
        return self.settings.jobs.parent

    async def start(self) -> None:
        """Follow the log and let the feeds in."""
        self.live.begin(self.twin.state)
        self.twin.listeners += [self.live.note, self._watch]
        for work in (self.twin.follow(), self._flush(), self._refresh(), self._forget_people()):
            self._tasks.append(asyncio.create_task(work))
        self._run_thread("jobs", lambda: JobRunner(self.jobs).run(self._stop))
        self._run_thread("alerts-out", self._deliver)
        self.feeds.start()

    async def stop(self) -> None:
        """End everything, feeds first; what was acknowledged is on disk."""
        await asyncio.to_thread(self.feeds.stop)
        self._stop.set()
        await asyncio.to_thread(self.intake.stop)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.twin.take(list(self.store.read(after=self.twin.state.seq)))
        await self.twin.save_snapshot()
        self._memory.keep(self.alerts)
        for thread in self._threads:
            await asyncio.to_thread(thread.join, 10)
        self.store.close()

    def _run_thread(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _watch(self, recorded: Recorded, _: str | None) -> None:
        """Hold an event against the alert rules; steps are recorded like anything else that happens."""
        self._owed += self.alerts.apply(recorded, self.twin.state)

    def _record_steps(self) -> None:
        """Hand over the steps that are owed. It never waits: the intake may be waiting for this very thread."""
        if self._owed:
            with suppress(IntakeFullError):
                self.intake.submit(self._owed, timeout_s=0)
                self._owed = []

    def _without_names(self, event: LiveEvent) -> LiveEvent | str:
        try:
            return event if self.pseudonyms is None else hide_people(event, self.pseudonyms).event
        except ForgottenError as error:
            return str(error)

    async def _forget_people(self) -> None:
        """Once an hour: destroy the keys of pseudonyms that are old enough."""
        while self.pseudonyms is not None:
            await asyncio.to_thread(self.pseudonyms.forget)
            await asyncio.sleep(3_600)

    async def _flush(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            with _going_on():
                oldest_ms = self.live.flush(self.twin.state)
                if oldest_ms is not None:
                    self.on_shown((clock_ms() - oldest_ms) / 1000)
                self._record_steps()

    async def _refresh(self) -> None:
        """Once a second: what time alone has changed."""
        expected = self.settings.expectations()
        while True:
            with _going_on():
                now_ms, state = clock_ms(), self.twin.state
                self._owed += self.alerts.tick(now_ms, state)
                self._memory.keep_if_due(self.alerts)
                fresh = freshness(state, now_ms, expected)
                conditions = {name: each.condition for name, each in fresh.items()}
                self.letters_waiting = await asyncio.to_thread(self.store.waiting)
                await asyncio.to_thread(self.coverage.look)
                jobs = await asyncio.to_thread(self.jobs.jobs)
                self.jobs_by_state = Counter(job.state for job in jobs)
                now: dict[str, Held] = {
                    "figures": figures_of(state, self.site_id, letters=self.letters_waiting, now_ms=now_ms)
                }
                now |= alert_entries(alerts_of(state, now_ms=now_ms), self.site_id)
                now |= job_entries(jobs, self.site_id)
                self.live.refresh(state, conditions, self._with_removals(now))
            await asyncio.sleep(REFRESH_S)

    def _with_removals(self, now: Mapping[str, Held]) -> dict[str, Held | None]:
        """What is to be shown, and None for what is shown no longer."""
        gone = self._shown - now.keys()
        self._shown = set(now)
        return {**now, **dict.fromkeys(gone)}

    def _deliver(self) -> None:
        """Send alerts out, from the log, at least once."""
        if not self.settings.outputs.outputs:
            return
        cursors = Cursors(self._folder / "alerts-out.json", self.store.id)
        outs = deliveries(
            self.settings.outputs,
            rules=self.rules,
            state=self.twin.state,
            cursors=cursors,
            begin_seq=self.twin.state.seq,
            publish=self.feeds.publish,
        )
        while not self._stop.wait(DELIVER_S):
            for out in outs:
                try:
                    out.deliver(self.store, now_ms=clock_ms())
                except Exception:
                    log.exception("alerts could not be sent; they will be tried again")
