"""A web application on a port, until it is told to stop."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import uvicorn
from fastapi import FastAPI

from server.access.hurried_protocol import hurried
from spatial.errors import BadDataError

LARGEST_MESSAGE_BYTES = 64 * 1024
SECONDS_TO_SAY_GOODBYE = 2
MOST_CONNECTIONS = 1_000
LARGEST_HEADERS_BYTES = 16 * 1024


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns off Nagle's algorithm only where the protocol is told; with it answers wait 40 ms for an ACK
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


class Certificate(NamedTuple):
    """Files in PEM form: a server's certificate, with those that signed it, and its key."""

    certificate: Path
    key: Path


def checked_certificate(files: Certificate) -> Certificate:
    """The same files; raises BadDataError for what is no certificate, or a key that is not its own."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*files)
    except (ssl.SSLError, OSError) as error:
        raise BadDataError(
            f"{files.certificate} and {files.key} are no certificate with its key ({error}): make them with "
            "`scripts/certificate.sh`"
        ) from error
    return files


def web_server(
    app: FastAPI,
    *,
    on_ready: Callable[[str], None] | None = None,
    headers_within_s: float = 10.0,
    https: Certificate | None = None,
) -> uvicorn.Server:
    """A server for `app`; call its `run` with a listening socket, set `should_exit` to end it. Whoever connects has
    `headers_within_s` seconds for the headers of each request. With `https` it speaks nothing else.
    """
    config = uvicorn.Config(
        app,
        http=hurried(headers_within_s),
        limit_concurrency=MOST_CONNECTIONS,
        h11_max_incomplete_event_size=LARGEST_HEADERS_BYTES,
        proxy_headers=False,  # whoever asks says where from; what a proxy tells of it is not believed
        server_header=False,
        access_log=False,
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        log_level="warning",
        timeout_graceful_shutdown=SECONDS_TO_SAY_GOODBYE,
        ssl_certfile=None if https is None else str(https.certificate),
        ssl_keyfile=None if https is None else str(https.key),
    )
    return _AnnouncedServer(config, on_ready)


class _AnnouncedServer(uvicorn.Server):
    """Tells its address when it is ready."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[str], None] | None) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._on_ready is not None and sockets:
            host, port = sockets[0].getsockname()[:2]
            scheme = "https" if self.config.is_ssl else "http"
            self._on_ready(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}/")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell viewers first that the server goes away: they come back by themselves, or go to another."""
        opened = getattr(getattr(self.config.app, "state", None), "sockets", None)
        if opened is not None:
            await opened.close_all()
        await super().shutdown(sockets)
