"""Hostile names of inspection points, stewards and notes of visits are shown as text wherever a point is shown."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from data.campaign_clock import campaign_now
from data.intake.issues import examine
from data.intake.placing import Placer
from data.runtime import open_runtime
from data.settings import Settings
from data.store.writer import Batch, Writer
from geo.point import InspectionPoint, Visit
from tests.browser.app_server import running_app
from tests.browser.map_frame import map_frame
from tests.browser.test_hostile_text import HOSTILE, assert_unharmed


def fill(folder: Path) -> dict[str, str]:
    """A store of Yunyan with one point for each hostile text, which failed its visit; the texts by code."""
    opened = open_runtime(Settings(database_url=f"sqlite:///{folder / 'store.db'}"), with_demo=False)
    try:
        city = opened.city
        at = campaign_now(city.campaign()) - timedelta(days=3)
        texts = {f"P{n:03}": text for n, text in enumerate(HOSTILE, 1)}
        site_class = city.catalogue.site_classes[0].code
        points = [
            InspectionPoint(code, text, site_class, 106.71 + n / 1000, 26.59, steward=text)
            for n, (code, text) in enumerate(texts.items())
        ]
        visits = [Visit(f"V{code}", code, at, "announced", compliant=False, note=text) for code, text in texts.items()]
        nothing = examine([], city, now=campaign_now)
        Writer(opened.store, city, Placer(city)).write(Batch(nothing, "test", points=points, visits=visits))
    finally:
        opened.close()
    return texts


def test_hostile_points_are_shown_as_text(tmp_path, visitor):
    texts = fill(tmp_path)
    with running_app(tmp_path) as app, visitor(language="en") as seen:
        told = {f["properties"]["code"]: f["properties"]["name"] for f in app.get("/api/points.geojson")["features"]}
        assert told == texts
        seen.page.goto(f"{app.url}/map?lang=en&layer=plain&show=points")
        frame = map_frame(seen.page)
        for code, text in texts.items():
            frame.evaluate("code => xunjie.drill.show('point:' + code)", code)
            frame.locator(".card").get_by_text(code).first.wait_for()
            assert text in frame.evaluate("document.body.textContent"), text
            assert_unharmed(seen.page)
        for path in ("/wall", "/points", "/"):
            seen.page.goto(f"{app.url}{path}?lang=en")
            map_frame(seen.page)
            seen.page.wait_for_timeout(500)
            assert_unharmed(seen.page)
