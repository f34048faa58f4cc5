"""The record's other books over HTTP: programmes, the exposure column, the calendar, the watch at junctions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Any, Final

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.data_route import Json, data_operation
from api.errors import json_response
from api.operation import Operation, flag
from api.plans import day_parameter
from api.schemas import (
    BOOLEAN,
    BOUND,
    COUNT,
    DAY,
    INTEGER,
    LAT,
    LON,
    MOMENT,
    NUMBER,
    STRING,
    TEXT,
    listing,
    nullable,
    record,
)
from api.view import View
from api.writing import ACTOR, ID, posted, write_answers
from data.documents.agenda_book import MEETINGS, checked_meeting
from data.documents.exposure_book import checked_exposure, read_exposure
from data.recording.agenda import meetings_of, watch_on, watch_seen
from data.recording.exposures import column_at, expose
from data.recording.programmes import programme_state, programmes_of
from data.runtime import runtime
from data.store.putting import DocumentReceipt
from geo.agenda import MeetingKind
from geo.iso_time import local_iso
from geo.permissions import Action
from geo.survival import Median


def programmes(view: View, own: Mapping[str, Any]) -> Json:
    """Each programme with its rounds and its progress at the filter's moment. What became of the issues of a register
    of which only the total was published is null unless `synthetic_splits` asks for the invented figure."""
    rows = []
    for programme in programmes_of(view.snapshot, view.campaign):
        state = programme_state(view.snapshot, programme, view.campaign, view.filter.as_of)
        shown = view.campaign.register(programme.register).rectified_published or own["synthetic_splits"]
        found, closed = state.table.found.sum(axis=(1, 2)), state.table.closed.sum(axis=(1, 2))
        rows.append(
            {
                "id": programme.id,
                "register": programme.register,
                "name": programme.name,
                "synthetic": programme.synthetic,
                "due": None if programme.due is None else programme.due.isoformat(),
                "found": state.found,
                "closed": state.closed if shown else None,
                "rounds": [
                    {
                        "number": entry.number,
                        "first": entry.first.isoformat(),
                        "last": entry.last.isoformat(),
                        "found": int(found[at]),
                        "closed": int(closed[at]) if shown else None,
                    }
                    for at, entry in enumerate(programme.rounds)
                ],
                "outside_rounds": int(found[-1]),
                "progress": [
                    {"day": step.day.isoformat(), "done": step.done, "total": step.total, "even_pace": step.even_pace}
                    for step in state.progress
                    if shown
                ],
            }
        )
    return {"programmes": rows}


def exposures(view: View, own: Mapping[str, Any]) -> Json:
    """The column of the filter's subdistricts beside their issues of its register; medians in days since being shown,
    with n."""
    column = column_at(view.snapshot, replace(view.filter, within=view.filter.place))
    rows = np.array([item.row for item in column.items if item.row >= 0], np.int64)
    details = view.snapshot.records.of(rows)
    numbers = dict(zip(rows.tolist(), map(str, details.number), strict=True))
    return {
        "items": [
            {
                "id": item.exposure.id,
                "title": item.exposure.title,
                "medium": item.exposure.medium,
                "shown_at": local_iso(item.exposure.shown_at, view.city.time_zone),
                "synthetic": item.exposure.synthetic,
                "issue": item.exposure.issue,
                "number": numbers.get(item.row),
                "days": None if item.compared is None else item.compared.days,
                "closed": None if item.compared is None else item.compared.closed,
                "like": None if item.compared is None else len(item.compared.like),
                "like_near": None if item.compared is None else item.compared.near,
            }
            for item in column.items
        ],
        "exposed": _median(column.comparison.exposed),
        "like": _median(column.comparison.like),
    }


def _median(found: Median) -> Json:
    return {"n": found.n, "done": found.done, "median": found.median, "low": found.low, "high": found.high}


def meetings(view: View, own: Mapping[str, Any]) -> Json:
    """The campaign's calendar."""
    return {
        "meetings": [
            {
                "id": meeting.id,
                "kind": meeting.kind.value,
                "day": None if meeting.day is None else meeting.day.isoformat(),
                "title": meeting.title,
                "times": meeting.times,
                "bound": meeting.bound,
                "synthetic": meeting.synthetic,
            }
            for meeting in meetings_of(view.snapshot, view.campaign)
        ]
    }


