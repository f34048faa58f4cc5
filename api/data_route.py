"""The read route: question in, view of the snapshot, JSON out, with revision, moment and filter on every answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from api.answers import json_answer, json_answer_by_content, name_of
from api.operation import Answer, Operation, Parameter
from api.question import read_question
from api.schemas import BAD_VALUE, PROBLEM, Schema, enveloped
from api.view import View, view_of
from data.runtime import runtime
from geo.iso_time import local_iso
from geo.permissions import Action

Json = dict[str, Any]
Compute = Callable[[View, Mapping[str, Any]], Json]
"""Works out a route's own part of the answer from the view and the route's own parameters."""

NOT_MODIFIED: Final = Answer("unchanged since the ETag that was sent", media_type="")
BAD_REQUEST: Final = Answer("a parameter that cannot be taken", schema=BAD_VALUE)
NOT_FOUND: Final = Answer("no such record", schema=PROBLEM)


def data_operation(
    path: str,
    compute: Compute,
    *,
    summary: str,
    action: Action | None = None,
    schema: Mapping[str, Schema],
    optional: tuple[str, ...] = (),
    parameters: tuple[Parameter, ...] = (),
    identity: str | None = None,
    by_content: bool = False,
    drawn: Callable[[View], tuple[object, ...]] | None = None,
) -> Operation:
    """A GET that takes the filter and `parameters` and answers what `compute` gives, described by `schema`.

    `identity` names the path parameter of a single record; it reaches `compute` among its own parameters.
    `by_content`: the ETag stands for what the answer says, not for the revision it says it for (answers about a part
    of the map). `drawn`: the kept figures that, with the question, determine the answer; while they are the same
    objects it is not made again. `action` is what it does, without which nobody may: answers depend on the reach of
    it, and on nothing else of who asks.
    """
    answering = json_answer_by_content if by_content else json_answer
    assert by_content or drawn is None

    def endpoint(request: Request) -> Response:
        current = runtime()
        snapshot = current.snapshot  # before the question: its moment then hides nothing that this revision has
        question = read_question(request, current, parameters)
        own = dict(question.own) | ({identity: request.path_params[identity]} if identity else {})

        def make() -> Json:
            return envelope(view(), question.canonical) | compute(view(), own)

        @cache
        def view() -> View:
            return view_of(snapshot, question.filter, question.now)

        stand = (name_of(current), snapshot.revision)
        key = (*stand, path, question.identity, *sorted(own.items(), key=str))
        if drawn is None:
            return answering(request, key, make, stand=stand)
        return json_answer_by_content(request, key, make, stand=stand, drawn=lambda: drawn(view()))

    answers = {200: Answer(summary, schema=enveloped(schema, optional=optional)), 304: NOT_MODIFIED, 400: BAD_REQUEST}
    return Operation(
        path=path,
        endpoint=endpoint,
        summary=summary,
        action=action,
        answers={**answers, 404: NOT_FOUND} if identity else answers,
        parameters=parameters,
        path_parameters={identity: "identity of the record"} if identity else {},
        filtered=True,
        shared=identity is None,
    )


def envelope(view: View, canonical: str) -> Json:
    """Revision, moment and canonical filter: what an answer stands for."""
    return {
        "revision": view.snapshot.revision,
        "as_of": local_iso(view.filter.as_of, view.city.time_zone),
        "filter": canonical,
    }
