"""A reach names what there is: an unknown subdistrict, unit or group is refused with what would do; a code that was
retired later can be read, kept and taken out."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from data.access.people import KINDS, checked_scope, scope_kinds
from data.runtime import runtime
from data.scope_codes import known_codes
from geo.access import Role, Scope
from geo.errors import BadValueError
from tests.api.people import Person, person, signing_in

GROUP = "group.north"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, bare_city: Path) -> Iterator[TestClient]:
    with signing_in(f"sqlite:///{tmp_path_factory.mktemp('codes') / 'store.db'}", bare_city) as client:
        yield client


@pytest.fixture(scope="module")
def chief(desk: TestClient) -> Person:
    return person("chief", Role.ADMINISTRATOR, Role.COMMANDER)


def put(desk: TestClient, chief: Person, change: Any) -> None:
    """Keep the organisation with its units changed."""
    book = desk.get("/api/organisation/book", headers=chief.headers()).json()
    content = book["content"]
    change(content["units"])
    wish = {"id": str(uuid.uuid4()), "version": book["version"], "content": content}
    answer = desk.post("/api/organisation/book", json=wish, headers=chief.headers())
    assert answer.status_code == 201, answer.text


def new(desk: TestClient, chief: Person, login: str, scope: Any) -> Any:
    wish = {"login": login, "name": login, "roles": ["department"], "scope": scope, "password": "a long enough one"}
    return desk.post("/api/accounts", json=wish, headers=chief.headers())


@pytest.mark.parametrize(
    ("kind", "code"),
    [("departments", "D99"), ("departments", "d01"), ("subdistricts", "999"), ("groups", "01"), ("groups", "D01")],
)
def test_a_code_of_nothing_is_refused_with_what_there_is(desk: TestClient, chief: Person, kind: str, code: str) -> None:
    known = known_codes(runtime().snapshot)[kind] or ()
    answer = new(desk, chief, "nobody.yet", {kind: [*known[:1], code]})
    error = answer.json()["error"]
    assert (answer.status_code, error["key"], error["value"]) == (400, kind, code)
    assert code in error["message_zh"]
    for there in known[:3]:
        assert there in error["expected"]
        assert there in error["message_zh"]
    assert desk.get("/api/accounts/nobody.yet/access", headers=chief.headers()).status_code == 404


def test_a_token_and_a_webhook_name_what_there_is_too(desk: TestClient, chief: Person) -> None:
    token = {"name": "t", "days": 3, "scope": {"departments": ["D99"]}}
    hook = {"url": "https://example.org/hook", "departments": ["D99"]}
    for path, wish in (("/api/tokens", token), ("/api/webhooks", hook)):
        answer = desk.post(path, json=wish, headers=chief.headers())
        assert (answer.status_code, answer.json()["error"]["value"]) == (400, "D99"), path


def test_a_code_that_was_retired_is_read_kept_and_taken_out(desk: TestClient, chief: Person) -> None:
    name = {"zh": "北组", "en": "North"}
    group = {"code": GROUP, "kind": "site_group", "name": name}
    unit = {"code": "D77", "kind": "department", "name": name}
    put(desk, chief, lambda units: units.extend([group, unit]))
    scope = {"departments": ["D77"], "groups": [GROUP]}
    assert new(desk, chief, "li.wei", scope).status_code == 201

    def retire(units: list[dict[str, Any]]) -> None:
        for entry in units:
            if entry["code"] in ("D77", GROUP):
                entry["retired"] = True

    put(desk, chief, retire)
    [read] = [
        one for one in desk.get("/api/accounts", headers=chief.headers()).json()["accounts"] if one["login"] == "li.wei"
    ]
    assert read["scope"] == scope
    assert new(desk, chief, "late", scope).status_code == 400

    def change(**wish: Any) -> Any:
        return desk.post("/api/accounts/li.wei", json=wish, headers=chief.headers())

    assert change(name="李", scope=scope).json()["scope"] == scope
    assert change(scope={**scope, "departments": ["D77", "D99"]}).status_code == 400
    assert change(scope={"departments": ["D01"]}).json()["scope"] == {"departments": ["D01"]}
    assert change(scope={"departments": ["D77"]}).status_code == 400, "it is not theirs any more"


CODES = st.lists(st.sampled_from(["A", "B", "C", "old", "none"]), min_size=1, max_size=4)


@given(
    wish=st.dictionaries(st.sampled_from(KINDS), st.none() | CODES),
    known=st.fixed_dictionaries({kind: st.none() | CODES for kind in KINDS}),
    held=st.dictionaries(st.sampled_from(KINDS), CODES),
)
def test_a_scope_is_taken_exactly_where_each_code_is_known_or_held(
    wish: dict[str, Any], known: dict[str, Any], held: dict[str, list[str]]
) -> None:
    before = Scope(**{kind: frozenset(codes) for kind, codes in held.items()})
    good = all(
        known[kind] is None or code in known[kind] or code in held.get(kind, ())
        for kind, codes in wish.items()
        for code in codes or ()
    )
    if not good:
        with pytest.raises(BadValueError) as refused:
            checked_scope(wish, known, held=(before,))
        assert refused.value.value in wish[refused.value.key]
        assert refused.value.value not in held.get(refused.value.key, ())
        return
    taken = checked_scope(wish, known, held=(before,))
    assert scope_kinds(taken) == {kind: sorted(set(codes)) for kind, codes in wish.items() if codes is not None}
