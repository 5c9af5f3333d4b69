"""Sends what waits to the central server, oldest first, and goes on from what it last confirmed.

`POST {url}/api/events` with a JSON array of events and a bearer token. An answer 200 says that all of them are on
disk there, or named in `refused` with the reason. Whatever else happens, the batch is sent again: equal ids are one
event, so twice is once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

import httpx
import msgspec

from server.edge.buffer import EdgeBuffer, Held
from server.edge.settings import CentralSettings
from server.feeds.backoff import Backoff

log = logging.getLogger(__name__)

FAULTY = (400, 413, 415, 422)
"""Answers that say something of the batch itself: it is cut in halves until the faulty event stands alone."""


class RefusedEvent(msgspec.Struct):
    """An event that the central server does not take, and why."""

    id: str
    reason: str


class Answer(msgspec.Struct):
    """What the central server says of a batch."""

    seq: int = 0
    recorded: int = 0
    known: int = 0
    refused: tuple[RefusedEvent, ...] = ()


class Forwarder:
    """One thread that empties `buffer`; `on_link(is_up, reason)` is called from it when the link changes."""

    def __init__(
        self,
        settings: CentralSettings,
        buffer: EdgeBuffer,
        *,
        on_link: Callable[[bool, str], None],
        backoff: Backoff | None = None,
    ) -> None:
        self._settings, self._buffer, self._on_link = settings, buffer, on_link
        self._backoff = backoff or Backoff(first_s=settings.first_retry_s, longest_s=settings.longest_retry_s)
        self._most = settings.batch
        self._is_up: bool | None = None
        self._stopping = threading.Event()
        self._client = httpx.Client(
            base_url=settings.url,
            headers={"Authorization": f"Bearer {settings.token.read()}", "Content-Type": "application/json"},
            timeout=settings.timeout_s,
            verify=settings.verify,
            trust_env=False,
        )
        self._thread = threading.Thread(target=self._run, name="forwarder", daemon=True)

    def start(self) -> None:
        """Begin to forward."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch at hand."""
        self._stopping.set()
        self._thread.join()
        self._client.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.forward()
            except Exception as error:  # a disk that fails must not end the thread: it is tried again
                log.warning("forwarding failed: %s", error)
                self._stopping.wait(self._backoff.wait_s())

    def forward(self) -> None:
        """Send one batch, or ask whether the link holds when none waits."""
        if not self._buffer.wait(self._settings.quiet_s):
            return
        held = self._buffer.oldest(self._most)
        fault = self._send(held)
        if fault is not None:
            self._tell(False, fault)
            self._stopping.wait(self._backoff.wait_s())

    def _send(self, held: Sequence[Held]) -> str | None:
        """Why the batch must be sent again; None when it is done with."""
        try:
            answer = self._client.post("/api/events", content=_encoder.encode([one.event for one in held]))
        except httpx.HTTPError as error:
            return f"{self._settings.url} cannot be reached: {type(error).__name__} {error}".strip()
        if answer.status_code == 200:
            return self._took(held, answer.content)
        if answer.status_code in FAULTY:
            self._cut(held, f"answered {answer.status_code}: {answer.text[:200]}")
            return None
        remedy = _REMEDIES.get(answer.status_code, "see its log")
        return f"{self._settings.url} answers {answer.status_code}: {remedy}"

    def _took(self, held: Sequence[Held], content: bytes) -> str | None:
        try:
            answer = _answer.decode(content)
        except msgspec.DecodeError as error:
            return f"{self._settings.url} answers what is no receipt ({error}): is it an aisletwin server?"
        reasons = {one.id: one.reason for one in answer.refused}
        refused = [(one.event, reasons[one.event.id]) for one in held if one.event.id in reasons]
        self._buffer.confirmed(held[-1].seq, refused=refused)
        self._most = min(2 * self._most, self._settings.batch)
        self._backoff.begin_anew()
        self._tell(True, "")
        return None

    def _cut(self, held: Sequence[Held], said: str) -> None:
        if len(held) > 1:
            self._most = len(held) // 2
            return
        log.warning("an event is refused: %s", said)
        self._buffer.confirmed(held[0].seq, refused=[(held[0].event, said)])

    def _tell(self, is_up: bool, reason: str) -> None:
        if is_up != self._is_up:
            self._is_up = is_up
            log.log(logging.INFO if is_up else logging.WARNING, "central server: %s", reason or "up")
            self._on_link(is_up, reason)


_REMEDIES = {
    401: "check the token",
    403: "the token may not send events for this site",
    429: "it asks to wait",
}
_encoder = msgspec.json.Encoder()
_answer = msgspec.json.Decoder(Answer)
