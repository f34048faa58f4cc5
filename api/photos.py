"""POST /api/photos and what is done to a photo: sent, blurred, reviewed, erased; and the photos of an issue."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.data_route import BAD_REQUEST, NOT_FOUND
from api.errors import json_response
from api.identity import viewer_of
from api.json_body import body_of, fields_of
from api.operation import Answer, Operation, choice, text
from api.photo_answers import (
    FLAGS,
    PHOTO_SCHEMA,
    Json,
    account_of,
    flag_json,
    knows_of,
    local_iso_of,
    may_see_issue,
    may_see_protected,
    photo_for,
    photo_json,
    told_flags,
)
from api.photo_work import at_its_turn
from api.question import read_own
from api.schemas import BOOLEAN, INTEGER, MOMENT, NUMBER, PROBLEM, STRING, listing, nullable, record
from data.intake.draft_checks import is_uuid
from data.photos import caps
from data.photos.book import IssuePhoto, Rectangle
from data.photos.rows import KINDS
from data.runtime import Runtime, runtime
from geo.errors import BadValueError, NotFoundError
from geo.permissions import Action

_MOST_JSON_BYTES: Final = 16 * 1024
_PARAMETERS: Final = (
    text("issue", "UUID or number of the issue that the photo is meant for: its flags are told"),
    choice("kind", "what it shows of that issue", KINDS, default="before"),
)


async def upload(request: Request) -> Response:
    """201 with the photo's hash, or 200 where it was there; `flags` where `issue` is named."""
    asked = read_own(request.query_params.multi_items(), _PARAMETERS)
    content = await body_of(request, caps.MOST_BYTES)
    return await at_its_turn(lambda: _upload(request, content, asked))


def _upload(request: Request, content: bytes, asked: dict[str, Any]) -> Response:
    current, viewer = runtime(), viewer_of(request)
    issue = None if asked["issue"] is None else _issue_id(asked["issue"], current)
    if issue is not None and not may_see_issue(viewer, issue):  # how far away it is tells where it is
        raise NotFoundError("issue", asked["issue"])
    uploaded = current.photos.add(content, uploader=account_of(request))
    knows, flags = knows_of(viewer, uploaded.photo, current), []
    if issue is not None:
        found = current.photos.flags(uploaded.photo, issue, asked["kind"])
        flags = told_flags(found, viewer, issue=issue, knows=knows)
    said = photo_json(uploaded.photo, current, knows=knows) | {"created": uploaded.created, "flags": flags}
    address = f"/api/photos/{uploaded.photo.sha256}"
    return json_response(said, 201 if uploaded.created else 200, {"Location": address})


async def blur(request: Request) -> Response:
    """201 with the new photo, or 200 where the same was made before."""
    read_own(request.query_params.multi_items(), ())
    fields = fields_of(await body_of(request, _MOST_JSON_BYTES), ("rectangles",), {"rectangles": "a list"})
    rectangles = _rectangles(fields["rectangles"])
    return await at_its_turn(lambda: _blur(request, rectangles))


def _blur(request: Request, rectangles: list[Rectangle]) -> Response:
    current, source = runtime(), photo_for(request)
    made = current.photos.blur(source.sha256, rectangles, actor=account_of(request))
    knows = knows_of(viewer_of(request), source, current)
    said = photo_json(made.photo, current, knows=knows) | {"created": made.created}
    return json_response(said, 201 if made.created else 200, {"Location": f"/api/photos/{made.photo.sha256}"})


async def review(request: Request) -> Response:
    """The photo as it is now noted."""
    read_own(request.query_params.multi_items(), ())
    fields = fields_of(await body_of(request, _MOST_JSON_BYTES), ("reviewed",), {"reviewed": "true or false"})
    if not isinstance(fields["reviewed"], bool):
        raise BadValueError("reviewed", fields["reviewed"], "true or false")
    return await run_in_threadpool(_review, request, fields["reviewed"])


def _review(request: Request, reviewed: bool) -> Response:
    current, photo = runtime(), photo_for(request)
    noted = current.photos.review(photo.sha256, reviewer=account_of(request), reviewed=reviewed)
    knows = knows_of(viewer_of(request), photo, current)
    return json_response(photo_json(noted, current, knows=knows), 200)


async def erase(request: Request) -> Response:
    """The hash that was erased, and those of photos that were blurred from it, which stay."""
    read_own(request.query_params.multi_items(), ())
    fields = fields_of(await body_of(request, _MOST_JSON_BYTES), ("photo",), {"photo": "the photo's hash once more"})
    if fields["photo"] != request.path_params["sha"]:
        raise BadValueError("photo", fields["photo"], "the hash that the address names")
    return await run_in_threadpool(_erase, request)


def _erase(request: Request) -> Response:
    photo = photo_for(request)
    left = runtime().photos.erase(photo.sha256)
    return json_response({"erased": photo.sha256, "blurred": [one.sha256 for one in left]}, 200)


def of_issue(request: Request) -> Response:
    """The photos of an issue; what was noticed about each to who may know what cameras wrote."""
    read_own(request.query_params.multi_items(), ())
    current, viewer = runtime(), viewer_of(request)
    issue = _issue_id(request.path_params["identity"], current)
    if not may_see_issue(viewer, issue):
        raise NotFoundError("issue", request.path_params["identity"])
    knows = may_see_protected(viewer, issue)
    photos = current.photos.of_issue(issue)
    if knows and photos:
        current.access.saw_protected(viewer, "photos", issue)
    said = []
    for one in photos:
        flags = [flag_json(flag, viewer) for flag in one.flags] if knows else []
        said.append(_attached_json(one, current, knows=knows) | {"flags": flags})
    return json_response({"issue": issue, "photos": said}, 200)


