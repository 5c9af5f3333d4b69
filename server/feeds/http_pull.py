"""Pulls records by HTTP, page by page, from where the last durable page ended.

What is asked for is what follows the cursor of the last page (`?since=…`), or without one what changed since its
ETag; the page that was told next is asked for first after a restart. The cursor is stored when a page's events are
on disk, so a crash at any point asks for a page twice at worst, and equal ids make that harmless. A body that is
the same as the last one is not read again.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import msgspec

from layouts.live.events import LinkChanged, LiveEvent
from server.feeds.backoff import Backoff
from server.feeds.feed import Decoded, Decoder, Message, derived_id
from server.feeds.handing_over import hand_over
from server.feeds.http_pull_settings import HttpPullSettings
from server.feeds.secret import Secret
from server.intake.intake import Intake
from spatial.errors import AisletwinError, BadDataError
from spatial.whole_files import write_whole

_log = logging.getLogger(__name__)
MOST_PAGES = 10_000
"""A source that tells a next page for ever is stopped here; the next pull goes on."""


class Cursor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the last durable page ended; `next_url` while more pages follow it. The ETag is kept of a page that is
    the only one, for a first page may stay the same while pages are added behind it.
    """

    cursor: str | None = None
    etag: str | None = None
    next_url: str | None = None
    body_sha256: str | None = None


class Pulled(NamedTuple):
    """What one pull brought."""

    pages: int
    events: int
    refused: int


