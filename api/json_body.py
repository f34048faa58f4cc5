"""The body of a request that writes: so many bytes at most, one JSON object, every field of it known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request

from api.errors import TooLargeError
from geo.errors import EMPTY_KEY, BadValueError, Word


async def body_of(request: Request, most_bytes: int) -> bytes:
    """The request's body; TooLargeError as soon as more than `most_bytes` have come, whatever its header claimed."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            text = Word("large", f"more than {most_bytes} bytes")
            raise TooLargeError("body", text, f"at most {most_bytes} bytes", "body_size", n=most_bytes)
    return bytes(body)


def fields_of(body: bytes, known: tuple[str, ...], required: Mapping[str, str]) -> dict[str, Any]:
    """The fields of the JSON object, each `known`, none of the `required` ones missing (with what is expected there);
    null means left out. Raises BadValueError."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadValueError("body", body[:100].decode(errors="replace"), "one JSON object", "json") from None
    if not isinstance(content, dict):
        raise BadValueError("body", content, "one JSON object", "json")
    fields = {name: value for name, value in content.items() if value is not None}
    for name in content:
        if name not in known:
            listed = ", ".join(known)
            raise BadValueError(
                name[:100] or EMPTY_KEY, content[name], f"one of {listed}", "no_such_field", known=listed
            )
    for name, expected in required.items():
        if name not in fields:
            raise BadValueError(name, "", f"this field: {expected}")
    return fields
