"""What the people of a day do, each on the page where they do it: at a desk, from the inbox, with a phone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tests.browser.streamlit_page import at_rest, open_page
from tests.browser.street_page import READY, reopen, report, wait_until_sent

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator

    from tests.browser.day_agreement import Day

KIND, DUE_HOURS = "C0101", 48
"""A type of the catalogue that the phone offers first, and its time limit."""

A_PHONE_S_YESTERDAY: Final = "away => { const now = Date.now.bind(Date); Date.now = () => now() - away; }"


def together(day: Day, login: str, queue: str, act: str) -> None:
    """Tick the issue in a queue of the page Work, preview, confirm."""
    page = day.pages[login]
    page.locator(f".st-key-open-{queue} button").click()
    page.get_by_role("checkbox", name=f"Choose {day.number}").click()
    page.get_by_text("1 chosen").wait_for()
    if act == "Extend":
        page.locator(".st-key-panel-bulk [data-testid=stButtonGroup]").get_by_text(act, exact=True).click()
        page.get_by_label("Reason").fill("waits for a cover of cast iron")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text(f"{act}: 1 can be done, 0 cannot. Nothing is written yet.").wait_for()
    page.get_by_role("button", name=f"{act} 1 issue").click()
    page.get_by_text(f"Done: {act}, 1 issue.").wait_for()


def from_the_inbox(day: Day, login: str, act: str, **fields: str) -> None:
    """From a notice to the case, one act there, and back to the inbox."""
    page = day.pages[login]
    if "/inbox" not in page.url:
        page.locator(".st-key-nav-inbox a").click()
        page.wait_for_url(re.compile("/inbox"))
    page.locator(".st-key-panel-news tbody tr").filter(has_text=day.number).first.click()
    page.get_by_role("link", name="Open the case").click()
    page.locator(".xj-casehead h1").filter(has_text=day.number).wait_for()
    at_rest(page)
    page.locator(".st-key-panel-acts [data-testid=stButtonGroup]").get_by_text(act, exact=True).click()
    page.locator(".st-key-case-confirm button").wait_for()
    at_rest(page)
    for label, words in fields.items():
        page.get_by_label(label).fill(words)
    page.locator(".st-key-case-confirm button").click()
    page.locator(".st-key-panel-acts .xj-say").filter(has_text=f"Done: {act}.").wait_for()
    page.locator(".st-key-nav-inbox a").click()
    page.wait_for_url(re.compile("/inbox"))
    at_rest(page)


def its_form(day: Day, name: str) -> Locator:
    """The form of the next step, from the street's list of that phone."""
    page = day.pages[name]
    page.reload()
    page.wait_for_function(READY)
    page.locator(f"[data-id='{day.issue}'] .act").click()
    return page.locator("dialog")


def rectified_on_the_phone(day: Day, name: str, said: str, picture: Path, *, sent: int) -> None:
    """A photo of what was done, and a word about it; `sent`: the how manieth that this phone sends."""
    form = its_form(day, name)
    form.locator("input[data-as=after]").last.set_input_files(picture)
    form.locator("form .shot").wait_for()
    form.locator("#act-evidence").fill(said)
    form.locator(".stack .primary").click()
    form.wait_for(state="detached")
    wait_until_sent(day.pages[name], sent)


def verified_on_the_phone(day: Day, name: str, finding: str) -> None:
    """It is as it should be."""
    form = its_form(day, name)
    form.locator("[data-verdict=pass]").click()
    form.locator("#act-evidence").fill(finding)
    form.locator(".stack .primary:visible").click()
    form.wait_for(state="detached")
    wait_until_sent(day.pages[name], 1)


def report_without_a_signal(day: Day, picture: Path, found: timedelta) -> None:
    """Wang found it so long ago, where there was no signal; the phone has kept it, and sends it now."""
    page = day.pages["wang"]
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    page.evaluate(A_PHONE_S_YESTERDAY, found / timedelta(milliseconds=1))
    report(page, "井盖破损，有车轮陷入", kind=KIND, photos=[picture])
    page = day.pages["wang"] = reopen(page)
    assert page.locator(".status").inner_text() == "No signal · 1 waiting"
    page.context.set_offline(False)
    wait_until_sent(page, 1)
    [sent] = page.evaluate("() => xunjie.pending.all()")
    day.issue, day.number = sent["issue"], sent["number"]
    open_page(day.pages["he"], f"{day.app.url}/case?issue={day.issue}&lang=en")
