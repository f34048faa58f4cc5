"""GET /map, /wall and /map/assets/{name}: the pages that need no Streamlit session, and their files."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from api.answers import Body, body_response, etag_of, headers_for, not_modified, pack
from api.data_route import BAD_REQUEST, NOT_FOUND, NOT_MODIFIED
from api.operation import Answer, Operation, Parameter, choice, flag
from api.question import read_own, read_question
from api.schemas import NUMBER, STRING
from data.runtime import Runtime, runtime
from geo.city import City
from geo.errors import BadValueError, DatumError, NotFoundError, SettingsError
from geo.permissions import Action
from geo.text import LANGUAGES
from layers.map_page import Kind, MapPages
from layers.tiles import Tiles

POLICY: Final = "; ".join(
    (
        *("default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:{tiles}"),
        *("connect-src 'self'", "worker-src 'self'", "font-src 'self'"),
        *("base-uri 'none'", "form-action 'none'", "frame-ancestors 'self'"),
    )
)
LAYERS: Final = ("subdistricts", "roads", "heat", "plain", "responsibility")
SHOWN: Final = ("open", "points", "closed")
_LONGEST: Final = 200
_PIN: Final = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,9})?,-?[0-9]{1,2}(?:\.[0-9]{1,9})?", re.ASCII)


def pages_of(current: Runtime) -> MapPages:
    """The map pages of the open city, built once; SettingsError for tiles in a datum that it may not use."""
    settings = current.settings
    tiles = Tiles(settings.tiles_url, settings.tiles_datum) if settings.tiles_url else None
    try:
        return _pages(current.city, tiles)
    except DatumError as error:
        raise SettingsError(f"XUNJIE_TILES_DATUM is {error.value!r}; expected {error.expected}") from None


@lru_cache(maxsize=2)
def _pages(city: City, tiles: Tiles | None) -> MapPages:
    return MapPages(city, tiles=tiles)


def _read_scale(text: str) -> float:
    try:
        scale = float(text) if len(text) <= 8 else 0.0
    except ValueError:
        scale = 0.0
    if not 0.5 <= scale <= 4:
        raise BadValueError("scale", text, "a number from 0.5 to 4")
    return scale


def _read_show(text: str) -> str:
    if text and not set(text.split(",")) <= set(SHOWN):
        raise BadValueError("show", text, "some of " + ", ".join(SHOWN) + ", with commas between")
    return text


def _read_focus(text: str) -> str:
    if len(text) > _LONGEST or (text and ":" not in text):
        raise BadValueError("focus", text, "subdistrict:CODE or road:CODE")
    return text


def _read_pin(text: str) -> str:
    if text and not _PIN.fullmatch(text):
        raise BadValueError("pin", text, "longitude,latitude in degrees")
    return text


def _parameters(theme: str) -> tuple[Parameter, ...]:
    """Parameters of a page; the page's own script reads all but language and theme."""
    return (
        choice("lang", "language", LANGUAGES, default="zh-CN"),
        choice("theme", "colours", ("light", "dark"), default=theme),
        choice("layer", "which density is drawn", LAYERS, default="subdistricts"),
        Parameter("show", "marks drawn, with commas between", STRING, _read_show, default=""),
        Parameter("scale", "size of text and symbols", {**NUMBER, "minimum": 0.5, "maximum": 4}, _read_scale, 1.0),
        Parameter("focus", "the place shown: kind:CODE", STRING, _read_focus, default=""),
        flag("embed", "1 inside a Streamlit page"),
        flag("aim", "1 where the middle of the map chooses a place: fewer panels on a phone"),
        Parameter("pin", "where a pin stands that chooses a place: longitude,latitude", STRING, _read_pin, default=""),
    )


def _page(kind: Kind, theme: str) -> Any:
    parameters = _parameters(theme)

    def endpoint(request: Request) -> Response:
        current = runtime()
        own = read_question(request, current, parameters).own
        content = pages_of(current).page(kind, own["lang"], own["theme"])
        policy = _policy(current.settings.tiles_url)
        etag = etag_of(content, policy)
        headers = headers_for(etag) | {"Content-Security-Policy": policy}
        unchanged = not_modified(request, etag)
        if unchanged is not None:
            unchanged.headers.update(headers)  # a browser keeps the page but takes over what a 304 says of it
            return unchanged
        return body_response(request, pack(content), "text/html; charset=utf-8", headers)

    return endpoint


def _policy(tiles_url: str | None) -> str:
    """The page's Content-Security-Policy; a basemap elsewhere adds its origin to the pictures' sources."""
    if tiles_url is None or tiles_url.startswith("/"):
        return POLICY.format(tiles="")
    scheme, _, rest = tiles_url.partition("://")
    host = rest.partition("/")[0].replace("{s}", "*")
    return POLICY.format(tiles=f" {scheme}://{host}")


@lru_cache(maxsize=64)
def _packed(content: bytes) -> Body:
    return pack(content)


def asset(request: Request) -> Response:
    """A file that never changes under its name; NotFoundError for a name of no file."""
    read_own(request.query_params.multi_items(), ())
    name = request.path_params["name"]
    found = pages_of(runtime()).assets.get(name)
    if found is None:
        raise NotFoundError("file", name)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    # A worker lives under the policy of its own file.
    headers["Content-Security-Policy"] = POLICY.format(tiles="")
    return body_response(request, _packed(found.content), found.media_type, headers)


_HTML: Final = "text/html; charset=utf-8"


def _page_operation(kind: Kind, theme: str, summary: str) -> Operation:
    return Operation(
        path=f"/{kind}",
        endpoint=_page(kind, theme),
        summary=summary,
        action=Action.SEE_ISSUES,
        is_page=True,
        parameters=_parameters(theme),
        filtered=True,
        answers={200: Answer(summary, media_type=_HTML), 304: NOT_MODIFIED, 400: BAD_REQUEST},
    )


OPERATIONS: Final = (
    _page_operation("map", "light", "The map page; it fetches what its viewport needs."),
    _page_operation("wall", "dark", "The map with its figures, for a wall screen."),
    Operation(
        path="/map/assets/{name}",
        endpoint=asset,
        summary="A script, style or table of the map page, under a name that holds its hash.",
        action=Action.SEE_AGGREGATES,
        path_parameters={"name": "name with the hash of the content"},
        answers={200: Answer("the file", media_type="*/*"), 404: NOT_FOUND},
    ),
)
