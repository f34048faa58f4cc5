"""POST amendments and many acts at once, GET the whole story: what is done to issues besides one change of status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.acting import actor_of, is_seen, must_be_seen
from api.data_route import BAD_REQUEST, NOT_FOUND
from api.errors import error_response, json_response
from api.json_body import body_of, fields_of
from api.operation import Answer, Operation, flag
from api.question import read_own
from api.report import geometry_of
from api.schemas import BOOLEAN, INTEGER, PROBLEM, STALE, STRING, listing, nullable, record
from data.act_desk import ELSEWHERE, IssueAct
from data.intake.draft_checks import MAX_NAME, MAX_NOTE
from data.runtime import Runtime, runtime
from data.store.acting import ChangeReceipt, RefusedTogetherError
from geo.errors import BadValueError
from geo.iso_time import parse_time
from geo.lifecycle import Act, Status
from geo.permissions import Action

MOST_BYTES: Final = 256 * 1024
MOST_ACTS: Final = 500
MOST_BULK_BYTES: Final = 4 * 1024 * 1024
_ID: Final = "a UUID of this act made by the client, the same at each repetition"
_VERSION: Final = "the version of the issue that was seen"
_AMENDING: Final = {"id": _ID, "version": _VERSION, "act": "one of " + ", ".join(Act)}
_ACT_FIELDS: Final = ("id", "version", "act", "set", "status", "note", "evidence", "until", "due_at")
_PREVIEW: Final = flag("preview", "only say what would become of each, and write nothing")


async def amend(request: Request) -> Response:
    """201 with the receipt; 200 where the same amendment came before; 409 with the difference from a stale version."""
    read_own(request.query_params.multi_items(), ())
    current = runtime()
    body = await body_of(request, MOST_BYTES)
    fields = fields_of(body, ("id", "version", "act", "set", "note", "actor"), _AMENDING)
    act = act_of(request.path_params["identity"], fields, current)
    await run_in_threadpool(must_be_seen, request, act.issue)
    receipt = await run_in_threadpool(
        current.amend, act.issue, act.version, act.act or "", act.fields,
        actor=actor_of(request, fields.get("actor")), client_uuid=act.client_uuid, note=act.note,
    )  # fmt: skip
    return json_response(told(receipt), 201 if receipt.created else 200)


async def act_many(request: Request) -> Response:
    """201 with an outcome for each act, all of them made; 200 for a preview; 409 with the refusals, none made."""
    own = read_own(request.query_params.multi_items(), (_PREVIEW,))
    current = runtime()
    body = await body_of(request, MOST_BULK_BYTES)
    fields = fields_of(body, ("acts", "actor"), {"acts": "a list of acts"})
    wished = fields["acts"]
    if not isinstance(wished, list) or not 0 < len(wished) <= MOST_ACTS:
        raise BadValueError("acts", wished, f"a list of 1 to {MOST_ACTS} acts", "acts", n=MOST_ACTS)
    acts = [_listed(entry, current) for entry in wished]
    actor = actor_of(request, fields.get("actor"))
    await run_in_threadpool(must_be_seen, request, *(act.issue for act in acts))
    try:
        outcomes = await run_in_threadpool(current.act_many, acts, actor=actor, preview=own["preview"])
    except RefusedTogetherError as refused:
        content = orjson.loads(error_response(refused).body)
        content["error"]["refusals"] = [
            {"position": at, "issue": acts[at].issue, "error": orjson.loads(error_response(error).body)["error"]}
            for at, error in refused.refusals.items()
        ]
        return json_response(content, 409)
    listed = [
        {
            "issue": outcome.issue,
            "receipt": None if outcome.receipt is None or own["preview"] else told(outcome.receipt),
            "error": None if outcome.refusal is None else orjson.loads(error_response(outcome.refusal).body)["error"],
        }
        for outcome in outcomes
    ]
    return json_response({"preview": own["preview"], "outcomes": listed}, 200 if own["preview"] else 201)


def history(request: Request) -> Response:
    """Every step and amendment of one issue, with actor and version, as its log tells them."""
    read_own(request.query_params.multi_items(), ())
    current = runtime()
    must_be_seen(request, request.path_params["identity"])
    entries = [asdict(entry) for entry in current.story(request.path_params["identity"])]
    _hide_what_lies_elsewhere(request, entries)
    return json_response({"issue": request.path_params["identity"], "entries": entries}, 200)


def _hide_what_lies_elsewhere(request: Request, entries: list[dict[str, Any]]) -> None:
    """An issue that this one was linked to, and that the asker does not see, is not named."""
    for values in (entry[name] for entry in entries for name in ("set", "before")):
        target = values.get("duplicate_of")
        if target is not None and not is_seen(request, target):
            values["duplicate_of"] = ELSEWHERE


def act_of(issue: str, fields: Mapping[str, Any], current: Runtime) -> IssueAct:
    """The act that JSON describes. Raises BadValueError for what is of another kind; the rest is checked by intake."""
    for name in ("note", "evidence"):
        if not isinstance(fields.get(name, ""), str):
            raise BadValueError(name, fields[name], "text", "text")
    wanted = fields.get("set", {})
    if not isinstance(wanted, dict):
        raise BadValueError("set", wanted, "an object of the fields to set", "set")
    if wanted.get("geometry") is not None:
        wanted = wanted | {"geometry": geometry_of(wanted["geometry"])}
    for name in ("due_at", "until"):
        if wanted.get(name) is not None:
            wanted = wanted | {name: moment_of(name, wanted[name], current)}
    return IssueAct(
        issue,
        fields["version"],
        fields["id"],
        status=fields.get("status"),
        act=fields.get("act"),
        fields=wanted,
        note=fields.get("note", ""),
        evidence=fields.get("evidence", ""),
        until=moment_of("until", fields["until"], current) if "until" in fields else None,
        due_at=moment_of("due_at", fields["due_at"], current) if "due_at" in fields else None,
    )


def moment_of(key: str, value: object, current: Runtime) -> datetime:
    """A moment from ISO 8601, in the city's time zone where it names none. Raises BadValueError."""
    moment = parse_time(key, value, current.city.time_zone) if isinstance(value, str) else None
    if not isinstance(moment, datetime):
        raise BadValueError(key, value, "a time in ISO 8601, not only a date", "iso")
    return moment


