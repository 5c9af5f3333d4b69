"""Serving folders as a process: it says where it is, answers, and ends cleanly on Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from layouts.run import Run
from layouts.run_files import write_run
from server.listening import listen
from viewer.messages import PROTOCOL, Hello, encode

PROGRAM = """
import sys
from pathlib import Path
from server.serving import serve
from server.answers.shown import read_shown
serve(read_shown(Path(sys.argv[1]), Path(sys.argv[2])), port=0, on_ready=lambda url: print(url, flush=True))
"""


def test_a_served_site_answers_and_ends_on_ctrl_c_with_a_viewer_still_there(
    hall_site: Path, hall_run: Run, tmp_path: Path
) -> None:
    write_run(tmp_path / "run", hall_run)
    command = [sys.executable, "-c", PROGRAM, str(hall_site), str(tmp_path / "run")]
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        assert httpx.get(f"{address}api/run", trust_env=False).json()["id"] == "hand-made"
        with connect(f"ws{address[4:]}ws", proxy=None) as viewer:
            viewer.send(encode(Hello(PROTOCOL)).decode())
            viewer.recv(timeout=5)
            process.send_signal(signal.SIGINT)
            _, complaints = process.communicate(timeout=10)
    assert (process.returncode, complaints) == (0, "")


def test_a_taken_port_is_an_error_of_the_system() -> None:
    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            listen("127.0.0.1", taken.getsockname()[1])