def _attached_json(one: IssuePhoto, current: Runtime, *, knows: bool) -> Json:
    blurred = [photo_json(photo, current, knows=knows) for photo in one.blurred]
    distance = None if one.distance_m is None or not knows else round(one.distance_m, 1)
    return photo_json(one.photo, current, knows=knows) | {
        "kind": one.attached.kind,
        "attached_at": local_iso_of(one.attached.at_us, current),
        "actor": one.attached.actor,
        "distance_m": distance,
        "blurred": blurred,
    }


def _issue_id(identity: str, current: Runtime) -> str:
    """The UUID of an issue by UUID or number. NotFoundError for an unknown one."""
    found = np.array([current.snapshot.row(identity.lower() if is_uuid(identity.lower()) else identity)])
    return str(current.snapshot.records.of(found).id[0])


def _rectangles(value: object) -> list[Rectangle]:
    expected = "a list of [left, top, width, height], whole numbers of pixels"
    if not isinstance(value, list):
        raise BadValueError("rectangles", value, expected)
    for one in value:
        if not isinstance(one, list) or len(one) != 4 or not all(type(number) is int for number in one):
            raise BadValueError("rectangles", one, expected)
    return [(left, top, width, height) for left, top, width, height in value]


_SHA: Final = {"sha": "SHA-256 of the photo, 64 lower hex digits"}
_STORED: Final = {503: Answer("the photo cannot be stored or read at the moment", schema=PROBLEM)}
_REFUSED: Final = {400: BAD_REQUEST, 413: BAD_REQUEST, 415: Answer("another content type", schema=PROBLEM)}
_UPLOADED: Final = record({**PHOTO_SCHEMA, "created": BOOLEAN, "flags": FLAGS})
_BLURRED: Final = record({**PHOTO_SCHEMA, "created": BOOLEAN})
_RECTANGLE: Final = {"type": "array", "items": INTEGER, "minItems": 4, "maxItems": 4}

OPERATIONS: Final = (
    Operation(
        path="/api/photos",
        action=Action.REPORT,
        method="POST",
        endpoint=upload,
        summary="Send a photo; it is cleaned of all but its pixels, and kept once under the hash of what is left.",
        parameters=_PARAMETERS,
        body={"type": "string", "format": "binary", "description": f"the photo, at most {caps.MOST_BYTES} bytes"},
        body_type="image/*",
        answers={
            201: Answer("kept", schema=_UPLOADED),
            200: Answer("it was here before; nothing changed", schema=_UPLOADED),
            404: NOT_FOUND,
            409: Answer("this photo was erased", schema=PROBLEM),
            **_REFUSED,
            **_STORED,
        },
    ),
    Operation(
        path="/api/photos/{sha}/blur",
        action=Action.REPORT,
        method="POST",
        endpoint=blur,
        summary="Make a new photo in which rectangles cannot be recognised, nor recovered.",
        path_parameters=_SHA,
        body=record({"rectangles": listing(_RECTANGLE, most=caps.MOST_RECTANGLES)}),
        answers={
            201: Answer("made", schema=_BLURRED),
            200: Answer("the same was made before", schema=_BLURRED),
            404: NOT_FOUND,
            409: Answer("the photo that this makes was erased", schema=PROBLEM),
            **_REFUSED,
            **_STORED,
        },
    ),
    Operation(
        path="/api/photos/{sha}/review",
        action=Action.INSPECT,
        method="POST",
        endpoint=review,
        summary="Note that a person found no face or plate left to hide, or take that back.",
        path_parameters=_SHA,
        body=record({"reviewed": BOOLEAN}),
        answers={200: Answer("noted", schema=record(PHOTO_SCHEMA)), 404: NOT_FOUND, **_REFUSED, **_STORED},
    ),
    Operation(
        path="/api/photos/{sha}/erase",
        action=Action.ASSIGN,
        method="POST",
        endpoint=erase,
        summary="Erase a photo for good: picture, thumbnail, moment, place, camera, who sent it; its hash stays.",
        path_parameters=_SHA,
        body=record({"photo": STRING}),
        answers={
            200: Answer("erased", schema=record({"erased": STRING, "blurred": listing(STRING)})),
            404: NOT_FOUND,
            **_REFUSED,
            **_STORED,
        },
    ),
    Operation(
        path="/api/issues/{identity}/photos",
        action=Action.SEE_ISSUES,
        endpoint=of_issue,
        summary="The photos of an issue in the order in which they were attached, with what was noticed about each.",
        path_parameters={"identity": "UUID or number of the issue"},
        answers={
            200: Answer(
                "photos",
                schema=record(
                    {
                        "issue": STRING,
                        "photos": listing(
                            record(
                                {
                                    **PHOTO_SCHEMA,
                                    "kind": {"enum": list(KINDS)},
                                    "attached_at": MOMENT,
                                    "actor": STRING,
                                    "distance_m": nullable(NUMBER),
                                    "blurred": listing(record(PHOTO_SCHEMA)),
                                    "flags": FLAGS,
                                }
                            )
                        ),
                    }
                ),
            ),
            400: BAD_REQUEST,
            404: NOT_FOUND,
        },
    ),
)
