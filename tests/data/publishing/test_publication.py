"""A publication: the sums of a moment that has passed, none of them small, and nothing of any single record."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import orjson
import pytest
import shapely

from data.campaign_clock import campaign_now
from data.publishing.publication import publication
from data.publishing.published_file import read_publication, write_publication
from data.runtime import Runtime
from geo.city import City
from geo.errors import StoreError
from geo.iso_time import local_iso
from geo.issue import IssueDraft
from tests.small_city import CLOCK

NO_DELAY = timedelta(0)
SECRET = "张三的电话 13900000000"


def reported(city: City, lon: float, lat: float, count: int, *, hours_ago: float = 48) -> list[IssueDraft]:
    return [
        IssueDraft(
            register="supervision",
            type=city.catalogue.types[0].code,
            geometry=shapely.Point(lon, lat),
            description=SECRET,
            address=SECRET,
            reporter=SECRET,
            reported_at=CLOCK - timedelta(hours=hours_ago),
        )
        for _ in range(count)
    ]


def middles(city: City) -> list[tuple[float, float]]:
    return [(point.x, point.y) for point in shapely.point_on_surface(city.areas.geometry)]


def published(live: Runtime, **options) -> dict:
    return publication(live.snapshot, now=campaign_now(live.city.campaign()), **options)


def fill(live: Runtime, *counts: int, hours_ago: float = 48) -> None:
    for spot, count in zip(middles(live.city), counts, strict=False):
        if count:
            live.submit(reported(live.city, *spot, count, hours_ago=hours_ago), actor="test")


def test_sums_are_those_of_the_moment_before_the_delay(live):
    fill(live, 20, 30, 12)
    fill(live, 7, hours_ago=3)
    now, earlier = published(live, delay=NO_DELAY), published(live)
    assert (now["issues"]["total"], earlier["issues"]["total"]) == (69, 62)
    assert [row["total"] for row in earlier["subdistricts"]["rows"]] == [20, 30, 12]
    assert earlier["as_of"] == local_iso(CLOCK - timedelta(hours=24), live.city.time_zone)


def test_small_counts_are_withheld_with_one_more_that_would_tell_them(live):
    fill(live, 20, 30, 3)
    content = published(live)
    assert [row["total"] for row in content["subdistricts"]["rows"]] == [20, 30, None]
    assert content["subdistricts"]["outside"]["total"] is None  # nothing lies there: two are withheld as it is
    counts = [cell["count"] for cell in content["cells"]["rows"]]
    assert min(counts) >= content["least"]
    assert sum(counts) + content["cells"]["withheld"] == content["issues"]["total"] == 53


def test_nothing_of_a_record_is_in_it(live):
    fill(live, 20, 30, 12)
    text = orjson.dumps(published(live)).decode()
    details = live.snapshot.records.of(np.arange(len(live.snapshot.issues)))
    assert SECRET not in text
    assert "13900000000" not in text
    for value in [*details.id, *details.number, live.city.catalogue.types[0].code]:
        assert value not in text


def test_cells_are_squares_of_the_metric_system_that_hold_their_issues(live):
    fill(live, 20, 30, 12)
    content = published(live, cell_m=250.0)
    spots = middles(live.city)
    for cell in content["cells"]["rows"]:
        square = shapely.Polygon(cell["ring"])
        assert square.is_valid
        assert any(square.buffer(1e-5).contains(shapely.Point(spot)) for spot in spots)


@pytest.mark.parametrize("counts", [(), (3,), (4, 4, 4)])
def test_too_few_issues_are_not_published_at_all(live, counts):
    fill(live, *counts)
    with pytest.raises(StoreError, match="published"):
        published(live)


def test_the_file_is_read_only_as_it_was_written(live, tmp_path: Path):
    fill(live, 20, 30, 12)
    path, content = tmp_path / "public.json", published(live)
    write_publication(path, content)
    assert read_publication(path) == orjson.loads(orjson.dumps(content))
    raw = path.read_bytes()
    at = raw.index(b'"total":62')
    for damaged in (raw[:-1], raw.replace(b'"total":62', b'"total":63'), b"[]", b"{}", raw[: at + 3]):
        path.write_bytes(damaged)
        with pytest.raises(StoreError, match="python -m data publish"):
            read_publication(path)
    with pytest.raises(StoreError, match="cannot read"):
        read_publication(tmp_path / "none.json")