class PullError(AisletwinError):
    """The source could not be asked; `retry_after_s` is what it asked for, if it did."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class HttpPull:
    """Pulls one source into the intake. `now_ms` is the clock; one thread at a time."""

    def __init__(
        self,
        settings: HttpPullSettings,
        decoder: Decoder,
        intake: Intake,
        *,
        cursor_path: Path,
        now_ms: Callable[[], int],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._decoder = decoder
        self._intake = intake
        self._cursor_path = cursor_path
        self._now_ms = now_ms
        self._transport = transport
        self._is_up: bool | None = None

    def run(self, stop: threading.Event) -> None:
        """Pull every `interval_s` until told to stop; after an error wait twice as long each time, up to a bound,
        and at least as long as the source asks. The feed's link is told down after an error and up after it.
        """
        its = self._settings
        backoff = Backoff(first_s=its.first_backoff_s, longest_s=its.longest_backoff_s, jitter=0)
        while not stop.is_set():
            wait_s = its.interval_s
            try:
                self.pull()
                backoff.begin_anew()
                self._tell_link(is_up=True, reason="")
            except (AisletwinError, TimeoutError, OSError) as error:
                wait_s = backoff.wait_s(getattr(error, "retry_after_s", None) or 0.0)
                _log.warning("pull of %s failed, again in %.0f s: %s", its.source, wait_s, error)
                self._tell_link(is_up=False, reason=str(error))
            stop.wait(wait_s)

    def pull(self) -> Pulled:
        """Ask for all pages that are new; each is durable, and the cursor with it, before the next is asked for.

        Raises PullError, BadDataError for a token that is not set, and what the store raises.
        """
        pages = events = refused = 0
        with self._client() as client:
            cursor = self._stored()
            while pages < MOST_PAGES:
                page = self._page(client, cursor)
                if page is None:
                    break
                body, its = page
                if its == cursor:
                    break
                message = Message(urlsplit(self._settings.url).path, body, self._now_ms())
                decoded = self._decoder.decode(message)
                receipt = hand_over(self._intake, decoded, message, self._settings.source)
                self._store(its)
                pages += 1
                events += len(decoded.events) - len(receipt.refused)
                refused += len(decoded.refused) + len(receipt.refused)
                if its.next_url is None or its.next_url == cursor.next_url:
                    break
                cursor = its
        return Pulled(pages, events, refused)

    def _page(self, client: httpx.Client, cursor: Cursor) -> tuple[bytes, Cursor] | None:
        """The body of the page after `cursor`, and the cursor after it; None when there is nothing new."""
        settings = self._settings
        url = httpx.URL(settings.url if cursor.next_url is None else self._same_origin(cursor.next_url))
        headers = {}
        if cursor.next_url is None and cursor.cursor is not None:
            url = url.copy_merge_params({settings.cursor_param: cursor.cursor})
        elif cursor.next_url is None and cursor.etag is not None:
            headers["If-None-Match"] = cursor.etag
        try:
            with client.stream("GET", url, headers=headers) as response:
                if response.status_code in (204, 304):
                    return None
                if response.status_code != 200:
                    raise PullError(
                        f"{url.copy_with(query=None)} answered {response.status_code}, expected 200, 204 or 304",
                        _retry_after_s(response),
                    )
                body = self._read(response)
        except httpx.HTTPError as error:
            raise PullError(f"{url.copy_with(query=None)} cannot be asked: {error}") from error
        return body, self._cursor_after(response, body, cursor)

    def _read(self, response: httpx.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._settings.most_bytes:
                raise PullError(
                    f"{self._settings.url} sent more than {self._settings.most_bytes} bytes in one page: ask for "
                    "smaller pages, or raise most_bytes"
                )
        return bytes(body)

    def _cursor_after(self, response: httpx.Response, body: bytes, before: Cursor) -> Cursor:
        try:
            told = msgspec.json.decode(body)
        except (ValueError, RecursionError):
            told = None  # no JSON: a CSV, or what the decoder refuses
        fields = told if isinstance(told, dict) else {}
        cursor = fields.get(self._settings.cursor_field)
        following = fields.get(self._settings.next_field) or response.links.get("next", {}).get("url")
        next_url = self._same_origin(following) if isinstance(following, str) else None
        is_only_page = before.next_url is None and next_url is None
        return Cursor(
            cursor=str(cursor) if isinstance(cursor, (str, int)) else before.cursor,
            etag=response.headers.get("ETag") if is_only_page else None,
            next_url=next_url,
            body_sha256=hashlib.sha256(body).hexdigest(),
        )

    def _same_origin(self, told: str) -> str:
        """The URL of the next page. Raises PullError for none, and for another host, which the token is not for."""
        own = httpx.URL(self._settings.url)
        try:
            url = own.join(told)
        except (httpx.InvalidURL, ValueError) as error:
            raise PullError(f"the next page '{told[:200]}' is no URL: {error}") from error
        if (own.scheme, own.netloc) != (url.scheme, url.netloc):
            raise PullError(
                f"the next page '{told[:200]}' is not at {own.scheme}://{own.netloc.decode()}, "
                "where the token belongs"
            )
        return str(url)

    def _client(self) -> httpx.Client:
        headers = {"Accept": "application/json"}
        if self._settings.token_env is not None:
            headers["Authorization"] = f"Bearer {Secret(env=self._settings.token_env).read()}"
        return httpx.Client(headers=headers, timeout=self._settings.timeout_s, transport=self._transport)

    def _stored(self) -> Cursor:
        try:
            return msgspec.json.decode(self._cursor_path.read_bytes(), type=Cursor)
        except FileNotFoundError:
            return Cursor()
        except (OSError, msgspec.DecodeError) as error:
            raise BadDataError(
                f"{self._cursor_path} is no cursor ({error}): remove it to pull from the beginning"
            ) from error

    def _store(self, cursor: Cursor) -> None:
        with write_whole(self._cursor_path) as aside:
            aside.write_bytes(msgspec.json.encode(cursor))

    def _tell_link(self, *, is_up: bool, reason: str) -> None:
        if self._is_up == is_up:
            return
        settings, now_ms = self._settings, self._now_ms()
        event = LiveEvent(
            id=derived_id(settings.source, "link", is_up, now_ms),
            site=settings.site,
            source=settings.source,
            entity=f"feed/{settings.source}",
            happened_ms=now_ms,
            body=LinkChanged(is_up, reason[:500]),
        )
        try:
            hand_over(self._intake, Decoded((event,)), Message("link", b"", now_ms), settings.source)
        except (AisletwinError, TimeoutError, OSError) as error:
            _log.warning("the link of %s could not be told: %s", settings.source, error)
            return
        self._is_up = is_up


def _retry_after_s(response: httpx.Response) -> float | None:
    told = response.headers.get("Retry-After", "")
    return float(told) if told.isascii() and told.isdigit() and len(told) < 7 else None
