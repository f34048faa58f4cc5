"""The routes of notices: one's own inbox and cursor; webhooks and addresses for administrators; digests on request."""

from __future__ import annotations

import socket
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.testclient import TestClient

from data.commands.cli import main
from data.runtime import runtime
from geo.access import WHOLE, Role, Scope
from tests.api.conftest import application
from tests.api.people import Person, Place, fill, person, signing_in
from tests.data.notices.conftest import listening
from tests.data.notices.post_office import post_office


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, bare_city: Path) -> Iterator[tuple[TestClient, list[Place]]]:
    url = f"sqlite:///{tmp_path_factory.mktemp('notices') / 'store.db'}"
    with signing_in(url, bare_city) as client:
        yield client, fill(runtime())


@pytest.fixture(scope="module")
def admin(town: tuple[TestClient, list[Place]]) -> Person:
    return person("admin", Role.ADMINISTRATOR)


def test_each_sees_their_own_inbox_and_moves_their_own_cursor(town: tuple[TestClient, list[Place]]) -> None:
    client, places = town
    boss = person("boss", Role.COMMANDER)
    bounded = person("bounded", Role.INSPECTOR, scope=Scope(frozenset({places[0].code})))
    everything = client.get("/api/inbox?most=200", headers=boss.headers()).json()
    mine = client.get("/api/inbox?most=200", headers=bounded.headers())
    assert everything["unread"] == everything["total"] > mine.json()["total"] > 0
    for place in places[1:]:
        assert not any(word in mine.text for word in place.canaries)
    assert any(word in mine.text for word in places[0].canaries)
    head = everything["head"]
    seen = client.post("/api/inbox/seen", json={"seq": head}, headers=boss.headers())
    assert (seen.status_code, seen.json()) == (200, {"seen": head})
    assert client.post("/api/inbox/seen", json={"seq": 1}, headers=boss.headers()).json() == {"seen": head}
    assert client.get("/api/inbox", headers=boss.headers()).json()["unread"] == 0
    assert client.get("/api/inbox", headers=bounded.headers()).json()["unread"] == mine.json()["unread"]
    assert mine.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "body", [{}, {"seq": -1}, {"seq": "1"}, {"seq": True}, {"seq": 2**63}, {"seq": 1, "account": "a"}]
)
def test_a_cursor_that_cannot_be_taken_is_refused(town: tuple[TestClient, list[Place]], body: dict[str, Any]) -> None:
    someone = person(f"x{uuid.uuid4().hex[:8]}", Role.PLANNER)
    assert town[0].post("/api/inbox/seen", json=body, headers=someone.headers()).status_code == 400


def test_a_webhook_is_made_changed_and_removed_by_administrators_in_person(
    town: tuple[TestClient, list[Place]], admin: Person
) -> None:
    client, places = town
    with listening() as receiver:
        asked = {"url": receiver.url, "kinds": ["closed", "rework"], "subdistricts": [places[0].code]}
        by_token = client.post("/api/webhooks", json=asked, headers=admin.headers(by_token=True))
        assert by_token.status_code == 403
        made = client.post("/api/webhooks", json=asked, headers=admin.headers())
        assert made.status_code == 201
        secret, identity = made.json()["secret"], made.json()["id"]
        assert secret.startswith("xjw_")
        listed = client.get("/api/webhooks", headers=admin.headers())
        assert secret not in listed.text
        [one] = [hook for hook in listed.json()["webhooks"] if hook["id"] == identity]
        assert (one["kinds"], one["subdistricts"], one["departments"], one["state"]) == (
            ["closed", "rework"], [places[0].code], None, "well",
        )  # fmt: skip
        off = client.post(f"/api/webhooks/{identity}", json={"active": False}, headers=admin.headers()).json()
        assert off["state"] == "off"
        on = {"active": True, "replay_from": 1}
        assert client.post(f"/api/webhooks/{identity}", json=on, headers=admin.headers()).json()["state"] == "well"
        wrong = client.post(f"/api/webhooks/{identity}", json={"replay_from": 10**9}, headers=admin.headers())
        assert wrong.status_code == 400
        gone = f"/api/webhooks/{identity}/remove"
        assert client.post(gone, json={}, headers=admin.headers()).status_code == 204
        assert client.post(gone, json={}, headers=admin.headers()).status_code == 404
    kinds = [entry.kind for entry in runtime().access.newest_entries(3)]
    assert kinds == ["webhook_changed"] * 3
    assert secret not in str(runtime().access.newest_entries(50))


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"url": 1}, {"url": "ftp://a.example"}, {"url": "http://169.254.169.254/"}, {"url": "http://a/", "x": 1}),
        *(
            {"url": "http://a/", "kinds": ["nothing"]},
            {"url": "http://a/", "kinds": []},
            {"url": "http://a/", "kinds": 1},
        ),
        {"url": "http://a/", "subdistricts": ["nowhere"]},
    ],
)
def test_a_webhook_that_cannot_be_taken_is_refused(
    town: tuple[TestClient, list[Place]], admin: Person, body: dict[str, Any]
) -> None:
    assert town[0].post("/api/webhooks", json=body, headers=admin.headers()).status_code == 400


