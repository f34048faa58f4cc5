"""A real browser before the real app, no outside host resolvable; a test fails for any trouble that it saw."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.app_server import ROOT, App, running_app, tail
from tests.browser.demo_app import running_demo
from tests.browser.witness import SharedWorkerWitness, Witness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from playwright.sync_api import Browser, Page

DESK = (1920, 1080)
PHONE = (390, 844)

FLAGS = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps"),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if ROOT / "tests" / "browser" in item.path.parents:
            item.add_marker(pytest.mark.browser)


def browser_program() -> str | None:
    """CHROMIUM, else a Chromium on the path; None means Playwright's own."""
    named = os.environ.get("CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return named or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the session."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser_program(), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def shared_workers(browser: Browser) -> SharedWorkerWitness:
    """What the shared workers of the browser do wrong."""
    return SharedWorkerWitness(browser)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app with Yunyan's demo in a store of its own. Read from it only; who writes takes `own_app`."""
    with running_demo(tmp_path_factory.mktemp("yunyan")) as running:
        yield running
    assert_log_is_calm(running)


@pytest.fixture(scope="module")
def own_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app of the module's own, to write to."""
    with running_demo(tmp_path_factory.mktemp("own")) as running:
        yield running
    assert_log_is_calm(running)


@pytest.fixture(scope="module")
def chicago_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The same program in front of Chicago."""
    with running_app(tmp_path_factory.mktemp("chicago"), city="data/cities/chicago", wait_s=300) as running:
        yield running
    assert_log_is_calm(running)


def assert_log_is_calm(running: App) -> None:
    """No error that nobody expected was written by the server or by a page's script."""
    log = running.log.read_text(encoding="utf-8", errors="replace")
    for sign in ("Traceback", "Exception in ASGI application", "Uncaught app execution", "Script compilation error"):
        assert sign not in log, tail(running.log, 60)


@dataclass(frozen=True)
class Seen:
    """A page and the witness of its context."""

    page: Page
    witness: Witness


@pytest.fixture(scope="session")
def visitor(browser: Browser, shared_workers: SharedWorkerWitness) -> Callable[..., AbstractContextManager[Seen]]:
    """A person with a browser of their own: `with visitor(language=…, theme=…, size=…) as seen`.

    At the end of the block everything must have been calm; `calm=False` leaves that to the test.
    """

    @contextmanager
    def come(
        *,
        language: str = "zh-CN",
        theme: str = "light",
        size: tuple[int, int] = DESK,
        reduced_motion: str = "no-preference",
        calm: bool = True,
    ) -> Iterator[Seen]:
        phone = size[0] < 800
        context = browser.new_context(
            locale="zh-CN" if language == "zh-CN" else "en-US",
            timezone_id="Asia/Shanghai",
            color_scheme=theme,
            viewport={"width": size[0], "height": size[1]},
            has_touch=phone,
            is_mobile=phone,
            reduced_motion=reduced_motion,
            accept_downloads=True,
        )
        context.set_default_timeout(20_000)
        witness = Witness(context)
        try:
            yield Seen(context.new_page(), witness)
            if calm:
                witness.assert_calm()
                shared_workers.assert_calm()
        finally:
            context.close()

    return come
