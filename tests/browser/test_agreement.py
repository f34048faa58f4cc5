"""One filter, one answer: map, count, table and both exports of Explore hold the same issues as the routes."""

from __future__ import annotations

import csv
import io
import json
from urllib.parse import urlencode

import pytest

from tests.browser.map_frame import map_frame, shown, wait_for_n
from tests.browser.streamlit_page import at_rest, open_page


def questions(app) -> dict[str, list[tuple[str, str]]]:
    """A name and a filter each, made of codes that the data really has."""
    first = app.get("/api/issues.geojson?status=CLOSED")["features"]
    one = first[len(first) // 2]["properties"]
    roads = app.get("/api/density/roads")["rows"]
    return {
        "everything": [],
        "type": [("type", one["type"])],
        "type and place": [("type", one["type"]), ("subdistrict", one["subdistrict"])],
        "overdue": [("stage", "overdue")],
        "closed in July": [("status", "CLOSED"), ("since", "2021-07-01"), ("until", "2021-07-31")],
        "road": [("road", roads[0]["code"])],
        "two tasks": [("task", "T02"), ("task", "T04")],
        "another register": [("register", "facility_survey")],
        "the past": [("as_of", "2021-07-10T18:00")],
        "a number": [("q", one["number"])],
        "box": [("bbox", "106.70,26.57,106.73,26.60")],
        "nothing": [("q", "不存在的字")],
    }


def count_of(text: str) -> int:
    return int(text.replace(",", "").strip())


def download(page, extension: str) -> bytes:
    with page.expect_download() as started:
        page.locator(f"a[href*='/api/issues.{extension}']").first.click()
    return started.value.path().read_bytes()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_map_count_table_and_exports_agree(app, visitor, language):
    asked = list(questions(app).items())[0 if language == "en" else 1 :: 2]
    with visitor(language=language) as seen:
        page = seen.page
        for name, pairs in asked:
            total = app.get(f"/api/summary?{urlencode(pairs)}")["issues"]["total"]
            open_page(page, f"{app.url}/explore?{urlencode([*pairs, ('lang', language)])}")
            assert shown(map_frame(page))["n"] == total, name
            assert count_of(page.locator(".xj-count b").first.inner_text()) == total, name
            if total == 0:
                continue
            features = json.loads(download(page, "geojson"))["features"]
            rows = list(csv.DictReader(io.StringIO(download(page, "csv").decode("utf-8-sig"))))
            assert (len(features), len(rows)) == (total, total), name
            numbers = {feature["properties"]["number"] for feature in features}
            assert {row["number"] for row in rows} == numbers, name
            in_table = page.locator("[data-testid=stMain]").inner_text()
            assert f"{total:,}" in in_table, name


def test_a_filter_of_the_map_reaches_the_page_and_its_export(app, visitor):
    code = app.get("/api/density/subdistricts")["rows"][5]["code"]
    total = app.get(f"/api/summary?subdistrict={code}")["issues"]["total"]
    with visitor(language="en") as seen:
        page = seen.page
        open_page(page, f"{app.url}/explore?lang=en")
        frame = map_frame(page)
        frame.evaluate("code => xunjie.drill.pick('subdistrict', code)", code)
        page.wait_for_url(f"**subdistrict={code}*")
        wait_for_n(frame, total)
        at_rest(page)
        page.locator(".xj-count b", has_text=f"{total:,}").first.wait_for()
        assert len(json.loads(download(page, "geojson"))["features"]) == total
