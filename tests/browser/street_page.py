"""The phone page in a test: opening it with a position, filling its form, reading what it keeps."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from PIL import Image

from tests.browser.conftest import PHONE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

    from tests.browser.app_server import App

HERE = (106.7135, 26.5983)
READY = "() => document.documentElement?.dataset.ready === 'true'"
ALL_SENT = """n => {
  const all = xunjie.pending.all();
  return all.length === n && all.every((one) => one.state === "sent");
}"""
LOOK = {"size": PHONE, "reduced_motion": "reduce"}


def stand_at(context: BrowserContext, lon: float, lat: float, accuracy: float = 12) -> None:
    """The phone may know its position, and it is this one."""
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": accuracy})


def open_street(page: Page, app: App, query: str = "") -> None:
    """Open the page and wait until it is ready and its service worker answers for it."""
    stand_at(page.context, *HERE)
    page.goto(f"{app.url}/street{query}")
    page.wait_for_function(READY)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def reopen(page: Page) -> Page:
    """Close the page and open it anew in the same phone."""
    context, url = page.context, page.url
    page.close()
    again = context.new_page()
    again.goto(url)
    again.wait_for_function(READY)
    return again


def report(
    page: Page, description: str, *, kind: str | None = None, photos: Sequence[Path] = (), find: bool = True
) -> None:
    """Fill in the form and hand it in."""
    if find:
        page.locator(".tab-report .locate").click()
        page.locator(".pin").wait_for()
    chosen = f"[data-type={kind}]" if kind else ".type:not(.more)"
    page.locator(f".tab-report {chosen}").first.click()
    page.locator("#description").fill(description)
    if photos:
        page.locator(".tab-report input[data-as=before]").last.set_input_files(list(photos))
        page.wait_for_function("n => document.querySelectorAll('.tab-report .shot').length === n", arg=len(photos))
    before = len(entries(page))
    page.locator(".actions .primary").click()
    page.wait_for_function("n => xunjie.pending.all().length === n", arg=before + 1)


def entries(page: Page) -> list[dict[str, Any]]:
    """What the phone keeps to send and has sent, in order."""
    return page.evaluate("() => xunjie.outbox.entries()")


def wait_until_sent(page: Page, n: int, *, timeout_ms: int = 30_000) -> None:
    """Wait until `n` entries have arrived and none waits."""
    page.wait_for_function(ALL_SENT, arg=n, timeout=timeout_ms, polling=100)


def states(page: Page) -> list[str]:
    """The states of all entries, in order."""
    return [entry["state"] for entry in entries(page)]


def issues_called(app: App, text: str) -> list[dict[str, Any]]:
    """Every issue of the server whose description begins with `text`."""
    found = app.get("/api/issues.geojson")["features"]
    return [one["properties"] for one in found if one["properties"]["description"].startswith(text)]


# The page's database moves into a bucket of storage with so much room; what was kept before is gone.
SMALL_ROOM = """async (bytes) => {
  const bucket = await navigator.storageBuckets.open(`small-${bytes}`, { quota: bytes });
  await new Promise((done) => {
    const request = indexedDB.deleteDatabase("xunjie-street");
    request.onsuccess = request.onerror = done;
  });
  Object.defineProperty(window, "indexedDB", { value: bucket.indexedDB, configurable: true });
}"""


def leave_room(page: Page, most_bytes: int) -> None:
    """Let the phone be nearly full: the browser itself refuses to keep more than `most_bytes`."""
    page.evaluate(SMALL_ROOM, most_bytes)


def photo(path: Path, size: int = 64, *, noise: bool = False, seed: int = 0) -> Path:
    """A picture of `size` × `size` pixels at `path`, another one for another `seed`; `noise`: it cannot be packed."""
    draw = random.Random(seed)
    picture = Image.new("RGB", (size, size), tuple(draw.randrange(256) for _ in range(3)))
    if noise:
        picture.putdata([tuple(draw.randrange(256) for _ in range(3)) for _ in range(size * size)])
    else:
        for x in range(0, size, 8):
            picture.paste(tuple(draw.randrange(256) for _ in range(3)), (x, x, x + 8, size))
    picture.save(path)
    return path
