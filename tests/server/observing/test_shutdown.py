"""Shutting down: in order, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
import threading

import pytest

from server.observing.shutdown import ORDER, Step, shut_down


def test_steps_are_taken_in_order_however_they_are_given() -> None:
    taken: list[str] = []
    steps = [Step(name, lambda name=name: taken.append(name)) for name in reversed(ORDER)]  # type: ignore[misc]
    ended = asyncio.run(shut_down(steps))
    assert tuple(taken) == ORDER == tuple(one.name for one in ended)
    assert not any(one.fault for one in ended)


def test_a_step_that_fails_or_hangs_keeps_no_other_from_being_taken() -> None:
    taken: list[str] = []
    release = threading.Event()

    def fails() -> None:
        raise OSError(28, "No space left on device")

    async def hangs() -> None:
        await asyncio.sleep(60)

    async def closes() -> None:
        taken.append("store")

    async def run() -> list[tuple[str, str | None]]:
        steps = [
            Step("viewers", hangs, 0.05),
            Step("feeds", lambda: False),
            Step("intake", fails),
            Step("state", lambda: release.wait(20), 0.05),
            Step("store", closes),
            Step("audit", lambda: taken.append("audit")),
        ]
        ended = await shut_down(steps)
        release.set()
        return [(one.name, one.fault) for one in ended]

    assert asyncio.run(run()) == [
        ("viewers", "it did not end within 0.05 s"),
        ("feeds", "it could not finish what it held"),
        ("intake", "OSError: [Errno 28] No space left on device"),
        ("state", "it did not end within 0.05 s"),
        ("store", None),
        ("audit", None),
    ]
    assert taken == ["store", "audit"]


def test_a_step_that_nobody_knows_is_refused_before_anything_is_ended() -> None:
    taken: list[str] = []
    with pytest.raises(ValueError, match="step 'lights' is none of viewers"):
        asyncio.run(shut_down([Step("feeds", lambda: taken.append("feeds")), Step("lights", lambda: None)]))
    assert not taken
