"""Keeping standard output to our own results: some solvers write a line there that nobody asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def strangers_on_stderr() -> Iterator[None]:
    """Meanwhile, whatever compiled code writes to standard output goes to standard error."""
    sys.stdout.flush()
    ours = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(ours, 1)
        os.close(ours)
