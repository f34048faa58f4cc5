"""Random draws over HTTP: announce one, draw it, see its frame and results; record what was found of a drawn issue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.acting import must_be_seen, whole_must_be_seen
from api.data_route import NOT_FOUND, Json, data_operation
from api.errors import json_response
from api.operation import Answer, Operation
from api.question import read_own
from api.schemas import BOOLEAN, COUNT, INTEGER, MOMENT, NUMBER, STRING, Schema, listing, nullable, record
from api.view import View
from api.writing import ACTOR, ID, posted, write_answers
from data.documents.draw_book import MOST_DRAWN, STRATA, SUBJECTS, DrawRecord
from data.inspecting.draw_results import findings, result_of
from data.inspecting.drawing import announce_draw, draw_of, draws_of, frame_of_draw, make_draw, record_check
from data.runtime import runtime
from geo.draw import SEED_LEAST
from geo.errors import BadValueError
from geo.iso_time import local_iso
from geo.permissions import Action
from geo.sampling import Estimate
from geo.selection import issues_within


def listed(view: View, own: Mapping[str, Any]) -> Json:
    """Every draw, the latest first, without its sample."""
    return {"draws": [_summary(view, record_) for record_ in draws_of(view.snapshot)]}


def one(view: View, own: Mapping[str, Any]) -> Json:
    """One draw with its sample, each with its finding (null: not checked yet)."""
    record_ = draw_of(view.snapshot, own["draw"])
    found = findings(view.snapshot, record_, view.filter.as_of)
    seen = _seen(view, record_)
    sample = [{"id": name, "stratum": s, "holds": found.get(name)} for name, s in record_.drawn if name in seen]
    return _summary(view, record_) | {"sizes": dict(record_.sizes), "sample": sample}


def _seen(view: View, record_: DrawRecord) -> set[str]:
    """What the asker may see of what was drawn."""
    names = [name for name, _ in record_.drawn]
    if record_.subject == "points":
        return {name for name in names if view.points[view.snapshot.point_row(name)]}
    rows = view.snapshot.rows_of(names)
    mine = issues_within(view.issues, rows, view.city, view.filter.within)
    return set(view.snapshot.records.of(rows[mine]).id) if mine.any() else set()


def _summary(view: View, record_: DrawRecord) -> Json:
    zone = view.city.time_zone
    return {
        "id": record_.id,
        "title": record_.title,
        "state": record_.state,
        "subject": record_.subject,
        "register": record_.register,
        "by": record_.by,
        "n": record_.n,
        "frame_size": sum(record_.sizes.values()),
        "frame_hash": record_.frame_hash,
        "commitment": record_.commitment,
        "announced_at": local_iso(record_.as_of, zone),
        "drawn_at": None if record_.drawn_at is None else local_iso(record_.drawn_at, zone),
        "seed": record_.seed or None,
        "word": record_.word if record_.state == "drawn" else None,
        "estimate": _estimate(result_of(record_, findings(view.snapshot, record_, view.filter.as_of))),
    }


def _estimate(found: Estimate) -> Json:
    return {
        "checked": found.checked,
        "good": found.good,
        "share": found.share,
        "interval": None if found.low is None else [found.low, found.high],
        "effective_n": found.effective,
        "method": found.method,
    }


def frame(request: Request) -> Response:
    """The frame as it was announced: its SHA-256 is the draw's frame_hash. For who sees the whole campaign."""
    read_own(request.query_params.multi_items(), ())
    whole_must_be_seen(request, "frame", request.path_params["draw"])
    snapshot = runtime().snapshot
    record_ = draw_of(snapshot, request.path_params["draw"])
    lines = frame_of_draw(snapshot, record_.id).lines
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="frame.tsv"'}
    return Response(lines, media_type="text/tab-separated-values", headers=headers)


