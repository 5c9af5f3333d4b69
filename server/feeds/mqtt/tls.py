"""TLS as this project wants it: 1.2 or newer, the certificate and its name always checked."""

from __future__ import annotations

import ssl
from typing import Any

from server.feeds.mqtt.settings import Tls
from spatial.errors import BadDataError


def tls_context(tls: Tls) -> ssl.SSLContext:
    """The context of these settings. Raises BadDataError, which names the files."""
    try:
        context = ssl.create_default_context(cafile=tls.ca)
        if tls.cert is not None:
            context.load_cert_chain(tls.cert, tls.key)
    except (OSError, ssl.SSLError) as error:
        named = ", ".join(str(path) for path in (tls.ca, tls.cert, tls.key) if path is not None)
        raise BadDataError(f"TLS files {named} cannot be used ({error}): give PEM files") from error
    context.sslsocket_class = _ShakingSocket
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class _ShakingSocket(ssl.SSLSocket):
    """Is closed when its handshake fails, which paho forgets."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def holds_more(sock: Any) -> bool:
    """Whether a TLS socket has deciphered bytes that no selector sees."""
    return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
