"""The routes of photos: sent once, served clean by the viewer's rights, blurred, reviewed, erased."""

from __future__ import annotations

import hashlib
import io
import re
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import jsonschema
import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from api import photo_work
from data.access.demo_persons import demo_person
from data.photos import caps, reading
from data.photos.bare_jpeg import foreign_part
from data.runtime import runtime
from geo.access import Role, Scope, Viewer
from i18n import section
from layers.blur_page import WORDS
from tests.data.photos.scenes import encoded, exif, photo, png_of_size, scene, zip_with

HERE = {"type": "Point", "coordinates": [106.7135, 26.5983]}
SEEDS = iter(range(100, 10_000))


def send(client: TestClient, content: bytes, kind: str = "image/jpeg", query: str = "", **headers: str) -> Any:
    return client.post(f"/api/photos{query}", content=content, headers={"Content-Type": kind, **headers})


@pytest.fixture
def sent(empty: TestClient) -> dict[str, Any]:
    """A new photo, taken at the place of the issues below."""
    answer = send(empty, photo(next(SEEDS), place=(106.7135, 26.5983)))
    assert answer.status_code == 201, answer.text
    said: dict[str, Any] = answer.json()
    return said


@pytest.fixture
def issue(empty: TestClient) -> str:
    receipt = empty.post("/api/issues", json={"id": str(uuid.uuid4()), "type": "E0501", "geometry": HERE}).json()
    return str(receipt["id"])


def attached(issue: str, sha256: str, kind: str) -> None:
    row = np.array([runtime().snapshot.row(issue)])
    version = int(runtime().snapshot.records.of(row).version[0])
    fields = {"photo": sha256, "kind": kind}
    runtime().amend(issue, version, "attach", fields, actor="inspector", client_uuid=str(uuid.uuid4()))


def test_a_photo_is_sent_once_and_served_as_it_is_kept(empty: TestClient) -> None:
    content = photo(next(SEEDS), place=(106.7, 26.6), make="<script>")
    first = send(empty, content)
    said = first.json()
    assert first.status_code == 201
    assert first.headers["location"] == f"/api/photos/{said['photo']}"
    assert said | {"uploaded_at": None} == {
        "photo": said["photo"],
        "width": 320,
        "height": 240,
        "bytes": said["bytes"],
        "taken_at": "2021-08-20T09:30:00+08:00",
        "has_place": True,
        "uploaded_at": None,
        "reviewed": False,
        "blurred_from": None,
        "created": True,
        "flags": [],
    }
    again = send(empty, content)
    assert (again.status_code, again.json()) == (200, {**said, "created": False})
    served = empty.get(f"/api/photos/{said['photo']}")
    assert hashlib.sha256(served.content).hexdigest() == said["photo"]
    assert len(served.content) == said["bytes"]


KINDS = {
    "image/jpeg": lambda: photo(next(SEEDS), place=(106.7, 26.6), make="<script>alert(1)</script>"),
    "image/png": lambda: encoded(scene(next(SEEDS)), "PNG", exif=exif(place=(1.0, 2.0))),
    "image/webp": lambda: encoded(scene(next(SEEDS)), "WEBP", exif=exif(place=(1.0, 2.0))),
    "image/heic": lambda: encoded(scene(next(SEEDS)), "HEIF", exif=exif(place=(1.0, 2.0)).tobytes()),
    "image/heif": lambda: photo(next(SEEDS)) + zip_with(b"<script>"),  # what counts is what it is
}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_is_served_says_more_than_its_pixels(empty: TestClient, kind: str) -> None:
    said = send(empty, KINDS[kind](), kind).json()
    for path in (f"/api/photos/{said['photo']}", f"/api/photos/{said['photo']}/thumb"):
        served = empty.get(path)
        assert served.status_code == 200
        assert foreign_part(served.content) is None
        with Image.open(io.BytesIO(served.content)) as image:
            assert (image.format, dict(image.getexif())) == ("JPEG", {})
        assert not re.search(rb"Exif|script|Maker|xpacket|ICC_PROFILE|PK\x03\x04", served.content)
        assert {
            name: served.headers[name]
            for name in ("content-type", "cache-control", "content-security-policy", "x-content-type-options",
                         "cross-origin-resource-policy")
        } == {
            "content-type": "image/jpeg",
            "cache-control": "private, max-age=31536000, immutable",
            "content-security-policy": "default-src 'none'; sandbox",
            "x-content-type-options": "nosniff",
            "cross-origin-resource-policy": "same-origin",
        }  # fmt: skip
        assert re.fullmatch(r'inline; filename="[0-9a-f]{16}\.jpg"', served.headers["content-disposition"])
        unchanged = empty.get(path, headers={"If-None-Match": served.headers["etag"]})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        head = empty.head(path)
        assert (head.content, head.headers["content-length"]) == (b"", str(len(served.content)))


