"""GET /street and its files: the page for a phone in the street, its manifest and its service worker."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.answers import Body, body_response, etag_of, headers_for, not_modified, pack
from api.data_route import BAD_REQUEST, NOT_FOUND, NOT_MODIFIED
from api.map_pages import POLICY
from api.operation import Answer, Operation, choice
from api.question import read_own
from data.runtime import runtime
from geo.city import City
from geo.errors import NotFoundError
from geo.permissions import Action
from geo.text import LANGUAGES
from layers.street_page import ASSET_PATH, MANIFEST_PATH, PAGE_PATH, WORKER_PATH, StreetPages

TABS: Final = ("report", "list", "map", "me")
STREET_POLICY: Final = POLICY.format(tiles=" blob:") + "; manifest-src 'self'"
_LANGUAGE: Final = choice("lang", "language", LANGUAGES, default="zh-CN")
_TAB: Final = choice("tab", "which tab is open at first", TABS, default="report")


@lru_cache(maxsize=2)
def _pages(city: City) -> StreetPages:
    return StreetPages(city)


def page(request: Request) -> Response:
    """The page. Its service worker answers for it from then on, with or without a signal."""
    own = read_own(request.query_params.multi_items(), (_LANGUAGE, _TAB))
    return _answer(request, _pages(runtime().city).page(own["lang"]), "text/html; charset=utf-8")


def worker(request: Request) -> Response:
    """The service worker, at an address that never changes; it may answer for the page that stands above it."""
    read_own(request.query_params.multi_items(), ())
    content = _pages(runtime().city).worker()
    return _answer(request, content, "text/javascript; charset=utf-8", {"Service-Worker-Allowed": PAGE_PATH})


def manifest(request: Request) -> Response:
    """The web app manifest."""
    own = read_own(request.query_params.multi_items(), (_LANGUAGE,))
    return _answer(request, _pages(runtime().city).manifest(own["lang"]), "application/manifest+json")


def asset(request: Request) -> Response:
    """A file that never changes under its name; NotFoundError for a name of no file."""
    read_own(request.query_params.multi_items(), ())
    name = request.path_params["name"]
    found = _pages(runtime().city).assets.get(name)
    if found is None:
        raise NotFoundError("file", name)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    return body_response(request, _packed(found.content), found.media_type, headers)


def _answer(request: Request, content: bytes, media_type: str, more: dict[str, str] | None = None) -> Response:
    """What a browser asks about before each use, under the page's policy."""
    etag = etag_of(content, STREET_POLICY)
    headers = headers_for(etag) | {"Content-Security-Policy": STREET_POLICY} | (more or {})
    unchanged = not_modified(request, etag)
    if unchanged is not None:
        unchanged.headers.update(headers)
        return unchanged
    return body_response(request, _packed(content), media_type, headers)


@lru_cache(maxsize=32)
def _packed(content: bytes) -> Body:
    return pack(content)


def _served(summary: str, media_type: str) -> dict[int, Answer]:
    return {200: Answer(summary, media_type=media_type), 304: NOT_MODIFIED, 400: BAD_REQUEST}


_PAGE: Final = "The phone page; it works without a signal once it was opened."
OPERATIONS: Final = (
    Operation(
        path=PAGE_PATH,
        endpoint=page,
        summary=_PAGE,
        action=Action.SEE_ISSUES,
        is_page=True,
        parameters=(_LANGUAGE, _TAB),
        answers=_served(_PAGE, "text/html; charset=utf-8"),
    ),
    Operation(
        path=WORKER_PATH,
        endpoint=worker,
        summary="The phone page's service worker.",
        action=Action.SEE_AGGREGATES,
        answers=_served("the script", "text/javascript; charset=utf-8"),
    ),
    Operation(
        path=MANIFEST_PATH,
        endpoint=manifest,
        summary="The phone page's web app manifest.",
        action=Action.SEE_AGGREGATES,
        parameters=(_LANGUAGE,),
        answers=_served("the manifest", "application/manifest+json"),
    ),
    Operation(
        path=ASSET_PATH + "{name}",
        endpoint=asset,
        summary="A script, style or table of the phone page, under a name that holds its hash.",
        action=Action.SEE_AGGREGATES,
        path_parameters={"name": "name with the hash of the content"},
        answers={200: Answer("the file", media_type="*/*"), 404: NOT_FOUND},
    ),
)
