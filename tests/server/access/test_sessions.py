"""Sessions of browsers: begun with a token, carried by a cookie, ended with the token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.access.sessions import sign, unsign
from server.access.settings import AccessSettings
from server.access.tokens import DAY_MS, make_token, revoke

KEY, OTHER = bytes(range(32)), bytes(32)
NOW = 1_790_000_000_000
HOST = "127.0.0.1:8000"
OURS = {"origin": f"http://{HOST}"}
Make, Ask = Callable[..., Any], Callable[..., Any]


def logged_in(server: Any, ask: Ask, role: str = "operator", **options: Any) -> dict[str, str]:
    answer = ask(server.app, "POST", "/api/session", server.bearer(role), **options)
    assert answer.status == 200, answer
    return {"cookie": answer.headers["set-cookie"].partition(";")[0]}


def test_a_signature_holds_for_its_token_end_and_key_only() -> None:
    value = sign(KEY, "0123456789ab", NOW + 1)
    assert unsign(KEY, value, NOW) == ("0123456789ab", NOW + 1)
    assert unsign(KEY, value, NOW + 1) is None
    assert unsign(OTHER, value, NOW) is None
    for n in range(len(value)):
        assert unsign(KEY, value[:n] + ("x" if value[n] != "x" else "y") + value[n + 1 :], NOW) is None


@given(st.text(max_size=60))
def test_no_value_breaks_the_reading_of_sessions(value: str) -> None:
    assert unsign(KEY, value, NOW) is None


def test_the_cookie_is_out_of_reach_of_scripts_other_sites_and_plain_http(guarded: Make, ask: Ask) -> None:
    server = guarded()
    told = ask(server.app, "POST", "/api/session", server.bearer("viewer")).headers
    name, *flags = told["set-cookie"].split("; ")
    assert name.startswith("aisletwin=")
    assert flags == ["Path=/", "Max-Age=36000", "HttpOnly", "SameSite=Strict"]
    assert told["cache-control"] == "no-store"
    told = ask(server.app, "POST", "/api/session", server.bearer("viewer"), scheme="https").headers
    name, *flags = told["set-cookie"].split("; ")
    assert name.startswith("__Host-aisletwin=")
    assert flags == ["Path=/", "Max-Age=36000", "HttpOnly", "SameSite=Strict", "Secure"]
    assert server.tokens["viewer"][17:] not in name


def test_a_session_does_what_its_token_does(guarded: Make, ask: Ask) -> None:
    server = guarded()
    cookie = logged_in(server, ask)
    assert ask(server.app, "GET", "/api/session", cookie).body == (
        b'{"name":"operator","role":"operator","permissions":["see","note","operate"],"sites":null,'
        b'"until_ms":1790036000000}'
    )
    assert ask(server.app, "GET", "/api/site", cookie).status == 200
    assert ask(server.app, "POST", "/api/notes", cookie | OURS).status == 200
    assert ask(server.app, "POST", "/api/jobs", cookie | OURS).status == 403
    assert ask(server.app, "CONNECT", "/ws", cookie | OURS).status == 101


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:8001"},
        {"origin": "https://127.0.0.1:8000"},
        {"origin": "http://localhost:8000"},
        {"sec-fetch-site": "same-site"},
        {"origin": f"http://{HOST}", "sec-fetch-site": "cross-site"},
        {"referer": f"http://{HOST}/"},
    ],
)
def test_with_a_cookie_only_our_own_page_changes_anything(
    guarded: Make, ask: Ask, headers: dict[str, str]
) -> None:
    server = guarded()
    cookie = logged_in(server, ask)
    for method, path in (("POST", "/api/notes"), ("CONNECT", "/ws"), ("DELETE", "/api/session")):
        assert ask(server.app, method, path, cookie | headers).status == 403, (method, path)
    assert ask(server.app, "POST", "/api/notes", cookie | {"sec-fetch-site": "same-origin"}).status == 200


def test_a_program_with_a_token_needs_no_origin_but_a_foreign_page_gets_nowhere(
    guarded: Make, ask: Ask
) -> None:
    server = guarded()
    bearer = server.bearer("operator")
    assert ask(server.app, "POST", "/api/notes", bearer).status == 200
    assert ask(server.app, "POST", "/api/notes", bearer | {"origin": "http://evil.example"}).status == 403


def test_a_session_ends_in_time_and_with_its_token(guarded: Make, ask: Ask) -> None:
    server = guarded()
    cookie = logged_in(server, ask)
    server.clock.now_ms += 10 * 3_600_000 - 1
    assert ask(server.app, "GET", "/api/site", cookie).status == 200
    server.clock.now_ms += 1
    assert ask(server.app, "GET", "/api/site", cookie).status == 401
    assert ask(server.app, "GET", "/", cookie).status == 200, (
        "an old cookie does not keep the page from loading"
    )
    cookie = logged_in(server, ask)
    revoke(server.path, "operator", now_ms=server.clock.now_ms)
    assert ask(server.app, "GET", "/api/site", cookie).status == 401


def test_a_session_outlives_no_token_and_does_not_prolong_itself(guarded: Make, ask: Ask) -> None:
    server = guarded()
    server.tokens["brief"] = make_token(server.path, "brief", role="viewer", days=1 / 24, now_ms=NOW)
    answer = ask(server.app, "POST", "/api/session", server.bearer("brief"))
    assert f"Max-Age={DAY_MS // 24_000}" in answer.headers["set-cookie"]
    cookie = {"cookie": answer.headers["set-cookie"].partition(";")[0]}
    assert ask(server.app, "POST", "/api/session", cookie | OURS).status == 401


def test_two_servers_with_one_key_take_each_others_sessions_and_others_do_not(
    guarded: Make, ask: Ask
) -> None:
    one = guarded()
    cookie = logged_in(one, ask)
    one.path.rename(one.path.with_name("kept"))
    other = guarded()
    one.path.with_name("kept").rename(one.path)
    assert ask(other.app, "GET", "/api/site", cookie).status == 200
    object.__setattr__(other.access, "session_key", OTHER)
    assert ask(other.app, "GET", "/api/site", cookie).status == 401


def test_a_cookie_of_http_is_none_under_https(guarded: Make, ask: Ask) -> None:
    server = guarded()
    assert ask(server.app, "GET", "/api/site", logged_in(server, ask), scheme="https").status == 401
    secure = logged_in(server, ask, scheme="https")
    assert ask(server.app, "GET", "/api/site", secure, scheme="https").status == 200
    assert ask(server.app, "GET", "/api/site", secure).status == 401


def test_a_cookie_that_another_wrote_beside_ours_does_no_harm(guarded: Make, ask: Ask) -> None:
    server = guarded()
    cookie = logged_in(server, ask)["cookie"]
    for told in (
        f"aisletwin=junk; {cookie}",
        f"{cookie}; aisletwin=junk",
        f"a=b;{cookie};c",
        f"x=y=z; {cookie}",
    ):
        assert ask(server.app, "GET", "/api/site", {"cookie": told}).status == 200, told


def test_a_wrong_token_is_not_made_good_by_a_cookie(guarded: Make, ask: Ask) -> None:
    server = guarded()
    cookie = logged_in(server, ask)
    wrong = server.tokens["viewer"][:-4] + "AAAA"
    for told in (f"Bearer {wrong}", "Bearer", "", f"Basic {server.tokens['viewer']}", f"bearer\t{wrong}"):
        assert ask(server.app, "GET", "/api/site", cookie | {"authorization": told}).status == 401, told
    right = f"Bearer {server.tokens['viewer']}"
    assert (
        ask(server.app, "GET", "/api/site", {"authorization": right}, told=[("authorization", right)]).status
        == 401
    )
    assert (
        ask(server.app, "GET", "/api/site", {"authorization": right.replace("Bearer", "bearer")}).status
        == 200
    )


def test_logging_out_takes_the_cookie_away(guarded: Make, ask: Ask) -> None:
    server = guarded()
    answer = ask(server.app, "DELETE", "/api/session", logged_in(server, ask) | OURS)
    assert (answer.status, answer.headers["set-cookie"]) == (
        204, "aisletwin=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict",
    )  # fmt: skip


def test_nobody_is_nobody_and_the_local_user_needs_no_cookie(guarded: Make, ask: Ask) -> None:
    server = guarded()
    for method in ("GET", "POST"):
        answer = ask(server.app, method, "/api/session")
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    server.path.unlink()
    answer = ask(guarded(is_open=True).app, "POST", "/api/session")
    assert b'"name":"local","role":"admin"' in answer.body
    assert "set-cookie" not in answer.headers


def test_no_answer_and_no_repr_holds_a_secret(guarded: Make, ask: Ask) -> None:
    server = guarded()
    for role in server.tokens:
        answer = ask(server.app, "POST", "/api/session", server.bearer(role))
        secret = server.tokens[role][17:]
        assert secret not in f"{answer} {server.access!r}"
    assert KEY.hex() not in repr(server.access)
    assert repr(KEY) not in repr(server.access)


def test_settings_name_origins_without_paths() -> None:
    assert AccessSettings(origins=("https://twin.example",)).tokens is None
    with pytest.raises(ValueError, match="is no origin: give SCHEME"):
        AccessSettings(origins=("https://twin.example/",))
