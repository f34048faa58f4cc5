"""POST /api/issues: one report from outside, taken exactly once by the UUID its client gave it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

import orjson
import shapely
from shapely.geometry.base import BaseGeometry
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.data_route import BAD_REQUEST
from api.errors import json_response
from api.identity import viewer_of
from api.json_body import body_of, fields_of
from api.operation import Answer, Operation
from api.question import read_own
from api.schemas import BOOLEAN, GEOMETRY, MOMENT, PROBLEM, STRING, record
from data.intake.draft_checks import MAX_NAME, MAX_PHONE
from data.runtime import Runtime, runtime
from geo.errors import BadGeometryError, BadValueError
from geo.iso_time import parse_time
from geo.issue import MAX_ADDRESS, MAX_DESCRIPTION, IssueDraft
from geo.permissions import Action

MOST_BYTES: Final = 256 * 1024

_EXPECTED: Final = {
    "id": "a UUID made by the client, the same at each repetition",
    "type": "the code of an issue type",
    "geometry": "a GeoJSON geometry",
}
_TEXTS: Final = ("id", "type", "datum", "register", "task", "description", "address", "reported_at")
_PERSON: Final = ("reporter_name", "reporter_phone")
_FIELDS: Final = (*_TEXTS, *_PERSON, "geometry")
_GEOMETRY_FIELDS: Final = ("type", "coordinates", "bbox")


async def report(request: Request) -> Response:
    """201 with the receipt; 200 where the same report came before; 409 where its UUID came with other content."""
    read_own(request.query_params.multi_items(), ())
    current = runtime()
    actor = viewer_of(request).account
    draft = replace(draft_of(await body_of(request, MOST_BYTES), current), reporter=actor)
    [receipt] = await run_in_threadpool(current.submit, [draft], actor=actor)
    content = {
        "id": receipt.id,
        "number": receipt.number,
        "revision": receipt.revision,
        "created": receipt.created,
    }
    return json_response(content, 201 if receipt.created else 200, {"Location": f"/api/issues/{receipt.id}"})


def draft_of(body: bytes, current: Runtime) -> IssueDraft:
    """The draft that `body` (JSON) describes. Raises BadValueError for JSON, fields or types that cannot be taken."""
    fields = fields_of(body, _FIELDS, _EXPECTED)
    for name in (*_TEXTS, *_PERSON):
        if name in fields and not isinstance(fields[name], str):
            raise BadValueError(name, fields[name], "text")
    campaign = current.city.campaign()
    return IssueDraft(
        register=fields.get("register", campaign.default_register),
        type=fields["type"],
        geometry=geometry_of(fields["geometry"]),
        datum=fields.get("datum", "wgs84"),
        id=fields["id"],
        campaign=campaign.code,
        task=fields.get("task"),
        description=fields.get("description", ""),
        address=fields.get("address", ""),
        reported_at=_moment(fields["reported_at"], current.city.time_zone) if "reported_at" in fields else None,
        reporter_name=fields.get("reporter_name"),
        reporter_phone=fields.get("reporter_phone"),
    )


def geometry_of(value: object) -> BaseGeometry:
    """A shape from GeoJSON. Raises BadGeometryError."""
    if not isinstance(value, dict) or not value.keys() <= set(_GEOMETRY_FIELDS):
        raise BadGeometryError("geometry", value, "a GeoJSON geometry with type and coordinates")
    try:
        text = orjson.dumps(value)
    except orjson.JSONEncodeError:  # lists within lists deeper than it writes, though it read them
        raise BadGeometryError("geometry", value, "coordinates nested no deeper than GeoJSON's") from None
    try:
        geometry: BaseGeometry = shapely.from_geojson(text)
    except shapely.errors.GEOSException as error:
        reason = str(error).splitlines()[0][:100]
        raise BadGeometryError("geometry", value, f"a GeoJSON geometry that can be read ({reason})") from None
    return geometry


def _moment(text: str, time_zone: str) -> datetime:
    moment = parse_time("reported_at", text, time_zone)
    if not isinstance(moment, datetime):
        raise BadValueError("reported_at", text, "a time, not only a date")
    return moment


_APART: Final = "of who reported it, kept apart from the log; who may see protected data is shown it"
_RECEIPT = record({"id": STRING, "number": STRING, "revision": {"type": "integer"}, "created": BOOLEAN})
OPERATION = Operation(
    path="/api/issues",
    method="POST",
    endpoint=report,
    summary="Report an issue; the client's UUID makes it exactly once.",
    action=Action.REPORT,
    body=record(
        {
            "id": {**STRING, "format": "uuid"},
            "type": STRING,
            "geometry": GEOMETRY,
            "datum": {**STRING, "default": "wgs84", "description": "wgs84, cgcs2000, gcj02, bd09 or epsg:NNNN"},
            "register": STRING,
            "task": STRING,
            "description": {**STRING, "maxLength": MAX_DESCRIPTION},
            "address": {**STRING, "maxLength": MAX_ADDRESS},
            "reported_at": MOMENT,
            "reporter_name": {**STRING, "maxLength": MAX_NAME, "description": _APART},
            "reporter_phone": {**STRING, "maxLength": MAX_PHONE, "description": _APART},
        },
        optional=["datum", "register", "task", "description", "address", "reported_at", *_PERSON],
    ),
    answers={
        201: Answer("written", schema=_RECEIPT),
        200: Answer("the same report was written before; nothing changed", schema=_RECEIPT),
        400: BAD_REQUEST,
        409: Answer("this UUID was used for other content", schema=PROBLEM),
        413: BAD_REQUEST,
        415: Answer("not JSON", schema=PROBLEM),
        503: Answer("the store cannot be written at the moment, or too much waits: nothing was", schema=PROBLEM),
    },
)
