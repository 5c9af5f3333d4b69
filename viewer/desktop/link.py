"""The line to a server: a thread of its own that only passes bytes on, so that the picture never waits for it."""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import suppress
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

import httpx
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from spatial.errors import BadDataError

LinkState = Literal["connecting", "live", "reconnecting", "refused"]

HEAR_S = 0.02
"""So long the thread listens before it looks whether there is something to be sent."""
FIRST_RETRY_S, SLOWEST_RETRY_S = 0.25, 5.0
STEADY_S = 5.0
"""A line that held so long is tried again at once."""
ANSWER_S = 30.0
LARGEST_FRAME = 64 * 2**20


class ServerLink:
    """A websocket that comes back by itself. All methods may be called from any thread; none waits for the network.

    `hello` is what is said first on every connection: set it to what asks for what was missed.
    """

    def __init__(self, base: str, *, token: str | None, hello: bytes) -> None:
        self._address = socket_address(base)
        self._headers = bearer(token)
        self._lock = threading.Lock()
        self._inbox: deque[str | bytes] = deque()
        self._outbox: deque[bytes] = deque()
        self._hello = hello
        self._state: LinkState = "connecting"
        self._reason = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="server link", daemon=True)

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def close(self) -> None:
        """Hang up, and wait a moment for the thread to end."""
        self._over.set()
        self._thread.join(timeout=2.0)

    @property
    def state(self) -> tuple[LinkState, str]:
        """How the line stands, and why if it is down."""
        with self._lock:
            return self._state, self._reason

    def take(self) -> list[str | bytes]:
        """The frames that came since the last call."""
        with self._lock:
            frames = list(self._inbox)
            self._inbox.clear()
            return frames

    def send(self, message: bytes) -> None:
        """Send as soon as may be; what is still waiting when the line breaks is lost."""
        with self._lock:
            self._outbox.append(message)

    def greet_with(self, hello: bytes) -> None:
        """Say this first from now on."""
        with self._lock:
            self._hello = hello

    def _follow(self) -> None:
        failures = 0
        while not self._over.is_set():
            reason, began_s = "the server closed the line", time.monotonic()
            try:
                with connect(
                    self._address, additional_headers=self._headers, max_size=LARGEST_FRAME, compression=None
                ) as socket:
                    self._talk(socket)
            except InvalidStatus as error:
                reason = f"the server answered {error.response.status_code}"
                if error.response.status_code in (401, 403, 404):
                    self._set_state("refused", reason)
                    return
            except (OSError, WebSocketException) as error:
                reason = str(error) or type(error).__name__
            if self._over.is_set():
                return
            self._set_state("reconnecting", reason)
            failures = 0 if time.monotonic() - began_s > STEADY_S else failures
            self._over.wait(min(SLOWEST_RETRY_S, FIRST_RETRY_S * 2**failures))
            failures += 1

    def _talk(self, socket: ClientConnection) -> None:
        with self._lock:
            self._inbox.clear()  # of the connection before: the hello asks for it again
            self._outbox.clear()
            hello = self._hello
        socket.send(hello.decode())
        while not self._over.is_set():
            with self._lock:
                messages = list(self._outbox)
                self._outbox.clear()
            for message in messages:
                socket.send(message.decode())
            with suppress(TimeoutError):
                frame = socket.recv(timeout=HEAR_S)
                with self._lock:
                    self._inbox.append(frame)
                    self._state, self._reason = "live", ""

    def _set_state(self, state: LinkState, reason: str) -> None:
        with self._lock:
            self._state, self._reason = state, reason


def server_address(base: str) -> str:
    """The address with a scheme, and without path's end, question or fragment.

    Raises ValueError for what is no address of a web server.
    """
    parts = urlsplit(base if "://" in base else f"http://{base}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"'{base}' is no address of a server: give one like http://127.0.0.1:8000/")
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def socket_address(base: str) -> str:
    """The address of the websocket of a server."""
    return f"ws{server_address(base).removeprefix('http')}/ws"


def bearer(token: str | None) -> dict[str, str]:
    """The header that says who asks."""
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def fetch(base: str, path: str, *, token: str | None = None) -> bytes | None:
    """What the server answers at `path`; None where it has no such thing.

    Raises BadDataError when it cannot be reached or refuses.
    """
    address = f"{server_address(base)}{path}"
    try:
        answer = httpx.get(address, headers=bearer(token), timeout=ANSWER_S)
    except httpx.HTTPError as error:
        raise BadDataError(f"{address}: {error}: is the server running there?") from error
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise BadDataError(
            f"{address} answered {answer.status_code}: give a token that may see it, with --token-env NAME"
        )
    if answer.is_error:
        raise BadDataError(f"{address} answered {answer.status_code}: {answer.text[:200]}")
    return answer.content


def wait_for(link: ServerLink, *, within_s: float = 10.0) -> list[str | bytes]:
    """The first frames of the server. Raises BadDataError when none come in time."""
    until = time.monotonic() + within_s
    while not (frames := link.take()):
        state, reason = link.state
        if state == "refused" or time.monotonic() > until:
            raise BadDataError(f"the server tells nothing at its websocket: {reason or 'no answer'}")
        time.sleep(HEAR_S)
    return frames


class Errands:
    """Answers of a server that are fetched aside, each by a thread that ends with it."""

    def __init__(self, base: str, *, token: str | None) -> None:
        self._base, self._token = base, token
        self._lock = threading.Lock()
        self._answers: deque[tuple[str, bytes | None]] = deque()

    def ask(self, path: str) -> None:
        """Fetch what is at `path`."""
        threading.Thread(target=self._run, args=(path,), name=f"fetch {path}", daemon=True).start()

    def taken(self) -> list[tuple[str, bytes | None]]:
        """What came since the last call, by path; None for what cannot be had."""
        with self._lock:
            answers = list(self._answers)
            self._answers.clear()
            return answers

    def _run(self, path: str) -> None:
        body = None
        with suppress(BadDataError):
            body = fetch(self._base, path, token=self._token)
        with self._lock:
            self._answers.append((path, body))
