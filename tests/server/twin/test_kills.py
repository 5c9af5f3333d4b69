"""A live twin that is killed and whose broker is restarted under load loses and doubles nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench_live_faults import measured
from brokers import is_there


def test_kill_9_under_load_loses_and_doubles_nothing(tmp_path: Path) -> None:
    if not is_there():
        pytest.skip("skipped: there is no mosquitto (scripts/setup.sh --services)")
    outcome = measured(tmp_path, kills=2, broker_restarts=1, rate_s=200)
    assert outcome.is_sound, outcome
    assert outcome.refused > 0, "the clocks that jumped were not tried"
