"""Streamlit's start page: our script first, our language and title; everything else untouched."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from api.start_page import SCRIPT, StartPage, rewritten

DOCUMENT = '<!DOCTYPE html>\n<html lang="en">\n  <head>\n    <title>Streamlit</title>\n  </head><body></body></html>'


def page(_: Request) -> Response:
    return HTMLResponse(DOCUMENT + "<!-- " + "x" * 2000 + " -->")


def test_a_document_starts_with_our_script_language_and_title() -> None:
    html = rewritten(DOCUMENT.encode(), b"zh-CN").decode()
    assert html.index("BACKEND_BASE_URL:location.origin") < html.index("<title>")
    assert '<html lang="zh-CN">' in html
    assert "<title>巡街 Xunjie</title>" in html
    assert rewritten(b"no document", b"en") == b"no document"


def client() -> TestClient:
    routes = [
        Route("/explore", page),
        Route("/map", page),
        Route("/static/x", page),
        Route("/json", lambda _: JSONResponse({"html": "<head>"})),
        Route("/gone", lambda _: HTMLResponse("<head>", status_code=404)),
    ]
    middleware: list[Any] = [Middleware(StartPage), Middleware(GZipMiddleware, minimum_size=10)]
    return TestClient(Starlette(routes=routes, middleware=middleware))


def test_deep_links_are_rewritten_even_where_pages_are_packed() -> None:
    answer = client().get("/explore?lang=en", headers={"Accept-Encoding": "gzip"})
    assert SCRIPT.decode() in answer.text
    assert '<html lang="en">' in answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_nothing_else_is_touched() -> None:
    for path in ("/map", "/static/x", "/json", "/gone"):
        answer = client().get(path)
        assert SCRIPT.decode() not in answer.text
    packed = client().get("/map", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
