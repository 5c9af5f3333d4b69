"""Worker processes of a script that has loaded numba compile what it gives them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import numba

from spatial.tasks.local_processes import LocalProcesses


def compiled_sum(number):
    @numba.njit
    def total(count):
        return count * (count + 1) // 2

    return total(number)


if __name__ == "__main__":
    with LocalProcesses(2) as workers:
        print(workers.play(compiled_sum, [3, 4], lambda done: None))
"""


def test_a_script_that_has_loaded_numba_gives_workers_what_is_still_to_be_compiled(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout == "[6, 10]\n"
