"""Figures for Prometheus. What happens is counted as it happens; what stands is asked for when somebody looks.

Each application has a registry of its own, so that two in one process do not mix. Labels are bounded: routes as they
are declared, feeds as they are set up, never what a caller wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from layouts.calibration.coverage import Coverage

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
COMMIT_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
SEEN_S = (0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 1, 2.5, 10)
"""Event → viewer: the target, 0.25 s, is a bound of its own."""
REQUEST_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "CONNECT"})


class Written(Protocol):
    """What has been written since the start, as of `GroupCommit.written`."""

    recorded: int
    known: int
    refused: int
    letters: int
    commits: int
    failures: int


class FeedState(NamedTuple):
    """Whether a feed's link is up, and how long ago it told anything [s], None for never."""

    is_up: bool
    age_s: float | None


def _none() -> Mapping[str, int]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How things stand, asked for at each scrape: from the event loop's thread, so none of them may wait.

    `letters` that wait, open `alerts` by severity and `jobs` by state may be a second old.
    """

    written: Callable[[], Written]
    waiting: Callable[[], int]
    seq: Callable[[], int]
    viewers: Callable[[], int]
    stalled: Callable[[], int]
    feeds: Callable[[], Mapping[str, FeedState]]
    letters: Callable[[], int] = lambda: 0
    alerts: Callable[[], Mapping[str, int]] = _none
    jobs: Callable[[], Mapping[str, int]] = _none
    coverage: Callable[[], Sequence[Coverage]] = tuple
    """How often the intervals of forecasts held, by key figure and level."""


class Metrics:
    """The figures of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self._commit_s = self._histogram("commit_seconds", "How long a commit took.", COMMIT_S)
        self._seen_s = self._histogram("event_to_viewer_seconds", "From learned to sent to a viewer.", SEEN_S)
        self._request_s = Histogram(
            "aisletwin_http_request_seconds",
            "How long requests took, by route.",
            ("method", "route"),
            buckets=REQUEST_S,
            registry=self.registry,
        )
        self._requests = Counter(
            "aisletwin_http_requests",
            "Requests by route and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._bytes_out = Counter("aisletwin_viewer_bytes", "Bytes sent to viewers.", registry=self.registry)

    def watch(self, standing: Standing) -> None:
        """Tell also how these things stand."""
        self.registry.register(_StandingCollector(standing))

    def committed(self, seconds: float) -> None:
        """A commit took so long."""
        self._commit_s.observe(seconds)

    def seen(self, seconds: float) -> None:
        """What was learned so long ago was sent to a viewer."""
        self._seen_s.observe(max(0.0, seconds))

    def sent(self, size: int) -> None:
        """So many bytes were sent to a viewer."""
        self._bytes_out.inc(size)

    def answered(self, method: str, route: str, status: int, seconds: float | None) -> None:
        """A request to a route, as it is declared, was answered; a websocket has no `seconds`: it lasts."""
        method = method if method in METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        if seconds is not None:
            self._request_s.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """All of them, as Prometheus reads them."""
        return generate_latest(self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"aisletwin_{name}", text, buckets=buckets, registry=self.registry)


class _StandingCollector(Collector):
    def __init__(self, standing: Standing) -> None:
        self._now = standing

    def collect(self) -> Iterator[Metric]:
        now = self._now
        written = now.written()
        events = CounterMetricFamily("aisletwin_events", "Events that were handed over.", labels=("outcome",))
        for outcome in ("recorded", "known", "refused"):
            events.add_metric((outcome,), getattr(written, outcome))
        yield events
        yield CounterMetricFamily(
            "aisletwin_letters", "Dead letters that were buried.", value=written.letters
        )
        yield CounterMetricFamily("aisletwin_commits", "Commits that ended.", value=written.commits)
        yield CounterMetricFamily("aisletwin_commit_failures", "Commits that failed.", value=written.failures)
        yield GaugeMetricFamily(
            "aisletwin_intake_waiting", "Events that wait to be written.", value=now.waiting()
        )
        yield GaugeMetricFamily("aisletwin_state_seq", "The last event in the state.", value=now.seq())
        yield GaugeMetricFamily("aisletwin_viewers", "Viewers that follow.", value=now.viewers())
        yield GaugeMetricFamily(
            "aisletwin_viewers_stalled", "Viewers that do not keep up.", value=now.stalled()
        )
        yield GaugeMetricFamily("aisletwin_letters_waiting", "Dead letters that wait.", value=now.letters())
        yield _by("aisletwin_alerts_open", "Open alerts.", "severity", now.alerts())
        yield _by("aisletwin_jobs", "Jobs.", "state", now.jobs())
        feeds = now.feeds()
        yield _by(
            "aisletwin_feed_up", "1 while a feed is up.", "feed", {n: int(f.is_up) for n, f in feeds.items()}
        )
        ages = {name: feed.age_s for name, feed in feeds.items() if feed.age_s is not None}
        yield _by("aisletwin_feed_age_seconds", "Since a feed told anything.", "feed", ages)
        yield from _forecasts(now.coverage())


def _forecasts(found: Sequence[Coverage]) -> Iterator[Metric]:
    labels = ("kpi", "level")
    share = GaugeMetricFamily("aisletwin_forecast_coverage", "Share of intervals that held.", labels=labels)
    days = GaugeMetricFamily("aisletwin_forecast_days", "Days that forecasts were of.", labels=labels)
    for each in found:
        share.add_metric((each.kpi, f"{each.level:.4g}"), each.share.value)
        days.add_metric((each.kpi, f"{each.level:.4g}"), each.days)
    yield from (share, days)


def _by(name: str, text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=(label,))
    for key in sorted(values):
        family.add_metric((key,), values[key])
    return family
