"""From the start of the process to a drawn map in Chromium: later starts beside the first one, which loads the demo."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Frame, Page, sync_playwright

from bench.row import Row, compared
from tests.browser.app_server import running_app

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PAGES = {"start to a drawn map (/map)": "/map", "start to a drawn Situation page": "/"}
DRAWN = "() => Boolean(window.xunjie && window.xunjie.state.ready && window.xunjie.state.areasDrawn)"


def rows(repeats: int) -> list[Row]:
    """One row a page; the browser runs already, its cache is empty each time."""
    answers = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=FLAGS)
        for name, path in PAGES.items():
            with tempfile.TemporaryDirectory() as folder:
                first_s, first = _start(browser, Path(folder), path)
                later = [_start(browser, Path(folder), path) for _ in range(repeats)]
            median_s = statistics.median(seconds for seconds, _ in later)
            equal = all(shown == first for _, shown in later)
            answers.append(
                compared(name, repeats, median_s, first_s, "first start, loads the demo", equal=equal, unit="s")
            )
        browser.close()
    return answers


def _start(browser: Browser, folder: Path, path: str) -> tuple[float, tuple[int, int]]:
    """Seconds to a drawn map, and what it shows: areas drawn and n of the legend."""
    start = time.perf_counter()
    with running_app(folder) as app:
        context = browser.new_context(viewport={"width": 1920, "height": 1080})
        page = context.new_page()
        page.goto(app.url + path)
        frame = _map_frame(page, start)
        frame.wait_for_function(DRAWN, timeout=60_000)
        seconds = time.perf_counter() - start
        state = frame.evaluate("window.xunjie.state")
        context.close()
    return seconds, (state["areasDrawn"], state["n"])


def _map_frame(page: Page, start: float) -> Frame:
    """The frame of /map: the page itself, or the iframe that holds it."""
    while time.perf_counter() - start < 60:
        for frame in page.frames:
            if frame.url.split("?")[0].endswith("/map"):
                return frame
        page.wait_for_timeout(20)
    raise AssertionError("no map within 60 s")


def program() -> str | None:
    """The browser that is named by CHROMIUM, else the first that is found; None: Playwright's own."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
