"""One door of the program as data: its path, what it takes, what it answers, and the function behind it."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.errors import Endpoint, answering
from api.identity import ACTION
from api.schemas import Schema
from geo.errors import BadValueError, NotAllowedError
from geo.permissions import Action


@dataclass(frozen=True)
class Parameter:
    """A query parameter of a route that is not a filter key. `read` turns its text into a value or raises. `action`:
    what only those may ask for by it who may do that too; the answer depends on nothing but how far they may."""

    name: str
    description: str
    schema: Schema
    read: Callable[[str], Any]
    default: Any = None
    required: bool = False
    action: Action | None = None


@dataclass(frozen=True)
class Answer:
    """One kind of answer: what it means, its media type, and for JSON its schema."""

    description: str
    media_type: str = "application/json"
    schema: Schema | None = None


@dataclass(frozen=True)
class Operation:
    """One method on one path. `filtered`: takes the filter keys of the contract besides its own parameters. `shared`:
    the same words at the same revision have the same answer for who may see the same (see api.repeated). `action`: what
    it does (geo.permissions); without one nobody may. `is_page`: who is not signed in is shown the way there."""

    path: str
    endpoint: Endpoint
    summary: str
    answers: Mapping[int, Answer]
    action: Action | None = None
    method: str = "GET"
    parameters: tuple[Parameter, ...] = ()
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    filtered: bool = False
    shared: bool = False
    body: Schema | None = None
    body_type: str = "application/json"
    is_page: bool = False

    def route(self) -> Route:
        """The route that Starlette serves, with our errors turned into answers. It answers only who the doorkeeper let
        in for this very action."""
        return Route(self.path, answering(let_in(self.endpoint, self.action)), methods=[self.method])


def let_in(endpoint: Endpoint, action: Action | None) -> Endpoint:
    """`endpoint` for requests that were let in for `action`; NotAllowedError for any other, and for all without one."""

    def check(request: Request) -> None:
        if action is None or request.scope.get(ACTION) is not action:
            raise NotAllowedError(f"it is {action}, for which nobody was let in", "not_let_in", action=action)

    if inspect.iscoroutinefunction(endpoint):

        @functools.wraps(endpoint)
        async def awaited(request: Request) -> Response:
            check(request)
            response: Response = await endpoint(request)
            return response

        return awaited

    @functools.wraps(endpoint)
    def called(request: Request) -> Response:
        check(request)
        response: Response = endpoint(request)
        return response

    return called


_WHOLE: Final = re.compile(r"-?[0-9]{1,9}", re.ASCII)


def flag(name: str, description: str) -> Parameter:
    """A parameter that is 0 (the default) or 1."""

    def read(text: str) -> bool:
        if text not in ("0", "1"):
            raise BadValueError(name, text, "0 or 1")
        return text == "1"

    return Parameter(name, description, {"enum": [0, 1]}, read, default=False)


def integer(name: str, description: str, low: int, high: int, *, default: int | None = None) -> Parameter:
    """A whole number from `low` to `high`; required without a default."""

    def read(text: str) -> int:
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            raise BadValueError(name, text, f"a whole number from {low} to {high}")
        return int(text)

    schema = {"type": "integer", "minimum": low, "maximum": high}
    return Parameter(name, description, schema, read, default=default, required=default is None)


def positive(name: str, description: str, expected: str, schema: Schema, *, low: float, high: float) -> Parameter:
    """A number from `low` (above 0) to `high`; without it None. `expected` is said of anything else."""

    def read(text: str) -> float:
        try:
            number = float(text) if len(text) <= 24 and text.isascii() else 0.0
        except ValueError:
            number = 0.0
        if not low <= number <= high:
            raise BadValueError(name, text[:100], expected)
        return number

    return Parameter(name, description, schema, read)


def text(name: str, description: str, *, required: bool = False, most: int = 200) -> Parameter:
    """Text of 1 to `most` characters."""

    def read(value: str) -> str:
        if not 0 < len(value) <= most:
            raise BadValueError(name, value, f"1 to {most} characters")
        return value

    return Parameter(name, description, {"type": "string", "minLength": 1, "maxLength": most}, read, required=required)


def choice(name: str, description: str, options: tuple[str, ...], *, default: str | None = None) -> Parameter:
    """One word of `options`; required without a default."""

    def read(text: str) -> str:
        if text not in options:
            raise BadValueError(name, text, "one of " + ", ".join(options))
        return text

    return Parameter(name, description, {"enum": list(options)}, read, default=default, required=default is None)
