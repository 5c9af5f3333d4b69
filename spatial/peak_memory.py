"""The most memory that this process has held."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak_memory_mib() -> float:
    """The peak of the resident memory of this process so far, in MiB.

    Linux tells it in `VmHWM`. What `getrusage` says there begins with the memory of the process that started this one
    (`exec_mmap` in the kernel's fs/exec.c), so it is asked only elsewhere: in KiB, and in bytes on macOS.
    """
    if _STATUS.exists():
        told = re.search(
            r"^VmHWM:\s+(\d+) kB$", _STATUS.read_text(encoding="ascii", errors="replace"), re.MULTILINE
        )
        if told:
            return int(told[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 1024
