"""GET /api/assignment: to which unit an issue of a type, subdistrict and task would go, by which rule, and why."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.answers import json_answer, name_of
from api.data_route import BAD_REQUEST, NOT_MODIFIED, Json
from api.identity import reach_of, sees_issues
from api.operation import Answer, Operation, text
from api.question import read_own
from api.schemas import COUNT, STRING, TEXT, listing, nullable, record
from data.access.people import scope_text
from data.duties import Duties, duties_in_force
from data.runtime import runtime
from geo.access import Scope
from geo.errors import BadValueError
from geo.filter_query import NOWHERE
from geo.permissions import Action
from geo.text import Text

NOTHING: Final = Scope(subdistricts=frozenset(), departments=frozenset())
_PARAMETERS: Final = (
    text("type", "code of the issue's type", required=True),
    text("subdistrict", 'code of its subdistrict; "-", or left out: in none'),
    text("task", 'code of its task; "-", or left out: of none'),
)


def assignment(request: Request) -> Response:
    """The first rule that matches, and of every rule before it what it did not take. Raises BadValueError."""
    current = runtime()
    own = read_own(request.query_params.multi_items(), _PARAMETERS)
    snapshot, city = current.snapshot, current.city
    city.catalogue.position("type", own["type"])
    place = None if own["subdistrict"] in (None, NOWHERE) else own["subdistrict"]
    task = None if own["task"] in (None, NOWHERE) else own["task"]
    if place is not None and place not in city.areas.index:
        raise BadValueError("subdistrict", place, 'the code of a subdistrict of this city, or "-"')
    if task is not None:
        city.catalogue.position("task", task)
    stand = (name_of(current), snapshot.revision)
    duties = duties_in_force(snapshot)
    sight = reach_of(request, Action.SEE_ISSUES) if sees_issues(request) else NOTHING
    key = (*stand, "/api/assignment", own["type"], place, task, scope_text(sight))

    def make() -> Json:
        return explained(duties, own["type"], place, task, named=duties.in_sight(sight, snapshot))

    return json_answer(request, key, make, stand=stand)


def explained(
    duties: Duties, issue_type: str, subdistrict: str | None, task: str | None, *, named: frozenset[str]
) -> Json:
    """The answer as JSON. A unit that is not among `named` is told by its code alone."""
    found = duties.explain(issue_type=issue_type, subdistrict=subdistrict, task=task)
    unit = None if found.unit is None else duties.organisation.unit(found.unit)
    by_code = Text(found.unit or "", found.unit or "")
    return {
        "type": issue_type,
        "subdistrict": subdistrict,
        "task": task,
        "unit": None if unit is None else {"code": unit.code, "name": unit.name if unit.code in named else by_code},
        "rule": None if found.rule is None else {"number": found.number, "code": found.rule.code},
        "passed": [
            {"number": number, "code": entry.rule.code, "because": entry.because}
            for number, entry in enumerate(found.passed, 1)
        ],
        "rules": len(duties.rules),
    }


OPERATION = Operation(
    path="/api/assignment",
    action=Action.SEE_AGGREGATES,
    endpoint=assignment,
    summary="Which unit an issue would go to, by which rule, and why not by the rules before it.",
    answers={
        200: Answer(
            "the unit and the rule; both null where no rule covers it",
            schema=record(
                {
                    "type": STRING,
                    "subdistrict": nullable(STRING),
                    "task": nullable(STRING),
                    "unit": nullable(record({"code": STRING, "name": TEXT})),
                    "rule": nullable(record({"number": COUNT, "code": STRING})),
                    "passed": listing(
                        record(
                            {
                                "number": COUNT,
                                "code": STRING,
                                "because": {"enum": ["type", "subdistrict", "task", "office"]},
                            }
                        )
                    ),
                    "rules": COUNT,
                }
            ),
        ),
        304: NOT_MODIFIED,
        400: BAD_REQUEST,
    },
    parameters=_PARAMETERS,
)
