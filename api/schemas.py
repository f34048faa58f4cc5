"""Building blocks of the JSON schemas that describe our answers: one vocabulary, used by every resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

STRING: Final[Schema] = {"type": "string"}
INTEGER: Final[Schema] = {"type": "integer"}
NUMBER: Final[Schema] = {"type": "number"}
BOOLEAN: Final[Schema] = {"type": "boolean"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
AMOUNT: Final[Schema] = {"type": "number", "minimum": 0, "description": "a count; fractional for lines and polygons"}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
DAY: Final[Schema] = {"type": "string", "format": "date"}
LON: Final[Schema] = {"type": "number", "minimum": -180, "maximum": 180}
LAT: Final[Schema] = {"type": "number", "minimum": -90, "maximum": 90}
BOUND: Final[Schema] = {"enum": ["eq", "ge", "approx"], "description": "exact, at least, about"}
STAGE: Final[Schema] = {"enum": ["handling", "verifying", "overdue", "closed", "rejected"]}
RETURNED: Final[Schema] = {
    **BOOLEAN,
    "description": "dispatched once more, after a failed verification or a reopening",
}
POINT_STATE: Final[Schema] = {"enum": ["first_ok", "fixed", "failing", "unvisited"]}
GEOMETRY: Final[Schema] = {
    "type": "object",
    "description": "RFC 7946 geometry, WGS-84",
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"enum": ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]},
        "coordinates": {"type": "array"},
    },
}


def nullable(schema: Schema) -> Schema:
    """`schema` or null: a figure that is unknown or was not published."""
    return {"anyOf": [schema, {"type": "null"}]}


def listing(items: Schema, *, most: int | None = None) -> Schema:
    """An array of `items`, of at most `most`."""
    return {"type": "array", "items": items} | ({} if most is None else {"maxItems": most})


def pair(first: Schema, second: Schema) -> Schema:
    """An array of exactly two."""
    return {"type": "array", "prefixItems": [first, second], "minItems": 2, "maxItems": 2}


def record(properties: Mapping[str, Schema], *, optional: Iterable[str] = ()) -> Schema:
    """A closed object: every property is required but the `optional` ones, and no other may stand in it."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in set(optional)],
        "additionalProperties": False,
    }


TEXT: Final[Schema] = record({"zh": STRING, "en": STRING})
BBOX: Final[Schema] = {"type": "array", "items": NUMBER, "minItems": 4, "maxItems": 4}
NAMED: Final[Mapping[str, Schema]] = {"code": STRING, "name": TEXT}

ENVELOPE: Final[Mapping[str, Schema]] = {
    "revision": {"type": "integer", "minimum": 0, "description": "grows by one with every committed change"},
    "as_of": {**MOMENT, "description": "the moment the answer stands for, with the city's offset"},
    "filter": {**STRING, "description": "the filter in canonical form; empty when it is the default"},
}


def enveloped(properties: Mapping[str, Schema], *, optional: Iterable[str] = ()) -> Schema:
    """The schema of a data answer: `properties` with the revision, the moment and the filter it stands for."""
    return record({**ENVELOPE, **properties}, optional=optional)


BAD_VALUE: Final[Schema] = record(
    {"error": record(dict.fromkeys(("key", "value", "expected", "message", "message_zh"), STRING))}
)
PROBLEM: Final[Schema] = record({"error": record({"message": STRING, "message_zh": STRING})})
_DIFFERING: Final[Schema] = record({"yours": STRING, "now": STRING})
STALE: Final[Schema] = record(
    {
        "error": record(
            {
                **dict.fromkeys(("message", "message_zh", "id"), STRING),
                **dict.fromkeys(("version", "expected_version"), INTEGER),
                "changed_by": STRING,
                "changed_at": MOMENT,
                "difference": {"type": "object", "additionalProperties": _DIFFERING},
            }
        )
    }
)
