"""POST /api/digests: send the daily digests now, for the command that finds this program on its store."""

from __future__ import annotations

from datetime import date
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.data_route import BAD_REQUEST
from api.errors import json_response
from api.json_body import body_of, fields_of
from api.operation import Answer, Operation
from api.question import read_own
from api.schemas import DAY, PROBLEM, STRING, listing, record
from data.notices.digest_sending import Outcome
from data.notices.mail_settings import URL
from data.runtime import runtime
from geo.errors import BadValueError, ConflictError
from geo.permissions import Action

MOST_BYTES: Final = 1_024


async def digests(request: Request) -> Response:
    """200 with what became of each; 409 where this program has no server to send by."""
    read_own(request.query_params.multi_items(), ())
    fields = fields_of(await body_of(request, MOST_BYTES), ("day", "unit"), {})
    day, unit = fields.get("day"), fields.get("unit")
    if unit is not None and not isinstance(unit, str):
        raise BadValueError("unit", unit, "the code of a unit")
    current = runtime()
    mail = current.settings.mail
    if mail is None:
        raise ConflictError(
            f"{URL} is not set for the program that runs on this store: it sends no letters", "no_letters", setting=URL
        )
    outcomes: list[Outcome] = await run_in_threadpool(current.notices.send_digests, mail, day=_day(day), unit=unit)
    rows = [{"unit": one.unit, "day": one.day.isoformat(), "state": one.state, "error": one.error} for one in outcomes]
    return json_response({"outcomes": rows}, 200)


def _day(value: object) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise BadValueError("day", value, "a day such as 2021-08-24") from None


_OUTCOME: Final = record({"day": DAY, **dict.fromkeys(("unit", "state", "error"), STRING)})
OPERATION: Final = Operation(
    path="/api/digests",
    method="POST",
    endpoint=digests,
    summary="Send the daily digest to every unit that has an address, once a unit and day.",
    action=Action.MANAGE_NOTICES,
    body=record({"day": DAY, "unit": STRING}, optional=("day", "unit")),
    answers={
        200: Answer(
            "what became of each",
            schema=record(
                {"outcomes": listing(record({"day": DAY, **dict.fromkeys(("unit", "state", "error"), STRING)}))}
            ),
        ),
        400: BAD_REQUEST,
        409: Answer("no server to send by", schema=PROBLEM),
    },
)
