"""The pull: pages and cursors survive errors and restarts, the token stays at home, nothing is stored too early."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from pydantic import ValidationError

from layouts.live.events import LinkChanged
from server.feeds.business.decoder import BusinessDecoder
from server.feeds.business.settings import BusinessSettings
from server.feeds.http_pull import HttpPull, PullError
from server.feeds.http_pull_settings import HttpPullSettings
from server.intake.intake import Receipt
from spatial.errors import BadDataError

URL = "https://wms.example/moves"


class _Intake:
    """Keeps events by id, as the store does; fails while `is_full`."""

    def __init__(self) -> None:
        self.events: dict[str, object] = {}
        self.letters: list[object] = []
        self.is_full = False

    def submit(self, events, letters=(), *, on_durable=None, timeout_s=None):
        if self.is_full:
            on_durable(OSError("no space left"))
            return
        new = [one for one in events if one.id not in self.events]
        self.events |= {one.id: one for one in new}
        self.letters += letters
        on_durable(Receipt(len(self.events), len(new), len(events) - len(new), ()))


def _record(number: int) -> dict:
    return {
        "kind": "movement", "at": "2026-11-27T08:00:00Z", "sku": f"A{number}", "quantity": 1,
        "to_location": "01", "document": "D", "line": number,
    }  # fmt: skip


class _Source:
    """A paged source: each page is a body; `since` asks for records after a number."""

    def __init__(self, count: int, *, per_page: int = 2) -> None:
        self.count, self.per_page = count, per_page
        self.asked: list[httpx.Request] = []
        self.broken: set[int] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if len(self.asked) in self.broken:
            return httpx.Response(503, headers={"Retry-After": "7"})
        since = int(request.url.params.get("since", 0))
        last = min(self.count, since + self.per_page)
        body: dict[str, object] = {"records": [_record(number) for number in range(since + 1, last + 1)]}
        body["cursor"] = last
        if last < self.count:
            body["next"] = f"/moves?since={last}"
        return httpx.Response(200, json=body)


def _pull(tmp_path, handler, intake, **more: object) -> HttpPull:
    return HttpPull(
        HttpPullSettings(**({"site": "S", "source": "wms", "url": URL} | more)),
        BusinessDecoder(BusinessSettings(site="S")),
        intake,
        cursor_path=tmp_path / "cursor.json",
        now_ms=lambda: 1_795_766_400_000,
        transport=None if handler is None else httpx.MockTransport(handler),
    )


def test_all_pages_are_pulled_and_then_only_what_is_new(tmp_path):
    source, intake = _Source(5), _Intake()
    assert _pull(tmp_path, source, intake).pull() == (3, 5, 0)
    source.count = 6
    assert _pull(tmp_path, source, intake).pull() == (1, 1, 0)
    assert len(intake.events) == 6
    assert source.asked[-1].url.params["since"] == "5"
    assert _pull(tmp_path, source, intake).pull().events == 0


def test_an_error_between_pages_goes_on_from_the_last_durable_one(tmp_path):
    source, intake = _Source(6), _Intake()
    source.broken = {2}
    with pytest.raises(PullError, match="answered 503, expected 200, 204 or 304") as error:
        _pull(tmp_path, source, intake).pull()
    assert error.value.retry_after_s == 7.0
    assert len(intake.events) == 2
    assert _pull(tmp_path, source, intake).pull() == (2, 4, 0)
    assert [request.url.params.get("since") for request in source.asked] == [None, "2", "2", "4"]


def test_the_cursor_stays_when_the_store_cannot_write(tmp_path):
    source, intake = _Source(2), _Intake()
    intake.is_full = True
    with pytest.raises(OSError, match="no space left"):
        _pull(tmp_path, source, intake).pull()
    assert not (tmp_path / "cursor.json").exists()
    intake.is_full = False
    assert _pull(tmp_path, source, intake).pull() == (1, 2, 0)


def test_an_etag_saves_what_did_not_change(tmp_path):
    asked: list[str | None] = []

    def source(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("If-None-Match"))
        if asked[-1] == '"v1"':
            return httpx.Response(304)
        return httpx.Response(200, json=[_record(1)], headers={"ETag": '"v1"'})

    intake = _Intake()
    assert _pull(tmp_path, source, intake).pull() == (1, 1, 0)
    assert _pull(tmp_path, source, intake).pull() == (0, 0, 0)
    assert asked == [None, '"v1"']


def test_the_same_body_is_not_read_again_so_that_one_fault_is_one_letter(tmp_path):
    intake = _Intake()
    for _ in range(3):
        _pull(tmp_path, lambda request: httpx.Response(200, text="<html>sorry"), intake).pull()
    assert len(intake.letters) == 1


def test_a_link_header_leads_to_the_next_page(tmp_path):
    def source(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("page") == "2":
            return httpx.Response(200, json=[_record(2)])
        return httpx.Response(200, json=[_record(1)], headers={"Link": '<?page=2>; rel="next"'})

    intake = _Intake()
    assert _pull(tmp_path, source, intake).pull() == (2, 2, 0)


def test_the_token_is_sent_to_its_own_host_only(tmp_path, monkeypatch):
    monkeypatch.setenv("WMS_TOKEN", "hush")
    tokens: list[str] = []

    def source(request: httpx.Request) -> httpx.Response:
        tokens.append(request.headers["Authorization"])
        return httpx.Response(200, json={"records": [_record(1)], "next": "https://evil.example/moves"})

    intake = _Intake()
    with pytest.raises(PullError, match=r"'https://evil.example/moves' is not at https://wms.example"):
        _pull(tmp_path, source, intake, token_env="WMS_TOKEN").pull()
    assert tokens == ["Bearer hush"]
    moved = _pull(tmp_path, source, intake, token_env="WMS_TOKEN")
    (tmp_path / "cursor.json").write_text('{"next_url": "https://old.example/moves?page=3"}')
    with pytest.raises(PullError, match=r"'https://old.example/moves\?page=3' is not at"):
        moved.pull()
    (tmp_path / "cursor.json").write_text("{}")
    torn = _pull(
        tmp_path,
        lambda _: httpx.Response(200, json={"next": "https://wms.example:x/", "records": []}),
        intake,
    )
    with pytest.raises(PullError, match="is no URL"):
        torn.pull()
    assert tokens == ["Bearer hush"]
    redirect = _pull(
        tmp_path, lambda _: httpx.Response(302, headers={"Location": "https://evil.example"}), intake
    )
    with pytest.raises(PullError, match="answered 302"):
        redirect.pull()
    monkeypatch.delenv("WMS_TOKEN")
    with pytest.raises(BadDataError, match="environment variable WMS_TOKEN holds no secret"):
        _pull(tmp_path, source, intake, token_env="WMS_TOKEN").pull()
    with pytest.raises(ValidationError, match="would send the token in the clear"):
        HttpPullSettings(site="S", source="wms", url="http://wms.example/", token_env="T")


def test_a_body_without_end_and_a_torn_cursor_are_refused(tmp_path):
    big = _pull(tmp_path, lambda _: httpx.Response(200, content=b"x" * 2000), _Intake(), most_bytes=1000)
    with pytest.raises(PullError, match="sent more than 1000 bytes"):
        big.pull()
    (tmp_path / "cursor.json").write_text("{")
    with pytest.raises(BadDataError, match=r"is no cursor .* remove it"):
        _pull(tmp_path, _Source(1), _Intake()).pull()


def test_waits_double_after_errors_heed_what_the_source_asks_and_begin_anew(tmp_path):
    answers = [*(httpx.Response(500) for _ in range(3)), httpx.Response(503, headers={"Retry-After": "30"})]
    answers += [httpx.Response(204), httpx.Response(500)]
    waits: list[float] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0.0)
            return super().wait(0)

    stop = Stop()

    def source(_request: httpx.Request) -> httpx.Response:
        answer = answers.pop(0)
        if not answers:
            stop.set()
        return answer

    bounds = {"first_backoff_s": 1, "longest_backoff_s": 60, "interval_s": 7}
    _pull(tmp_path, source, _Intake(), **bounds).run(stop)
    assert waits == [1, 2, 4, 30, 7, 1]


def test_a_page_that_breaks_off_on_the_wire_moves_no_cursor_and_tells_no_event(tmp_path):
    whole = json.dumps([_record(1), _record(2)]).encode()
    sent = [whole[: len(whole) // 2], whole]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(sent.pop(0))

        def log_message(self, *_):
            pass

    intake = _Intake()
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/moves"
        pull = _pull(tmp_path, None, intake, url=url)
        with pytest.raises(PullError, match="cannot be asked"):
            pull.pull()
        assert (intake.events, (tmp_path / "cursor.json").exists()) == ({}, False)
        assert pull.pull() == (1, 2, 0)
        server.shutdown()


def test_a_run_tells_the_link_down_and_up_again(tmp_path):
    source, intake, stop = _Source(2), _Intake(), threading.Event()
    source.broken = {1}

    def and_stop(request: httpx.Request) -> httpx.Response:
        if len(source.asked) == 1:
            stop.set()
        return source(request)

    pull = _pull(tmp_path, and_stop, intake, first_backoff_s=0.01, longest_backoff_s=0.01, interval_s=0.01)
    pull.run(stop)
    links = [one.body for one in intake.events.values() if isinstance(one.body, LinkChanged)]
    assert [(link.is_up, "503" in link.reason) for link in links] == [(False, True), (True, False)]
    assert json.loads((tmp_path / "cursor.json").read_bytes())["cursor"] == "2"
