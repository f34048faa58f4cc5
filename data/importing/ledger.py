"""A whole ledger file: drafts that can be taken, and for every other row its number, column, value and reason."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from data.importing.csv_reader import read_csv
from data.importing.file_bytes import LedgerFile, checked_format
from data.importing.geojson_reader import read_geojson
from data.importing.row_draft import DERIVED, USED, Assumed, row_draft
from data.intake.issues import Now, Origin, examine
from data.records import Reject
from geo.city import City
from geo.crs import to_wgs84
from geo.errors import BadValueError, XunjieError
from geo.issue import IssueDraft

_TOLERANCE_DEG: Final = 2e-7
"""An origin belongs to a geometry that was kept to 1e-7 degrees."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """`drafts` passed every check; `origins` by their position; `unused` are columns that mean nothing to us."""

    drafts: list[IssueDraft]
    origins: dict[int, Origin]
    rejects: list[Reject]
    unused: list[str]


def ledger_of(
    file: LedgerFile,
    city: City,
    *,
    now: Now,
    assumed: Assumed,
    datum_declared: bool = False,
    encoding: str = "utf-8",
    numbers: Set[str] = frozenset(),
) -> Ledger:
    """Read and check a .csv, .geojson or .json file. A row without an `id` whose number is among `numbers` (those of
    the store) is a reject: it would come in a second time. BadValueError for a file that is no ledger at all."""
    checked_format(file.name)
    rows = read_csv(file, encoding=encoding) if file.is_csv else read_geojson(file, datum_declared=datum_declared)
    drafts: list[IssueDraft] = []
    lines: list[int] = []
    origins: dict[int, Origin] = {}
    rejects: list[Reject] = []
    names: set[str] = set()
    for row in rows:
        names.update(row.values)
        try:
            draft, origin = row_draft(row, city, assumed)
            if draft.id is None and draft.number in numbers:
                raise BadValueError("number", draft.number, "a number that this store does not have yet")
        except BadValueError as error:
            rejects.append(_reject(row.number, error))
            continue
        if origin is not None:
            origins[len(drafts)] = origin
        drafts.append(draft)
        lines.append(row.number)
    errors = examine(drafts, city, now=now, imported=True).errors
    rejects += [_reject(lines[position], error) for position, error in errors.items()]
    origins = _true_origins(drafts, origins, city)
    good = [position for position in range(len(drafts)) if position not in errors]
    return Ledger(
        drafts=[drafts[position] for position in good],
        origins={new: origins[position] for new, position in enumerate(good) if position in origins},
        rejects=sorted(rejects, key=lambda reject: reject.row),
        unused=sorted(names - USED - DERIVED),
    )


def _true_origins(drafts: list[IssueDraft], origins: dict[int, Origin], city: City) -> dict[int, Origin]:
    """Those origins that lie on their draft's geometry: someone may have moved it since it was exported."""
    kept: dict[int, Origin] = {}
    by_datum: dict[str, list[int]] = {}
    for position, origin in origins.items():
        if drafts[position].datum == "wgs84":
            by_datum.setdefault(origin.datum, []).append(position)
    for datum, positions in by_datum.items():
        xy = np.array([(origins[p].x, origins[p].y) for p in positions])
        lon, lat = _converted(xy, datum, city)
        geometries = np.array([drafts[p].geometry for p in positions], object)
        near = shapely.distance(geometries, shapely.points(lon, lat)) <= _TOLERANCE_DEG
        kept.update({p: origins[p] for p, true in zip(positions, near, strict=True) if true})
    return kept


def _converted(xy: NDArray[np.float64], datum: str, city: City) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitude and latitude of each position; NaN for one that has none: then the origin is dropped, while the
    geometry itself was checked."""
    try:
        return to_wgs84(xy[:, 0], xy[:, 1], datum, mainland_china=city.mainland_china)
    except XunjieError:
        if len(xy) == 1:
            return np.array([np.nan]), np.array([np.nan])
        parts = [_converted(xy[at : at + 1], datum, city) for at in range(len(xy))]
        return np.concatenate([lon for lon, _ in parts]), np.concatenate([lat for _, lat in parts])


def _reject(row: int, error: XunjieError) -> Reject:
    if isinstance(error, BadValueError):
        return Reject(row, error.key, error.value, f"expected {error.expected}")
    return Reject(row, "", "", str(error))