@pytest.mark.parametrize(
    ("content", "kind", "status", "said"),
    [
        (b"", "image/jpeg", 400, "empty"),
        (b"<svg onload='alert(1)'/>", "image/png", 400, "not_a_photo"),
        (png_of_size(10_000, 10_000), "image/png", 400, "too_many_pixels"),
        (photo(5)[:4_000], "image/jpeg", 400, "damaged"),
        (bytes(25_000_001), "image/jpeg", 413, "more than 25000000 bytes"),
        (b"<svg/>", "image/svg+xml", 415, None),
        (b"GIF89a", "image/gif", 415, None),
        (photo(5), "application/octet-stream", 415, None),
        (photo(5), "multipart/form-data; boundary=x", 415, None),
        (photo(5), "text/plain", 415, None),
    ],
)
def test_what_is_no_photo_is_refused(empty: TestClient, content: bytes, kind: str, status: int, said: str) -> None:
    answer = send(empty, content, kind)
    assert answer.status_code == status
    if said is not None:
        assert answer.json()["error"]["value"] == said


def test_only_pages_of_this_site_may_send_photos(empty: TestClient) -> None:
    assert send(empty, photo(5), Origin="https://elsewhere.example").status_code == 403
    assert send(empty, photo(5), query="?x=1").status_code == 400
    assert send(empty, photo(5), query="?kind=during").status_code == 400


@pytest.mark.parametrize("name", ["f" * 64, "x", "A" * 64, "%2e%2e%2fetc", "f" * 3_000, "%00", "é"])
def test_a_name_of_no_photo_is_not_found(empty: TestClient, name: str) -> None:
    for path in (f"/api/photos/{name}", f"/api/photos/{name}/thumb", f"/photos/{name}/blur"):
        assert empty.get(path).status_code == 404, path
    for act, body in (("blur", {"rectangles": [[0, 0, 1, 1]]}), ("review", {"reviewed": True})):
        assert empty.post(f"/api/photos/{name}/{act}", json=body).status_code == 404


def test_one_photo_sent_by_many_at_once_is_made_once(empty: TestClient) -> None:
    content, answers = photo(next(SEEDS)), []
    threads = [threading.Thread(target=lambda: answers.append(send(empty, content))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.json()["photo"] for answer in answers}) == 1


def test_photos_that_wait_hold_up_nobody_else_and_too_many_are_told_to_come_again(
    empty: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_work, "_places", threading.BoundedSemaphore(8))
    busy = [reading._children.acquire() for _ in range(caps.AT_ONCE)]
    answers: list[Any] = []
    contents = [photo(next(SEEDS)) for _ in range(8)]
    threads = [threading.Thread(target=lambda c=content: answers.append(send(empty, c))) for content in contents]
    try:
        for thread in threads:
            thread.start()
        while photo_work._places._value:
            time.sleep(0.01)
        assert empty.get("/api/summary").status_code == 200
        refused = send(empty, contents[0])
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert not answers
    finally:
        for _ in busy:
            reading._children.release()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 8
    assert photo_work._places._value == 8


