"""Several answers in one: each the very answer of its own route, and nothing for what still holds."""

from __future__ import annotations

import gzip
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from api import data_route
from api.picture import MOST
from geo.errors import StoreLostError

BOX = "z=13&bbox=106.7,26.55,106.75,26.6"
ADDRESSES = ["/api/summary", "/api/timeline?type=E0501", f"/api/marks?form=columns&{BOX}", f"/api/roads?{BOX}"]
HERE, ELSEWHERE = [106.7135, 26.5885], [106.63, 26.66]


def ask(client: TestClient, addresses: list[str], tags: list[str], **headers: str) -> Any:
    """The answer to a picture of `addresses`, each with its tag (none where it is empty)."""
    pairs = [
        pair
        for url, tag in zip(addresses, tags, strict=True)
        for pair in (("ask", url), *([("tag", tag)] if tag else []))
    ]
    return client.get(f"/api/picture?{urlencode(pairs)}", headers=headers)


def report(client: TestClient, place: list[float]) -> None:
    point = {"type": "Point", "coordinates": place}
    body = {"id": str(uuid.uuid4()), "type": "E0501", "geometry": point}
    assert client.post("/api/issues", json=body).status_code == 201


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_each_answer_is_that_of_its_own_route(empty: TestClient, encoding: str) -> None:
    report(empty, HERE)
    found = ask(empty, ADDRESSES, [""] * 4, **{"Accept-Encoding": encoding})
    assert found.status_code == 200
    assert found.headers.get("content-encoding", "identity") == encoding
    own = [empty.get(address) for address in ADDRESSES]
    assert found.json()["answers"] == [
        {"status": 200, "etag": answer.headers["etag"], "content": answer.json()} for answer in own
    ]


def test_what_still_holds_is_not_sent(empty: TestClient) -> None:
    report(empty, HERE)
    tags = [answer["etag"] for answer in ask(empty, ADDRESSES, [""] * 4).json()["answers"]]
    again = ask(empty, ADDRESSES, tags)
    assert again.json() == {"answers": [{"status": 304}] * 4}
    report(empty, ELSEWHERE)
    after = ask(empty, ADDRESSES, tags).json()["answers"]
    assert [answer["status"] for answer in after[:1] + after[2:]] == [200, 304, 304]
    report(empty, HERE)
    after = ask(empty, ADDRESSES, tags).json()["answers"]
    assert [answer["status"] for answer in after] == [200, 200, 200, 304]


def test_a_question_that_cannot_be_taken_leaves_the_others_answered(empty: TestClient) -> None:
    answers = ask(empty, ["/api/summary?type=none", "/api/summary", "/api/marks"], ["", "", "x"]).json()["answers"]
    assert [answer["status"] for answer in answers] == [400, 200, 400]
    assert answers[0]["content"]["error"]["key"] == "type"
    assert answers[2]["content"] == empty.get("/api/marks").json()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "tag=a",
        "ask=/api/summary&tag=a&tag=b",
        "ask=/api/summary&type=E0501",
        "&".join(["ask=/api/summary"] * (MOST + 1)),
        "ask=/api/picture%3Fask%3D/api/summary",
        "ask=/api/stream",
        "ask=/api/issues.geojson",
        "ask=/healthz",
        "ask=http://other.example/api",
        "ask=http://[",
        "ask=http://127.0.0.1/api/summary",
        "ask=//127.0.0.1/api/summary",
    ],
)
def test_only_answers_of_data_routes_can_be_asked_for(empty: TestClient, query: str) -> None:
    answer = empty.get(f"/api/picture?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["key"] in ("ask", "tag", "type")


def test_a_failure_is_not_kept_for_others(empty: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    report(empty, HERE)
    real = data_route.view_of

    def lost(*_: object) -> None:
        raise StoreLostError("gone")

    monkeypatch.setattr(data_route, "view_of", lost)
    failed = ask(empty, ["/api/summary", "/api/timeline"], ["", ""])
    assert [answer["status"] for answer in failed.json()["answers"]] == [503, 503]
    assert "etag" not in failed.headers
    monkeypatch.setattr(data_route, "view_of", real)
    again = ask(empty, ["/api/summary", "/api/timeline"], ["", ""]).json()["answers"]
    assert [answer["status"] for answer in again] == [200, 200]


def test_who_asks_for_the_same_is_given_the_same_bytes_and_each_answer_is_worked_out_once(
    empty: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(empty, HERE)
    real, made = data_route.view_of, []
    monkeypatch.setattr(data_route, "view_of", lambda *given: made.append(given) or real(*given))
    first, second = (ask(empty, ADDRESSES, [""] * 4) for _ in range(2))
    assert first.content == second.content
    assert len(made) == len(ADDRESSES)
    other = ask(empty, ADDRESSES[:2], ["", "W/another"])
    assert other.json()["answers"] == first.json()["answers"][:2]
    assert len(made) == len(ADDRESSES)


def test_a_picture_is_compressed(empty: TestClient) -> None:
    with empty.stream("GET", f"/api/picture?{urlencode([('ask', url) for url in ADDRESSES])}") as answer:
        raw = b"".join(answer.iter_raw())
    assert len(raw) < len(gzip.decompress(raw)) / 2
