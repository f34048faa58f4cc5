"""The public view as a site of its own: `python -m api.public_site FILE` serves one publication, and knows no store.

The process holds the file's sums and nothing else; a newer file in its place is taken up at the next request.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from data.publishing.published_file import read_publication
from geo.errors import StoreError
from geo.text import LANGUAGES, Language
from i18n import translate
from layers.public_page import public_page, public_style
from layers.tokens import THEMES, Theme

_LOG = logging.getLogger("xunjie.public")
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "public, max-age=60",
}


@dataclass(frozen=True, slots=True)
class _Taken:
    stamp: tuple[int, int, int]
    content: dict[str, Any]
    pages: dict[tuple[Language, Theme], bytes]


class Published:
    """The publication in a file. A newer one that is damaged is logged, and the last good one stays."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._taken = self._take(self._stamp())
        self._refused: tuple[int, int, int] | None = None

    def page(self, language: Language, theme: Theme) -> bytes:
        """The page of the newest publication."""
        taken = self._newest()
        key = language, theme
        if key not in taken.pages:
            taken.pages[key] = public_page(taken.content, language, theme)
        return taken.pages[key]

    @property
    def content(self) -> dict[str, Any]:
        """The newest publication."""
        return self._newest().content

    def _newest(self) -> _Taken:
        with self._lock:
            try:
                stamp = self._stamp()
                if stamp not in (self._taken.stamp, self._refused):
                    self._refused = stamp
                    self._taken = self._take(stamp)
            except (StoreError, OSError) as error:
                _LOG.warning("%s; the last good publication is shown", error)
            return self._taken

    def _take(self, stamp: tuple[int, int, int]) -> _Taken:
        return _Taken(stamp, read_publication(self._path), {})

    def _stamp(self) -> tuple[int, int, int]:
        try:
            found = self._path.stat()
        except OSError as error:
            raise StoreError(f"cannot read {self._path}: {error.strerror}") from None
        return found.st_ino, found.st_size, found.st_mtime_ns


def public_app(path: Path) -> Starlette:
    """The site over the publication in `path`. Raises StoreError where there is none to begin with."""
    published = Published(path)
    style_name, style = public_style()

    def page(request: Request) -> Response:
        language = _chosen(request, "lang", LANGUAGES, _spoken(request))
        return Response(
            published.page(language, _chosen(request, "theme", THEMES, "light")), 200, _HEADERS, "text/html"
        )

    def data(_request: Request) -> Response:
        return Response(orjson.dumps(published.content), 200, _HEADERS, "application/json")

    def css(_request: Request) -> Response:
        return Response(style.content, 200, _HEADERS | {"Cache-Control": "public, max-age=31536000"}, style.media_type)

    def health(_request: Request) -> Response:
        return JSONResponse({"status": "ready", "as_of": published.content["as_of"]}, 200, _HEADERS)

    def missing(request: Request, _error: Exception) -> Response:
        return PlainTextResponse(translate("public.no_page", _spoken(request)), 404, _HEADERS)

    routes = [
        Route("/", page),
        Route("/public.json", data),
        Route("/healthz", health),
        Route(f"/{style_name}", css),
    ]
    return Starlette(routes=routes, middleware=[Middleware(GZipMiddleware)], exception_handlers={404: missing})


def _chosen(request: Request, key: str, options: Sequence[Any], default: Any) -> Any:
    value = request.query_params.get(key)
    return value if value in options else default


def _spoken(request: Request) -> Language:
    return "en" if request.headers.get("accept-language", "zh").lower().startswith("en") else "zh-CN"


def main(arguments: Sequence[str]) -> int:
    """Serve until stopped; 1 where there is no publication to serve."""
    parser = argparse.ArgumentParser(prog="python -m api.public_site", description="Serve a publication to anyone.")
    parser.add_argument("file", type=Path, help="written by `python -m data publish FILE`")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8502, help="default: %(default)s")
    options = parser.parse_args(arguments)
    try:
        app = public_app(options.file)
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    uvicorn.run(app, host=options.host, port=options.port, server_header=False, log_level="warning")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
