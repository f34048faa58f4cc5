"""Signing in by an OpenID provider, end to end: a local provider serves, our routes do the rest."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from data.runtime import runtime
from geo.access import Role
from tests.api.people import person, signing_in

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from oidc_provider_mock import User, run_server_in_thread

SECRET: Final = "a secret of the office"
PEOPLE: Final = (
    User(sub="s-1", claims={"preferred_username": "Li.Wei", "name": "Li Wei"}),
    User(sub="s-2", claims={"preferred_username": "li.wei"}),
    User(sub="s-3", claims={"preferred_username": "stranger"}),
    User(sub="s-4", claims={}),
)


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with run_server_in_thread(user_claims=PEOPLE, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def desk(provider: str, tmp_path_factory: pytest.TempPathFactory, bare_city: Path) -> Iterator[TestClient]:
    settings = {
        "XUNJIE_LOGIN": "oidc",
        "XUNJIE_OIDC_ISSUER": provider,
        "XUNJIE_OIDC_CLIENT_ID": "xunjie",
        "XUNJIE_OIDC_CLIENT_SECRET": SECRET,
    }
    url = f"sqlite:///{tmp_path_factory.mktemp('oidc') / 'store.db'}"
    with signing_in(url, bare_city, **settings) as client:
        person("li.wei", Role.PLANNER)
        yield client


@pytest.fixture(autouse=True)
def _another_browser(desk: TestClient) -> None:
    desk.cookies.clear()


def begun(desk: TestClient, next_path: str = "/explore?lang=en") -> str:
    """The provider's address to which a browser is sent."""
    answer = desk.get("/sign-in/oidc", params={"next": next_path, "lang": "en"})
    assert answer.status_code == 302
    return answer.headers["location"]


def consented(address: str, subject: str) -> str:
    """The provider's answer to who says there that they are `subject`: where it sends the browser back to."""
    answer = httpx.post(address, data={"sub": subject})
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["location"])
    assert back.netloc == "127.0.0.1:8501"
    return f"{back.path}?{back.query}"


def come_back(desk: TestClient, subject: str) -> Any:
    return desk.get(consented(begun(desk), subject))


def test_the_page_offers_the_provider(desk: TestClient) -> None:
    assert 'href="/sign-in/oidc?lang=en&amp;next=%2Fmap"' in desk.get("/sign-in?lang=en&next=/map").text


def test_a_known_person_signs_in_and_goes_on_to_where_they_wanted(desk: TestClient) -> None:
    asked = parse_qs(urlsplit(begun(desk)).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["state"]
    assert asked["nonce"]
    assert asked["redirect_uri"] == ["http://127.0.0.1:8501/sign-in/oidc/callback"]
    answer = come_back(desk, "s-1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/explore?lang=en")
    [cookie] = [line for line in answer.headers.get_list("set-cookie") if line.startswith("xunjie=")]
    assert re.search(r"HttpOnly; SameSite=Lax$", cookie)
    me = desk.get("/api/me").json()
    assert (me["roles"], me["login"]) == (["planner"], "oidc")
    assert runtime().access.newest_entries(1)[0].kind == "signed_in"


def test_the_name_of_a_linked_account_opens_nothing_to_another_person(desk: TestClient) -> None:
    assert come_back(desk, "s-1").status_code == 303
    desk.cookies.clear()
    answer = come_back(desk, "s-2")
    assert answer.status_code == 403
    assert "no account here" in answer.text


@pytest.mark.parametrize("subject", ["s-3", "s-4"])
def test_who_has_no_account_is_told_so(desk: TestClient, subject: str) -> None:
    answer = come_back(desk, subject)
    assert answer.status_code == 403
    assert "no account here" in answer.text
    assert not [line for line in answer.headers.get_list("set-cookie") if line.startswith("xunjie=")]


def test_a_callback_of_another_browser_or_a_second_time_is_refused(desk: TestClient) -> None:
    back = consented(begun(desk), "s-1")
    kept = dict(desk.cookies)
    desk.cookies.clear()
    assert desk.get(back).status_code == 400  # somebody else's browser
    assert desk.get("/api/me").status_code == 401
    desk.cookies.update(kept)
    assert desk.get(re.sub(r"state=[^&]*", "state=forged", back)).status_code == 400
    desk.cookies.clear()
    desk.cookies.update(kept)
    assert desk.get(back).status_code == 303
    desk.cookies.clear()
    desk.cookies.update(kept)
    assert desk.get(back).status_code == 400  # the code is used up
    for query in ("", "error=access_denied", "code=1&state=2"):
        assert desk.get(f"/sign-in/oidc/callback?{query}").status_code == 400


def test_nobody_is_sent_elsewhere_by_way_of_the_provider(desk: TestClient) -> None:
    answer = desk.get(consented(begun(desk, "//evil.example/x"), "s-1"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_no_secret_reaches_the_browser(desk: TestClient) -> None:
    answer = desk.get("/sign-in/oidc")
    assert SECRET not in str(answer.headers) + answer.text
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert "path=/sign-in/oidc" in answer.headers["set-cookie"].lower()


def test_a_provider_that_is_away_is_told_of_in_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, bare_city: Path, desk: TestClient
) -> None:
    settings = {
        "XUNJIE_LOGIN": "oidc",
        "XUNJIE_OIDC_ISSUER": "http://127.0.0.1:9",
        "XUNJIE_OIDC_CLIENT_ID": "xunjie",
        "XUNJIE_OIDC_CLIENT_SECRET": SECRET,
    }
    url = f"sqlite:///{tmp_path_factory.mktemp('away') / 'store.db'}"
    with signing_in(url, bare_city, **settings) as client:
        answer = client.get("/sign-in/oidc?lang=en")
        assert answer.status_code == 503
        assert "cannot be reached" in answer.text
