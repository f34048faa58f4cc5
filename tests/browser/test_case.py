"""A case in a browser: rectified with a photo, refused, rectified again, closed; stale edits; hostile text; the map."""

from __future__ import annotations

import io
import re
import uuid

import pytest
from PIL import Image, ImageDraw

from tests.browser.map_frame import map_frame
from tests.browser.streamlit_page import assert_fits, at_rest, open_page
from tests.browser.test_hostile_text import HOSTILE, assert_unharmed
from tests.browser.test_work import PHONE, brought_to, look_as

EVIDENCE = "What was found on site; a photo alone will do"


def picture(seed: int) -> dict[str, object]:
    """A photo file that looks like no other."""
    image = Image.new("RGB", (640, 480), (90 + seed, 120, 150))
    draw = ImageDraw.Draw(image)
    for at in range(8):
        draw.rectangle((at * 70, at * seed % 400, at * 70 + 50, 470), fill=((at * 31 + seed * 17) % 255, 80, at * 30))
    content = io.BytesIO()
    image.save(content, "JPEG")
    return {"name": f"after-{seed}.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def open_case(page, app, issue: str, role: str) -> None:
    look_as(page, app, role)
    open_page(page, f"{app.url}/case?issue={issue}&lang=en")
    page.locator(".xj-casehead h1").wait_for()


def act(page, name: str) -> None:
    """Choose an act of the panel."""
    page.locator(".st-key-panel-acts [data-testid=stButtonGroup]").get_by_text(name, exact=True).click()
    page.locator(".st-key-case-confirm button").wait_for()
    at_rest(page)


def confirm(page, done: str) -> None:
    page.locator(".st-key-case-confirm button").click()
    page.locator(".st-key-panel-acts .xj-say").filter(has_text=done).wait_for()
    at_rest(page)


def rectify(page, seed: int) -> None:
    act(page, "Begin")
    confirm(page, "Done: Begin.")
    act(page, "Rectified, to verify")
    page.get_by_placeholder(EVIDENCE).fill(f"mended {seed}")
    page.locator(".st-key-panel-acts input[type=file]").set_input_files(picture(seed))
    page.get_by_text(f"after-{seed}.jpg").wait_for()
    at_rest(page)
    confirm(page, "Done: Rectified")


def test_rectified_with_a_photo_refused_rectified_again_and_closed(own_app, visitor):
    issue, _ = brought_to(own_app, "ACCEPTED", "FILED", "DISPATCHED")
    with visitor(language="en") as seen:
        page = seen.page
        open_case(page, own_app, issue, "department")
        rectify(page, 3)
        photo = page.locator(".xj-photos img").first
        photo.wait_for()
        page.wait_for_function(
            "() => [...document.querySelectorAll('.xj-photos img')].every((i) => i.naturalWidth > 0)"
        )
        assert page.locator(".xj-photos figure").count() == 1
        open_case(page, own_app, issue, "inspector")
        act(page, "Not rectified: return")
        page.get_by_label("Reason").fill("the cover still rattles")
        confirm(page, "Done: Not rectified: return.")
        page.locator(".xj-casefacts").filter(has_text="1 rework").wait_for()
        open_case(page, own_app, issue, "department")
        rectify(page, 11)
        open_case(page, own_app, issue, "inspector")
        assert page.locator(".xj-photos figure").count() == 2
        act(page, "Verified: close")
        page.get_by_placeholder(EVIDENCE).fill("firm and flush")
        confirm(page, "Done: Verified: close.")
        page.locator(".xj-state").filter(has_text="Closed").wait_for()
        story = page.locator(".xj-story").inner_text()
        for words in ("the cover still rattles", "mended 3", "mended 11", "firm and flush"):
            assert words in story
    entries = own_app.get(f"/api/issues/{issue}/history")["entries"]
    assert [entry["status"] for entry in entries if entry["status"]][-7:] == [
        *("DISPATCHED", "HANDLING", "VERIFYING", "DISPATCHED", "HANDLING", "VERIFYING", "CLOSED")
    ]
    assert [entry["act"] for entry in entries if entry["act"]] == ["attach", "attach"]
    assert page_rows(own_app, issue) == len(entries)


def page_rows(app, issue: str) -> int:
    """How many versions the record of an issue has had."""
    return app.get(f"/api/issues/{issue}")["version"]


def test_a_stale_edit_shows_the_difference_field_by_field(own_app, visitor):
    issue, version = brought_to(own_app, "ACCEPTED", description="as reported")
    with visitor(language="en") as seen:
        page = seen.page
        open_case(page, own_app, issue, "commander")
        act(page, "Correct")
        amendment = {"id": str(uuid.uuid4()), "version": version, "act": "correct", "note": "n",
                     "set": {"description": "by somebody else"}}  # fmt: skip
        assert own_app.post(f"/api/issues/{issue}/amendments", amendment)[0] == 201
        page.get_by_label("Description").fill("by me")
        page.get_by_label("Reason").fill("because")
        page.locator(".st-key-case-confirm button").click()
        table = page.get_by_role("region", name="What you wished for, and what stands now")
        table.wait_for()
        for words in ("Description", "by me", "by somebody else"):
            assert words in table.inner_text()
        page.get_by_role("button", name="Look again").click()
        table.wait_for(state="detached")
        at_rest(page)
        act(page, "Correct")
        assert page.get_by_label("Description").input_value() == "by somebody else"
        page.get_by_label("Description").fill("by me")
        page.get_by_label("Reason").fill("because")
        confirm(page, "Done: Correct.")
        assert "by me" in page.locator(".xj-story li").first.inner_text()


def test_hostile_text_in_every_field_is_shown_as_text(own_app, visitor):
    texts = [text for text in HOSTILE if "\u202e" not in text]
    with visitor(language="en") as seen:
        page = seen.page
        for text in texts[:6]:
            issue, _ = brought_to(own_app, description=text, address=text)
            open_case(page, own_app, issue, "commander")
            act(page, "Reject")
            page.get_by_label("Reason").fill(text)
            confirm(page, "Done: Reject.")
            assert text in page.locator(".xj-story").inner_text()
            assert text in page.locator(".st-key-panel-case").inner_text()
            assert_unharmed(page)


@pytest.mark.parametrize("size", [(1920, 1080), PHONE], ids=["desk", "phone"])
def test_the_map_shows_the_place_with_a_ring(app, visitor, size):
    number = "YY-02364"
    with visitor(language="en", size=size) as seen:
        open_case(seen.page, app, number, "")
        frame = map_frame(seen.page)
        frame.wait_for_function("() => document.documentElement.dataset.spot === 'true'")
        seen.page.wait_for_timeout(400)
        record = app.get(f"/api/issues/{number}")
        lon, lat = record["geometry"]["coordinates"] if "geometry" in record else (record["lon"], record["lat"])
        centre = frame.evaluate("(({lng, lat}) => [lng, lat])(xunjie.map.getCenter())")
        assert abs(centre[0] - lon) < 0.003
        assert abs(centre[1] - lat) < 0.003
        assert frame.evaluate("xunjie.map.getZoom()") >= 15
        assert frame.locator(".legend").first.is_hidden()
        assert_fits(seen.page)


def test_cards_tables_and_the_map_lead_to_the_case(app, visitor):
    with visitor(language="en") as seen:
        page = seen.page
        open_page(page, f"{app.url}/explore?lang=en&issue=YY-02364")
        page.get_by_role("link", name="Open the case").first.wait_for()
        page.get_by_role("link", name="Case", exact=True).first.click()
        page.locator(".xj-casehead h1").wait_for()
        page.goto(f"{app.url}/map?lang=en")
        frame = map_frame(page)
        frame.evaluate("xunjie.drill.show('issue:YY-02364')")
        frame.get_by_role("link", name="Open the case").click()
        page.locator(".xj-casehead h1").filter(has_text="YY-02364").wait_for()
        open_page(page, f"{app.url}/organisation?lang=en")
        page.get_by_role("link", name="Case", exact=True).first.click()
        page.locator(".xj-casehead h1").filter(has_text=re.compile("YY-")).wait_for()


def test_a_place_is_corrected_by_a_pin_on_a_map(own_app, visitor):
    issue, _ = brought_to(own_app, "ACCEPTED")
    before = own_app.get(f"/api/issues/{issue}")
    with visitor(language="en", size=PHONE) as seen:
        page = seen.page
        open_case(page, own_app, issue, "commander")
        act(page, "Correct")
        holder = page.locator(".holder.correction iframe")
        holder.scroll_into_view_if_needed()
        frame = holder.content_frame
        frame.locator(".pin").wait_for()
        at_rest(page)
        for _ in range(3):
            frame.locator(".pin").press("ArrowRight")
        page.get_by_text("Moved by 15 m, still in").wait_for()
        frame.locator(".leaflet-container").click(position={"x": 60, "y": 60})
        page.get_by_text(re.compile(r"Moved by \d{3} m")).wait_for()
        at_rest(page)
        lon = float(page.get_by_label("Longitude").input_value())
        page.get_by_label("Reason").fill("the next street")
        confirm(page, "Done: Correct.")
    after = own_app.get(f"/api/issues/{issue}")
    assert after["lon"] == pytest.approx(lon, abs=1e-6)
    assert (after["lon"], after["lat"]) != (before["lon"], before["lat"])
