"""GET /api/openapi.json: the description of every door, put together from the operations themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.answers import body_response, etag_of, headers_for, not_modified, pack
from api.operation import Answer, Operation, Parameter
from api.question import read_own
from geo.filter_query import LIST_KEYS, SINGLE_KEYS
from geo.permissions import Action

Json = dict[str, Any]

_FILTER: Final[Mapping[str, str]] = {
    "campaign": "code of a campaign; without it the current one",
    "register": "code of one register; without it the campaign's default. Registers are never added",
    "type": "exact code of an issue type",
    "group": "code of a group of issue types",
    "task": "code of a task",
    "status": "workflow status: REPORTED, ACCEPTED, FILED, DISPATCHED, HANDLING, VERIFYING, CLOSED, REJECTED, DEFERRED",
    "stage": "handling, verifying, overdue, closed or rejected",
    "subdistrict": "code of a subdistrict; - for outside all of them",
    "road": "code of a road; - for not on a road",
    "since": "reported at or after: ISO 8601; a bare date begins with its midnight in the city",
    "until": "reported before; a bare date includes that day",
    "bbox": "west,south,east,north in WGS-84 degrees; intersects",
    "as_of": "the moment the answer stands for; a bare date is its end",
    "q": "text within number, description, address or road, at most 100 characters",
    "site_class": "code of a class of inspection points",
    "department": "code of the department that an issue is assigned to; - for none",
}


def describe(operations: Sequence[Operation]) -> Json:
    """The OpenAPI 3.1 document of `operations`."""
    paths: dict[str, Json] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Xunjie 巡街",
            "version": "0.1.0",
            "description": "Issues and inspection points of a city-inspection campaign. Every data route takes the "
            "same filter; an unknown parameter is a 400. Coordinates are WGS-84, longitude first.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"parameters": {f"filter-{key}": _filter_parameter(key) for key in _FILTER}},
    }


def operation_for(described: Sequence[Operation]) -> Operation:
    """The operation that serves the description of `described` and of itself."""

    def endpoint(request: Request) -> Response:
        read_own(request.query_params.multi_items(), ())
        etag = etag_of(content)
        headers = headers_for(etag)
        return not_modified(request, etag) or body_response(request, packed, "application/json", headers)

    itself = Operation(
        path="/api/openapi.json",
        endpoint=endpoint,
        summary="This description.",
        action=Action.OWN,
        answers={200: Answer("OpenAPI 3.1", schema={"type": "object"})},
    )
    content = orjson.dumps(describe((*described, itself)))
    packed = pack(content)
    return itself


def _operation(operation: Operation) -> Json:
    parameters = [_path_parameter(name, text) for name, text in operation.path_parameters.items()]
    parameters += [_parameter(parameter) for parameter in operation.parameters]
    if operation.filtered:
        parameters += [{"$ref": f"#/components/parameters/filter-{key}"} for key in _FILTER]
    described: Json = {
        "summary": operation.summary,
        "operationId": f"{operation.method.lower()} {operation.path}",
        "parameters": parameters,
        "responses": {str(status): _answer(answer) for status, answer in operation.answers.items()},
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": {operation.body_type: {"schema": operation.body}}}
    return described


def _answer(answer: Answer) -> Json:
    if not answer.media_type:
        return {"description": answer.description}
    content: Json = {} if answer.schema is None else {"schema": answer.schema}
    return {"description": answer.description, "content": {answer.media_type: content}}


def _parameter(parameter: Parameter) -> Json:
    schema = dict(parameter.schema)
    if parameter.default is not None and not isinstance(parameter.default, bool):
        schema["default"] = parameter.default
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "required": parameter.required,
        "schema": schema,
    }


def _path_parameter(name: str, description: str) -> Json:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": {"type": "string"}}


def _filter_parameter(key: str) -> Json:
    text = {"type": "string", "minLength": 1}
    described: Json = {"name": key, "in": "query", "required": False, "description": _FILTER[key], "schema": text}
    if key in LIST_KEYS:
        described |= {"schema": {"type": "array", "items": text}, "style": "form", "explode": True}
    return described


assert set(_FILTER) == {*SINGLE_KEYS, *LIST_KEYS}, "the description of the filter lacks a key, or has one too many"
