"""Chicago's own records: each complaint an issue, each licence a point, each inspection a visit; nothing invented."""

from __future__ import annotations

import csv
import gzip
import io
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from data.city_folder.section import read_bytes
from data.records import CityRecords, Reject
from geo.city import City
from geo.errors import CityError
from geo.issue import IssueDraft, Transition
from geo.lifecycle import Status
from geo.point import InspectionPoint, Visit

FOLDER = Path(__file__).parents[1] / "cities" / "chicago"
COMPLAINTS, INSPECTIONS = FOLDER / "sanitation_complaints_311.csv.gz", FOLDER / "food_inspections.csv.gz"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://data.cityofchicago.org/sanitation-code-complaints")
NATURE = "What_is_the_Nature_of_this_Code_Violation"
REPORTER, CITY_HALL = "311", "City of Chicago"
STATUSES = {
    "Completed": (Status.CLOSED, False),
    "Completed - Dup": (Status.CLOSED, True),
    "Open": (Status.DISPATCHED, False),
    "Open - Dup": (Status.DISPATCHED, True),
}
RESULTS = {"Pass": True, "Pass w/ Conditions": True, "Fail": False}
SITE_CLASSES = {
    "restaurant": "restaurant",
    "grocery store": "grocery",
    "school": "school",
    "bakery": "bakery",
    "catering": "catering",
    "golden diner": "golden-diner",
    "long term care": "long-term-care",
    "hospital": "hospital",
}
"""By Facility_Type in lower case; what begins with "daycare" is day care, anything else is "other"."""

Row = dict[str, str]


def load_chicago(city: City) -> CityRecords:
    """74,377 issues, 12,367 points, 27,600 visits; the 24 complaints without coordinates are rejects."""
    zone = ZoneInfo(city.time_zone)
    drafts, rejects = _complaints(city, zone)
    points, visits = _inspections(city, zone)
    return CityRecords(drafts, points, visits, rejects, bulk=True)


def _rows(path: Path) -> list[Row]:
    try:
        reader = csv.reader(io.StringIO(gzip.decompress(read_bytes(path)).decode("utf-8"), newline=""))
        columns = next(reader)
        return [dict(zip(columns, row, strict=True)) for row in reader]  # half the time of csv.DictReader
    except (OSError, EOFError, ValueError, StopIteration) as error:
        raise CityError(f"{path}: not a sound gzipped CSV file ({error}); restore it from the repository") from error


def _complaints(city: City, zone: ZoneInfo) -> tuple[list[IssueDraft], list[Reject]]:
    """A draft a row with coordinates, in the order of the file; the others as rejects (the header is line 1)."""
    rows = _rows(COMPLAINTS)
    placed = [row["Latitude"] != "" and row["Longitude"] != "" for row in rows]
    lonlat = np.array([(row["Longitude"], row["Latitude"]) for row, ok in zip(rows, placed, strict=True) if ok])
    positions = iter(shapely.points(lonlat.astype(np.float64)))
    types = {"": "not-stated"} | {entry.name.en: entry.code for entry in city.catalogue.types}
    seen: dict[str, int] = {}
    drafts, rejects = [], []
    for line, (row, ok) in enumerate(zip(rows, placed, strict=True), start=2):
        if not ok:
            rejects.append(Reject(line, "Latitude", row["Latitude"], "the complaint has no coordinates"))
            continue
        request = row["Service_Request_Number"]
        seen[request] = seen.get(request, 0) + 1
        status, duplicate = STATUSES[row["Status"]]
        reported = _midnight(row["Creation_Date"], zone)
        changed = _midnight(row["Completion_Date"], zone) if status == Status.CLOSED else reported
        drafts.append(
            IssueDraft(
                register="complaints",
                type=types[row[NATURE]],
                geometry=next(positions),
                id=str(uuid.uuid5(NAMESPACE, str(line))),
                number=request if seen[request] == 1 else f"{request}-{seen[request]}",
                campaign=city.current_campaign,
                address=row["Street_Address"],
                reported_at=reported,
                reporter=REPORTER,
                duplicate=duplicate,
                history=(Transition(status, changed, CITY_HALL),),
            )
        )
    return drafts, rejects


def _inspections(city: City, zone: ZoneInfo) -> tuple[list[InspectionPoint], list[Visit]]:
    """A point a licence, named and placed as the latest inspection that says so; visits by time and Inspection_ID."""
    by_licence: dict[str, list[Row]] = {}
    rows = sorted(_rows(INSPECTIONS), key=lambda row: (row["Inspection_Date"], int(row["Inspection_ID"])))
    for row in rows:
        by_licence.setdefault(row["License"], []).append(row)
    points = [_point(licence, own, city) for licence, own in sorted(by_licence.items(), key=lambda kv: int(kv[0]))]
    return points, list(_visits(rows, zone))


def _point(licence: str, own: list[Row], city: City) -> InspectionPoint:
    located = next((row for row in reversed(own) if row["Latitude"] and row["Longitude"]), None)
    return InspectionPoint(
        code=licence,
        name=next((row["DBA_Name"] for row in reversed(own) if row["DBA_Name"]), licence),
        site_class=_site_class(next((row["Facility_Type"] for row in reversed(own) if row["Facility_Type"]), "")),
        lon=float(located["Longitude"]) if located else None,
        lat=float(located["Latitude"]) if located else None,
        campaign=city.current_campaign,
    )


def _site_class(facility_type: str) -> str:
    kind = facility_type.lower()
    return "daycare" if kind.startswith("daycare") else SITE_CLASSES.get(kind, "other")


def _visits(rows: list[Row], zone: ZoneInfo) -> Iterator[Visit]:
    """A visit an inspection. A canvass is routine and unannounced; its ID is padded so that ties sort by it."""
    for row in rows:
        yield Visit(
            id=row["Inspection_ID"].zfill(8),
            point=row["License"],
            at=_midnight(row["Inspection_Date"], zone),
            kind="unannounced",
            compliant=RESULTS[row["Results"]],
            note=f"Canvass: {row['Results']}",
        )


@lru_cache(maxsize=8_192)
def _midnight(day: str, zone: ZoneInfo) -> datetime:
    """The start of that day in the city, in UTC: the files give no time of day."""
    return datetime.fromisoformat(day).replace(tzinfo=zone).astimezone(UTC)
