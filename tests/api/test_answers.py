"""Answers: unchanged ones are not sent, large ones are packed, repeated ones are not worked out again."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from api.answers import BodyCache


@pytest.mark.parametrize(
    "path", ["/api/summary", "/api/density/roads", "/map", "/api/openapi.json", "/api/issues/YY-00001"]
)
def test_what_did_not_change_is_not_sent_again(demo: TestClient, path: str) -> None:
    first = demo.get(path)
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["etag"].startswith('W/"')
    for tag in (first.headers["etag"], f'"other", {first.headers["etag"]}', "*", first.headers["etag"][2:]):
        again = demo.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    assert demo.get(path, headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_another_question_has_another_tag(demo: TestClient) -> None:
    paths = [
        "summary",
        "summary?synthetic_splits=1",
        "summary?type=E0501",
        "watch",
        "watch?newest=4",
        "summary?as_of=2021-07-01",
    ]
    assert len({demo.get(f"/api/{path}").headers["etag"] for path in paths}) == len(paths)


def test_the_same_question_in_other_words_has_the_same_tag(demo: TestClient) -> None:
    one = demo.get("/api/summary?type=E0501&type=E0110")
    other = demo.get("/api/summary?type=E0110&register=supervision&type=E0501&type=E0110")
    assert one.headers["etag"] == other.headers["etag"]
    assert one.json()["filter"] == other.json()["filter"] == "type=E0110&type=E0501"


def test_large_answers_are_packed_for_who_takes_it(demo: TestClient) -> None:
    packed = demo.get("/api/density/roads", headers={"Accept-Encoding": "br, gzip;q=0.5"})
    plain = demo.get("/api/density/roads", headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert packed.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in demo.get("/healthz").headers


def test_head_gives_the_headers_alone(demo: TestClient) -> None:
    got, head = demo.get("/api/summary"), demo.head("/api/summary")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == got.headers["content-length"]
    assert head.headers["etag"] == got.headers["etag"]


def test_two_requests_for_one_answer_work_it_out_once() -> None:
    cache, made = BodyCache(), []
    gate = threading.Barrier(8)

    def make() -> bytes:
        made.append(1)
        time.sleep(0.05)
        return b"x"

    def ask(_: int) -> bytes:
        gate.wait()
        return cache.get("key", make).plain

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {b"x"}
    assert len(made) == 1


def test_the_cache_keeps_to_its_cap_and_forgets_what_was_used_longest_ago() -> None:
    cache, made = BodyCache(cap_bytes=2_500), []

    def ask(key: str) -> None:
        cache.get(key, lambda: made.append(key) or key.encode() * 900)  # type: ignore[func-returns-value]

    for key in ("a", "b", "a", "c", "a", "b"):
        ask(key)
    assert made == ["a", "b", "c", "b"]


def test_a_failure_is_not_kept() -> None:
    cache = BodyCache()
    with pytest.raises(ZeroDivisionError):
        cache.get("key", lambda: bytes(1 // 0))
    assert cache.get("key", lambda: b"now").plain == b"now"


def test_another_revision_lets_go_of_all_that_was_kept() -> None:
    cache, made = BodyCache(), []

    def ask(key: str, stand: int) -> None:
        cache.get(key, lambda: made.append(key) or b"x", stand=stand)  # type: ignore[func-returns-value]

    for key, stand in (("a", 1), ("b", 1), ("a", 1), ("a", 2), ("b", 2), ("b", 2)):
        ask(key, stand)
    assert made == ["a", "b", "a", "b"]


VIEWPORT = "bbox=106.6,26.5,106.8,26.7"


@pytest.mark.parametrize("z", [10, 12, 14, 16])
@pytest.mark.parametrize(
    "path",
    ["cells?", "cells?part=raster&", "marks?form=columns&", "marks?form=columns&stage=overdue&", "roads?density=1&"],
)
def test_a_viewports_answer_is_no_more_than_fifteen_kilobytes(demo: TestClient, path: str, z: int) -> None:
    answer = demo.get(f"/api/{path}z={z}&{VIEWPORT}")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) <= 15_000
