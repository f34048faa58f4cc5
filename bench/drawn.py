"""From the receipt of a report to its picture on an open map in Chromium, and that the map stays where it was."""

from __future__ import annotations

import time
import uuid
from typing import Any, Final

import numpy as np
import shapely
from playwright.sync_api import Frame, sync_playwright

from bench.row import Row
from bench.start import FLAGS, program
from geo.city import City
from tests.browser.app_server import App

WRITES: Final = 60
ZOOM: Final = 15
SEED: Final = 20211231
_PATIENCE_MS: Final = 10_000
_WATCH: Final = """() => {
  window.pictures = [];
  window.sameDocument = true;
  const now = () => performance.timeOrigin + performance.now();
  xunjie.on("picture", () => {
    const n = xunjie.state.n;
    requestAnimationFrame(() => requestAnimationFrame(() => window.pictures.push([n, now()])));
  });
}"""
"""A second frame begins when the first, into which the picture was drawn, has been handed over."""
_VIEW: Final = "() => [xunjie.map.getZoom(), ...Object.values(xunjie.map.getCenter()), window.sameDocument]"


def rows(app: App, city: City, n: int, register: str, kind: str) -> list[Row]:
    """WRITES reports in view of one map, a moment apart, into `register`, which the map shows; p50 and p95 of the time
    from the acknowledgement until the frame that holds them."""
    place = city.boundary.representative_point()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"{app.url}/map?lang=en&layer=heat&register={register}")
        frame = page.main_frame
        frame.wait_for_function("() => window.xunjie && xunjie.state.ready")
        frame.evaluate(
            "([lon, lat, z]) => { xunjie.map.setView([lat, lon], z, {animate: false}); }", [*place.coords[0], ZOOM]
        )
        page.wait_for_timeout(1_500)
        frame.evaluate(_WATCH)
        before = frame.evaluate(_VIEW)
        waits_ms = _waits(app, frame, place, register, kind)
        stayed = frame.evaluate(_VIEW) == before
        browser.close()
    p50, p95 = np.percentile(waits_ms, (50, 95))
    aim = 300 if n < 10_000 else 500
    return [
        Row("a report → drawn in Chromium", n, round(float(p50), 1), None, None, "ms", None, stayed),
        Row("… the slowest in twenty (p95)", n, round(float(p95), 1), None, f"aim: {aim}", "ms", None, stayed),
    ]


def _waits(app: App, frame: Frame, place: shapely.Point, register: str, kind: str) -> list[float]:
    dice, known, waits = np.random.default_rng(SEED), int(frame.evaluate("xunjie.state.n")), []
    for k in range(1, WRITES + 1):
        east, north = dice.uniform(-0.003, 0.003, 2)
        body: dict[str, Any] = {
            "id": str(uuid.uuid4()),
            "type": kind,
            "register": register,
            "geometry": {"type": "Point", "coordinates": [place.x + east, place.y + north]},
        }
        status, receipt = app.post("/api/issues", body)
        acknowledged_ms = time.time() * 1e3
        if status not in (200, 201):
            raise AssertionError(receipt)
        frame.wait_for_function("n => pictures.some(([shown]) => shown >= n)", arg=known + k, timeout=_PATIENCE_MS)
        drawn = frame.evaluate("n => pictures.find(([shown]) => shown >= n)[1]", known + k)
        waits.append(max(drawn - acknowledged_ms, 0.0))
        time.sleep(dice.uniform(0.2, 0.7))
    return waits
