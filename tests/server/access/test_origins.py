"""Pages of this server, programs, and other people's pages, told apart by what browsers say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from server.access.origins import is_loopback, place_of, place_of_origin, provenance

HOST = "127.0.0.1:8000"


@pytest.mark.parametrize(
    ("origin", "host", "scheme", "expected"),
    [
        ("http://127.0.0.1:8000", HOST, "http", "page"),
        ("HTTP://127.0.0.1:8000", HOST, "http", "page"),
        ("http://Twin.Example", "twin.example", "http", "page"),
        ("http://twin.example", "TWIN.example:80", "http", "page"),
        ("https://twin.example", "twin.example:443", "https", "page"),
        ("http://[::1]:8000", "[::1]:8000", "http", "page"),
        ("http://[0:0:0:0:0:0:0:1]:8000", "[::1]:8000", "http", "page"),
        ("null", HOST, "http", "foreign"),
        ("", HOST, "http", "foreign"),
        ("http://127.0.0.1:8001", HOST, "http", "foreign"),
        ("http://127.0.0.1", HOST, "http", "foreign"),
        ("http://localhost:8000", HOST, "http", "foreign"),
        ("https://127.0.0.1:8000", HOST, "http", "foreign"),
        ("http://[::1]:8001", "[::1]:8000", "http", "foreign"),
        ("http://evil.twin.example", "twin.example", "http", "foreign"),
        ("http://twin.example.evil.example", "twin.example", "http", "foreign"),
        ("http://eviltwin.example", "twin.example", "http", "foreign"),
        ("http://twin.example.", "twin.example", "http", "foreign"),
        ("http://twin.example@evil.example", "twin.example", "http", "foreign"),
        ("http://evil.example#twin.example", "twin.example", "http", "foreign"),
        ("http://twin.example/", "twin.example", "http", "foreign"),
        ("http://twin.example, http://evil.example", "twin.example", "http", "foreign"),
        ("file://", HOST, "http", "foreign"),
        ("chrome-extension://abc", "abc", "http", "foreign"),
        ("http://127.0.0.1:8000\x00", HOST, "http", "foreign"),
        ("http://①27.0.0.1:8000", HOST, "http", "foreign"),
        ("http://2130706433:8000", HOST, "http", "foreign"),
        ("http://127.0.0.1:08000", HOST, "http", "page"),
        ("http://127.0.0.1:99999", "127.0.0.1:99999", "http", "foreign"),
        ("http://[::1", "[::1", "http", "foreign"),
    ],
)
def test_an_origin_is_ours_only_when_scheme_host_and_port_are(
    origin: str, host: str, scheme: str, expected: str
) -> None:
    assert provenance(scheme=scheme, hosts=[host], origins=[origin], fetch_sites=[]) == expected


def test_headers_that_come_twice_or_say_another_site_are_foreign() -> None:
    ours = "http://127.0.0.1:8000"
    assert provenance(scheme="http", hosts=[HOST], origins=[ours, ours], fetch_sites=[]) == "foreign"
    assert provenance(scheme="http", hosts=[HOST, HOST], origins=[ours], fetch_sites=[]) == "foreign"
    assert provenance(scheme="http", hosts=[], origins=[ours], fetch_sites=[]) == "foreign"
    for site, expected in (
        ("same-origin", "page"),
        ("none", "page"),
        ("same-site", "foreign"),
        ("cross-site", "foreign"),
        ("x", "foreign"),
    ):
        assert provenance(scheme="http", hosts=[HOST], origins=[], fetch_sites=[site]) == expected
        assert provenance(scheme="http", hosts=[HOST], origins=[ours], fetch_sites=[site]) == expected
    assert provenance(scheme="http", hosts=[HOST], origins=[], fetch_sites=[]) == "program"


def test_what_a_proxy_is_called_can_be_trusted() -> None:
    place = place_of_origin("https://twin.example")
    assert place is not None
    told = {"scheme": "http", "hosts": [HOST], "fetch_sites": []}
    assert provenance(**told, origins=["https://twin.example"], trusted={place}) == "page"
    assert provenance(**told, origins=["http://twin.example"], trusted={place}) == "foreign"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("[::1]", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:10.0.0.1", False),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.7", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
        ("localhost.", False),
    ],
)
def test_only_names_of_this_machine_are_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) == expected


def test_only_http_places_are_places() -> None:
    assert place_of("ws", "a") is None
    assert place_of("http", "a:0") is None
    assert place_of("http", "a b") is None


FOREIGN = "http://evil.example"
OURS = "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/api/notes", {}, 200),  # a program on this machine
        ("POST", "/api/notes", {"origin": OURS}, 200),
        ("POST", "/api/notes", {"origin": FOREIGN}, 403),
        ("POST", "/api/notes", {"origin": "null"}, 403),
        ("POST", "/api/notes", {"sec-fetch-site": "cross-site"}, 403),
        ("DELETE", "/api/jobs/1", {"origin": "http://127.0.0.1:9"}, 403),
        ("POST", "/api/session", {"origin": FOREIGN}, 403),
        ("CONNECT", "/ws", {}, 101),
        ("CONNECT", "/ws", {"origin": OURS}, 101),
        ("CONNECT", "/ws", {"origin": FOREIGN}, 403),
        ("CONNECT", "/ws", {"origin": "null"}, 403),
        ("GET", "/api/site", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, 403),
        (
            "GET",
            "/api/site",
            {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "origin": FOREIGN},
            403,
        ),
        ("GET", "/", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, 200),  # a link to us
        ("GET", "/api/site", {"host": "evil.example:8000"}, 403),  # a name that DNS was made to point here
        ("GET", "/api/site", {"host": "127.0.0.1.evil.example"}, 403),
        ("GET", "/api/site", {"host": "[::1]:8000"}, 200),
        ("GET", "/api/site", {"host": "LocalHost:8000"}, 200),
        ("GET", "/api/site", {"host": "localhost:8000@evil.example"}, 403),
        ("GET", "/api/site", {"x-forwarded-for": "127.0.0.1"}, 403),
        ("GET", "/api/site", {"forwarded": "for=127.0.0.1"}, 403),
        ("CONNECT", "/ws", {"host": "evil.example:8000", "origin": "http://evil.example:8000"}, 403),
    ],
)
def test_without_tokens_this_machine_is_admin_and_no_web_page_is(
    guarded: Callable[..., Any],
    ask: Callable[..., Any],
    method: str,
    path: str,
    headers: dict[str, str],
    status: int,
) -> None:
    assert ask(guarded(is_open=True).app, method, path, headers).status == status


@pytest.mark.parametrize("client", [("10.0.0.7", 1), ("::ffff:10.0.0.7", 1), ("testclient", 1), None])
def test_without_tokens_no_other_machine_is_answered(
    guarded: Callable[..., Any], ask: Callable[..., Any], client: Any
) -> None:
    server = guarded(is_open=True)
    for method, path in (("GET", "/api/site"), ("CONNECT", "/ws"), ("GET", "/")):
        assert ask(server.app, method, path, client=client).status == 403


def test_two_hosts_in_one_request_are_refused(guarded: Callable[..., Any], ask: Callable[..., Any]) -> None:
    answer = ask(guarded(is_open=True).app, "GET", "/api/site", told=[("host", "evil.example")])
    assert answer.status == 403
