"""The rule by which the map in the browser decides whether a change concerns what it shows (js/concern.js), for tests.

`tests/browser/test_concern.py` holds the script to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Box = Sequence[float]


def meets(box: Box, other: Box) -> bool:
    """Whether two boxes (west, south, east, north) have a point in common."""
    return box[0] <= other[2] and box[2] >= other[0] and box[1] <= other[3] and box[3] >= other[1]


def concerns(delta: Mapping[str, Any], box: Box, *, register: str, types: Sequence[str] = ()) -> bool:
    """Whether `delta` may change an answer about the issues of `box`, of one register and (where any) of some types."""
    if delta["since"] is None:
        return True
    if delta["bbox"] is None:
        return False
    if not meets(delta["bbox"], box):
        return False
    if len(delta["issues"]) < delta["count"]:
        return True
    return any(
        issue["register"] == register
        and (not types or issue["type"] in types)
        and meets(issue.get("bbox", [issue["lon"], issue["lat"]] * 2), box)
        for issue in delta["issues"]
    )
