"""What was picked where, told at any time of a run."""

from __future__ import annotations

from layouts.run import Event, Run
from server.answers.picks import Picks


def event(seq: int, end_s: float, location: str | None, sku: str | None, *, kind: str = "pick") -> Event:
    return Event(
        seq=seq, agent=f"P{seq}", kind=kind, start_s=0.0, end_s=end_s, level="L0", path=((0.0, 0.0),),  # type: ignore[arg-type]
        location=location, sku=sku,
    )  # fmt: skip


RUN = Run(
    id="R",
    kind="simulated",
    agents=tuple(f"P{seq}" for seq in range(6)),
    duration_s=60.0,
    events=(  # type: ignore[arg-type]
        event(0, 30.0, "B", "S3"),
        event(1, 20.0, "B", "S1"),
        event(2, 10.0, "A", "S1"),
        event(3, 40.0, "B", None),
        event(4, 50.0, None, "S9"),
        event(5, 5.0, "A", "S8", kind="put"),
    ),
    slotting={"S2": ("B", "C"), "S1": ("B",)},
)


def test_picks_so_far_are_those_that_ended() -> None:
    picks = Picks(RUN)
    assert [picks.until("B", t_s) for t_s in (0.0, 19.9, 20.0, 35.0, 40.0)] == [0, 0, 1, 2, 3]
    assert [picks.until(location, 60.0) for location in ("A", "B", "C", "elsewhere")] == [1, 3, 0, 0]


def test_the_skus_of_a_location_are_those_slotted_to_it_then_others_in_order_of_their_first_pick() -> None:
    picks = Picks(RUN)
    skus = {location: picks.skus(location) for location in ("A", "B", "C", "elsewhere")}
    assert skus == {"A": ["S1"], "B": ["S2", "S1", "S3"], "C": ["S2"], "elsewhere": []}


def test_without_a_run_nothing_was_picked() -> None:
    picks = Picks(None)
    assert (picks.until("A", 60.0), picks.skus("A")) == (0, [])
