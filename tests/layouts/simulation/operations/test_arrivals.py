"""Putaway and returns: loads come when they come and are carried to their places in the same lanes."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from layouts.simulation.operations.arrivals import Arrivals, arrival_times

LINES = [[("A", "00-00-0", 1)]]
STAFF = [{"does": ["pick"]}, {"does": ["putaway", "returns"], "name": "carrier"}]


def test_a_load_is_taken_up_carried_and_put_down(hall, shift_of, play_shift) -> None:
    loads = [{"at_s": 3, "location": "02-01-0"}, {"at_s": 4, "location": "00-00-0"}]
    operations = {"staff": STAFF, "putaway": {"loads": loads, "load_s": 7, "put_s": 9}}
    shown = play_shift(shift_of(hall(), LINES), operations)
    assert [
        (span.what, span.job, span.location, round(span.start_s), round(span.end_s))
        for span in shown.works("load", "put")
    ] == [
        ("load", "putaway-1", None, 3, 10),
        ("put", "putaway-1", "02-01-0", 10, 19),
        ("load", "putaway-2", None, 19, 26),
        ("put", "putaway-2", "00-00-0", 26, 35),
    ]


def test_loads_meet_pickers_at_the_pick_face(hall, shift_of, play_shift) -> None:
    loads = [{"at_s": 0, "location": "00-00-1"}]
    operations = {"staff": STAFF, "returns": {"loads": loads, "load_s": 4, "put_s": 9}}
    shown = play_shift(shift_of(hall(), LINES), operations)
    assert shown.waits() == [("carrier 01", "R0/0/1", 4, 10)]


def test_putaway_goes_to_free_places_and_returns_to_picked_ones(busy, play_shift) -> None:
    stream = {"per_hour": 120, "until_s": 1200}
    operations = {
        "staff": [{"count": 4, "does": ["pick"]}, {"does": ["putaway"]}, {"does": ["returns"]}],
        "putaway": stream,
        "returns": stream,
    }
    shown = play_shift(busy, operations)
    picked = {pick.location for tour in busy.plan.tours for stop in tour.stops for pick in stop.picks}
    at = {
        task: {s.location for s in shown.works("put") if s.job.startswith(task)}
        for task in ("putaway", "returns")
    }
    assert at["returns"]
    assert at["returns"] <= picked
    assert at["putaway"]
    assert not at["putaway"] & picked
    assert {s.agent for s in shown.works("put") if s.job.startswith("returns")} == {"P06"}


def test_even_loads_come_as_often_as_they_are_said_to() -> None:
    even = Arrivals(per_hour=60, spacing="even", from_s=30, until_s=300)
    assert arrival_times(even, "putaway", seed=1).tolist() == [30, 90, 150, 210, 270]
    assert arrival_times(even, "putaway", seed=2, replication=5).tolist() == [30, 90, 150, 210, 270]


def test_random_loads_are_a_poisson_process() -> None:
    # the number in an hour has mean and variance 100; 400 replications, five standard errors
    hourly = Arrivals(per_hour=100, from_s=1000, until_s=4600)
    drawn = [arrival_times(hourly, "returns", seed=3, replication=k) for k in range(400)]
    assert len({len(times) for times in drawn}) == 1
    counts = np.array([np.isfinite(times).sum() for times in drawn])
    assert abs(counts.mean() - 100) < 5 * 10 / 20
    assert abs(counts.var(ddof=1) / 100 - 1) < 5 * np.sqrt(2 / 399)
    assert all(times[0] > 1000 and times[np.isfinite(times)][-1] < 4600 for times in drawn)


def test_places_can_be_named_and_are_taken_in_turn(hall, shift_of, play_shift) -> None:
    operations = {
        "staff": STAFF,
        "putaway": {
            "per_hour": 60,
            "spacing": "even",
            "until_s": 180,
            "locations": ["03-00-0", "03-01-0"],
            "load_s": 0,
        },
    }
    shown = play_shift(shift_of(hall(), LINES), operations)
    assert [span.location for span in shown.works("put")] == ["03-00-0", "03-01-0", "03-00-0"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "one of the two"),
        ({"per_hour": 3, "loads": [{"at_s": 0, "location": "x"}]}, "one of the two"),
        ({"per_hour": 3, "from_s": 10, "until_s": 10}, "must be after"),
    ],
)
def test_streams_that_make_no_sense_are_refused(settings, said) -> None:
    with pytest.raises(ValidationError, match=said):
        Arrivals.model_validate(settings)
