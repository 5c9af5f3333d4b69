"""Two servers on machines of their own, behind one PostgreSQL and one broker: one is killed, and nobody notices."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from brokers import is_there as has_broker
from namespaces import machines, why_not
from postgres import is_there as has_postgres
from two_servers import measured


def test_viewers_of_a_killed_server_go_on_at_the_other_without_a_gap(tmp_path: Path) -> None:
    if not (has_broker() and has_postgres()):
        pytest.skip("skipped: there is no mosquitto or no PostgreSQL (scripts/setup.sh --services)")
    if (reason := why_not()) is not None:
        pytest.skip(f"skipped: {reason}")
    outcome = measured(tmp_path, seconds=3.0, viewers=3, is_apart=True)
    assert outcome.is_sound, outcome
    assert outcome.viewers_moved == 3
    assert outcome.longest_gap_s < 2.0


def test_machines_are_gone_when_making_them_fails_half_way() -> None:
    if (reason := why_not()) is not None:
        pytest.skip(f"skipped: {reason}")
    with pytest.raises(RuntimeError, match="netns add"), machines(["a", "a"]):
        pass
    assert not own_namespaces_and_links()


def own_namespaces_and_links() -> list[str]:
    listed = [
        subprocess.run(["ip", "-o", *what], capture_output=True, text=True, check=True).stdout
        for what in (("netns", "list"), ("link", "show"))
    ]
    return [word for word in "".join(listed).split() if word.startswith(f"at-{os.getpid() % 100_000}-")]
