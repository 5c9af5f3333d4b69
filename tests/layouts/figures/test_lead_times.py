"""Lead times and punctuality of orders and tours, small enough to count."""

from __future__ import annotations

import pytest

from layouts.kpis import Kpis, kpis
from layouts.run import Event, Run, Times


def figures(*, warm_up_s: float = 0.0, interval_s: float | None = None, **known: dict[str, Times]) -> Kpis:
    picks = [
        ("T1", "O1", 10.0, 14.0),
        ("T1", "O2", 20.0, 26.0),
        ("T2", "O1", 30.0, 38.0),
        ("T2", "O3", 40.0, 41.0),
    ]
    events = tuple(
        Event(
            seq=i, agent="A", kind="pick", start_s=start, end_s=end, level="L0", path=((0.0, 0.0),),
            order=order, job=job, quantity=1,
        )
        for i, (job, order, start, end) in enumerate(picks)
    )  # fmt: skip
    run = Run(id="R", kind="simulated", agents=("A",), duration_s=60.0, events=events, **known)  # type: ignore[arg-type]
    return kpis(run, warm_up_s=warm_up_s, interval_s=interval_s)


def test_without_known_times_they_run_from_the_first_event_to_the_last() -> None:
    tour, order = figures().tour_lead, figures().order_lead
    assert tour is not None
    assert order is not None
    assert (tour.done, tour.mean_s, tour.p50_s) == (2, 13.5, 13.5)
    assert (order.done, order.p50_s) == (3, 6.0)  # of 28, 6 and 1
    assert order.p95_s == pytest.approx(6.0 + 0.9 * 22.0)


def test_from_release_where_it_is_known_and_only_what_is_known_to_be_done() -> None:
    orders = {
        "O1": Times(released_s=8.0, done_s=50.0),
        "O2": Times(done_s=27.0),  # begun at 20
        "O3": Times(released_s=1.0),
        "O4": Times(released_s=1.0, done_s=12.0),
        "O5": Times(done_s=30.0),  # never seen to begin
    }
    lead = figures(orders=orders).order_lead
    assert lead is not None
    assert (lead.done, lead.mean_s, lead.p50_s) == (3, pytest.approx(20.0), 11.0)


def test_what_was_done_in_the_warm_up_does_not_count() -> None:
    tour = figures(warm_up_s=26.0).tour_lead
    assert tour is not None
    assert (tour.done, tour.mean_s) == (1, 11.0)
    assert figures(warm_up_s=41.0).tour_lead is None


def test_on_time_are_those_done_by_then_of_all_whose_time_has_come() -> None:
    orders = {
        "early": Times(due_s=30.0, done_s=20.0),
        "just": Times(due_s=30.0, done_s=30.0),
        "late": Times(due_s=30.0, done_s=31.0),
        "never": Times(due_s=59.0),
        "not yet due": Times(due_s=61.0),
        "no hurry": Times(done_s=3.0),
    }
    share = figures(orders=orders).on_time
    assert share is not None
    assert (share.value, share.n, share.method) == (0.5, 4, "Wilson")
    assert share.low == pytest.approx(0.1500, abs=5e-5)  # Wilson (1927) for 2 of 4
    assert share.high == pytest.approx(0.8500, abs=5e-5)
    assert figures(orders={"no hurry": Times(done_s=3.0)}).on_time is None


def test_intervals_have_those_of_what_was_done_in_them_their_ends_included() -> None:
    known = {
        "early": Times(released_s=0.0, due_s=30.0, done_s=20.0),
        "quick": Times(released_s=15.0, due_s=15.0, done_s=16.0),
        "late": Times(released_s=0.0, due_s=40.0, done_s=59.0),
    }
    first, second, third = figures(interval_s=20.0, orders=known).intervals
    assert first.order_lead == (2, 10.5, 10.5, pytest.approx(1.0 + 0.95 * 19.0))
    assert (second.order_lead, third.order_lead) == (None, (1, 59.0, 59.0, 59.0))
    assert [each.tour_lead and each.tour_lead.done for each in (first, second, third)] == [None, 1, 1]
    shares = [each.on_time for each in (first, second, third)]
    assert [share and (share.value, share.n) for share in shares] == [(0.5, 2), (0.0, 1), None]


def test_a_shift_without_jobs_or_orders_has_no_lead_times() -> None:
    bare = kpis(Run(id="R", kind="simulated", agents=("A",), duration_s=60.0, events=()))
    assert (bare.tour_lead, bare.order_lead, bare.on_time) == (None, None, None)
