"""However long a viewer was away or slow, it ends with the present, and gets each key once."""

from hypothesis import given
from hypothesis import strategies as st

from viewer import keyed_state
from viewer.keyed_state import Change, Cursor, KeyedState
from viewer.messages import ACK_WINDOW, Clock, Value


def value(number: float) -> Value:
    return Clock(sim_s=number, at_s=0.0, speed=1.0, playing=False, duration_s=9.0)


def taken(cursor: Cursor, state: KeyedState) -> Change | None:
    """The next change for a viewer, if one is due."""
    if not cursor.is_due(state):
        return None
    change = state.since(cursor.sent)
    cursor.take(change)
    return change


changes = st.tuples(
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3).map(value), max_size=3),
    st.lists(st.sampled_from("abcd"), max_size=2),
)


@given(st.lists(st.tuples(changes, st.booleans()), max_size=40), st.integers(0, 3))
def test_a_viewer_that_looks_now_and_then_holds_what_the_server_holds(
    steps: list[tuple[tuple[dict[str, Value], list[str]], bool]], removals_kept: int
) -> None:
    state, cursor, held = KeyedState(), Cursor(), {}
    before, keyed_state.REMOVALS_KEPT = keyed_state.REMOVALS_KEPT, removals_kept
    try:
        for (sets, dels), looks in [*steps, ((({}, [])), True)]:
            state.apply(sets, dels)
            change = taken(cursor, state) if looks else None
            if change is None:
                continue
            held = {} if change.reset else held
            held.update(change.sets)
            for key in change.dels:
                held.pop(key, None)
            cursor.acknowledge(change.seq)
    finally:
        keyed_state.REMOVALS_KEPT = before
    assert held == state.snapshot()


def test_a_late_viewer_gets_the_present_once() -> None:
    state = KeyedState()
    for number in range(5):
        state.apply({"a": value(number)})
    state.apply({"b": value(7)}, ["a"])
    change = taken(Cursor(), state)
    assert change is not None
    assert (change.reset, change.sets, change.dels) == (True, {"b": value(7)}, ())


def test_a_returning_viewer_gets_only_what_changed() -> None:
    state = KeyedState()
    state.apply({"a": value(1), "b": value(1)})
    seen = state.seq
    state.apply({"b": value(2), "c": value(1)})
    state.apply({"c": value(3)}, ["a"])
    change = state.since(seen)
    assert (change.reset, change.sets, change.dels) == (False, {"b": value(2), "c": value(3)}, ("a",))


def test_a_sequence_number_from_the_future_gets_the_whole_present() -> None:
    state = KeyedState()
    state.apply({"a": value(1)})
    assert state.since(99).reset


def test_an_equal_value_is_no_change() -> None:
    state = KeyedState()
    state.apply({"a": value(1)})
    state.apply({"a": value(1)}, ["no such key"])
    assert state.seq == 1


def test_a_stalled_viewer_gets_three_updates_and_then_the_newest_only() -> None:
    state, cursor = KeyedState(), Cursor()
    all_taken = []
    for number in range(50):
        state.apply({"a": value(number)})
        all_taken.append(taken(cursor, state))
    sent = [change for change in all_taken if change is not None]
    assert len(sent) == ACK_WINDOW
    cursor.acknowledge(sent[-1].seq)
    newest = taken(cursor, state)
    assert newest is not None
    assert newest.sets == {"a": value(49)}


def test_the_greeting_comes_even_when_nothing_changed() -> None:
    state = KeyedState()
    state.apply({"a": value(1)})
    cursor = Cursor(sent=state.seq)
    greeting = taken(cursor, state)
    assert greeting is not None
    assert (greeting.reset, greeting.sets) == (False, {})
    assert taken(cursor, state) is None