def junctions(view: View, own: Mapping[str, Any]) -> Json:
    """Who stands at each junction on a day, and the hours of its watch without anyone; the junctions of the filter's
    subdistricts, as far as the asker sees."""
    day = own["day"] or view.day
    return {
        "day": day.isoformat(),
        "junctions": [
            {
                "id": entry.junction.id,
                "name": entry.junction.name,
                "lon": entry.junction.lon,
                "lat": entry.junction.lat,
                "checkpoint": entry.junction.checkpoint,
                "synthetic": entry.junction.synthetic,
                "duties": [
                    {
                        "department": d.department,
                        "start": f"{d.start:%H:%M}",
                        "end": f"{d.end:%H:%M}",
                        "people": d.people,
                    }
                    for d in entry.day.duties
                ],
                "gaps": [{"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"} for start, end in entry.day.gaps],
            }
            for entry in watch_seen(watch_on(view.snapshot, day), view.filter.place, view.city)
        ],
    }


def _hours(start: time, end: time) -> Json:
    return {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}


async def put_exposure(request: Request) -> Response:
    """201 where the item was put; 200 where the same came before."""
    current = runtime()
    required = {"item": "what the item is called", "issue": "a UUID", "title": "text", "shown_at": "a time"}
    fields = await posted(request, ("medium", "version"), required)
    content: Json = {name: fields[name] for name in ("issue", "title", "shown_at", "medium") if name in fields}
    exposure = read_exposure(str(fields["item"]), checked_exposure(content, current.city))

    def work() -> DocumentReceipt:
        version = fields.get("version", 0)
        return expose(
            current, current.snapshot, exposure, version=version, client_uuid=fields["id"], actor=fields["actor"]
        )

    return _written(await run_in_threadpool(work))


async def put_meeting(request: Request) -> Response:
    """201 where the entry was put; 200 where the same came before."""
    current = runtime()
    required = {"item": "what the entry is called", "kind": "one of " + ", ".join(kind.value for kind in MeetingKind)}
    fields = await posted(request, ("day", "title", "times", "bound", "version"), required)
    content: Json = {name: fields[name] for name in ("kind", "day", "title", "times", "bound") if name in fields}
    checked = checked_meeting(content, current.city)

    def work() -> DocumentReceipt:
        version = fields.get("version", 0)
        return current.put_document(
            MEETINGS, fields["item"], checked, version, client_uuid=fields["id"], actor=fields["actor"]
        )

    return _written(await run_in_threadpool(work))


def _written(receipt: DocumentReceipt) -> Response:
    content = {
        "item": receipt.id,
        "version": receipt.version,
        "revision": receipt.revision,
        "created": receipt.created,
    }
    return json_response(content, 201 if receipt.created else 200)


