"""Where one is signed in and by what: listed, ended one by one, by its owner and by administrators."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from data.runtime import runtime
from geo.access import Role
from tests.api.people import PASSWORD, SAME_ORIGIN, Person, person, signing_in


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, bare_city: Path) -> Iterator[TestClient]:
    with signing_in(f"sqlite:///{tmp_path_factory.mktemp('own') / 'store.db'}", bare_city) as client:
        yield client


@pytest.fixture(scope="module")
def chief(desk: TestClient) -> Person:
    return person("chief", Role.ADMINISTRATOR)


@pytest.fixture(autouse=True)
def _no_cookies_of_others(desk: TestClient) -> None:
    desk.cookies.clear()


def again(login: str) -> dict[str, str]:
    """One more session of somebody, as headers."""
    cookie = runtime().access.sign_in(login, PASSWORD)
    return {"Cookie": f"xunjie={cookie}", **SAME_ORIGIN}


def test_the_own_sessions_are_listed_and_ended_one_by_one(desk: TestClient) -> None:
    wei = person("li.wei", Role.INSPECTOR)
    second, third = again("li.wei"), again("li.wei")
    listed = desk.get("/api/me/sessions", headers=second).json()["sessions"]
    assert len(listed) == 3
    assert [one["this"] for one in listed].count(True) == 1
    assert wei.cookie not in str(listed)
    [own] = [one["id"] for one in desk.get("/api/me/sessions", headers=third).json()["sessions"] if one["this"]]
    assert desk.post(f"/api/me/sessions/{own}/end", json={}, headers=second).json() == {"ended": 1}
    assert desk.get("/api/me", headers=third).status_code == 401
    assert desk.post(f"/api/me/sessions/{own}/end", json={}, headers=second).status_code == 404
    assert desk.post("/api/me/sessions/end-others", json={}, headers=second).json() == {"ended": 1}
    assert desk.get("/api/me", headers=wei.headers()).status_code == 401
    assert desk.get("/api/me", headers=second).status_code == 200
    assert desk.get("/api/me", headers=wei.headers(by_token=True)).status_code == 200  # tokens stay


def test_nobody_ends_a_session_of_somebody_else(desk: TestClient) -> None:
    mine, theirs = person("mine", Role.INSPECTOR), person("theirs", Role.COMMANDER)
    [other] = [one["id"] for one in desk.get("/api/me/sessions", headers=theirs.headers()).json()["sessions"]]
    assert desk.post(f"/api/me/sessions/{other}/end", json={}, headers=mine.headers()).status_code == 404
    assert desk.post(f"/api/accounts/theirs/sessions/{other}/end", json={}, headers=mine.headers()).status_code == 403
    assert desk.get("/api/me", headers=theirs.headers()).status_code == 200


def test_a_token_ends_no_sessions(desk: TestClient) -> None:
    by_token = person("robot", Role.INSPECTOR).headers(by_token=True)
    assert desk.post("/api/me/sessions/end-others", json={}, headers=by_token).status_code == 403
    assert not any(one["this"] for one in desk.get("/api/me/sessions", headers=by_token).json()["sessions"])


def test_an_administrator_sees_and_ends_what_somebody_has_open(desk: TestClient, chief: Person) -> None:
    lost = person("lost.phone", Role.INSPECTOR)
    found = desk.get("/api/accounts/lost.phone/access", headers=chief.headers()).json()
    [session], [token] = found["sessions"], found["tokens"]
    assert (session["way"], token["revoked"]) == ("password", False)
    assert lost.cookie not in str(found)
    there = f"/api/accounts/lost.phone/sessions/{session['id']}/end"
    assert desk.post(there, json={}, headers=chief.headers()).json() == {"ended": 1}
    assert desk.get("/api/me", headers=lost.headers()).status_code == 401
    assert desk.get("/api/me", headers=lost.headers(by_token=True)).status_code == 200
    there = f"/api/accounts/lost.phone/tokens/{token['id']}/revoke"
    assert desk.post(there, json={}, headers=chief.headers()).status_code == 204
    assert desk.get("/api/me", headers=lost.headers(by_token=True)).status_code == 401
    assert desk.post(there, json={}, headers=chief.headers()).status_code == 404
    kinds = [(entry.kind, entry.subject) for entry in runtime().access.newest_entries(2)]
    account = runtime().access.account("lost.phone").id
    assert kinds == [("token_revoked", token["id"]), ("sessions_revoked", account)]


def test_a_token_of_one_account_is_not_revoked_by_the_address_of_another(desk: TestClient, chief: Person) -> None:
    owner = person("owner", Role.INSPECTOR)
    [token] = desk.get("/api/accounts/owner/access", headers=chief.headers()).json()["tokens"]
    there = f"/api/accounts/chief/tokens/{token['id']}/revoke"
    assert desk.post(there, json={}, headers=chief.headers()).status_code == 404
    assert desk.get("/api/me", headers=owner.headers(by_token=True)).status_code == 200


def test_guessing_the_present_password_locks_the_account(desk: TestClient) -> None:
    guessed = person("guessed", Role.INSPECTOR)
    wish = {"old": "wrong wrong wrong", "new": "quite another one"}
    answers = [desk.post("/api/me/password", json=wish, headers=guessed.headers()) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {400}
    right = desk.post("/api/me/password", json={**wish, "old": PASSWORD}, headers=guessed.headers())
    assert (right.status_code, right.json()["error"]["key"]) == (400, "old")
    assert runtime().access.sign_in("guessed", PASSWORD) is None
