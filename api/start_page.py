"""Streamlit's start page, put right on its way out: deep links find their server, and the document has our language."""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.gate import is_ours

SCRIPT: Final = b"window.__streamlit=Object.assign(window.__streamlit||{},{BACKEND_BASE_URL:location.origin})"
"""Without it the page of a deep link (/explore) asks /explore/_stcore/health first: two requests that fail."""

_SKIPPED: Final = ("/_stcore", "/media", "/component", "/static", "/app")
_HEAD: Final = re.compile(rb"<head>", re.IGNORECASE)
_LANGUAGE: Final = re.compile(rb"<html lang=\"[^\"]*\"")
_TITLE: Final = re.compile(rb"<title>[^<]*</title>")


class StartPage:
    """ASGI middleware that rewrites the HTML document which starts a Streamlit page, and nothing else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; collect the body of an HTML document to a GET and send it rewritten."""
        if scope["type"] != "http" or scope["method"] != "GET" or _is_skipped(scope["path"]):
            await self._app(scope, receive, send)
            return
        await self._app(_as_whole(scope), receive, _Rewriting(_language(scope), send))


class _Rewriting:
    """`send` that holds back an HTML document until it is whole."""

    def __init__(self, language: bytes, send: Send) -> None:
        self._language, self._send = language, send
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_document(message):
            self._start = message
            return
        if self._start is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if not message.get("more_body", False):
            body = rewritten(bytes(self._body), self._language)
            MutableHeaders(scope=self._start)["content-length"] = str(len(body))
            await self._send(self._start)
            await self._send({"type": "http.response.body", "body": body})


def rewritten(document: bytes, language: bytes) -> bytes:
    """`document` with our script first in its head, its language and a title of ours; unchanged without a head."""
    document = _HEAD.sub(b"<head><script>" + SCRIPT + b"</script>", document, count=1)
    document = _LANGUAGE.sub(b'<html lang="' + language + b'"', document, count=1)
    return _TITLE.sub("<title>巡街 Xunjie</title>".encode(), document, count=1)


def _is_skipped(path: str) -> bool:
    return is_ours(path) or any(path == prefix or path.startswith(prefix + "/") for prefix in _SKIPPED)


def _is_document(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    is_html = headers.get("content-type", "").startswith("text/html")
    return start["status"] == 200 and is_html and "content-encoding" not in headers


def _language(scope: Scope) -> bytes:
    return b"en" if b"lang=en" in scope["query_string"].split(b"&") else b"zh-CN"


def _as_whole(scope: Scope) -> Scope:
    """The request without what would bring a compressed, partial or unchanged document."""
    dropped = (b"accept-encoding", b"range", b"if-none-match", b"if-modified-since")
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name not in dropped]}
