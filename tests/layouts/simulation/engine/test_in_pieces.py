"""However a run is cut into pieces, and however little room the log has at first, the bytes are the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.simulation.engine.check import check
from layouts.simulation.engine.play import FINISHED, LOCKED, LOG_FULL, PAUSED, play
from layouts.simulation.engine.script import ROWS, empty_rows, new_script, new_state
from layouts.simulation.engine.tape import BACK_OFF, PASS, STOP, Rules


def played_in_pieces(made, rules: Rules, times: list[float], grow: int) -> tuple[list[bytes], int]:
    """The state and the log after pauses at these times, with room for `grow` more rows whenever it is full."""
    arrays = made.tape, made.resources, made.work, made.agents
    state = new_state(*arrays[1:], buffers=check(*arrays, rules), most_refills=200)
    log = empty_rows(0)
    for until_s in [*times, np.inf]:
        why = LOG_FULL
        while why == LOG_FULL:
            why = play(new_script(*arrays, rules), state, rules, log, until_s)
            if why == LOG_FULL:
                log = np.concatenate([log, empty_rows(grow)]).view(np.recarray)
        if why in (FINISHED, LOCKED):
            break
        assert why == PAUSED
        assert state.key[1] >= until_s
    return [column.tobytes() for column in state[:-1]] + [log[: state.n[ROWS]].tobytes()], why


def crowded_lane(world, job):
    """Sixteen agents meet head-on in a lane, give way and return, all in the same moments."""
    up = "take 3, take 4, move 1, give 3, take 5, move 1, give 4, give 5"
    down = "take 5, take 4, move 1, give 5, take 3, move 1, give 4, give 3"
    return world(up, down, jobs=[job(routine=k % 2) for k in range(64)], pools=[(0,)] * 16)


def test_nothing_is_written_beyond_the_room_of_the_log(any_world, world, job) -> None:
    for made in [crowded_lane(world, job), *(any_world(seed) for seed in range(60))]:
        rules = Rules(deadlock=BACK_OFF, back_off_s=1.0)
        arrays = made.tape, made.resources, made.work, made.agents
        state = new_state(*arrays[1:], buffers=check(*arrays, rules), most_refills=200)
        log = empty_rows(20_000)
        log.kind[:] = -1
        room, why = 0, LOG_FULL
        while why == LOG_FULL:
            room += 1
            why = play(new_script(*arrays, rules), state, rules, log[:room], np.inf)
            assert state.n[ROWS] <= room
            assert (log.kind[room:] == -1).all()


@pytest.mark.parametrize("policy", [STOP, BACK_OFF, PASS])
@settings(max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    times=st.lists(st.floats(0, 100), max_size=8).map(sorted),
    grow=st.integers(1, 60),
)
def test_pauses_and_small_logs_change_nothing(
    any_world, policy: int, seed: int, times: list[float], grow: int
) -> None:
    made, rules = any_world(seed), Rules(deadlock=policy)
    assert played_in_pieces(made, rules, times, grow) == played_in_pieces(made, rules, [], 10_000)


def test_a_horizon_is_played_in_slices_with_equal_totals(any_world) -> None:
    for seed in range(20):
        made = any_world(seed, buffers=False)
        endless, cut = made.run(deadlock=PASS), made.run(deadlock=PASS, horizon_s=1e6)
        assert cut.ending == endless.ending
        assert cut.log.start_s.tobytes() == endless.log.start_s.tobytes()
        assert cut.state.agents.tobytes() == endless.state.agents.tobytes()
