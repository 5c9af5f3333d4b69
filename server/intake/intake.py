"""The way in: many sources hand over batches, one thread makes them durable, a few at a time in one commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from layouts.live.events import LiveEvent
from server.store.store import DeadLetter
from spatial.errors import AisletwinError


class Receipt(NamedTuple):
    """What became of what was handed over: all of it is durable. `seq` is the log's number after it."""

    seq: int
    recorded: int
    known: int
    refused: tuple[tuple[LiveEvent, str], ...]


class Intake(Protocol):
    """Takes events and letters from any thread."""

    def submit(
        self,
        events: Sequence[LiveEvent],
        letters: Sequence[DeadLetter] = (),
        *,
        on_durable: Callable[[Receipt | Exception], None] | None = None,
        timeout_s: float | None = None,
    ) -> None:
        """Hand over a batch; `on_durable` is called from the writing thread once all of it is on disk, or with the
        error when it could not be written (nothing of it is then recorded: hand it over again).

        Blocks while too much waits already. Raises IntakeFullError when `timeout_s` passes first.
        """


class IntakeFullError(AisletwinError):
    """Too much waits to be written, and waiting for room took too long: hand it over again later."""
