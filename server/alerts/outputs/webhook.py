"""Alerts by HTTP: signed, with the event's id as idempotency key, tried again while that can help."""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
from collections.abc import Callable

import httpx

from layouts.live.events import Recorded, encode_event
from server.alerts.outputs.settings import WebhookOutput
from spatial.errors import BadDataError

log = logging.getLogger(__name__)

TRY_AGAIN = (408, 425, 429)
LEAST_SECRET = 16


class Webhook:
    """Sends to one address. `wait` and `transport` are for tests."""

    def __init__(
        self,
        output: WebhookOutput,
        *,
        transport: httpx.BaseTransport | None = None,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._output = output
        self._secret = _secret(output)
        self._wait = wait
        self._client = httpx.Client(
            timeout=output.timeout_s, follow_redirects=False, transport=transport, trust_env=False
        )

    def send(self, recorded: Recorded) -> bool:
        """Send a step: True once it is taken or will never be, False when it is worth another round later.

        Blocks while it tries.
        """
        body = encode_event(recorded.event)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": recorded.event.id,
            "X-Aisletwin-Seq": str(recorded.seq),
        }
        if self._secret is not None:
            headers["X-Aisletwin-Signature"] = signature(self._secret, body)
        wait_s = self._output.first_wait_s
        for attempt in range(1, self._output.attempts + 1):
            why = self._post(body, headers)
            if why is None:
                return True
            told = (self._output.name, recorded.event.id, why)
            if not why.startswith("again"):
                log.error("webhook %s: alert %s is given up: %s", *told)
                return True
            if attempt < self._output.attempts:
                self._wait(wait_s)
                wait_s = min(2 * wait_s, self._output.longest_wait_s)
        log.warning("webhook %s: alert %s waits: %s", *told)
        return False

    def _post(self, body: bytes, headers: dict[str, str]) -> str | None:
        """None once it is taken, else why not; `again: …` for what may pass."""
        try:
            answer = self._client.post(str(self._output.url), content=body, headers=headers)
        except httpx.HTTPError as error:
            return f"again: {type(error).__name__}"
        if answer.is_success:
            return None
        if answer.is_redirect:
            return (
                f"it redirects ({answer.status_code}), which is not followed: write the address it leads to"
            )
        again = answer.status_code >= 500 or answer.status_code in TRY_AGAIN
        return f"{'again: ' if again else ''}it answers {answer.status_code}"

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


def signature(secret: bytes, body: bytes) -> str:
    """`sha256=` and the HMAC-SHA256 of the body in hex, which the receiver reckons too and compares."""
    return f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"


def _secret(output: WebhookOutput) -> bytes | None:
    if output.secret_file is None:
        return None
    try:
        secret = output.secret_file.read_bytes().strip()
    except OSError as error:
        raise BadDataError(
            f"{output.secret_file} of webhook {output.name} cannot be read ({error.strerror}): check the path"
        ) from error
    if len(secret) < LEAST_SECRET:
        raise BadDataError(
            f"{output.secret_file} of webhook {output.name} holds {len(secret)} bytes, fewer than {LEAST_SECRET}: "
            "make a longer secret"
        )
    return secret