def test_flags_are_told_for_the_issue_that_is_named(empty: TestClient, issue: str) -> None:
    number = empty.get(f"/api/issues/{issue}").json()["number"]
    content = photo(next(SEEDS), time="2021:08:20 09:30:00", place=(106.7135, 26.6083))
    for identity in (issue, number):
        flags = send(empty, content, query=f"?issue={identity}&kind=after").json()["flags"]
        assert [flag["code"] for flag in flags] == ["far", "before_report"]
    assert flags[0]["figures"] == {"metres": 1108, "most_metres": 100}
    assert flags[0]["message"].startswith("Taken 1108 m from the issue")
    assert flags[0]["message_zh"].startswith("拍摄地点距问题 1108 米")
    assert send(empty, content, query="?issue=YY-99999").status_code == 404


def test_the_photos_of_an_issue_are_as_described(empty: TestClient, issue: str, sent: dict[str, Any]) -> None:
    attached(issue, sent["photo"], "before")
    made = empty.post(f"/api/photos/{sent['photo']}/blur", json={"rectangles": [[10, 20, 30, 40]]}).json()
    answer = empty.get(f"/api/issues/{issue}/photos").json()
    described = empty.get("/api/openapi.json").json()["paths"]["/api/issues/{identity}/photos"]["get"]
    jsonschema.validate(answer, described["responses"]["200"]["content"]["application/json"]["schema"])
    [one] = answer["photos"]
    assert (one["photo"], one["kind"], one["actor"], one["flags"]) == (sent["photo"], "before", "inspector", [])
    assert one["distance_m"] < 1
    assert [photo["photo"] for photo in one["blurred"]] == [made["photo"]]
    assert "106.7135" not in str(answer)
    assert "Maker" not in str(answer)
    assert empty.get("/api/issues/YY-99999/photos").status_code == 404


def test_blurring_makes_another_photo_once(empty: TestClient, sent: dict[str, Any]) -> None:
    path = f"/api/photos/{sent['photo']}/blur"
    first = empty.post(path, json={"rectangles": [[10, 20, 100, 50], [200, 100, 40, 40]]})
    made = first.json()
    assert (first.status_code, made["blurred_from"], made["reviewed"]) == (201, sent["photo"], False)
    assert made["taken_at"] == sent["taken_at"]
    assert empty.post(path, json={"rectangles": [[10, 20, 100, 50], [200, 100, 40, 40]]}).status_code == 200
    assert empty.get(f"/api/photos/{made['photo']}").content != empty.get(f"/api/photos/{sent['photo']}").content


@pytest.mark.parametrize(
    "rectangles",
    [
        *([], [[1, 2, 3]], [[0, 0, 400, 10]], [[0, 0, 1.5, 10]], [[True, 0, 5, 5]], "x", {"a": 1}, [[0, 0, 10**30, 1]]),
        [[0, 0, 1, 1]] * 51,
    ],
)
def test_rectangles_that_cannot_be_are_refused(empty: TestClient, sent: dict[str, Any], rectangles: object) -> None:
    answer = empty.post(f"/api/photos/{sent['photo']}/blur", json={"rectangles": rectangles})
    assert (answer.status_code, answer.json()["error"]["key"]) == (400, "rectangles")


def test_a_review_is_noted_and_taken_back(empty: TestClient, sent: dict[str, Any]) -> None:
    path = f"/api/photos/{sent['photo']}/review"
    for reviewed in (True, True, False):
        answer = empty.post(path, json={"reviewed": reviewed})
        assert (answer.status_code, answer.json()["reviewed"]) == (200, reviewed)
    assert empty.post(path, json={"reviewed": 1}).status_code == 400


