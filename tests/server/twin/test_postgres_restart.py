"""PostgreSQL is killed and started again under a live twin: what was acknowledged is there once, and it goes on."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest
from bench_live_faults import held_against
from live_process import LiveProcess
from live_senders import HttpSender
from postgres import is_there, postgres

from server.store.opening import open_store


def is_ready(server: LiveProcess) -> bool:
    answer = httpx.get(f"{server.address}/api/ready", timeout=5, trust_env=False)
    assert answer.status_code in (200, 503)
    return answer.status_code == 200


def until_ready(server: LiveProcess, wanted: bool, within_s: float = 30.0) -> None:
    deadline = time.monotonic() + within_s
    while is_ready(server) is not wanted:
        assert time.monotonic() < deadline, f"never {'' if wanted else 'un'}ready"
        time.sleep(0.05)


def test_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path) -> None:
    if not is_there():
        pytest.skip("skipped: there is no PostgreSQL (scripts/setup.sh --services)")
    with postgres() as database:
        server = LiveProcess(tmp_path / "twin", {"store": database.url})
        server.start()
        try:
            server.wait_until_ready()
            sender = HttpSender([server.address], rate_s=400, size=20, seed=3)
            sender.start()
            time.sleep(2)
            for _ in range(2):
                database.kill()
                until_ready(server, wanted=False)
                database.start()
                until_ready(server, wanted=True)
                time.sleep(1)
            sender.end()
            assert sender.answers.get("503", 0) > 0, sender.answers
            server.stop()
            store = open_store(database.url)
            outcome = held_against(store, None, [sender])
            store.close()
            assert outcome.is_sound, outcome
            assert outcome.acknowledged > 500
        finally:
            server.kill()
