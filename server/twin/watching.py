"""What is told of a live server to those who watch it: how things stand, and whether it is ready."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from server.alerts.life import alerts_of
from server.clock import clock_ms
from server.observing.health import Check, hears, keeps_up, store_answers, writes
from server.observing.metrics import FeedState, Standing
from server.twin.live_server import LiveServer


def standing_of(live: LiveServer) -> Standing:
    """How a live server stands, asked for at each scrape."""
    followers = live.live.present.followers

    def alerts() -> Mapping[str, int]:
        open_ones = (
            alert for alert in alerts_of(live.twin.state, now_ms=clock_ms()) if alert.status == "open"
        )
        return Counter(alert.severity for alert in open_ones)

    return Standing(
        written=lambda: live.intake.written,
        waiting=lambda: live.intake.waiting,
        seq=lambda: live.twin.state.seq,
        viewers=lambda: len(followers),
        stalled=lambda: sum(follower.is_stalled for follower in followers),
        feeds=lambda: feeds_of(live),
        letters=lambda: live.letters_waiting,
        alerts=alerts,
        jobs=lambda: live.jobs_by_state,
        coverage=lambda: live.coverage.found,
    )


def feeds_of(live: LiveServer) -> Mapping[str, FeedState]:
    """Whether each MQTT feed is connected, and when it was last heard."""
    now_ms, seen = clock_ms(), live.twin.state.last_seen
    states = {}
    for name, feed in live.feeds.mqtt.items():
        at_ms = seen.get(f"{live.site_id}/feed/{name}")
        states[name] = FeedState(feed.is_up, None if at_ms is None else (now_ms - at_ms) / 1000)
    return states


def checks_of(live: LiveServer) -> Mapping[str, Check]:
    """What being ready means: the store answers and writes, the state keeps up, the feeds are heard."""
    return {
        "store": store_answers(live.store),
        "writes": writes(lambda: live.intake.written),
        "state": keeps_up(live.store, lambda: live.twin.state.seq),
        "feeds": hears(lambda: feeds_of(live)),
    }
