"""One row of a ledger file as its reader found it: named values, a geometry, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shapely.geometry.base import BaseGeometry

from geo.errors import BadValueError


@dataclass(frozen=True, slots=True)
class FileRow:
    """`number` is the line of a CSV file or the number of a feature, from 1. Values are text, numbers, booleans or
    None; `geometry` is in the coordinates of the file; `problem` says why it is None."""

    number: int
    values: dict[str, Any]
    geometry: BaseGeometry | None
    problem: BadValueError | None = None
