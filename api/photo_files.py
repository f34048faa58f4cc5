"""GET /api/photos/{sha}, its thumbnail, and /photos/{sha}/blur: pictures by the viewer's rights, and their page.

A picture's bytes are checked against its hash before they are sent. A browser may keep them, nobody between may.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.answers import body_response, pack
from api.data_route import BAD_REQUEST, NOT_FOUND, NOT_MODIFIED
from api.errors import Endpoint
from api.operation import Answer, Operation, choice
from api.photo_answers import photo_for
from api.question import read_own
from api.schemas import PROBLEM
from data.runtime import runtime
from geo.errors import NotFoundError
from geo.permissions import Action
from geo.text import LANGUAGES
from layers.blur_page import blur_assets, blur_page

_JPEG: Final = "image/jpeg"
PICTURE_POLICY: Final = "default-src 'none'; sandbox"
PAGE_POLICY: Final = "; ".join(
    (
        *("default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'"),
        *("base-uri 'none'", "form-action 'none'", "frame-ancestors 'self'"),
    )
)
_PAGE: Final = (
    choice("lang", "language", LANGUAGES, default="zh-CN"),
    choice("theme", "colours", ("light", "dark"), default="light"),
)


def picture(request: Request) -> Response:
    """The JPEG."""
    read_own(request.query_params.multi_items(), ())
    photo = photo_for(request)
    return _known(request, photo.sha256) or _sent(photo.sha256, runtime().photos.jpeg(photo))


def thumb(request: Request) -> Response:
    """The JPEG within 320 × 320 pixels."""
    read_own(request.query_params.multi_items(), ())
    photo = photo_for(request)
    return _known(request, photo.thumb_sha256) or _sent(photo.thumb_sha256, runtime().photos.thumb(photo))


def _headers(sha256: str) -> dict[str, str]:
    return {
        "Cache-Control": "private, max-age=31536000, immutable",
        "ETag": f'"{sha256}"',
        "Content-Disposition": f'inline; filename="{sha256[:16]}.jpg"',
        "Content-Security-Policy": PICTURE_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _known(request: Request, sha256: str) -> Response | None:
    asked = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return Response(status_code=304, headers=_headers(sha256)) if f'"{sha256}"' in asked else None


def _sent(sha256: str, content: bytes) -> Response:
    return Response(content, media_type=_JPEG, headers=_headers(sha256))


def page(request: Request) -> Response:
    """The page on which rectangles are drawn over a photo."""
    own = read_own(request.query_params.multi_items(), _PAGE)
    photo = photo_for(request)
    content = blur_page(
        f"/api/photos/{photo.sha256}",
        width=photo.width,
        height=photo.height,
        reviewed=photo.is_reviewed,
        blurred=photo.blurred_from is not None,
        language=own["lang"],
        theme=own["theme"],
    )
    headers = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"}
    return Response(content, media_type="text/html; charset=utf-8", headers=headers)


def asset(request: Request) -> Response:
    """A file of that page, which never changes under its name."""
    read_own(request.query_params.multi_items(), ())
    name = request.path_params["name"]
    found = blur_assets().get(name)
    if found is None:
        raise NotFoundError("file", name)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    return body_response(request, pack(found.content), found.media_type, headers)


_SHA: Final = {"sha": "SHA-256 of the photo, 64 lower hex digits"}


def _picture_operation(path: str, endpoint: Endpoint, summary: str) -> Operation:
    return Operation(
        path=path,
        action=Action.SEE_AGGREGATES,
        endpoint=endpoint,
        summary=summary,
        path_parameters=_SHA,
        answers={
            200: Answer(summary, media_type=_JPEG),
            304: NOT_MODIFIED,
            400: BAD_REQUEST,
            404: NOT_FOUND,
            503: Answer("its file is missing or damaged", schema=PROBLEM),
        },
    )


OPERATIONS: Final = (
    _picture_operation("/api/photos/{sha}", picture, "A photo: a JPEG of nothing but pixels, upright, in sRGB."),
    _picture_operation("/api/photos/{sha}/thumb", thumb, "The same within 320 × 320 pixels."),
    Operation(
        path="/photos/{sha}/blur",
        action=Action.SEE_ISSUES,
        endpoint=page,
        summary="The page on which faces and plates are hidden.",
        parameters=_PAGE,
        path_parameters=_SHA,
        answers={200: Answer("the page", media_type="text/html; charset=utf-8"), 400: BAD_REQUEST, 404: NOT_FOUND},
    ),
    Operation(
        path="/photos/assets/{name}",
        action=Action.SEE_AGGREGATES,
        endpoint=asset,
        summary="The script or style of that page, under a name that holds its hash.",
        path_parameters={"name": "name with the hash of the content"},
        answers={200: Answer("the file", media_type="*/*"), 404: NOT_FOUND},
    ),
)
