"""A viewer with an interest holds at last exactly what of the present it asked for, however agents come and go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from viewer.chosen_view import ChosenView, chosen, places_of
from viewer.keyed_state import Cursor, Held, KeyedState
from viewer.messages import Interest, Kpi, Motion, Track
from viewer.motion_frame import LiveMotion, pack

metres = st.floats(-50, 50).map(lambda value: round(value, 2))
points = st.tuples(metres, metres)


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    path = tuple(draw(st.lists(points, min_size=1, max_size=3)))
    return Track((Motion("walk", 0.0, 1.0, path),))


@st.composite
def records(draw: st.DrawFn) -> bytes:
    (x0, y0), (x1, y1) = draw(points), draw(points)
    return pack(LiveMotion(draw(st.integers(0, 3)), 0, 1000, 0, 0, x0, y0, x1, y1))


def kpi(lines: int) -> Kpi:
    return Kpi(0.0, lines, *[0.0] * 7)


entries = st.one_of(
    st.tuples(st.sampled_from(["agent/A", "agent/B"]), tracks()),
    st.tuples(st.sampled_from(["motion/1", "motion/2"]), records()),
    st.tuples(st.just("kpi"), st.integers(0, 3).map(kpi)),
)
steps = st.lists(
    st.tuples(
        st.lists(entries, max_size=3), st.lists(st.sampled_from(["agent/A", "motion/1", "kpi"]), max_size=1)
    ),
    max_size=25,
)
boxes = st.tuples(metres, metres, metres, metres).map(
    lambda box: (min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3]))
)
interests = st.builds(
    Interest,
    st.none() | st.lists(st.sampled_from(["agent", "motion", "kpi"]), max_size=2).map(tuple),
    st.none() | boxes,
)


@given(steps, interests, st.lists(st.booleans(), min_size=25, max_size=25))
def test_it_ends_with_what_it_asked_for(
    told: list[tuple[list[tuple[str, Held]], list[str]]], interest: Interest, looks: list[bool]
) -> None:
    state, view, cursor = KeyedState(), ChosenView(interest), Cursor()
    held: dict[str, Held] = {}
    for (sets, dels), is_looking in [*zip(told, looks, strict=False), (([], []), True)]:
        state.apply(dict(sets), dels)
        if not is_looking:
            continue
        change = view.of(state.since(cursor.sent))
        cursor.pass_over(change)
        held = {} if change.reset else held
        held.update(change.sets)
        for key in change.dels:
            del held[key]  # it is never told to remove what it does not hold
    assert held == chosen(state.snapshot(), interest)


def test_who_passes_through_the_area_is_told_of() -> None:
    view = ChosenView(Interest(area=(0.0, 0.0, 10.0, 10.0)))
    through = Track((Motion("walk", 0.0, 9.0, ((-5.0, 5.0), (15.0, 5.0))),))
    beside = Track((Motion("walk", 0.0, 9.0, ((-5.0, 11.0), (15.0, 11.0))),))
    assert places_of(through) == (-5.0, 5.0, 15.0, 5.0)
    state = KeyedState()
    state.apply({"agent/A": through, "agent/B": beside})
    assert set(view.of(state.since(None)).sets) == {"agent/A"}
    seq = state.seq
    state.apply({"agent/A": beside})
    change = view.of(state.since(seq))
    assert (dict(change.sets), change.dels) == ({}, ("agent/A",))


def test_the_clock_is_always_told() -> None:
    view = ChosenView(Interest(layers=("kpi",)))
    state = KeyedState()
    state.apply({"clock": kpi(1), "kpi": kpi(2), "agent/A": Track((Motion("idle", 0, 1, ((0, 0),)),))})
    assert set(view.of(state.since(None)).sets) == {"clock", "kpi"}
