"""How the server is shut down: in an order in which nothing that was acknowledged is lost, and nobody waits for ever.

1. viewers: websockets are closed with 1001, so that viewers go to another server or come back;
2. feeds: stopped, what has arrived is finished; what is not on disk is not acknowledged and comes again;
3. alerts and jobs: what works by itself ends, or is left to be taken up;
4. intake: takes nothing more and writes what it holds;
5. state: what was written last is taken in, and a snapshot is saved;
6. store: closed;
7. audit: its last line says that the server stopped, and it is closed.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

log = logging.getLogger(__name__)

ORDER = ("viewers", "feeds", "alerts", "jobs", "intake", "state", "store", "audit")


class Step(NamedTuple):
    """One of ORDER, what does it (a function that waits runs in a thread), and how long it may take [s]."""

    name: str
    end: Callable[[], object] | Callable[[], Awaitable[object]]
    within_s: float = 10.0


class Ended(NamedTuple):
    """How a step went: `fault` is None when it ended well."""

    name: str
    seconds: float
    fault: str | None


async def shut_down(steps: Sequence[Step]) -> list[Ended]:
    """Take the steps, in the order of ORDER; one that fails, says False or takes too long holds off no other.

    Raises ValueError for a step that ORDER does not name.
    """
    unknown = [step.name for step in steps if step.name not in ORDER]
    if unknown:
        raise ValueError(f"step '{unknown[0]}' is none of {', '.join(ORDER)}")
    ended = []
    for step in sorted(steps, key=lambda step: ORDER.index(step.name)):
        began_s = time.monotonic()
        fault = await _fault(step)
        ended.append(Ended(step.name, time.monotonic() - began_s, fault))
        if fault is not None:
            log.error("shutting down: %s: %s", step.name, fault)
    return ended


async def _fault(step: Step) -> str | None:
    try:
        async with asyncio.timeout(step.within_s):
            if inspect.iscoroutinefunction(step.end):
                told = await step.end()
            else:
                told = await asyncio.to_thread(step.end)
    except TimeoutError:
        return f"it did not end within {step.within_s:g} s"
    except Exception as error:  # the next steps matter too
        return f"{type(error).__name__}: {error}"
    return "it could not finish what it held" if told is False else None
