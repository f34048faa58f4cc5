"""POST /api/imports: a ledger file into the store that this program holds, whole or not at all, or its good rows."""

from __future__ import annotations

import threading
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.data_route import BAD_REQUEST
from api.errors import json_response
from api.identity import reach_of, viewer_of
from api.json_body import body_of
from api.operation import Answer, Operation, choice, flag, text
from api.question import read_own
from api.schemas import BOOLEAN, COUNT, INTEGER, PROBLEM, STRING, listing, record
from data.commands.through_server import MEDIA_TYPE, PATH
from data.importing.bring_in import MOST_SENT_BYTES, ImportOptions, ImportReport, bring_in, read_for
from data.importing.csv_reader import ENCODINGS
from data.importing.file_bytes import LedgerFile, checked_format
from data.runtime import runtime
from geo.errors import BadValueError, BusyError, NotAllowedError
from geo.permissions import Action

_PARAMETERS: Final = (
    text("name", "the name of the file; .csv, .geojson or .json tells its format", required=True),
    text("city", "code of the city that the file belongs to"),
    text("register", "register of rows that name none"),
    text("campaign", "campaign of rows that name none"),
    text("datum", "what the coordinates mean: wgs84, cgcs2000, gcj02, bd09 or epsg:NNNN"),
    choice("encoding", "of a CSV file", ENCODINGS, default="utf-8"),
    flag("keep_good", "write the good rows though others cannot be taken"),
)
_one_at_a_time: Final = threading.Lock()


async def imports(request: Request) -> Response:
    """200 with the report; 422 where rows could not be taken and nothing was written."""
    if not reach_of(request).is_whole:
        raise NotAllowedError("a ledger is imported by who sees the whole campaign", "whole_campaign")
    asked = read_own(request.query_params.multi_items(), _PARAMETERS)
    code = runtime().city.code
    if asked["city"] not in (None, code):
        raise BadValueError("city", asked["city"], f"{code}, whose store this program holds")
    checked_format(asked["name"])
    file = LedgerFile(asked["name"], await body_of(request, MOST_SENT_BYTES))
    report = await run_in_threadpool(_import, file, asked, viewer_of(request).account)
    return json_response(report.as_json(), 200 if report.written else 422)


def _import(file: LedgerFile, asked: dict[str, Any], actor: str) -> ImportReport:
    """One at a time: a large file takes much memory while it is read. BusyError while another is."""
    if not _one_at_a_time.acquire(blocking=False):
        raise BusyError("another file is being imported; send this one again when it is done")
    try:
        current = runtime()
        options = ImportOptions(asked["register"], asked["campaign"], asked["datum"], asked["encoding"])
        ledger = read_for(current, file, options)
        return bring_in(current, ledger, keep_good=asked["keep_good"], actor=actor)
    finally:
        _one_at_a_time.release()


_REPORT: Final = record(
    {
        "good": COUNT,
        "written": BOOLEAN,
        "created": COUNT,
        "known": COUNT,
        "revision": COUNT,
        "rejects": listing(record({"row": INTEGER, "column": STRING, "value": STRING, "reason": STRING})),
        "unused": listing(STRING),
    }
)
OPERATION = Operation(
    path=PATH,
    method="POST",
    endpoint=imports,
    summary="Import a ledger file, whole or not at all; `python -m data import` uses this while the program runs.",
    action=Action.IMPORT,
    parameters=_PARAMETERS,
    body={"type": "string", "format": "binary", "description": f"the file, at most {MOST_SENT_BYTES} bytes"},
    body_type=MEDIA_TYPE,
    answers={
        200: Answer("written", schema=_REPORT),
        422: Answer("rows that cannot be taken, or none at all: nothing was written", schema=_REPORT),
        400: BAD_REQUEST,
        409: Answer("a row's UUID was used for other content: nothing was written", schema=PROBLEM),
        413: BAD_REQUEST,
        415: Answer(f"not {MEDIA_TYPE}", schema=PROBLEM),
        503: Answer("another file is being imported, or the store cannot be written", schema=PROBLEM),
    },
)