_MAYBE: Final = nullable(STRING)
_KIND: Final = {"enum": [kind.value for kind in MeetingKind]}
_HOURS: Final = {"start": STRING, "end": STRING}
_ROUND: Final = record({"number": COUNT, "first": DAY, "last": DAY, "found": COUNT, "closed": nullable(COUNT)})
_STEP: Final = record({"day": DAY, "done": COUNT, "total": COUNT, "even_pace": NUMBER})
_MEDIAN: Final = record(
    {"n": COUNT, "done": COUNT, "median": nullable(NUMBER), "low": nullable(NUMBER), "high": nullable(NUMBER)}
)
_RECEIPT: Final = record({"item": STRING, "version": INTEGER, "revision": INTEGER, "created": BOOLEAN})
_ITEM: Final = {"id": ID, "actor": ACTOR, "item": STRING}
_VERSION: Final = {**INTEGER, "description": "of the entry that was seen; 0 for a new one"}
OPERATIONS: Final = (
    data_operation(
        "/api/programmes",
        programmes,
        action=Action.SEE_ISSUES,
        summary="Surveys and programmes: what each round found, what became of it, progress against an even pace.",
        parameters=(flag("synthetic_splits", "1 gives the invented split where only a total was published"),),
        schema={
            "programmes": listing(
                record(
                    {
                        "id": STRING,
                        "register": STRING,
                        "name": TEXT,
                        "synthetic": BOOLEAN,
                        "due": nullable(DAY),
                        "found": COUNT,
                        "closed": nullable(COUNT),
                        "rounds": listing(_ROUND),
                        "outside_rounds": COUNT,
                        "progress": listing(_STEP),
                    }
                )
            )
        },
    ),
    data_operation(
        "/api/exposures",
        exposures,
        action=Action.SEE_ISSUES,
        summary="The exposure column: days until each item's issue was put right, beside like issues not shown.",
        schema={
            "items": listing(
                record(
                    {
                        **dict.fromkeys(("id", "title", "medium"), STRING),
                        "shown_at": MOMENT,
                        "synthetic": BOOLEAN,
                        "issue": STRING,
                        "number": _MAYBE,
                        "days": nullable(NUMBER),
                        "closed": nullable(BOOLEAN),
                        "like": nullable(COUNT),
                        "like_near": nullable(COUNT),
                    }
                )
            ),
            "exposed": _MEDIAN,
            "like": _MEDIAN,
        },
    ),
    data_operation(
        "/api/meetings",
        meetings,
        action=Action.SEE_ISSUES,
        summary="The campaign's calendar: meetings, dispatches, reviews.",
        schema={
            "meetings": listing(
                record(
                    {
                        "id": STRING,
                        "kind": _KIND,
                        "day": nullable(DAY),
                        "title": STRING,
                        "times": COUNT,
                        "bound": BOUND,
                        "synthetic": BOOLEAN,
                    }
                )
            )
        },
    ),
    data_operation(
        "/api/junctions",
        junctions,
        action=Action.SEE_ISSUES,
        summary="Which department stands at which junction on a day, and the hours that nobody covers.",
        parameters=(day_parameter("day", "without it the filter's day"),),
        schema={
            "day": DAY,
            "junctions": listing(
                record(
                    {
                        "id": STRING,
                        "name": STRING,
                        "lon": nullable(LON),
                        "lat": nullable(LAT),
                        "checkpoint": BOOLEAN,
                        "synthetic": BOOLEAN,
                        "duties": listing(record({"department": STRING, **_HOURS, "people": COUNT})),
                        "gaps": listing(record(_HOURS)),
                    }
                )
            ),
        },
    ),
    Operation(
        path="/api/exposures",
        method="POST",
        action=Action.MANAGE_CAMPAIGN,
        endpoint=put_exposure,
        summary="Put an item of the exposure column: which issue it shows, and when.",
        body=record(
            {**_ITEM, "issue": STRING, "title": STRING, "shown_at": MOMENT, "medium": STRING, "version": _VERSION},
            optional=("actor", "medium", "version"),
        ),
        answers=write_answers(_RECEIPT, found=True),
    ),
    Operation(
        path="/api/meetings",
        method="POST",
        action=Action.MANAGE_CAMPAIGN,
        endpoint=put_meeting,
        summary="Put an entry of the campaign's calendar.",
        body=record(
            {**_ITEM, "kind": _KIND, "day": DAY, "title": STRING, "times": COUNT, "bound": BOUND, "version": _VERSION},
            optional=("actor", "day", "title", "times", "bound", "version"),
        ),
        answers=write_answers(_RECEIPT, found=True),
    ),
)
