"""GET /api/picture: what has become of several answers that a client has, in one request."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.answers import MEDIA_TYPE, etag_of, headers_for, takes_gzip
from api.data_route import BAD_REQUEST, NOT_MODIFIED
from api.gzip_pieces import Piece, gzip_of, stored
from api.operation import Answer, Operation, Parameter
from api.repeated import PARTS, PICTURE, Whole
from api.schemas import INTEGER, STRING, listing, record
from geo.errors import BadValueError
from geo.permissions import Action

MOST: Final = 12
"""A map has at most eight answers at a time."""


async def picture(request: Request) -> Response:
    """The answers to each `ask`, in their order; where the `tag` after it is still the ETag, only that it holds.

    Each is the very answer of its own route, shared with all who ask for it, and compressed once for all of them.
    """
    asked = _read(request.query_params.multi_items())
    part = request.scope[PARTS]
    addresses = [address.partition("?") for address, _ in asked]
    answers = await asyncio.gather(*(part(path, query.encode()) for path, _, query in addresses))
    pieces, tags = [stored(b'{"answers":[')], []
    for at, ((address, tag), answer) in enumerate(zip(asked, answers, strict=True)):
        if answer is None:
            raise BadValueError("ask", address[:100], "the address of a data route of this server")
        pieces += [*([stored(b",")] if at else []), *_entry(answer, tag)]
        tags.append((answer.status, answer.etag, answer.is_known(tag)))
    pieces.append(stored(b"]}"))
    whole = all(answer.can_be_shared for answer in answers if answer is not None)
    headers = headers_for(etag_of(tags)) if whole else {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if takes_gzip(request):
        return Response(gzip_of(pieces), media_type=MEDIA_TYPE, headers={**headers, "Content-Encoding": "gzip"})
    return Response(b"".join(piece.plain for piece in pieces), media_type=MEDIA_TYPE, headers=headers)


def _read(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each address with the tag behind it, empty without one. Raises BadValueError."""
    asked: list[tuple[str, str]] = []
    for key, value in pairs:
        if key == "ask":
            asked.append((value, ""))
        elif key == "tag" and asked and not asked[-1][1]:
            asked[-1] = (asked[-1][0], value)
        else:
            raise BadValueError(key[:100], value[:100], "`ask` with an address, each followed by at most one `tag`")
    if not 0 < len(asked) <= MOST:
        raise BadValueError("ask", str(len(asked)), f"1 to {MOST} addresses")
    return asked


def _entry(answer: Whole, tag: str) -> list[Piece]:
    if answer.is_known(tag):
        return [stored(b'{"status":304}')]
    head = b'{"status":%d,"etag":%s,"content":' % (answer.status, orjson.dumps(answer.etag))
    return [stored(head), answer.piece, stored(b"}")]


def _text(value: str) -> str:
    return value


OPERATION: Final = Operation(
    path=PICTURE,
    endpoint=picture,
    summary="Several answers at once: `ask` and `tag` repeat, an address and the ETag of what is known of it.",
    answers={
        200: Answer(
            "for each `ask`, in order: 304 where its `tag` still stands, else its status, ETag and JSON",
            schema=record(
                {
                    "answers": listing(
                        record(
                            {"status": INTEGER, "etag": STRING, "content": {"type": "object"}},
                            optional=("etag", "content"),
                        ),
                        most=MOST,
                    )
                }
            ),
        ),
        304: NOT_MODIFIED,
        400: BAD_REQUEST,
    },
    parameters=(
        Parameter("ask", "path and query of a data route, as /api/summary?type=E0501", STRING, _text, required=True),
        Parameter("tag", "the ETag of what is known of the `ask` before it", STRING, _text),
    ),
    action=Action.SEE_AGGREGATES,
    shared=True,
)