def test_an_erased_photo_is_gone_and_is_not_taken_again(empty: TestClient) -> None:
    content = photo(next(SEEDS))
    said = send(empty, content).json()["photo"]
    assert empty.post(f"/api/photos/{said}/erase", json={"photo": "other"}).status_code == 400
    answer = empty.post(f"/api/photos/{said}/erase", json={"photo": said})
    assert (answer.status_code, answer.json()) == (200, {"erased": said, "blurred": []})
    assert empty.get(f"/api/photos/{said}").status_code == 404
    assert empty.get(f"/api/photos/{said}/thumb").status_code == 404
    assert send(empty, content).status_code == 409


def test_a_damaged_file_is_not_served(empty: TestClient, sent: dict[str, Any]) -> None:
    path = runtime().photos.files.path(sent["photo"])
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"\xd8")
    answer = empty.get(f"/api/photos/{sent['photo']}")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/json")
    path.write_bytes(whole)
    assert empty.get(f"/api/photos/{sent['photo']}").status_code == 200


@pytest.fixture
def seen_by(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Who asks, and which issues they may see: what the rules of access will say."""
    asking: dict[str, Any] = {"viewer": demo_person(None, ()), "issues": set()}
    monkeypatch.setattr("api.photo_answers.viewer_of", lambda _request: asking["viewer"])
    monkeypatch.setattr("api.photos.viewer_of", lambda _request: asking["viewer"])
    for module in ("photo_answers", "photos"):
        monkeypatch.setattr(f"api.{module}.may_see_issue", lambda _viewer, issue: issue in asking["issues"])
        monkeypatch.setattr(f"api.{module}.may_see_protected", lambda viewer, issue: issue in asking["issues"])
    return asking


def test_a_photo_is_served_to_who_may_see_it_alone(
    empty: TestClient, issue: str, sent: dict[str, Any], seen_by: dict[str, Any]
) -> None:
    made = empty.post(f"/api/photos/{sent['photo']}/blur", json={"rectangles": [[10, 20, 30, 40]]}).json()["photo"]
    attached(issue, sent["photo"], "before")
    paths = [
        f"{path}{tail}" for path in (f"/api/photos/{sent['photo']}", f"/api/photos/{made}") for tail in ("", "/thumb")
    ]
    paths += [f"/photos/{made}/blur", f"/api/issues/{issue}/photos"]

    def statuses() -> set[int]:
        return {empty.get(path, headers={"If-None-Match": f'"{made}"'}).status_code for path in paths}

    seen_by["issues"] = {issue}
    assert statuses() <= {200, 304}
    seen_by["viewer"], seen_by["issues"] = Viewer("ben", "Ben", frozenset({Role.DEPARTMENT})), set()
    assert statuses() == {404}
    assert empty.post(f"/api/photos/{made}/review", json={"reviewed": True}).status_code == 404
    assert empty.post(f"/api/photos/{made}/erase", json={"photo": made}).status_code == 404
    seen_by["issues"] = {issue}
    assert statuses() <= {200, 304}
    seen_by["viewer"] = Viewer("anyone", "", frozenset({Role.PUBLIC}))
    assert {empty.get(path).status_code for path in paths[:4]} == {404}
    seen_by["viewer"] = demo_person(None, ())
    assert empty.post(f"/api/photos/{made}/review", json={"reviewed": True}).status_code == 200
    seen_by["viewer"] = Viewer("anyone", "", frozenset({Role.PUBLIC}))
    assert [empty.get(path).status_code for path in paths[:4]] == [404, 404, 200, 200]


def test_a_flag_does_not_name_an_issue_that_the_viewer_may_not_see(
    empty: TestClient, issue: str, seen_by: dict[str, Any]
) -> None:
    content = photo(next(SEEDS), place=(106.7135, 26.5983))
    said = send(empty, content).json()["photo"]
    attached(issue, said, "before")
    other = empty.post("/api/issues", json={"id": str(uuid.uuid4()), "type": "E0501", "geometry": HERE}).json()["id"]
    number = empty.get(f"/api/issues/{issue}").json()["number"]
    seen_by["issues"] = {issue, other}
    [flag] = send(empty, content, query=f"?issue={other}").json()["flags"]
    assert (flag["code"], flag["figures"]["issue"], number in flag["message"]) == ("used_before", issue, True)
    seen_by["viewer"], seen_by["issues"] = Viewer("ben", "Ben", frozenset({Role.INSPECTOR})), {other}
    answer = send(empty, content, query=f"?issue={other}")
    assert issue not in answer.text
    assert number not in answer.text
    assert answer.json()["flags"][0]["message"].endswith("first for issue (not yours to see).")


def test_scope_decides_which_issues_photos_are_seen(
    empty: TestClient, issue: str, sent: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = empty.get(f"/api/issues/{issue}").json()["subdistrict"]
    attached(issue, sent["photo"], "before")
    noted_before: list[str] = []
    for role, subdistrict, sees, knows in (
        (Role.INSPECTOR, here, True, True),
        (Role.INSPECTOR, "elsewhere", False, False),
        (Role.DEPARTMENT, here, True, False),
        (Role.PUBLIC, here, False, False),
        (Role.ADMINISTRATOR, "elsewhere", True, False),
        (Role.AUDITOR, "elsewhere", True, True),
    ):
        who = Viewer("someone", "", frozenset({role}), Scope(subdistricts=frozenset({subdistrict})))
        for module in ("photo_answers", "photos"):
            monkeypatch.setattr(f"api.{module}.viewer_of", lambda _request, who=who: who)
        assert (empty.get(f"/api/photos/{sent['photo']}").status_code == 200) is sees, role
        answer = empty.get(f"/api/issues/{issue}/photos")
        assert (answer.status_code == 200) is sees, role
        noted = [entry.kind for entry in runtime().access.newest_entries(1_000) if entry.subject == issue]
        assert noted == ["saw_protected"] * (len(noted_before) + knows), role
        noted_before = noted
        if sees:
            [one] = answer.json()["photos"]
            told = (one["taken_at"], one["has_place"], one["distance_m"])
            assert (None not in told) is knows, role
            assert knows or set(told) == {None}


def test_a_department_sees_the_photos_of_what_is_assigned_to_it_and_of_nothing_else(
    empty: TestClient, issue: str, sent: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    attached(issue, sent["photo"], "before")
    who = Viewer("works", "", frozenset({Role.DEPARTMENT}), Scope(departments=frozenset({"D02"})))
    for module in ("photo_answers", "photos"):
        monkeypatch.setattr(f"api.{module}.viewer_of", lambda _request: who)
    for version, (unit, status) in enumerate((("D01", 404), ("D02", 200)), 2):
        assigned = {"department": unit}
        runtime().amend(issue, version, "assign", assigned, actor="hq", client_uuid=str(uuid.uuid4()))
        for path in (f"/api/photos/{sent['photo']}", f"/api/issues/{issue}/photos"):
            assert empty.get(path).status_code == status, (unit, path)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_page_has_no_inline_script_and_says_everything_in_one_language(
    empty: TestClient, sent: dict[str, Any], language: str
) -> None:
    answer = empty.get(f"/photos/{sent['photo']}/blur?lang={language}&theme=dark")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert f'<html lang="{language}" data-theme="dark"' in answer.text
    assert not re.search(r"<script(?! src=)|\son\w+=|\sstyle=|<style", answer.text)
    assert all(section("photos", language)[f"blur_{word}"] for word in WORDS)
    names = re.findall(r"/photos/assets/[\w.-]+", answer.text)
    assert len(names) == 2
    for name in names:
        served = empty.get(name)
        assert (served.status_code, "immutable" in served.headers["cache-control"]) == (200, True)
    script = next(empty.get(name).text for name in names if name.endswith(".js"))
    said = set(re.findall(r'\b(?:tell|word)\("(\w+)"', script)) | {"was_reviewed", "was_not_reviewed"}
    assert said == set(WORDS)
    assert empty.get("/photos/assets/none.js").status_code == 404
    assert empty.get("/photos/nowhere").status_code == 404
