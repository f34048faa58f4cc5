"""GET /heat/{z}/{x}/{y}.webp: the density as picture tiles, for phones and slow links."""

from __future__ import annotations

import hashlib
import io
import math
from typing import Final

import numpy as np
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from api.answers import BODIES, Body, body_response, headers_for, name_of, not_modified
from api.data_route import BAD_REQUEST, NOT_MODIFIED
from api.heat import CAP, city_cap, shares_of_cap
from api.operation import Answer, Operation, choice
from api.question import read_question
from api.view import View, view_of
from api.viewport import BBox, meet
from data.runtime import runtime
from geo.errors import BadValueError
from geo.heat_surface import heat_bounds
from geo.permissions import Action
from layers.heat_palette import heat_palette
from layers.tokens import THEMES, Theme

TILE_PX: Final = 256
_HIGHEST_ZOOM: Final = 20
_THEME: Final = choice("theme", "colours", THEMES, default="light")
_MEDIA_TYPE: Final = "image/webp"


def tile_bounds(z: int, x: int, y: int) -> BBox:
    """West, south, east, north (WGS-84) of a tile of the Web-Mercator pyramid."""
    across = 2**z
    west, east = x / across * 360 - 180, (x + 1) / across * 360 - 180
    north, south = (math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * at / across)))) for at in (y, y + 1))
    return west, south, east, north


def draw(view: View, bounds: BBox, theme: Theme, cap: float) -> bytes:
    """The picture of `bounds`, transparent where nothing is: lossless, a few kB."""
    if meet(bounds, heat_bounds(view.city)) is None:
        values = np.zeros((TILE_PX, TILE_PX), np.uint8)
    else:
        values = shares_of_cap(view, bounds, TILE_PX, TILE_PX, cap)
    out = io.BytesIO()
    Image.fromarray(heat_palette(theme)[values], "RGBA").save(out, "WEBP", lossless=True, quality=20, method=1)
    return out.getvalue()


def tile(request: Request) -> Response:
    """One tile; its ETag stands for the picture, whatever revision it is of. BadValueError for a tile of no pyramid."""
    current = runtime()
    snapshot = current.snapshot  # before the question, as data routes do
    question = read_question(request, current, (_THEME, CAP))
    theme: Theme = question.own["theme"]
    z, x, y = (_number(request, name) for name in ("z", "x", "y"))
    if z > _HIGHEST_ZOOM or x >= 2**z or y >= 2**z:
        raise BadValueError("tile", f"{z}/{x}/{y}", f"z from 0 to {_HIGHEST_ZOOM}, x and y below 2^z")

    def make() -> Body:
        view = view_of(snapshot, question.filter, question.now)
        cap = question.own["cap"] or city_cap(view)
        content = draw(view, tile_bounds(z, x, y), theme, cap)
        return Body(content, None, f'W/"{hashlib.blake2b(content, digest_size=12).hexdigest()}"')

    stand = (name_of(current), snapshot.revision)
    body = BODIES.get((*stand, "heat", z, x, y, question.identity), make, stand=stand)
    return not_modified(request, body.etag) or body_response(request, body, _MEDIA_TYPE, headers_for(body.etag))


def _number(request: Request, name: str) -> int:
    text = request.path_params[name]
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        raise BadValueError(name, text[:100], "a whole number")
    return int(text)


OPERATION = Operation(
    path="/heat/{z}/{x}/{y}.webp",
    endpoint=tile,
    summary="The density (150 m kernel) as a picture of 256 × 256, transparent where nothing is.",
    action=Action.SEE_AGGREGATES,
    path_parameters={"z": "zoom", "x": "column from the west", "y": "row from the north"},
    parameters=(_THEME, CAP),
    filtered=True,
    answers={200: Answer("the picture", media_type=_MEDIA_TYPE), 304: NOT_MODIFIED, 400: BAD_REQUEST},
)
