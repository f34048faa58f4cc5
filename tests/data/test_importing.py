"""Ledger files: what is understood, what is refused by row and column, and what comes back the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.campaign_clock import campaign_now
from data.exporting.export import issues_csv, issues_geojson
from data.importing.bring_in import ImportReport, bring_in
from data.importing.file_bytes import ledger_file
from data.importing.geojson_reader import geometry_of
from data.importing.ledger import Ledger, ledger_of
from data.importing.row_draft import Assumed
from data.runtime import Runtime
from data.store.personal import reference
from data.store.verify import problems
from geo.crs import from_wgs84
from geo.errors import BadGeometryError, BadValueError, ConflictError
from geo.filter_query import parse_filter
from geo.issue import IssueDraft
from geo.lifecycle import Status
from tests.data.conftest import runtime_of
from tests.data.test_laws_of_the_store import DRAFTS
from tests.small_city import small_city
from tests.stores import Stores

CITY = small_city()


def ledger(path: Path, **options: Any) -> Ledger:
    return ledger_of(ledger_file(path), CITY, now=campaign_now, assumed=options.pop("assumed", Assumed()), **options)


def csv_file(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "ledger.csv"
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def geojson_file(folder: Path, *features: Any, **members: Any) -> Path:
    path = folder / "ledger.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **members}))
    return path


def feature(geometry: Any = None, **properties: Any) -> dict[str, Any]:
    geometry = geometry or {"type": "Point", "coordinates": [106.71, 26.6]}
    return {"type": "Feature", "geometry": geometry, "properties": {"type": "C0101", **properties}}


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "Address,LAT,lon,type,reported_at,status,closed_at,synthetic,colour",
        '"甲路, 1号",26.6,106.71,C0101,2021-08-01,CLOSED,2021-08-02T10:00:00+08:00,是,red',
        "",
        ",26.6,106.72,E0110,2021-08-01 09:30,,,,",
    )
    read = ledger(path)
    assert read.rejects == []
    assert read.unused == ["colour"]
    first, second = read.drafts
    assert (first.address, first.geometry, first.synthetic) == ("甲路, 1号", shapely.Point(106.71, 26.6), True)
    assert [step.status for step in first.history] == [Status.CLOSED]
    assert (second.type, second.history, second.register) == ("E0110", (), "supervision")


def test_a_row_far_from_the_city_is_a_problem_of_that_row(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "lon,lat,type", "106.71,26.6,C0101", "116.4,39.9,C0101", "26.6,106.71,C0101")
    read = ledger(path)
    assert len(read.drafts) == 1
    assert [(reject.row, reject.column) for reject in read.rejects] == [(3, "geometry"), (4, "coordinates")]
    assert "in or near the city" in read.rejects[0].reason
    wide = {"type": "Polygon", "coordinates": [[[20, -40], [179, -40], [179, 60], [20, 60], [20, -40]]]}
    (reject,) = ledger(geojson_file(tmp_path, feature(), feature(wide))).rejects
    assert (reject.row, reject.column) == (2, "geometry")


def test_the_command_line_fills_what_rows_leave_out(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "x,y,type,register", "371500,2943500,C0101,", "371500,2943500,C0101,supervision")
    read = ledger(path, assumed=Assumed(register="cable_survey", datum="epsg:4545"))
    assert [draft.register for draft in read.drafts] == ["cable_survey", "supervision"]
    assert {draft.datum for draft in read.drafts} == {"epsg:4545"}


def test_chinese_excel_files_are_read_when_named_so(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "lon,lat,type,address", "106.71,26.6,C0101,文昌路", encoding="gb18030")
    with pytest.raises(BadValueError, match="gb18030"):
        ledger(path)
    assert ledger(path, encoding="gb18030").drafts[0].address == "文昌路"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("106.71,26.6,X,2021-08-01,,", "type"),
        ("106.71,26.6,,2021-08-01,,", "type"),
        ("106.71,,C0101,2021-08-01,,", "coordinates"),
        ('"106,71",26.6,C0101,2021-08-01,,', "lon"),
        ("0x1A,26.6,C0101,2021-08-01,,", "lon"),
        ("nan,26.6,C0101,2021-08-01,,", "lon"),
        ("1e999,26.6,C0101,2021-08-01,,", "lon"),
        ("206.71,26.6,C0101,2021-08-01,,", "coordinates"),
        ("106.71,26.6,C0101,2021-02-30,,", "reported_at"),
        ("106.71,26.6,C0101,yesterday,,", "reported_at"),
        ("106.71,26.6,C0101,2031-08-01,,", "reported_at"),
        ("106.71,26.6,C0101,2021-08-01,DONE,", "status"),
        ("106.71,26.6,C0101,2021-08-01,CLOSED,", "closed_at"),
        ("106.71,26.6,C0101,2021-08-01,HANDLING,2021-08-02", "closed_at"),
        ("106.71,26.6,C0101,,HANDLING,", "reported_at"),
        ("106.71,26.6,C0101,2021-08-01,CLOSED,2021-07-01", "history"),
        ("106.71,26.6,C0101,2021-08-01", "row"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column(tmp_path: Path, row: str, column: str) -> None:
    path = csv_file(tmp_path, "lon,lat,type,reported_at,status,closed_at", "106.71,26.6,C0101,2021-08-01,,", row)
    read = ledger(path)
    assert len(read.drafts) == 1
    (reject,) = read.rejects
    assert (reject.row, reject.column) == (3, column)
    assert reject.reason.startswith("expected ")


def test_rows_count_lines_so_that_an_editor_finds_them(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "lon,lat,type,address", '106.71,26.6,C0101,"two', 'lines"', "106.71,26.6,X,", "")
    assert [reject.row for reject in ledger(path).rejects] == [4]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "names of the columns"),
        (b"\r\n", "names of the columns"),
        (b"lon,lat,LON\n1,2,3", "every column name once"),
        (b"type,address\nC0101,x", "lon and lat"),
        (b'lon,lat\n1,"2', "CSV"),
        (b"lon,lat\n\xff\xfe,2", "utf-8"),
        (b"lon,lat\n" + b"1" * 1_000_001, "CSV"),
    ],
)
def test_a_file_that_is_no_table_is_refused_whole(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(content)
    with pytest.raises(BadValueError, match=said):
        ledger(path)


def test_features_are_read_with_their_properties(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[106.7, 26.6, 1100.0], [106.71, 26.6, 1100.0]]}
    path = geojson_file(tmp_path, feature(line, description="线", nested={"a": 1}, synthetic=True), feature())
    read = ledger(path)
    assert read.rejects == []
    assert read.drafts[0].geometry == shapely.LineString([(106.7, 26.6), (106.71, 26.6)])
    assert (read.drafts[0].description, read.drafts[0].synthetic) == ("线", True)


@pytest.mark.parametrize(
    ("bad", "column"),
    [
        (None, "feature"),
        ({"type": "Point"}, "feature"),
        ({"type": "Feature", "properties": [], "geometry": None}, "geometry"),
        ({"type": "Feature", "properties": "x", "geometry": None}, "properties"),
        (feature({"type": "Circle"}), "geometry"),
        (feature({"type": "Point", "coordinates": ["106", "26"]}), "coordinates"),
        (feature({"type": "Point", "coordinates": [106.7]}), "coordinates"),
        (feature({"type": "Point", "coordinates": []}), "coordinates"),
        (feature({"type": "Point", "coordinates": [True, False]}), "coordinates"),
        (feature({"type": "LineString", "coordinates": [[106.7, 26.6]]}), "geometry"),
        (feature({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}), "geometry"),
        (feature({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}), "geometry"),
        (feature({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}), "geometry"),
        (feature(description=5), "description"),
        (feature(reported_at=20210801), "reported_at"),
        (feature(synthetic="perhaps"), "synthetic"),
        (feature(description="\x00"), "description"),
    ],
)
def test_a_bad_feature_is_named_by_its_number(tmp_path: Path, bad: Any, column: str) -> None:
    read = ledger(geojson_file(tmp_path, feature(), bad))
    assert [(reject.row, reject.column) for reject in read.rejects] == [(2, column)]
    assert len(read.drafts) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b'{"type": "FeatureCollection", "features": [NaN]}', "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"[]", "FeatureCollection"),
        (b'{"type": "Feature"}', "FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": {}}', "list of features"),
        (b'<?xml version="1.0"?><OGRVRTDataSource/>', "JSON"),
    ],
)
def test_a_file_that_is_no_collection_is_refused_whole(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "ledger.geojson"
    path.write_bytes(content)
    with pytest.raises(BadValueError, match=said):
        ledger(path)


def test_a_crs_of_its_own_must_be_declared(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4545"}}
    metric = feature({"type": "Point", "coordinates": [371500, 2943500]})
    path = geojson_file(tmp_path, metric, crs=crs)
    with pytest.raises(BadValueError, match="--datum"):
        ledger(path)
    assert ledger(path, assumed=Assumed(datum="epsg:4545"), datum_declared=True).rejects == []
    plain = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert ledger(geojson_file(tmp_path, feature(), crs=plain)).rejects == []


def test_a_number_that_the_store_has_is_not_taken_again(tmp_path: Path) -> None:
    read = ledger(geojson_file(tmp_path, feature(number="SC-00001"), feature(number="SC-00002")), numbers={"SC-00001"})
    assert [(reject.row, reject.column) for reject in read.rejects] == [(1, "number")]


def test_other_kinds_of_file_are_refused(tmp_path: Path) -> None:
    for name in ("ledger.xlsx", "ledger", "ledger.vrt"):
        (tmp_path / name).write_text("x")
        with pytest.raises(BadValueError, match="geojson"):
            ledger(tmp_path / name)
    with pytest.raises(BadValueError, match="exists"):
        ledger(tmp_path / "missing.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(BadValueError, match="exists"):
        ledger(tmp_path / "folder.csv")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
                    max_leaves=12),
       st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon", "MultiLineString"]))  # fmt: skip
def test_any_json_is_a_geometry_or_a_bad_one(value: Any, kind: str) -> None:
    with suppress(BadGeometryError):
        assert shapely.is_geometry(geometry_of({"type": kind, "coordinates": value}))


EXPORTS: dict[str, Callable[..., Any]] = {"csv": issues_csv, "geojson": issues_geojson}


@pytest.mark.parametrize("form", EXPORTS)
@settings(max_examples=settings().max_examples // 4)
@given(drafts=st.lists(DRAFTS, min_size=1, max_size=6), datum=st.sampled_from(["wgs84", "gcj02", "bd09"]))
def test_an_export_imported_into_an_empty_store_is_the_same_export(
    stores: Stores,
    tmp_path_factory: pytest.TempPathFactory,
    form: str,
    drafts: list[IssueDraft],
    datum: str,
) -> None:
    folder, city = tmp_path_factory.mktemp("round"), CITY
    addresses = [stores.fresh(), stores.fresh()]
    one, two = (runtime_of(city, url) for url in addresses)
    try:
        one.submit([handed_on(draft, datum, at) for at, draft in enumerate(drafts)], actor="a")
        for register in ("supervision", "cable_survey"):
            chosen = parse_filter([("register", register), *EVERY_STATUS], city, now=campaign_now)
            content = b"".join(EXPORTS[form](one.snapshot, chosen))
            file = folder / f"{register}.{form}"
            file.write_bytes(content)
            read = ledger(file)
            assert read.rejects == []
            two.submit(read.drafts, actor="import", imported=True, origins=read.origins)
            again = b"".join(EXPORTS[form](two.snapshot, chosen))
            assert without_revision(again) == without_revision(content)
    finally:
        for runtime, url in zip((one, two), addresses, strict=True):
            runtime.close()
            stores.remove(url)


EVERY_STATUS = [("status", status.name) for status in Status]


def handed_on(draft: IssueDraft, datum: str, at: int) -> IssueDraft:
    """The same in that datum, every second one assigned to a department."""
    return replace(draft, datum=datum, department="D-7" if at % 2 else None)


def without_revision(content: bytes) -> bytes:
    start = content.find(b'"revision":')
    return content if start < 0 else content[:start] + content[content.index(b",", start) :]


def test_an_origin_is_dropped_where_the_geometry_was_moved(tmp_path: Path) -> None:
    x, y = (float(value) for value in from_wgs84(106.71, 26.6, "gcj02", mainland_china=True))
    told = {"source_datum": "gcj02", "source_x": x, "source_y": y}
    moved = feature({"type": "Point", "coordinates": [106.711, 26.6]}, **told)
    nonsense = feature(source_datum="mars", source_x=1, source_y=2)
    beyond = feature(source_datum="gcj02", source_x=999, source_y=2)
    read = ledger(geojson_file(tmp_path, feature(**told), moved, nonsense, beyond))
    assert list(read.origins) == [0]
    assert (read.origins[0].x, read.origins[0].y) == (x, y)


@pytest.mark.parametrize(
    "column", ["description", "type", "task", "status", "closed_at", "reported_at", "id", "synthetic"]
)
@pytest.mark.parametrize("value", [["CLOSED"], {"a": 1}])
def test_a_list_or_object_in_a_used_column_is_refused_not_read_as_nothing(
    tmp_path: Path, column: str, value: object
) -> None:
    properties = {"type": CITY.catalogue.types[0].code, column: value}
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [106.71, 26.6]},
        "properties": properties,
    }
    path = tmp_path / "ledger.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    (reject,) = ledger(path).rejects
    assert (reject.row, reject.column) == (1, column)


def test_a_curve_in_wkt_is_a_problem_of_its_row(tmp_path: Path) -> None:
    found = ledger(csv_file(tmp_path, "geometry,type", '"CIRCULARSTRING (0 0, 1 1, 2 0)",E0501'))
    assert [(reject.row, reject.column) for reject in found.rejects] == [(2, "geometry")]


WHO = "王小明"
NAMED = (
    "id,lon,lat,type,reported_at,status,closed_at,reporter",
    f"{'0' * 8}-0000-4000-8000-{'0' * 12},106.71,26.6,C0101,2021-08-01,CLOSED,2021-08-02T10:00:00+08:00,{WHO}",
    f"{'0' * 8}-0000-4000-8000-{'1' * 12},106.72,26.6,E0110,2021-08-01,,,",
)


def taken_in(runtime: Runtime, path: Path) -> ImportReport:
    report = bring_in(runtime, ledger(path), keep_good=False)
    assert (report.rejects, report.written) == ([], True)
    return report


def test_a_ledger_that_names_reporters_comes_in_once_however_often_it_is_sent(live: Runtime, tmp_path: Path) -> None:
    path = csv_file(tmp_path, *NAMED)
    assert (taken_in(live, path).created, live.snapshot.revision) == (2, 1)
    events = live.snapshot.seq
    for again in (path, csv_file(tmp_path, NAMED[0], NAMED[1].replace(WHO, "李"), NAMED[2])):
        report = taken_in(live, again)
        assert (report.created, report.known, live.snapshot.seq) == (0, 2, events)
    assert live.references_of(WHO) == [reference(f"{'0' * 8}-0000-4000-8000-{'0' * 12}")]
    with pytest.raises(ConflictError, match="other content"):
        taken_in(live, csv_file(tmp_path, NAMED[0], NAMED[1].replace("C0101", "E0110")))


def test_what_an_older_release_brought_in_under_its_reporter_s_name_is_known_too(live: Runtime, tmp_path: Path) -> None:
    """Up to schema 2 the name stood in the log, and in the hash of the content."""
    path = csv_file(tmp_path, *NAMED)
    drafts = ledger(path).drafts
    then = [replace(draft, reporter=draft.reporter_name or "import", reporter_name=None) for draft in drafts]
    live.submit(then, actor="import", imported=True)
    events = live.snapshot.seq
    report = taken_in(live, path)
    assert (report.created, report.known, live.snapshot.seq) == (0, 2, events)
    for other in (NAMED[1].replace(WHO, "李"), NAMED[1].replace("106.71", "106.7101")):
        with pytest.raises(ConflictError, match="other content"):
            taken_in(live, csv_file(tmp_path, NAMED[0], other))
    with live.store.reading() as connection:
        assert problems(connection, CITY) == []
