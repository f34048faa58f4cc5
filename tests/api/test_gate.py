"""The gate: only this machine, no proxies, no other origin, JSON only; for requests and WebSockets alike."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.gate import Gate, is_loopback_address, is_loopback_host
from api.lifespan import refuse_beyond
from data.access.settings import AccessSettings
from geo.errors import SettingsError

REPORT = {"id": "not-read"}


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8501", "localhost", "LocalHost:80", "[::1]", "[::1]:8501", "127.3.4.5:1"]
)
def test_loopback_hosts_get_in(demo: TestClient, host: str) -> None:
    assert demo.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "0.0.0.0", ""),
        *("127.0.0.1:port", "127.0.0.1:123456", "127.999.0.1", "[::2]", "[::ffff:10.0.0.1]", "192.168.1.5:8501"),
        *("localhost ", "localhost\t", "127.1", "2130706433", "0x7f000001", "１２７.0.0.1", "localhost:80:80"),
    ],
)
def test_other_hosts_are_sent_away(host: str) -> None:
    """Also the trick of DNS rebinding: a foreign name that resolves to 127.0.0.1."""
    assert not is_loopback_host(host)
    assert asyncio.run(passed(headers=[(b"host", host.encode())])) == 421


def test_two_hosts_or_none_are_sent_away() -> None:
    assert asyncio.run(passed(headers=[(b"host", b"localhost"), (b"host", b"evil.example")])) == 421
    assert asyncio.run(passed(headers=[])) == 421


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Anything",
        "Forwarded",
        "X-Real-IP",
        "Via",
    ],
)
def test_forwarded_requests_are_refused(demo: TestClient, header: str) -> None:
    answer = demo.get("/api/summary", headers={header: "127.0.0.1"})
    assert answer.status_code == 403
    assert header.lower() in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ({"Content-Type": ""}, 415),
        ({"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Type": "application/json", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "application/json", "Origin": "https://evil.example"}, 403),
        ({"Content-Type": "application/json", "Origin": "null"}, 403),
        ({"Content-Type": "application/json", "Origin": "http://127.0.0.1:9999"}, 403),
        ({"Content-Type": "application/json", "Origin": "http://127.0.0.1:8501"}, 400),
        ({"Content-Type": "Application/JSON; charset=utf-8", "Sec-Fetch-Site": "same-origin"}, 400),
        ({"Content-Type": "application/json"}, 400),
    ],
)
def test_only_json_of_our_own_pages_is_read(demo: TestClient, headers: dict[str, str], status: int) -> None:
    """400 is the body's own fault: the gate has let it through."""
    answer = demo.post("/api/issues", content=b'{"id": 1}', headers=headers)
    assert answer.status_code == status


def test_every_answer_carries_the_security_headers(demo: TestClient) -> None:
    for path in ("/api/summary", "/api/nope", "/map", "/healthz"):
        headers = demo.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "access-control-allow-origin" not in headers


async def passed(**changes: Any) -> int:
    """Status that the gate gives a request; 200 when the application behind it was asked."""
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [(b"host", b"localhost")]}
    statuses: list[int] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        known = {"websocket.accept": 200, "websocket.close": 403}
        if message["type"] in known or message["type"] == "http.response.start":
            statuses.append(known.get(message["type"]) or message["status"])

    await Gate(application)({**scope, **changes}, receive, send)
    return statuses[0]


@pytest.mark.parametrize(
    ("end", "status"),
    [("127.0.0.1", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("192.168.1.7", 421), ("2001:db8::1", 421)],
)
def test_a_forged_host_does_not_help_from_another_machine(end: str, status: int) -> None:
    assert asyncio.run(passed(client=(end, 4711))) == status
    assert asyncio.run(passed(server=(end, 8501))) == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "localhost:8501", "origin": "http://localhost:8501"}, 200),
        ({"host": "localhost:8501"}, 200),
        ({"host": "localhost:8501", "origin": "http://evil.example"}, 403),
        ({"host": "evil.example", "origin": "http://evil.example"}, 403),
        ({"host": "localhost:8501", "x-forwarded-for": "10.0.0.1"}, 403),
        ({"host": "localhost:8501", "sec-fetch-site": "cross-site"}, 403),
    ],
)
def test_websockets_pass_the_same_gate(headers: dict[str, str], status: int) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    assert asyncio.run(passed(type="websocket", path="/_stcore/stream", headers=raw)) == status


def test_streamlit_s_uploads_keep_their_own_form() -> None:
    headers = [(b"host", b"localhost"), (b"content-type", b"multipart/form-data; boundary=x")]
    assert asyncio.run(passed(method="PUT", path="/_stcore/upload_file/a/b", headers=headers)) == 200
    foreign = [*headers, (b"origin", b"http://evil.example")]
    assert asyncio.run(passed(method="PUT", path="/_stcore/upload_file/a/b", headers=foreign)) == 403


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "[::1]", "127.0.0.2"])
def test_the_server_may_listen_on_loopback(address: str) -> None:
    assert is_loopback_address(address)
    refuse_beyond(address, AccessSettings(), with_tls=False)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.7", "example.org", ""])
def test_without_a_login_the_server_refuses_to_listen_further(address: str) -> None:
    with pytest.raises(SettingsError, match=r"set the address to 127\.0\.0\.1"):
        refuse_beyond(address, AccessSettings(), with_tls=False)
