"""The one table from error class to HTTP status, and what an error looks like in JSON."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from geo.errors import (
    BadValueError,
    BusyError,
    ConflictError,
    NotAllowedError,
    NotFoundError,
    StaleError,
    StoreError,
    StoreLostError,
    XunjieError,
)
from geo.text import LANGUAGES, Language
from i18n import translate
from i18n.refusals import kind_word, reason_of

STATUS: Final[tuple[tuple[type[XunjieError], int], ...]] = (
    (BadValueError, 400),
    (NotFoundError, 404),
    (NotAllowedError, 403),
    (ConflictError, 409),
    (StoreError, 503),
    (XunjieError, 500),
)
"""The first class that fits decides; subclasses therefore stand before their base."""

_LOG = logging.getLogger("xunjie.api")


class TooLargeError(BadValueError):
    """A request body over its cap."""


def status_of(error: XunjieError) -> int:
    """The HTTP status of an error meant for people."""
    if isinstance(error, TooLargeError):
        return 413
    return next(status for kind, status in STATUS if isinstance(error, kind))


def json_response(content: object, status: int, headers: dict[str, str] | None = None) -> Response:
    """A small JSON answer that is never cached: an error or a receipt."""
    return Response(
        orjson.dumps(content),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def problem(key: str, status: int, headers: dict[str, str] | None = None, /, **values: object) -> Response:
    """An answer of `status` with the sentence `errors.<key>` in both languages."""
    return json_response({"error": sentence(key, **values)}, status, headers)


def sentence(key: str, /, **values: object) -> dict[str, str]:
    """The sentence `errors.<key>` in both languages."""
    return _in_both(key, **values)


def _told(key: str, error: XunjieError) -> dict[str, str]:
    """The sentence `errors.<key>` with the reason that `error` gives."""
    return _in_both(key, reason={language: reason_of(error, language) for language in LANGUAGES})


def _in_both(key: str, /, **values: object) -> dict[str, str]:
    """A sentence in both languages; a value that differs by language is a mapping."""

    def said(language: Language) -> str:
        own = {name: value[language] if isinstance(value, dict) else value for name, value in values.items()}
        return translate(f"errors.{key}", language, **own)

    return {"message": said("en"), "message_zh": said("zh-CN")}


def error_response(error: XunjieError) -> Response:
    """What the client is told: key, value and expectation of a bad value, else one sentence."""
    status = status_of(error)
    if isinstance(error, BadValueError):
        return json_response(
            {
                "error": {
                    "key": error.key,
                    "value": error.value,
                    "expected": error.expected,
                    **_told("bad_value", error),
                }
            },
            status,
        )
    if isinstance(error, NotFoundError):
        kinds = {language: kind_word(error.kind, language) for language in LANGUAGES}
        return json_response({"error": _in_both("not_found", kind=kinds, identity=error.identity[:100])}, status)
    if isinstance(error, NotAllowedError):
        return json_response({"error": _told("not_allowed", error)}, status)
    if isinstance(error, StaleError):
        return _stale_response(error, status)
    if isinstance(error, ConflictError):
        return json_response({"error": _told("conflict", error)}, status)
    if isinstance(error, BusyError):
        return problem("writer_busy", status, {"Retry-After": "1"})
    _LOG.error("%s: %s", type(error).__name__, error)
    if isinstance(error, StoreLostError):
        return problem("store_lost", status, {"Retry-After": "5"})
    # The text of a store or settings error may name paths and hosts of the server: it goes to the log only.
    return problem("store" if isinstance(error, StoreError) else "internal", status)


def _stale_response(error: StaleError, status: int) -> Response:
    """What became of the issue meanwhile, and where the wished change differs from it."""
    values = {"version": error.version, "expected": error.expected, "who": error.changed_by}
    content = {
        "message": translate("errors.stale", "en", **values),
        "message_zh": translate("errors.stale", "zh-CN", **values),
        "id": error.issue,
        "version": error.version,
        "expected_version": error.expected,
        "changed_by": error.changed_by,
        "changed_at": error.changed_at.isoformat(),
        "difference": {name: {"yours": yours, "now": now} for name, (yours, now) in error.difference.items()},
    }
    return json_response({"error": content}, status)


Endpoint = Callable[[Request], Any]


def answering(endpoint: Endpoint) -> Endpoint:
    """Wrap a route so that each of our errors becomes its status, and a defect a logged 500 without a traceback."""
    if inspect.iscoroutinefunction(endpoint):

        @functools.wraps(endpoint)
        async def awaited(request: Request) -> Response:
            try:
                response: Response = await endpoint(request)
            except XunjieError as error:
                return error_response(error)
            except Exception:  # noqa: BLE001 - a defect: logged, and told as one
                _LOG.exception("%s %s failed", request.method, request.url.path)
                return problem("internal", 500)
            return response

        return awaited

    @functools.wraps(endpoint)
    def called(request: Request) -> Response:
        try:
            response: Response = endpoint(request)
        except XunjieError as error:
            return error_response(error)
        except Exception:  # noqa: BLE001 - a defect: logged, and told as one
            _LOG.exception("%s %s failed", request.method, request.url.path)
            return problem("internal", 500)
        return response

    return called
