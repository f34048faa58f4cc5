"""A Streamlit page: opened, its script at rest, and free of the framework's error boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

AT_REST = "[data-testid=stApp][data-test-script-state=notRunning]"


def open_page(page: Page, url: str) -> None:
    """Go there and wait until the script has run."""
    page.goto(url)
    at_rest(page)


def at_rest(page: Page) -> None:
    """Wait until the script rests, and see that it wrote no error box."""
    page.locator(AT_REST).wait_for(state="attached")
    assert page.locator("[data-testid=stException]").count() == 0, page.url


def assert_fits(page: Page) -> None:
    """Nothing is wider than the window."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 1, f"{page.url}: {wide} px wider than the window"
