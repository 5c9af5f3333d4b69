"""How long to wait between tries."""

from __future__ import annotations

from random import Random

from server.feeds.backoff import Backoff


def test_waits_double_up_to_a_bound_and_begin_anew() -> None:
    backoff = Backoff(first_s=1, longest_s=60, jitter=0)
    assert [backoff.wait_s() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    backoff.begin_anew()
    assert backoff.wait_s() == 1


def test_a_wait_that_was_asked_for_is_heeded_up_to_the_bound_and_counts_as_a_try() -> None:
    backoff = Backoff(first_s=1, longest_s=60, jitter=0)
    assert backoff.wait_s(asked_s=30) == 30
    assert backoff.wait_s(asked_s=3600) == 60
    assert backoff.wait_s(asked_s=0.5) == 4


def test_a_first_wait_beyond_the_bound_is_the_bound() -> None:
    assert Backoff(first_s=90, longest_s=60, jitter=0).wait_s() == 60


def test_waits_are_cut_by_up_to_a_half_so_that_many_do_not_return_at_once() -> None:
    waits = [Backoff(first_s=8, longest_s=60, random=Random(seed)).wait_s() for seed in range(200)]
    assert 4 <= min(waits) < 4.2
    assert 7.8 < max(waits) <= 8
