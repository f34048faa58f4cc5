"""GET /api/issues.geojson, /api/issues.csv and /api/points.geojson: the export, streamed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api import issue_record, point_record
from api.answers import etag_of, headers_for, name_of, not_modified, takes_gzip
from api.data_route import BAD_REQUEST, NOT_MODIFIED
from api.operation import Answer, Operation, Parameter, flag
from api.question import Question, read_question
from api.schemas import GEOMETRY, STRING, TEXT, Schema, enveloped, listing, nullable, record
from data.exporting.export import issues_csv, issues_geojson, points_geojson
from data.runtime import runtime
from data.snapshot import Snapshot
from geo.iso_time import local_date
from geo.permissions import Action

Export = Callable[[Snapshot, Question], Iterable[bytes]]

_DOWNLOAD: Final = flag("download", "1 has the browser save the answer as a file")
_CHUNK: Final = 64 * 1024


def export_operation(
    path: str,
    export: Export,
    media_type: str,
    summary: str,
    schema: Schema | None,
    *,
    parameters: tuple[Parameter, ...] = (),
) -> Operation:
    """A GET that streams what `export` yields for the filter and `parameters`, also as a file to save."""

    def endpoint(request: Request) -> Response:
        current = runtime()
        snapshot = current.snapshot  # before the question: its moment then hides nothing that this revision has
        question = read_question(request, current, (_DOWNLOAD, *parameters))
        etag = etag_of(name_of(current), path, snapshot.revision, question.identity)
        unchanged = not_modified(request, etag)
        if unchanged is not None:
            return unchanged
        headers = headers_for(etag)
        if question.own["download"]:
            headers["Content-Disposition"] = f'attachment; filename="{_file_name(path, snapshot, question)}"'
        packed = takes_gzip(request)
        if packed:
            headers["Content-Encoding"] = "gzip"
        if request.method == "HEAD":
            return Response(media_type=media_type, headers=headers)
        chunks = gathered(export(snapshot, question))
        return StreamingResponse(gzipped(chunks) if packed else chunks, media_type=media_type, headers=headers)

    return Operation(
        path=path,
        endpoint=endpoint,
        summary=summary,
        action=Action.EXPORT,
        parameters=(_DOWNLOAD, *parameters),
        filtered=True,
        answers={
            200: Answer(summary, media_type=media_type.partition(";")[0], schema=schema),
            304: NOT_MODIFIED,
            400: BAD_REQUEST,
        },
    )


def _file_name(path: str, snapshot: Snapshot, question: Question) -> str:
    """city-register-issues-day.geojson; codes of a city are plain ASCII, anything else becomes a hyphen."""
    stem, _, suffix = path.rpartition("/")[2].partition(".")
    day = local_date(question.filter.as_of, snapshot.city.time_zone)
    parts = (snapshot.city.code, question.filter.register, stem, day.isoformat())
    name = "-".join(parts)
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "-" for sign in name) + f".{suffix}"


def gathered(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of at least 64 kB, so that each costs one trip through the event loop."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        if len(waiting) >= _CHUNK:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


def gzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes as one gzip stream, packed as they come."""
    packer = zlib.compressobj(5, zlib.DEFLATED, 31)
    for chunk in chunks:
        piece = packer.compress(chunk)
        if piece:
            yield piece
    yield packer.flush()


def _collection(properties: Mapping[str, Schema]) -> Schema:
    """A FeatureCollection of features with these properties; besides them it says what it stands for."""
    feature = {
        "type": {"const": "Feature"},
        "id": STRING,
        "geometry": nullable(GEOMETRY),
        "properties": record(properties),
    }
    members = {
        "type": {"const": "FeatureCollection"},
        "city": STRING,
        "quality": {"type": "object", "additionalProperties": STRING},
        "attribution": listing(TEXT),
        "features": listing(record(feature)),
    }
    return enveloped(members)


_GEOJSON: Final = "application/geo+json"
OPERATIONS: Final = (
    export_operation(
        "/api/issues.geojson",
        lambda snapshot, question: issues_geojson(snapshot, question.filter, asked=question.canonical),
        _GEOJSON,
        "The filter's issues as GeoJSON.",
        _collection(issue_record.PROPERTIES),
    ),
    export_operation(
        "/api/issues.csv",
        lambda snapshot, question: issues_csv(snapshot, question.filter),
        "text/csv; charset=utf-8",
        "The filter's issues as CSV.",
        None,
    ),
    export_operation(
        "/api/points.geojson",
        lambda snapshot, question: points_geojson(snapshot, question.filter, asked=question.canonical),
        _GEOJSON,
        "The filter's points as GeoJSON.",
        _collection(point_record.PROPERTIES),
    ),
)