async def announce(request: Request) -> Response:
    """201 with the draw announced; the seed is committed to and not kept."""
    current = runtime()
    required = {
        "seed": f"one line of {SEED_LEAST} or more characters that nobody can guess; keep it for the draw",
        "subject": "one of " + ", ".join(SUBJECTS),
        "n": "how many to draw",
    }
    fields = await posted(request, ("by", "register", "title"), required)
    _texts(fields, "seed", "subject", "by", "register", "title", "actor")
    if isinstance(fields["n"], bool) or not isinstance(fields["n"], int):
        raise BadValueError("n", fields["n"], f"a whole number from 1 to {MOST_DRAWN}")
    whole_must_be_seen(request, "frame", fields["subject"])
    subject = fields["subject"]
    register = fields.get("register", current.city.campaign().default_register) if subject == "issues" else None

    def work() -> tuple[DrawRecord, bool]:
        return announce_draw(
            current,
            current.snapshot,
            client_uuid=fields["id"],
            actor=fields["actor"],
            seed=fields["seed"],
            subject=subject,
            by=fields.get("by", "subdistrict"),
            n=fields["n"],
            as_of=current.now(),
            register=register,
            title=fields.get("title", ""),
        )

    record_, created = await run_in_threadpool(work)
    content = {
        "id": record_.id,
        "frame_size": sum(record_.sizes.values()),
        "frame_hash": record_.frame_hash,
        "commitment": record_.commitment,
        "created": created,
    }
    return json_response(content, 201 if created else 200, {"Location": f"/api/draws/{record_.id}"})


async def sample(request: Request) -> Response:
    """201 with the sample; 200 where it was drawn before."""
    current = runtime()
    fields = await posted(request, ("word",), {"seed": "the seed that was committed to"})
    whole_must_be_seen(request, "draw", request.path_params["draw"])
    _texts(fields, "seed", "word", "actor")

    def work() -> tuple[DrawRecord, bool]:
        return make_draw(
            current,
            current.snapshot,
            request.path_params["draw"],
            client_uuid=fields["id"],
            actor=fields["actor"],
            seed=fields["seed"],
            word=fields.get("word", ""),
            at=current.now(),
        )

    record_, created = await run_in_threadpool(work)
    drawn = [{"id": name, "stratum": stratum} for name, stratum in record_.drawn]
    return json_response({"id": record_.id, "sample": drawn, "created": created}, 201 if created else 200)


async def check(request: Request) -> Response:
    """201 where the finding was recorded; 200 where it had been."""
    current = runtime()
    required = {"unit": "the UUID of an issue that was drawn", "holds": "true or false: whether it is still put right"}
    fields = await posted(request, ("note", "version"), required)
    _texts(fields, "unit", "note", "actor")
    if not isinstance(fields["holds"], bool):
        raise BadValueError("holds", fields["holds"], "true or false")

    must_be_seen(request, fields["unit"])

    def work() -> bool:
        return record_check(
            current,
            current.snapshot,
            request.path_params["draw"],
            fields["unit"],
            holds=fields["holds"],
            note=fields.get("note", ""),
            client_uuid=fields["id"],
            actor=fields["actor"],
            version=fields.get("version", 0),
        )

    created = await run_in_threadpool(work)
    return json_response({"unit": fields["unit"], "created": created}, 201 if created else 200)


