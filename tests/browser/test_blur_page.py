"""The page that hides faces and plates, by pointer and by keyboard alone, on a desk and on a phone."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import numpy as np
import pytest

from tests.browser.app_server import App
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_accessibility import serious
from tests.data.photos.scenes import photo


def send(app: App, seed: int) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{app.url}/api/photos", photo(seed), {"Content-Type": "image/jpeg"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def pixels(app: App, sha256: str) -> np.ndarray:
    import io

    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(app.read(f"/api/photos/{sha256}"))).convert("RGB")).astype(int)


def opened(seen, app: App, sha256: str, look: str) -> None:
    seen.page.goto(f"{app.url}/photos/{sha256}/blur?{look}")
    seen.page.wait_for_selector("html[data-ready=true]")
    seen.page.locator("img").evaluate("image => image.decode()")


@pytest.mark.parametrize("look", [("zh-CN", "light", DESK), ("en", "dark", PHONE)], ids=lambda look: look[0])
def test_rectangles_drawn_by_pointer_are_hidden_in_a_new_photo(own_app, visitor, look) -> None:
    language, theme, size = look
    sent = send(own_app, 201 + size[0])
    with visitor(language=language, theme=theme, size=size) as seen:
        page = seen.page
        opened(seen, own_app, sent["photo"], f"lang={language}&theme={theme}")
        assert not serious(page.main_frame)
        assert page.locator("#save").is_disabled()
        box = page.locator("#stage").bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.75, steps=4)
        page.mouse.up()
        page.mouse.click(box["x"] + 5, box["y"] + 5)  # a tap draws nothing
        assert page.locator("#stage rect").count() == 1
        assert not serious(page.main_frame)
        page.locator("#save").click()
        page.wait_for_url(lambda url: sent["photo"] not in url)
        page.wait_for_selector("html[data-ready=true]")
        made = page.url.split("/photos/")[1].split("/")[0]
        assert page.locator("#status").text_content() != ""
        page.locator("#review").click()
        page.wait_for_selector("#review[aria-pressed=true]")
    was, now = pixels(own_app, sent["photo"]), pixels(own_app, made)
    changed = np.abs(was - now).mean(axis=2)
    assert changed[70:170, 85:155].mean() > 2 * changed[:, 200:].mean()
    assert changed[:, 200:].mean() < 3


def test_the_keyboard_alone_will_do(own_app, visitor) -> None:
    sent = send(own_app, 777)
    with visitor(language="en") as seen:
        page = seen.page
        opened(seen, own_app, sent["photo"], "lang=en")
        page.locator("#add").focus()
        page.keyboard.press("Enter")
        label = "() => document.activeElement.getAttribute('aria-label')"
        assert page.evaluate(label) == "Area 1: left 40 %, top 40 %, width 20 %, height 20 %"
        for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown"):
            for _ in range(10):
                page.keyboard.press(key)
        assert page.evaluate(label) == "Area 1: left 31 %, top 28 %, width 29 %, height 33 %"
        for _ in range(200):
            page.keyboard.press("ArrowRight")  # no further than the photo
        assert page.evaluate(label) == "Area 1: left 71 %, top 28 %, width 29 %, height 33 %"
        page.locator("#add").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Delete")
        assert page.locator("#stage rect").count() == 1
        page.locator("#save").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: sent["photo"] not in url)
        page.wait_for_selector("html[data-ready=true]")


def test_what_the_server_refuses_is_said(own_app, visitor) -> None:
    sent = send(own_app, 778)
    with visitor(language="en", calm=False) as seen:
        page = seen.page
        opened(seen, own_app, sent["photo"], "lang=en")
        own_app.post(f"/api/photos/{sent['photo']}/erase", {"photo": sent["photo"]})
        page.locator("#add").click()
        page.locator("#save").click()
        page.locator("#status", has_text="Not saved: There is no photo").wait_for()
        assert page.locator("#save").is_enabled()
