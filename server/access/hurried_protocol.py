"""HTTP/1.1 of uvicorn, for clients that send their headers in time: uvicorn itself would wait for ever.

Give it as `http=hurried(within_s)` to `uvicorn.Config`. Whoever opens a connection has `within_s` for the headers of
each request, however slowly they drip in; between requests `timeout_keep_alive` counts.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


def hurried(within_s: float) -> type[H11Protocol]:
    """The protocol with a deadline for headers, in seconds."""
    return type("HurriedProtocol", (_HurriedProtocol,), {"within_s": within_s})


class _HurriedProtocol(H11Protocol):
    within_s = 10.0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Keep the deadline while headers are awaited: it is not put off by what drips in."""
        if self.conn.their_state is h11.IDLE and self.transport.get_protocol() is self:
            self._deadline = self._deadline or self.loop.call_later(self.within_s, self._give_up)
        else:
            self._stop_watching()

    def _stop_watching(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()
