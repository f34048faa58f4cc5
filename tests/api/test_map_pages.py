"""The map page and the wall page: strict policy, every named file served for ever, parameters checked."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

PAGES = ["/map", "/wall"]


@pytest.mark.parametrize("path", PAGES)
def test_the_page_names_files_that_are_served_for_ever(demo: TestClient, path: str) -> None:
    page = demo.get(path)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    names = set(re.findall(r'"(/map/assets/[^"]+)"', page.text))
    assert len(names) >= 5
    for name in names:
        answer = demo.get(name)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "connect-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", PAGES)
def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere(demo: TestClient, path: str) -> None:
    page = demo.get(path)
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'self'"
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    assert not re.search(r"<style|\sstyle=|\son\w+=", page.text)
    assert not re.search(r"https?://", page.text)


def test_language_and_theme_are_the_page_s(demo: TestClient) -> None:
    assert '<html lang="zh-CN"' in demo.get("/map").text
    english = demo.get("/wall?lang=en&theme=light").text
    assert '<html lang="en"' in english
    assert 'data-theme="light"' in english
    assert 'data-theme="dark"' in demo.get("/wall").text


@pytest.mark.parametrize(
    "query",
    [
        *("lang=fr", "theme=pink", "layer=stars", "show=open,stars", "scale=0", "scale=nan", "scale=9", "embed=yes"),
        *("type=E9999", "colour=red", "focus=nothing", "lang=zh-CN&lang=en"),
    ],
)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_asked_for_wrongly_is_refused(demo: TestClient, path: str, query: str) -> None:
    answer = demo.get(f"{path}?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["key"] == query.split("=")[0]


@pytest.mark.parametrize(
    "query",
    [
        "type=E0501&lang=en&theme=dark&layer=roads&show=open,points,closed&scale=1.25&embed=1&focus=subdistrict:520103019",
        "show=&focus=&layer=plain",
        "register=cable_survey&since=2021-07-01&until=2021-07-31",
    ],
)
def test_every_parameter_of_the_contract_is_taken(demo: TestClient, query: str) -> None:
    for path in PAGES:
        assert demo.get(f"{path}?{query}").status_code == 200


def test_an_unknown_file_is_a_404(demo: TestClient) -> None:
    for name in ("nothing.js", "..%2f..%2fdata%2fsettings.py", "%00"):
        assert demo.get(f"/map/assets/{name}").status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_did_not_change_keeps_its_policy(demo: TestClient, path: str) -> None:
    first = demo.get(path)
    again = demo.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]
