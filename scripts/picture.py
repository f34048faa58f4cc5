"""Takes the README's picture, docs/images/situation.webp, from the app as it is now: `make picture`."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.app_server import running_app
from tests.browser.conftest import FLAGS, browser_program
from tests.browser.map_frame import map_frame
from tests.browser.streamlit_page import open_page

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "situation.webp"


def main() -> None:
    """The Situation page in English, 1920 × 1080, scaled to 1600 px."""
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder)) as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_program(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1920, "height": 1080}, locale="en-US", color_scheme="light")
        open_page(page, f"{app.url}/?lang=en")
        map_frame(page)
        page.wait_for_timeout(1_500)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").resize((1600, 900), Image.Resampling.LANCZOS)
        browser.close()
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    picture.save(PICTURE, quality=88, method=6)
    print(f"{PICTURE.relative_to(ROOT)}: {os.path.getsize(PICTURE):,} bytes")


if __name__ == "__main__":
    main()