def _texts(fields: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if name in fields and not isinstance(fields[name], str):
            raise BadValueError(name, fields[name], "text")


_HASH: Final[Schema] = {**STRING, "pattern": "^[0-9a-f]{64}$"}
_MAYBE: Final = nullable(STRING)
_SUMMARY: Final[Mapping[str, Schema]] = {
    "id": STRING,
    "title": STRING,
    "state": {"enum": ["announced", "drawn"]},
    "subject": {"enum": list(SUBJECTS)},
    "register": _MAYBE,
    "by": {"enum": list(STRATA)},
    "n": COUNT,
    "frame_size": COUNT,
    "frame_hash": _HASH,
    "commitment": {**_HASH, "description": "SHA-256 of seed, line feed, frame_hash, line feed"},
    "announced_at": MOMENT,
    "drawn_at": nullable(MOMENT),
    "seed": {**_MAYBE, "description": "null until it was drawn"},
    "word": _MAYBE,
    "estimate": record(
        {
            "checked": COUNT,
            "good": COUNT,
            "share": nullable(NUMBER),
            "interval": nullable(listing(NUMBER, most=2)),
            "effective_n": NUMBER,
            "method": {"enum": ["hypergeometric", "wilson_kish", "census", "none"]},
        }
    ),
}
_PATH: Final = {"draw": "id of the draw"}
OPERATIONS: Final = (
    data_operation(
        "/api/draws",
        listed,
        action=Action.SEE_ISSUES,
        summary="Every random draw that was announced, with the share it supports and its 95 % interval.",
        schema={"draws": listing(record(_SUMMARY))},
    ),
    data_operation(
        "/api/draws/{draw}",
        one,
        action=Action.SEE_ISSUES,
        summary="One draw: its commitment, its sample and what was found of each.",
        identity="draw",
        schema={
            **_SUMMARY,
            "sizes": {"type": "object", "additionalProperties": COUNT},
            "sample": listing(record({"id": STRING, "stratum": STRING, "holds": nullable(BOOLEAN)})),
        },
    ),
    Operation(
        path="/api/draws/{draw}/frame",
        action=Action.SEE_ISSUES,
        endpoint=frame,
        summary="The frame of a draw as it was announced: lines of stratum, tab, id, sorted by their bytes.",
        path_parameters=_PATH,
        answers={200: Answer("the lines", media_type="text/tab-separated-values"), 404: NOT_FOUND},
    ),
    Operation(
        path="/api/draws",
        method="POST",
        action=Action.INSPECT,
        endpoint=announce,
        summary="Announce a draw: its frame and the commitment to a seed, before anything is drawn.",
        body=record(
            {
                "id": ID,
                "actor": ACTOR,
                "seed": {**STRING, "minLength": SEED_LEAST, "maxLength": 200},
                "subject": {"enum": list(SUBJECTS)},
                "by": {"enum": list(STRATA), "default": "subdistrict"},
                "register": {**STRING, "description": "of closed issues; without it the default one"},
                "n": {**INTEGER, "minimum": 1, "maximum": MOST_DRAWN},
                "title": STRING,
            },
            optional=("actor", "by", "register", "title"),
        ),
        answers=write_answers(
            record({"id": STRING, "frame_size": COUNT, "frame_hash": _HASH, "commitment": _HASH, "created": BOOLEAN}),
            found=True,
        ),
    ),
    Operation(
        path="/api/draws/{draw}/sample",
        method="POST",
        action=Action.INSPECT,
        endpoint=sample,
        summary="Make an announced draw, once, with its seed and a word said in public since.",
        path_parameters=_PATH,
        body=record({"id": ID, "actor": ACTOR, "seed": STRING, "word": STRING}, optional=("actor", "word")),
        answers=write_answers(
            record(
                {
                    "id": STRING,
                    "sample": listing(record({"id": STRING, "stratum": STRING})),
                    "created": BOOLEAN,
                }
            ),
            found=True,
        ),
    ),
    Operation(
        path="/api/draws/{draw}/checks",
        method="POST",
        action=Action.INSPECT,
        endpoint=check,
        summary="Record whether a drawn issue is still put right. Drawn points are judged by their visits.",
        path_parameters=_PATH,
        body=record(
            {
                "id": ID,
                "actor": ACTOR,
                "unit": STRING,
                "holds": BOOLEAN,
                "note": STRING,
                "version": {**INTEGER, "description": "of the finding that was seen; 0 for the first"},
            },
            optional=("actor", "note", "version"),
        ),
        answers=write_answers(record({"unit": STRING, "created": BOOLEAN}), found=True),
    ),
)
