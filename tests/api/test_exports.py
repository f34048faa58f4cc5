"""The exports over HTTP: as many features as the summary counts, streamed, saved under a name when asked."""

from __future__ import annotations

import csv
import gzip
import io

import httpx
import pytest
from starlette.testclient import TestClient

from api.exports import gathered, gzipped


def test_every_supervised_issue_is_a_synthetic_feature(demo: TestClient) -> None:
    answer = demo.get("/api/issues.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    content = answer.json()
    assert "crs" not in content
    assert len(content["features"]) == 2366
    assert all(feature["properties"]["synthetic"] is True for feature in content["features"])
    assert all(isinstance(feature["properties"]["approximate"], bool) for feature in content["features"])
    assert len(demo.get("/api/points.geojson").json()["features"]) == 317


@pytest.mark.parametrize(
    "query", ["type=E0501", "stage=overdue", "subdistrict=-", "road=-", "q=YY-0001", "register=cable_phase1"]
)
def test_the_export_has_what_the_summary_counts(demo: TestClient, query: str) -> None:
    total = demo.get(f"/api/summary?{query}").json()["issues"]["total"]
    assert len(demo.get(f"/api/issues.geojson?{query}").json()["features"]) == total
    rows = list(csv.DictReader(io.StringIO(demo.get(f"/api/issues.csv?{query}").content.decode("utf-8-sig"))))
    assert len(rows) == total


def test_a_download_has_a_plain_name(demo: TestClient) -> None:
    answer = demo.get("/api/issues.csv?download=1&stage=overdue")
    assert answer.headers["content-disposition"] == 'attachment; filename="yunyan-supervision-issues-2021-08-24.csv"'
    assert "content-disposition" not in demo.get("/api/issues.csv?stage=overdue").headers


def test_an_export_is_not_sent_again_while_nothing_changed(demo: TestClient) -> None:
    etag = demo.get("/api/issues.geojson?stage=overdue").headers["etag"]
    again = demo.get("/api/issues.geojson?stage=overdue", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    other = demo.get("/api/issues.geojson?stage=closed", headers={"If-None-Match": etag})
    assert other.status_code == 200


def test_the_bytes_are_the_same_packed_and_plain(demo: TestClient) -> None:
    packed: httpx.Response = demo.get("/api/issues.geojson?stage=overdue", headers={"Accept-Encoding": "gzip"})
    plain = demo.get("/api/issues.geojson?stage=overdue", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content


def test_pieces_are_gathered_and_packed_without_loss() -> None:
    pieces = [bytes([number % 251]) * (number % 9000) for number in range(60)]
    whole = b"".join(pieces)
    assert b"".join(gathered(pieces)) == whole
    assert gzip.decompress(b"".join(gzipped(gathered(pieces)))) == whole
    assert list(gathered([])) == []


def test_head_gives_the_headers_alone(demo: TestClient) -> None:
    answer = demo.head("/api/issues.geojson")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["etag"]


@pytest.mark.parametrize(
    "query", ["", "as_of=2021-07-01", "as_of=2021-08-24T18:00%2B08:00", "type=E0501&until=2021-08-01"]
)
def test_an_export_says_the_same_canonical_filter_as_every_other_answer(demo: TestClient, query: str) -> None:
    said = demo.get(f"/api/summary?{query}").json()["filter"]
    for path in ("/api/issues.geojson", "/api/points.geojson"):
        assert demo.get(f"{path}?{query}").json()["filter"] == said