def told(receipt: ChangeReceipt) -> dict[str, Any]:
    """A receipt as JSON."""
    return {
        "id": receipt.id,
        "issue": receipt.issue_id,
        "version": receipt.version,
        "revision": receipt.revision,
        "created": receipt.created,
    }


def _listed(entry: object, current: Runtime) -> IssueAct:
    expected = {"issue": "the UUID or number of an issue", "id": _ID, "version": _VERSION}
    fields = fields_of(orjson.dumps(entry), ("issue", *_ACT_FIELDS), expected)
    if not isinstance(fields["issue"], str):
        raise BadValueError("issue", fields["issue"], "the UUID or number of an issue", "issue")
    return act_of(fields["issue"], fields, current)


RECEIPT: Final = record(
    {"id": STRING, "issue": STRING, "version": INTEGER, "revision": INTEGER, "created": BOOLEAN},
)
_SAID: Final = {
    "id": {**STRING, "format": "uuid"},
    "version": {**INTEGER, "minimum": 1, "description": _VERSION},
    "note": {**STRING, "maxLength": MAX_NOTE, "description": "the reason, where the act needs one"},
}
_ACTOR: Final = {**STRING, "maxLength": MAX_NAME, "description": "left out: it is who is signed in"}
_SET: Final = {"type": "object", "description": "the fields to set; null for none"}
_FREE: Final = {"type": "object"}
_REFUSED: Final[dict[int, Answer]] = {
    400: BAD_REQUEST,
    403: Answer("not for this person's role, part of the campaign, or hands", schema=PROBLEM),
    404: NOT_FOUND,
    413: BAD_REQUEST,
    415: Answer("not JSON", schema=PROBLEM),
    503: Answer("the store cannot be written at the moment", schema=PROBLEM),
}
AMEND: Final = Operation(
    path="/api/issues/{identity}/amendments",
    action=Action.AMEND,
    method="POST",
    endpoint=amend,
    summary="Assign, put off, ask for more time, correct, link or illustrate an issue; once, from the version seen.",
    path_parameters={"identity": "UUID or number of the issue"},
    body=record({**_SAID, "act": {"enum": list(Act)}, "set": _SET, "actor": _ACTOR}, optional=["note", "set", "actor"]),
    answers={
        201: Answer("made", schema=RECEIPT),
        200: Answer("the same amendment was made before; nothing changed", schema=RECEIPT),
        409: Answer(
            "another version, a state that forbids it, or nothing would change", schema={"anyOf": [STALE, PROBLEM]}
        ),
        **_REFUSED,
    },
)
_WISH: Final = record(
    {
        "issue": STRING,
        **_SAID,
        "status": {"enum": [status.name for status in Status]},
        "act": {"enum": list(Act)},
        "set": _SET,
        **dict.fromkeys(("evidence", "until", "due_at"), STRING),
    },
    optional=["note", "status", "act", "set", "evidence", "until", "due_at"],
)
ACT_MANY: Final = Operation(
    path="/api/acts",
    action=Action.AMEND,
    method="POST",
    endpoint=act_many,
    summary="Many acts in one transaction, all or none; with preview=1 only what would become of each.",
    parameters=(_PREVIEW,),
    body=record({"acts": listing(_WISH, most=MOST_ACTS), "actor": _ACTOR}, optional=["actor"]),
    answers={
        **dict.fromkeys(
            (200, 201),
            Answer(
                "an outcome for each act, in their order",
                schema=record(
                    {
                        "preview": BOOLEAN,
                        "outcomes": listing(
                            record({"issue": STRING, "receipt": nullable(RECEIPT), "error": nullable(_FREE)})
                        ),
                    }
                ),
            ),
        ),
        409: Answer("some are refused, and none was made", schema=_FREE),
        **_REFUSED,
    },
)
_CHANGED: Final = {**_FREE, "description": f"`duplicate_of` is {ELSEWHERE!r} for an issue that is not the asker's"}
_ENTRY: Final = record(
    {
        "seq": INTEGER,
        "hash": STRING,
        "kind": {"enum": ["reported", "changed", "amended"]},
        "version": INTEGER,
        "at": STRING,
        "recorded_at": nullable(STRING),
        "actor": STRING,
        **dict.fromkeys(("status", "act"), nullable(STRING)),
        **dict.fromkeys(("note", "evidence"), STRING),
        **dict.fromkeys(("until", "due_at"), nullable(STRING)),
        **dict.fromkeys(("set", "before"), _CHANGED),
        "answers": {**nullable(INTEGER), "description": "the version of the request for more time that this answers"},
        "lapsed": {**nullable(INTEGER), "description": "that of the one that ended with this unanswered"},
    }
)
HISTORY: Final = Operation(
    path="/api/issues/{identity}/history",
    action=Action.SEE_ISSUES,
    endpoint=history,
    summary="The whole story of one issue: every step and amendment with its actor, version and event.",
    path_parameters={"identity": "UUID or number of the issue"},
    answers={
        200: Answer("the entries, in their order", schema=record({"issue": STRING, "entries": listing(_ENTRY)})),
        404: NOT_FOUND,
        503: Answer("the store cannot be read at the moment", schema=PROBLEM),
    },
)
OPERATIONS: Final = (AMEND, ACT_MANY, HISTORY)
