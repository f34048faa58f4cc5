"""Chicago is taken from its own files without a loss: every row an issue or a reject, every licence a point."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from data.city_folder.load import load_city
from data.demo import chicago, load_records
from data.demo.chicago_reduce import INSPECTIONS, reduce_table
from data.records import CityRecords
from geo.city import City
from geo.errors import CityError
from geo.lifecycle import Status
from geo.placement import Locator

pytestmark = pytest.mark.slow  # 74,377 complaints and 27,600 visits
FOLDER = Path(__file__).parents[2] / "data" / "cities" / "chicago"


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(FOLDER)


@pytest.fixture(scope="module")
def records(city: City) -> CityRecords:
    return load_records(city)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    content = gzip.decompress((FOLDER / "sanitation_complaints_311.csv.gz").read_bytes()).decode()
    return list(csv.DictReader(io.StringIO(content, newline="")))


def test_the_city_has_77_real_areas_and_no_roads(city: City) -> None:
    assert city.areas.codes == tuple(str(number) for number in range(1, 78))
    assert (city.areas.quality, city.roads, city.mainland_china) == ("real", None, False)
    names = {code: name.en for code, name in zip(city.areas.codes, city.areas.names, strict=True)}
    assert (names["59"], names["76"], names["35"]) == ("McKinley Park", "O'Hare", "Douglas")
    assert city.areas.area_km2.sum() == pytest.approx(598.1, abs=0.2)
    assert city.campaign().clock is None
    assert city.first_visit_label is not None


def test_the_folder_stays_under_four_megabytes() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 4_000_000


def test_every_row_is_an_issue_or_a_reject(records: CityRecords, rows: list[dict[str, str]]) -> None:
    assert (len(rows), len(records.drafts), len(records.rejects)) == (74_401, 74_377, 24)
    without = [line for line, row in enumerate(rows, start=2) if not row["Latitude"]]
    assert [reject.row for reject in records.rejects] == without
    assert all(reject.column == "Latitude" and reject.reason for reject in records.rejects)
    assert not any(draft.synthetic or draft.approximate for draft in records.drafts)
    assert {(draft.register, draft.task) for draft in records.drafts} == {("complaints", None)}
    assert records.bulk


def test_statuses_and_duplicates_are_those_of_the_file(records: CityRecords, rows: list[dict[str, str]]) -> None:
    taken = [row for row in rows if row["Latitude"]]
    expected = Counter(row["Status"] for row in taken)
    found = Counter((draft.history[-1].status, draft.duplicate) for draft in records.drafts)
    assert found == {
        (Status.CLOSED, False): expected["Completed"],
        (Status.CLOSED, True): expected["Completed - Dup"],
        (Status.DISPATCHED, False): expected["Open"],
        (Status.DISPATCHED, True): expected["Open - Dup"],
    }
    assert all(draft.reported_at and draft.history[-1].at >= draft.reported_at for draft in records.drafts)
    first = records.drafts[0]
    assert first.reported_at == datetime(2000, 1, 3, 6, 0, tzinfo=UTC)  # midnight in Chicago's winter
    assert first.history[-1].at == datetime(2011, 3, 28, 5, 0, tzinfo=UTC)  # … and summer


def test_types_are_the_values_of_the_nature_column(
    city: City, records: CityRecords, rows: list[dict[str, str]]
) -> None:
    name = {entry.code: entry.name.en for entry in city.catalogue.types} | {"not-stated": ""}
    taken = [row[chicago.NATURE] for row in rows if row["Latitude"]]
    assert [name[draft.type] for draft in records.drafts] == taken
    assert Counter(draft.type for draft in records.drafts)["standing-water"] == taken.count("Standing water")


def test_repeated_requests_are_all_kept_under_numbers_of_their_own(records: CityRecords) -> None:
    assert len({draft.id for draft in records.drafts}) == 74_377
    assert len({draft.number for draft in records.drafts}) == 74_377
    repeated = [str(draft.number) for draft in records.drafts if str(draft.number).count("-") == 2]
    requests = Counter("-".join(str(draft.number).split("-")[:2]) for draft in records.drafts)
    assert len(repeated) == 74_377 - len(requests) > 300
    assert requests["14-01204282"] == 4


def test_point_in_polygon_agrees_with_the_citys_own_column(
    city: City, records: CityRecords, rows: list[dict[str, str]]
) -> None:
    placed = Locator(city).locate(np.array([draft.geometry for draft in records.drafts], dtype=object))
    own = [row["Community_Area"] for row in rows if row["Latitude"]]
    codes = [city.areas.codes[position] if position >= 0 else "-" for position in placed.subdistrict.tolist()]
    both = [(a, b) for a, b in zip(own, codes, strict=True) if a not in ("", "0")]
    assert len(both) > 74_000
    assert sum(a == b for a, b in both) / len(both) >= 0.98


def test_points_are_licences_at_their_latest_known_place(records: CityRecords) -> None:
    assert len(records.points) == len({point.code for point in records.points}) == 12_367
    assert sum(point.lon is None for point in records.points) == 38
    content = gzip.decompress((FOLDER / "food_inspections.csv.gz").read_bytes()).decode()
    by_licence: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(content, newline="")):
        by_licence[row["License"]].append(row)
    for point in records.points[::37]:
        own = sorted(by_licence[point.code], key=lambda row: (row["Inspection_Date"], int(row["Inspection_ID"])))
        known = [(float(row["Longitude"]), float(row["Latitude"])) for row in own if row["Latitude"]]
        assert (point.lon, point.lat) == (known[-1] if known else (None, None))


def test_visits_are_inspections_and_conditions_still_comply(records: CityRecords) -> None:
    notes = Counter((visit.note, visit.compliant) for visit in records.visits)
    assert notes == {
        ("Canvass: Pass", True): 18_494,
        ("Canvass: Pass w/ Conditions", True): 3_651,
        ("Canvass: Fail", False): 5_455,
    }
    assert len({visit.id for visit in records.visits}) == 27_600
    assert {len(visit.id) for visit in records.visits} == {8}  # padded: the order of text is the order of numbers


def test_a_broken_file_is_told_in_a_sentence(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "complaints.csv.gz"
    broken.write_bytes(b"not gzip")
    monkeypatch.setattr(chicago, "COMPLAINTS", broken)
    with pytest.raises(CityError, match="not a sound gzipped CSV"):
        load_records(city)


def test_the_reduction_keeps_every_row_and_is_its_own_fixed_point() -> None:
    content = gzip.decompress((FOLDER / "food_inspections.csv.gz").read_bytes())
    assert reduce_table(content, INSPECTIONS) == content
