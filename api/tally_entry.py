"""GET and POST /api/tallies: what was published, the entries that add up to it, and one more entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.data_route import Json, data_operation
from api.errors import json_response
from api.operation import Operation, text
from api.schemas import BOOLEAN, BOUND, COUNT, DAY, INTEGER, STRING, TEXT, listing, nullable, record
from api.view import View
from api.writing import ACTOR, ID, posted, write_answers
from data.documents.tally_book import TALLIES, checked_entry, read_entry
from data.intake.draft_checks import MAX_NAME, MAX_NOTE
from data.recording.tallies import TallyState, enter_tally, tallies_of
from data.runtime import runtime
from data.store.putting import DocumentReceipt
from geo.access import Scope
from geo.errors import NotFoundError
from geo.permissions import Action
from geo.tally import Sum, by_unit, trend


def tallies(view: View, own: Mapping[str, Any]) -> Json:
    """All tallies of the campaign, never filtered; `code` adds the entries of that one, by unit and by period: those of
    every unit to who sees the whole campaign, else of the asker's own subdistricts, departments and groups."""
    states = tallies_of(view.snapshot, view.campaign)
    content: Json = {"tallies": [_tally(state) for state in states]}
    if own["code"] is not None:
        state = next((state for state in states if state.published.code == own["code"]), None)
        if state is None:
            raise NotFoundError("tally", own["code"])
        entries = [entry for entry in state.entries if _seen(view.filter.within, entry.unit)]
        content["by_unit"] = [{"unit": unit, "figures": _figures(found)} for unit, found in by_unit(entries)]
        content["trend"] = [
            {"first": period.first.isoformat(), "last": period.last.isoformat(), "figures": _figures(period.sum)}
            for period in trend(entries)
        ]
        content["entries"] = [_entry(view, entry) for entry in sorted(entries, key=lambda e: (e.first, e.unit))]
    return content


def _seen(within: Scope, unit: str) -> bool:
    own = (within.subdistricts, within.departments, within.groups)
    return within.is_whole or any(codes is not None and unit in codes for codes in own)


def _tally(state: TallyState) -> Json:
    published = state.published
    return {
        "code": published.code,
        "name": published.name,
        "unit": published.unit,
        "published": {"value": published.value, "bound": published.bound},
        "figures": [{"value": value, "bound": bound} for value, bound in state.figures],
        "entries": len(state.entries),
        "synthetic": state.synthetic,
        "agrees": state.agrees,
    }


def _figures(found: Sum) -> list[Json]:
    return [{"value": value, "bound": bound} for value, bound in found.figures]


def _entry(view: View, entry: Any) -> Json:
    document = view.snapshot.documents.document(TALLIES, entry.id)
    return {
        "unit": entry.unit,
        "first": entry.first.isoformat(),
        "last": entry.last.isoformat(),
        "value": entry.value,
        "bound": entry.bound,
        "synthetic": entry.synthetic,
        "note": entry.note,
        "version": 1 if document is None else document.version,
    }


async def enter(request: Request) -> Response:
    """201 with the receipt; 200 where the same entry came before."""
    current = runtime()
    required = {
        "code": "the code of a tally",
        "unit": "who reports",
        "first": "the first day",
        "last": "the last day",
        "value": "a whole number",
    }
    fields = await posted(request, ("bound", "note", "version"), required)
    content = {name: value for name, value in fields.items() if name not in ("id", "actor", "version")}
    entry = read_entry("", checked_entry(content, current.city))

    def work() -> DocumentReceipt:
        version = fields.get("version", 0)
        return enter_tally(
            current, current.snapshot, entry, version=version, client_uuid=fields["id"], actor=fields["actor"]
        )

    receipt = await run_in_threadpool(work)
    answer = {
        "entry": receipt.id,
        "version": receipt.version,
        "revision": receipt.revision,
        "created": receipt.created,
    }
    return json_response(answer, 201 if receipt.created else 200)


_FIGURE: Final = record({"value": COUNT, "bound": BOUND})
_FIGURES: Final = {
    **listing(_FIGURE, most=2),
    "description": "one figure; two where entries of at least and of about stand side by side",
}
OPERATIONS: Final = (
    data_operation(
        "/api/tallies",
        tallies,
        action=Action.SEE_AGGREGATES,
        summary="The campaign's tallies as sums of their entries beside what was published; never filtered.",
        parameters=(replace(text("code", "adds the entries of that tally", most=40), action=Action.SEE_ISSUES),),
        optional=("by_unit", "trend", "entries"),
        schema={
            "tallies": listing(
                record(
                    {
                        "code": STRING,
                        "name": TEXT,
                        "unit": TEXT,
                        "published": _FIGURE,
                        "figures": _FIGURES,
                        "entries": COUNT,
                        "synthetic": BOOLEAN,
                        "agrees": nullable(BOOLEAN),
                    }
                )
            ),
            "by_unit": listing(record({"unit": STRING, "figures": _FIGURES})),
            "trend": listing(record({"first": DAY, "last": DAY, "figures": _FIGURES})),
            "entries": listing(
                record(
                    {
                        "unit": STRING,
                        "first": DAY,
                        "last": DAY,
                        "value": COUNT,
                        "bound": BOUND,
                        "synthetic": BOOLEAN,
                        "note": STRING,
                        "version": INTEGER,
                    }
                )
            ),
        },
    ),
    Operation(
        path="/api/tallies",
        method="POST",
        action=Action.MANAGE_CAMPAIGN,
        endpoint=enter,
        summary="Enter what one unit reports of a tally for one period, or correct it; each day of a unit once.",
        body=record(
            {
                "id": ID,
                "actor": ACTOR,
                "code": STRING,
                "unit": {**STRING, "maxLength": MAX_NAME},
                "first": DAY,
                "last": DAY,
                "value": COUNT,
                "bound": {**BOUND, "default": "eq"},
                "note": {**STRING, "maxLength": MAX_NOTE},
                "version": {**INTEGER, "description": "of the entry that was seen; 0 for a new one"},
            },
            optional=("actor", "bound", "note", "version"),
        ),
        answers=write_answers(
            record({"entry": STRING, "version": INTEGER, "revision": INTEGER, "created": BOOLEAN}), found=True
        ),
    ),
)
