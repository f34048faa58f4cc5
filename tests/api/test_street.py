"""The phone page and its files: strict policy, a service worker with the right scope, everything it keeps is served."""

from __future__ import annotations

import json
import re
import struct
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.street import TABS


def kept(client: TestClient) -> dict[str, Any]:
    """What the service worker says it keeps."""
    found = re.match(r"self\.xunjieShell = (\{.*?\});\n", client.get("/street/worker.js").text)
    assert found is not None
    content: dict[str, Any] = json.loads(found[1])
    return content


def test_the_page_has_a_strict_policy_and_nothing_inline(demo: TestClient) -> None:
    page = demo.get("/street")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["img-src"] == "'self' data: blob:"  # blob: is a photo that is still on the phone
    assert all(policy[name] == "'self'" for name in ("script-src", "style-src", "connect-src", "worker-src"))
    assert policy["manifest-src"] == "'self'"
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?://", page.text)


def test_every_file_that_page_and_worker_name_is_served_for_ever(demo: TestClient) -> None:
    page = demo.get("/street").text
    named = {*re.findall(r'"(/street/assets/[^"]+)"', page), *kept(demo)["files"]}
    assert len(named) >= 10
    for name in named:
        answer = demo.get(name)
        assert answer.status_code == 200, name
        assert "immutable" in answer.headers["cache-control"]


def test_the_worker_keeps_every_file_that_the_page_needs_to_start(demo: TestClient) -> None:
    needed = set(
        re.findall(r'(?:<script src|<link rel="stylesheet" href|data-[\w-]+)="(/[^"]+)"', demo.get("/street").text)
    )
    assert len(needed) >= 8
    assert needed <= set(kept(demo)["files"])
    assert kept(demo)["page"] == "/street"


def test_the_worker_may_answer_for_the_page_above_it_and_is_asked_about_each_time(demo: TestClient) -> None:
    worker = demo.get("/street/worker.js")
    assert worker.headers["service-worker-allowed"] == "/street"
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"
    again = demo.get("/street/worker.js", headers={"If-None-Match": worker.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["service-worker-allowed"] == "/street"


def test_page_and_worker_are_of_one_release(demo: TestClient) -> None:
    assert f'data-release="{kept(demo)["release"]}"' in demo.get("/street").text


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_manifest_makes_it_installable(demo: TestClient, language: str) -> None:
    answer = demo.get(f"/street/manifest.webmanifest?lang={language}")
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/street", "/street", "standalone")
    assert manifest["lang"] == language
    sizes = {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= sizes
    for icon in manifest["icons"]:
        picture = demo.get(icon["src"])
        assert picture.headers["content-type"] == "image/png"
        width, height = struct.unpack(">II", picture.content[16:24])
        assert icon["sizes"] == f"{width}x{height}"
    for shortcut in manifest["shortcuts"]:
        assert demo.get(shortcut["url"]).status_code == 200


def test_every_tab_and_language_is_taken_and_nothing_else(demo: TestClient) -> None:
    for tab in TABS:
        assert demo.get(f"/street?tab={tab}&lang=en").status_code == 200
    assert '<html lang="en"' in demo.get("/street?lang=en").text
    for query, key in (("lang=fr", "lang"), ("tab=stars", "tab"), ("colour=red", "colour")):
        answer = demo.get(f"/street?{query}")
        assert (answer.status_code, answer.json()["error"]["key"]) == (400, key)


def test_unknown_files_are_told_as_such(demo: TestClient) -> None:
    for name in ("nothing.js", "..%2f..%2fdata%2fsettings.py", "%00"):
        assert demo.get(f"/street/assets/{name}").status_code == 404
    assert demo.get("/street/nothing").status_code == 404
    assert demo.post("/street", json={}).status_code == 405
