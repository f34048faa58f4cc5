"""The sign-in page, the session's cookie, and the ways in which somebody may try to be somebody else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from api.gate import Gate
from api.identity import SECRET, VIEWER
from api.sign_in_page import local_path, style_sheet
from data.runtime import runtime
from geo.access import Role, Scope
from tests.api.people import PASSWORD, SAME_ORIGIN, Person, person, signing_in

FORM = {"Content-Type": "application/x-www-form-urlencoded", **SAME_ORIGIN}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, bare_city: Path) -> Iterator[TestClient]:
    url = f"sqlite:///{tmp_path_factory.mktemp('sign-in') / 'store.db'}"
    settings = {"XUNJIE_HOSTS": "xunjie.example", "XUNJIE_PROXIES": "10.0.0.0/24"}
    with signing_in(url, bare_city, **settings) as client:
        yield client


@pytest.fixture(scope="module")
def planner(desk: TestClient) -> Person:
    return person("planner", Role.PLANNER)


@pytest.fixture(scope="module")
def administrator(desk: TestClient) -> Person:
    return person("admin", Role.ADMINISTRATOR)


@pytest.fixture(autouse=True)
def _no_cookies_of_others(desk: TestClient) -> None:
    desk.cookies.clear()


def sign_in(desk: TestClient, login: str = "planner", password: str = PASSWORD, **fields: str) -> Any:
    return desk.post("/sign-in", data={"login": login, "password": password, **fields}, headers=FORM)


def test_who_has_not_signed_in_is_shown_the_way_back_to_where_they_wanted_to_go(desk: TestClient) -> None:
    answer = desk.get("/map?lang=en&q=a%20b")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fmap%3Flang%3Den%26q%3Da%2520b"
    assert desk.get("/api/summary").status_code == 401
    assert desk.get("/api/summary").json()["error"]["message"] == "Sign in first."
    for path in ("/media/abc.png", "/static/js/index.js", "/component/x/index.html", "/_stcore/host-config"):
        assert desk.get(path).status_code == 401, path
    for path in ("/", "/explore", "/people"):
        assert desk.get(path).status_code == 303, path


def test_a_websocket_of_nobody_is_refused_before_it_is_accepted(desk: TestClient, planner: Person) -> None:
    with pytest.raises(WebSocketDisconnect), desk.websocket_connect("/_stcore/stream", headers=SAME_ORIGIN):
        pass
    headers = {"Authorization": f"Bearer {planner.token}", **SAME_ORIGIN}
    with pytest.raises(WebSocketDisconnect) as refusal, desk.websocket_connect("/_stcore/stream", headers=headers):
        pass
    assert refusal.value.code == 1008  # a token is no session of a page


@pytest.mark.parametrize(("language", "word"), [("en", "Password"), ("zh-CN", "密码")])
def test_the_form_needs_no_script_and_lets_none_run(desk: TestClient, language: str, word: str) -> None:
    answer = desk.get("/sign-in", params={"lang": language, "next": "/explore"})
    assert answer.status_code == 200
    assert word in answer.text
    assert "<script" not in answer.text
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert "form-action 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    style = desk.get("/sign-in/style.css")
    assert style.headers["content-type"].startswith("text/css")
    declared = set(re.findall(r"(--[a-z0-9-]+):", style_sheet()))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", style_sheet())) <= declared


def test_the_right_password_opens_a_session_that_scripts_cannot_read(desk: TestClient, planner: Person) -> None:
    answer = sign_in(desk, next="/explore?lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/explore?lang=en")
    cookie = answer.headers["set-cookie"]
    assert re.fullmatch(
        r"xunjie=[\w-]{43}; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax", cookie
    )  # over TLS: see below
    me = desk.get("/api/me").json()
    assert me["roles"] == ["planner"]
    assert not me["demo"]
    assert "manage_people" not in me["actions"]
    assert desk.get("/api/summary").status_code == 200


def test_every_wrong_sign_in_is_answered_alike(desk: TestClient, planner: Person) -> None:
    person("disabled", Role.PLANNER)
    runtime().access.change_account("disabled", by="a-x", disabled=True)
    texts = set()
    for login, password in (("planner", "wrong wrong"), ("nobody", PASSWORD), ("disabled", PASSWORD)):
        answer = sign_in(desk, login, password)
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
        texts.add(answer.text.replace(login, "LOGIN"))
    assert len(texts) == 1


def test_an_account_is_locked_and_says_no_more_than_before(desk: TestClient) -> None:
    person("locked", Role.PLANNER)
    answers = [sign_in(desk, "locked", "wrong wrong") for _ in range(5)] + [sign_in(desk, "locked")]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1


def test_what_is_typed_comes_back_as_text(desk: TestClient) -> None:
    answer = sign_in(desk, '"><script>alert(1)</script>', "x", next='/"><img src=x>', lang='"><b>')
    assert answer.status_code == 401
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert "<b>" not in answer.text


@pytest.mark.parametrize(
    "elsewhere",
    [
        *("https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)"),
        *("/\t/evil.example", "/%0d%0aSet-Cookie: a=b\r\nX: y", "evil.example", "", " /x", "/x\n", "///evil.example"),
    ],
)
def test_nobody_is_sent_elsewhere(desk: TestClient, planner: Person, elsewhere: str) -> None:
    assert local_path(elsewhere) == "/"
    answer = sign_in(desk, next=elsewhere)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert len(answer.headers.get_list("set-cookie")) == 1


def test_a_session_that_was_planted_ends_and_another_one_begins(desk: TestClient, planner: Person) -> None:
    other = person("attacker", Role.PUBLIC)
    headers = {**FORM, "Cookie": f"xunjie={other.cookie}"}
    answer = desk.post("/sign-in", data={"login": "planner", "password": PASSWORD}, headers=headers)
    cookie = answer.headers["set-cookie"].partition(";")[0]
    assert other.cookie not in cookie
    assert runtime().access.viewer(other.cookie) is None
    made_up = desk.post(
        "/sign-in", data={"login": "planner", "password": PASSWORD}, headers={**FORM, "Cookie": f"xunjie={'a' * 43}"}
    )
    assert "a" * 43 not in made_up.headers["set-cookie"]
    assert desk.get("/api/me", headers={"Cookie": f"xunjie={'a' * 43}"}).status_code == 401


def test_a_cookie_replayed_after_sign_out_is_worth_nothing(desk: TestClient, planner: Person) -> None:
    cookie = sign_in(desk).headers["set-cookie"].partition(";")[0]
    desk.cookies.clear()
    headers = {"Cookie": cookie, **SAME_ORIGIN}
    etag = desk.get("/api/summary", headers=headers).headers["etag"]
    answer = desk.post("/sign-out", headers={**FORM, **headers}, content="")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert answer.headers["clear-site-data"] == '"cache"'
    assert all("Max-Age=0" in line for line in answer.headers.get_list("set-cookie"))
    desk.cookies.clear()
    for path in ("/api/me", "/api/summary", "/api/stream"):
        assert desk.get(path, headers={**headers, "If-None-Match": etag}).status_code == 401
    with pytest.raises(WebSocketDisconnect), desk.websocket_connect("/_stcore/stream", headers=headers):
        pass


def test_a_revoked_token_is_refused_at_once(desk: TestClient, planner: Person) -> None:
    made = desk.post(
        "/api/tokens", json={"name": "laptop", "days": 3, "roles": ["planner"]}, headers=planner.headers()
    ).json()
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert desk.get("/api/issues.geojson", headers=headers).status_code == 200
    assert made["token"] not in desk.get("/api/tokens", headers=planner.headers()).text
    assert desk.post("/api/tokens", json={"name": "x", "days": 1}, headers=headers).status_code == 403
    answer = desk.post(f"/api/tokens/{made['id']}/revoke", json={}, headers=planner.headers())
    assert answer.status_code == 204
    assert desk.get("/api/issues.geojson", headers=headers).status_code == 401
    assert (
        desk.get("/api/issues.geojson", headers={"Authorization": "Bearer xjt_nothing-at-all-here"}).status_code == 401
    )
    assert desk.get("/api/issues.geojson", headers={"Authorization": "Basic YTpi"}).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),  # a browser would have said where it comes from
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:8501"}, 400),
        ({"Sec-Fetch-Site": "same-origin"}, 400),
    ],
)
def test_forms_and_scripts_of_other_sites_write_nothing(
    desk: TestClient, planner: Person, headers: dict[str, str], status: int
) -> None:
    cookie = {"Cookie": f"xunjie={planner.cookie}"}
    assert desk.post("/api/issues", json={"id": 1}, headers={**cookie, **headers}).status_code == status


def test_a_sign_in_from_another_site_is_refused(desk: TestClient, planner: Person) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = desk.post("/sign-in", data={"login": "planner", "password": PASSWORD}, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "name",
    [
        *("Remote-User", "X-Remote-User", "X-Auth-Request-User", "X-Forwarded-User", "X-Forwarded-Email", "X-User"),
        *(
            "X-Authenticated-User",
            "X-MS-Client-Principal",
            "Cf-Access-Jwt-Assertion",
            "X-Goog-Authenticated-User-Email",
        ),
        *("Ssl-Client-Cert", "X_Remote_User", "Remote_User", "X-Xunjie-Viewer", "X-Streamlit-User"),
    ],
)
def test_what_a_client_says_of_itself_never_comes_in(desk: TestClient, planner: Person, name: str) -> None:
    seen: list[bytes] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.extend(key.lower() for key, _ in scope["headers"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    from api.app import DOORS
    from api.doorkeeper import Doorkeeper

    headers = [(b"host", b"127.0.0.1"), (b"authorization", f"Bearer {planner.token}".encode())]
    headers += [(name.lower().encode(), b"admin"), (b"accept", b"*/*")]
    assert asyncio.run(status_of(Doorkeeper(inner, DOORS), headers=headers, path="/api/me")) == 204
    assert seen == [b"host", b"accept"]


async def status_of(app: Any, **changes: Any) -> int:
    scope = {"type": "http", "method": "GET", "path": "/api/me", "query_string": b"", "headers": [], "scheme": "http"}
    statuses: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    await app({**scope, **changes}, receive, send)
    return statuses[0]


def behind(proxy: str, **headers: str) -> tuple[int, dict[str, Any]]:
    """What the gate makes of a request that comes from `proxy`: its status, and the scope that it passes on."""
    passed: dict[str, Any] = {}

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        passed.update(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    status = asyncio.run(status_of(Gate(inner), headers=raw, client=(proxy, 4711), server=("10.0.0.1", 8501)))
    return status, passed


def test_a_trusted_proxy_says_who_asks_and_how(desk: TestClient) -> None:
    status, scope = behind(
        "10.0.0.5", host="inner", x_forwarded_for="6.6.6.6, 192.168.7.8, 10.0.0.6", x_forwarded_proto="https",
        x_forwarded_host="xunjie.example", x_real_ip="1.2.3.4",
    )  # fmt: skip
    assert status == 200
    assert scope["client"][0] == "192.168.7.8"  # what the browser itself put before is not believed
    assert scope["scheme"] == "https"
    assert scope["headers"] == [(b"host", b"xunjie.example")]


@pytest.mark.parametrize(
    ("proxy", "headers", "status"),
    [
        ("10.0.1.5", {"host": "xunjie.example", "x_forwarded_for": "127.0.0.1"}, 403),
        # As uvicorn passes it on for a program on this machine that claims to be the proxy:
        ("10.0.0.5", {"host": "xunjie.example", "x_forwarded_for": "10.0.0.5"}, 403),
        ("10.0.0.5", {"host": "xunjie.example", "x_forwarded_for": "1.2.3.4, 10.0.0.5:4711"}, 403),
        ("10.0.0.5", {"host": "xunjie.example", "x_forwarded_for": "[::1]:7, [fd00::1]:9"}, 200),
        ("127.0.0.1", {"host": "127.0.0.1", "x_forwarded_proto": "https"}, 403),
        ("10.0.0.5", {"host": "evil.example", "x_forwarded_for": "10.9.9.9"}, 421),
        ("10.0.0.5", {"host": "xunjie.example", "x_forwarded_host": "evil.example"}, 421),
        ("10.0.0.5", {"host": "127.0.0.1", "x_forwarded_for": "10.9.9.9"}, 421),
        ("192.168.1.1", {"host": "127.0.0.1"}, 421),
        ("192.168.1.1", {"host": "xunjie.example"}, 200),
        ("192.168.1.1", {"host": "xunjie.example:8501"}, 200),
        ("192.168.1.1", {"host": "evil.xunjie.example"}, 421),
        ("192.168.1.1", {"host": "xunjie.example.evil"}, 421),
    ],
)
def test_only_named_hosts_and_proxies_are_believed(
    desk: TestClient, proxy: str, headers: dict[str, str], status: int
) -> None:
    assert behind(proxy, **headers)[0] == status


def test_over_tls_the_cookie_is_one_that_no_plain_connection_can_plant(desk: TestClient, planner: Person) -> None:
    secure = TestClient(desk.app, base_url="https://xunjie.example", follow_redirects=False)
    answer = secure.post("/sign-in", data={"login": "planner", "password": PASSWORD}, headers=FORM)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-xunjie=")
    assert cookie.endswith("; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure")
    secure.cookies.clear()
    value = cookie.partition("=")[2].partition(";")[0]
    assert secure.get("/api/me", headers={"Cookie": f"__Host-xunjie={value}"}).status_code == 200
    assert secure.get("/api/me", headers={"Cookie": f"xunjie={planner.cookie}"}).status_code == 401


def test_answers_of_one_person_are_kept_by_no_cache_between(desk: TestClient, planner: Person) -> None:
    for path in ("/api/summary", "/api/issues.geojson", "/map", "/api/openapi.json"):
        assert desk.get(path, headers=planner.headers()).headers["cache-control"] == "private, no-cache"


def test_administrators_make_and_change_people_but_not_their_own_rights(
    desk: TestClient, administrator: Person, planner: Person
) -> None:
    headers = administrator.headers()
    code = runtime().city.areas.codes[0]
    made = desk.post(
        "/api/accounts",
        json={"login": "New.One", "name": "新人", "roles": ["inspector"], "scope": {"subdistricts": [code]},
              "password": PASSWORD},
        headers=headers,
    )  # fmt: skip
    assert made.status_code == 201
    account = made.json()
    assert (account["login"], account["scope"]) == ("new.one", {"subdistricts": [code]})
    assert sign_in(desk, "new.one").status_code == 303
    desk.cookies.clear()
    changed = desk.post(f"/api/accounts/{account['id']}", json={"disabled": True}, headers=headers)
    assert changed.json()["disabled"] is True
    assert sign_in(desk, "new.one").status_code == 401
    for change in ({"roles": ["commander"]}, {"scope": {}}, {"disabled": True}, {"password": "another long one"}):
        answer = desk.post("/api/accounts/admin", json=change, headers=headers)
        assert answer.status_code == 400, change
    assert desk.post("/api/accounts", json={"login": "x"}, headers=planner.headers()).status_code == 403
    assert desk.get("/api/access-log", headers=planner.headers()).status_code == 403
    log = desk.get("/api/access-log", headers=headers).json()["entries"]
    assert {entry["kind"] for entry in log} >= {"account_made", "account_changed", "signed_in"}
    assert "新人" not in str(log)


def test_a_change_is_made_by_who_is_signed_in_and_by_nobody_else(desk: TestClient, administrator: Person) -> None:
    import uuid

    commander, handler = person("commander", Role.COMMANDER), person("handler", Role.DEPARTMENT)
    areas = runtime().city.areas
    here = areas.geometry[0].representative_point()
    report = {"id": str(uuid.uuid4()), "type": "C0101", "geometry": {"type": "Point", "coordinates": [here.x, here.y]}}
    receipt = desk.post("/api/issues", json=report, headers=commander.headers()).json()

    def change(someone: Person, **more: Any) -> Any:
        wanted = {"id": str(uuid.uuid4()), "version": 1, "status": "ACCEPTED", **more}
        return desk.post(f"/api/issues/{receipt['id']}/changes", json=wanted, headers=someone.headers())

    assert change(commander, actor="somebody else").status_code == 400
    assert change(administrator).status_code == 403
    assert change(handler).status_code == 403  # a step of the commander's
    outside = person("outside", Role.INSPECTOR, scope=Scope(subdistricts=frozenset({areas.codes[1]})))
    assert change(outside, status="DISPATCHED", note="no").status_code == 404
    assert change(commander).status_code == 201
    history = desk.get(f"/api/issues/{receipt['id']}", headers=commander.headers()).json()["history"]
    account = runtime().access.account("commander").id
    assert [step["actor"] for step in history] == [account, account]
    assert [step["name"] for step in history] == [{"zh": "named-commander", "en": "named-commander"}] * 2


@pytest.mark.parametrize("role", [Role.PLANNER, Role.INSPECTOR, Role.DEPARTMENT])
def test_whoever_may_report_may_withdraw_what_they_reported_and_nothing_else(desk: TestClient, role: Role) -> None:
    import uuid

    someone, another = person(f"{role}-reports", role), person(f"{role}-looks-on", role)
    here = runtime().city.areas.geometry[0].representative_point()
    report = {"id": str(uuid.uuid4()), "type": "C0101", "geometry": {"type": "Point", "coordinates": [here.x, here.y]}}
    assert desk.post("/api/issues", json=report, headers=someone.headers()).status_code == 201

    def withdrawn(by: Person, **more: Any) -> int:
        wish = {"id": str(uuid.uuid4()), "version": 1, "status": "REJECTED", "note": "withdrawn: a mistake", **more}
        return desk.post(f"/api/issues/{report['id']}/changes", json=wish, headers=by.headers()).status_code

    assert withdrawn(another) == 403
    assert withdrawn(someone, note="no") == 400
    assert withdrawn(someone, status="ACCEPTED") == 403
    assert withdrawn(someone) == 201


def test_a_stream_ends_when_the_session_of_its_reader_does(desk: TestClient) -> None:
    from api.stream import still_signed_in

    someone = person("reader", Role.PLANNER)
    access = runtime().access

    scope = {"type": "http", SECRET: someone.cookie, VIEWER: access.viewer(someone.cookie)}
    still = still_signed_in(Request(scope))
    assert still is not None
    assert asyncio.run(still())
    access.change_account("reader", by="a-x", name="Reader")
    assert not asyncio.run(still())  # somebody else by name: it connects anew
    access.revoke_sessions("reader", by="a-x")
    assert not asyncio.run(still())


@pytest.mark.parametrize("by_token", [False, True])
def test_every_stream_is_asked_whether_its_reader_still_may(
    desk: TestClient, monkeypatch: pytest.MonkeyPatch, by_token: bool
) -> None:
    from api import stream

    asked: list[Any] = []

    class Hub:
        full = False

        async def events(self, _last_seen: object, _sight: object, still_may: Any) -> Any:
            asked.append(still_may)
            for when in ("before", "after"):
                yield f"{when} {await still_may()}\n".encode()
                runtime().access.change_account(login, by="a-x", disabled=True)

    login = f"listener {by_token}".replace(" ", ".").lower()
    headers = person(login, Role.PLANNER).headers(by_token=by_token)
    monkeypatch.setattr(stream, "_hub", Hub())
    answer = desk.get("/api/stream", headers=headers)
    assert (answer.status_code, answer.text) == (200, "before True\nafter False\n")
    assert desk.get("/api/stream", headers=headers).status_code == 401
    assert len(asked) == 1


def test_health_tells_nobody_how_many_there_are_before_they_sign_in(desk: TestClient, planner: Person) -> None:
    assert desk.get("/healthz").json().keys() <= {"status", "reasons", "why"}
    assert "issues" in desk.get("/healthz", headers=planner.headers()).json()
