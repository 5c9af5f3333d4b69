"""What compiled code writes to standard output is kept from results that programs read."""

from __future__ import annotations

import subprocess
import sys


def test_what_strangers_write_goes_to_standard_error() -> None:
    script = (
        "import os\n"
        "from server.commands.clean_output import strangers_on_stderr\n"
        "print('before')\n"
        "with strangers_on_stderr():\n"
        "    os.write(1, b'a solver speaks\\n')\n"
        "print('after')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "before\nafter\n"
    assert done.stderr == "a solver speaks\n"
