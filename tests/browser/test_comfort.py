"""Forced colours, less motion and text at 200 %: nothing is lost, states stay apart, the focus is seen."""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO

import pytest
from PIL import Image

from tests.browser.map_frame import map_frame
from tests.browser.streamlit_page import assert_fits, at_rest, open_page

PAGES = ("/", "/explore", "/points", "/work", "/case", "/inspections", "/report", "/inbox", "/record", "/about")


@pytest.fixture
def forced(browser):
    """A window in which the system chooses the colours."""

    @contextmanager
    def come(scheme: str):
        context = browser.new_context(
            viewport={"width": 1920, "height": 1080}, forced_colors="active", color_scheme=scheme, locale="en-US"
        )
        context.set_default_timeout(20_000)
        try:
            yield context.new_page()
        finally:
            context.close()

    return come


def middle_colour(page, locator) -> tuple[int, ...]:
    """The colour seen 3 px inside the top left corner of an element."""
    picture = Image.open(BytesIO(locator.screenshot())).convert("RGB")
    return picture.getpixel((3, 3))


def colours(locator) -> set[tuple[int, ...]]:
    """Every colour an element shows in at least eight pixels."""
    picture = Image.open(BytesIO(locator.screenshot())).convert("RGB")
    return {colour for count, colour in picture.getcolors(1 << 20) if count >= 8}


def outline_of(locator) -> tuple[str, float]:
    """Style and width of an element's outline."""
    style, width = locator.evaluate(
        "node => { const s = getComputedStyle(node); return [s.outlineStyle, s.outlineWidth]; }"
    )
    return style, float(width.removesuffix("px"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_forced_colours_classes_marks_and_choices_stay_apart(app, forced, scheme):
    with forced(scheme) as page:
        open_page(page, f"{app.url}/?lang=en")
        frame = map_frame(page)
        page.wait_for_timeout(500)
        swatches = frame.locator(".swatches button")
        seen = [middle_colour(page, swatches.nth(place)) for place in range(5)]
        assert len(set(seen)) == 5, seen
        for kind in range(3):  # symbols of the legend: more than ground and text
            assert len(colours(frame.locator(".symbols .icon").nth(kind))) >= 2
        ground = middle_colour(page, page.locator(".st-key-panel-rail"))
        bar = page.locator(".bars .line .bar").first
        assert middle_colour(page, bar) != ground, "the bars of the ranking are gone"
        assert middle_colour(page, page.locator(".asof .dot")) != ground, "the live dot is gone"
        pressed, other = page.locator(".seg button.on").first, page.locator(".seg button:not(.on)").first
        assert middle_colour(page, pressed) != middle_colour(page, other), "the chosen language looks like the other"
        swatches.nth(2).click()
        assert frame.locator(".swatches [aria-pressed=true]").count() == 1
        style, width = outline_of(frame.locator(".swatches [aria-pressed=true]"))
        assert style != "none"
        assert width >= 2


def test_in_forced_colours_what_is_chosen_or_focused_is_seen_on_every_page(app, forced):
    with forced("dark") as page:
        open_page(page, f"{app.url}/points?lang=en")
        map_frame(page)
        at_rest(page)
        chosen = page.locator("[data-testid=stButtonGroup] [aria-checked=true]").first
        other = page.locator("[data-testid=stButtonGroup] [aria-checked=false]").first
        assert middle_colour(page, chosen) != middle_colour(page, other)
        assert len(colours(page.locator(".intervals .line[data-code] .mark").first)) >= 3, "interval, dot and rules"
        open_page(page, f"{app.url}/explore?lang=en")
        frame = map_frame(page)
        at_rest(page)
        layers = frame.locator(".layers .choice")
        assert middle_colour(page, layers.nth(3)) != middle_colour(page, layers.nth(0)), "the chosen layer"
        open_page(page, f"{app.url}/?lang=en")
        link = page.locator(".st-key-nav-points a")
        page.locator(".st-key-nav-explore a").focus()
        page.keyboard.press("Tab")
        assert link.evaluate("node => node.matches(':focus-visible')")
        style, width = outline_of(link)
        assert style != "none"
        assert width >= 2


def test_with_less_motion_nothing_runs_and_the_map_jumps(app, visitor):
    """An arrival's ring stands still, progress does not slide, a fit takes no time."""
    with visitor(language="en", reduced_motion="reduce") as seen:
        seen.page.goto(f"{app.url}/map?lang=en")
        frame = map_frame(seen.page)
        seen.page.wait_for_timeout(400)
        before = frame.evaluate("xunjie.map.getZoom()")
        after = frame.evaluate("() => { xunjie.drill.pick('subdistrict', '520103019'); return xunjie.map.getZoom(); }")
        assert after > before, "the map still flies"
        issue = app.get("/api/marks?stage=overdue&z=15&bbox=106.6,26.5,106.9,26.8")["issues"][0]
        frame.evaluate(
            "issue => xunjie.live.receive({kind: 'revision',"
            " data: {revision: xunjie.state.revision + 1, issues: [issue]}})",
            issue | {"reported_at": "2021-08-24T18:00:00+08:00"},
        )
        ring = frame.locator(".arrival")
        ring.wait_for(state="attached")
        assert ring.evaluate("node => node.getAnimations().length") == 0
        running = frame.evaluate("document.getAnimations().filter((a) => a.playState === 'running').length")
        assert running == 0


# Of our own texts: those cut off sideways without a way to the rest.
CUT = """() => {
  const cut = [];
  const look = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) look(node.shadowRoot);
      const style = getComputedStyle(node);
      const text = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
      const hides = ["hidden", "clip"].includes(style.overflowX) && style.textOverflow !== "ellipsis";
      if (text && hides && node.clientWidth > 1 && node.scrollWidth > node.clientWidth + 1) cut.push(node.textContent);
    }
  };
  look(document.querySelector("[data-testid=stApp]"));
  return cut;
}"""


@pytest.mark.parametrize(("path", "language"), [*((path, "en") for path in PAGES), ("/", "zh-CN")])
def test_at_twice_the_size_of_text_nothing_is_lost(app, browser, path, language):
    """A desk of 1920 × 1080 zoomed to 200 %: 960 × 540 CSS pixels of double density."""
    context = browser.new_context(
        viewport={"width": 960, "height": 540},
        device_scale_factor=2,
        locale="zh-CN" if language == "zh-CN" else "en-US",
    )
    context.set_default_timeout(20_000)
    try:
        page = context.new_page()
        open_page(page, f"{app.url}{path}?lang={language}")
        if path in {"/", "/explore", "/points"}:
            frame = map_frame(page)
            page.wait_for_timeout(300)
            assert frame.locator("#legend h2").is_visible() or frame.locator(".sheet-button").is_visible()
            wide = frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 1
        assert_fits(page)
        # Each kind at once, since a page that follows a revision draws its links anew.
        edges = "all => all.map((a) => { const b = a.getBoundingClientRect(); return [b.left, b.right, a.innerText]; })"
        ways = page.locator(":is(.st-key-nav, .st-key-tabs) a:visible")
        ways.first.wait_for()
        links = ways.evaluate_all(edges)
        controls = page.locator(".asof, .seg:visible").evaluate_all(edges)
        assert [link for link in links if link[0] < 0 or link[1] > 960] == []
        assert [control for control in controls if control[1] > 960] == []
        assert page.evaluate(CUT) == []
    finally:
        context.close()