def test_a_paused_webhook_is_told_of_in_healthz(
    town: tuple[TestClient, list[Place]], monkeypatch: pytest.MonkeyPatch
) -> None:
    courier = runtime().notices.courier
    monkeypatch.setattr(courier, "_paused", 2)
    reasons = town[0].get("/healthz").json()["reasons"]
    assert [reason["code"] for reason in reasons] == ["webhook_paused"]
    assert "paused: 2" in reasons[0]["message"]


def test_addresses_are_for_administrators_alone(town: tuple[TestClient, list[Place]], admin: Person) -> None:
    client, _ = town
    given = {"unit": "D01", "address": "duty@d01.example"}
    for role in set(Role) - {Role.ADMINISTRATOR}:
        someone = person(f"no-{role}", role, scope=WHOLE)
        assert client.get("/api/unit-addresses", headers=someone.headers()).status_code == 403
        assert client.post("/api/unit-addresses", json=given, headers=someone.headers()).status_code == 403
        assert client.post("/api/digests", json={}, headers=someone.headers()).status_code == 403
    told = client.post("/api/unit-addresses", json=given, headers=admin.headers())
    assert told.json() == {"unit": "D01", "addresses": ["duty@d01.example"]}
    for wrong in ({"unit": "nowhere", "address": "a@b.example"}, {"unit": "D01", "address": "a@b.example\nBcc: c@d"}):
        assert client.post("/api/unit-addresses", json=wrong, headers=admin.headers()).status_code == 400
    gone = client.post("/api/unit-addresses/remove", json=given, headers=admin.headers())
    assert gone.json() == {"unit": "D01", "addresses": []}


def test_without_a_server_to_send_by_nothing_is_sent(town: tuple[TestClient, list[Place]], admin: Person) -> None:
    answer = town[0].post("/api/digests", json={}, headers=admin.headers(by_token=True))
    assert answer.status_code == 409


def test_the_command_sends_through_the_program_that_runs_on_the_store(
    bare_city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has one writer: the nightly command finds it by the lock, and it sends by its own settings."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with post_office() as post, socket.socket() as listener:
        mail = {"XUNJIE_SMTP_URL": f"smtp://127.0.0.1:{post.port}", "XUNJIE_MAIL_FROM": "xunjie@office.example"}
        for name, value in {
            **mail,
            "XUNJIE_LOGIN": "local",
            "XUNJIE_DATABASE_URL": url,
            "XUNJIE_CITY": str(bare_city),
        }.items():
            monkeypatch.setenv(name, value)
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(application(), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        ends = time.monotonic() + 60
        while not server.started and time.monotonic() < ends:
            time.sleep(0.05)
        runtime().store.announce(address)
        runtime().notices.add_address("D01", "duty@d01.example", by="a-admin")
        environ = {"XUNJIE_DATABASE_URL": url, "XUNJIE_CITY": str(bare_city)}
        try:
            assert main(["digest", "--send"], environ) == 1, "people sign in there: a token is needed"
            assert not post.letters
            monkeypatch.setenv("XUNJIE_TOKEN", person("night", Role.ADMINISTRATOR).token)
            assert main(["digest", "--send"], environ) == 0
            assert main(["digest", "--send", "--unit", "D01"], environ) == 0
            assert main(["digest", "--send", "--unit", "nowhere"], environ) == 1
        finally:
            server.should_exit = True
            thread.join(20)
        assert [to for to, _ in post.letters] == [["duty@d01.example"]]
    said = capsys.readouterr()
    assert "1 sent, 0 sent before" in said.out
    assert "0 sent, 1 sent before" in said.out
    assert "unit" in said.err
