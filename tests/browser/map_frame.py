"""The map inside a page: finding its frame, waiting for its picture, reading what it shows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

DRAWN = "() => Boolean(window.xunjie?.state.ready && window.xunjie.state.areasDrawn)"


def map_frame(page: Page, *, wait_s: float = 30) -> Frame:
    """The frame that is /map (or /wall), its picture drawn: the page itself, or an iframe of it."""
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline:
        for frame in page.frames:
            if urlsplit(frame.url).path in {"/map", "/wall"}:
                frame.wait_for_function(DRAWN, polling=50)  # not by frames: a tab in the background draws none
                return frame
        page.wait_for_timeout(30)
    raise AssertionError(f"no map within {wait_s:.0f} s on {page.url}")


def shown(frame: Frame) -> dict[str, Any]:
    """The map's state."""
    return frame.evaluate("({...window.xunjie.state})")


def view(frame: Frame) -> list[float]:
    """Longitude and latitude of the centre, and the zoom."""
    return frame.evaluate("(({lng, lat}, z) => [lng, lat, z])(xunjie.map.getCenter(), xunjie.map.getZoom())")


def wait_for_n(frame: Frame, n: int, *, timeout_ms: int = 10_000) -> None:
    """Wait until the map's n is `n`."""
    frame.wait_for_function("n => xunjie.state.n === n", arg=n, timeout=timeout_ms, polling=50)


def pixel_of(frame: Frame, lon: float, lat: float) -> tuple[float, float]:
    """Where on the whole page a place of the map lies, in CSS pixels: what the mouse is given."""
    x, y = frame.evaluate(
        "([lon, lat]) => { const p = xunjie.map.latLngToContainerPoint([lat, lon]);"
        " const box = xunjie.map.getContainer().getBoundingClientRect(); return [p.x + box.x, p.y + box.y]; }",
        [lon, lat],
    )
    if frame.parent_frame is None:
        return x, y
    box = frame.frame_element().bounding_box()
    assert box is not None, "the map is not on the screen"
    return x + box["x"], y + box["y"]
