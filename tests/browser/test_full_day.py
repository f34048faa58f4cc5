"""A full day by role, desk and phone: reported with a photo without a signal, dispatched, overdue, extended, rectified,
refused, rectified again, closed, reopened. After each step every place says the same, and what the test says."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from data.commands.cli import main
from tests.browser.app_server import running_app
from tests.browser.conftest import PHONE, assert_log_is_calm
from tests.browser.day import living_city, settle
from tests.browser.day_acts import (
    DUE_HOURS,
    from_the_inbox,
    rectified_on_the_phone,
    report_without_a_signal,
    together,
    verified_on_the_phone,
)
from tests.browser.day_agreement import Day, Stand
from tests.browser.map_frame import map_frame
from tests.browser.streamlit_page import at_rest
from tests.browser.street_page import READY, photo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page


@contextmanager
def a_day(folder: Path, visitor: Any) -> Iterator[Day]:
    """The running program, and everybody signed in where they work."""
    settings = {
        "XUNJIE_DATABASE_URL": f"sqlite:///{folder / 'store.db'}",
        "XUNJIE_CITY": str(living_city(folder)),
        "XUNJIE_LOGIN": "local",
    }
    people = settle(settings)
    with ExitStack() as everybody:
        app = everybody.enter_context(running_app(folder, city=settings["XUNJIE_CITY"], settings=settings))

        def visit(**size: tuple[int, int]) -> Page:
            return everybody.enter_context(visitor(language="en", reduced_motion="reduce", **size)).page

        day = Day(app, people, visit)
        day.comes("wang", "/street?lang=en", size=PHONE).wait_for_function(READY)
        day.comes("zhao phone", "/street?lang=en&tab=list", size=PHONE).wait_for_function(READY)
        for name in ("qian", "zhou"):
            day.comes(name, "/api/me")
        desks = {"he": "", "sun": "inbox", "zhao": "work", "chen screen": "", "chen": "work"}
        for name, place in desks.items():
            day.comes(name, f"/{place}?lang=en")
        for name in desks:
            at_rest(day.pages[name])
        day.map = map_frame(day.pages["chen screen"])
        yield day
    assert_log_is_calm(app)
    assert main(["verify"], settings) == 0


def test_a_full_day_is_played_and_every_place_agrees_at_each_step(tmp_path, visitor):
    began = time.monotonic()
    with a_day(tmp_path, visitor) as day:
        # So much of its time is left when it arrives: what a busy machine takes longer, it has longer.
        left = timedelta(seconds=max(18.0, 0.7 * (time.monotonic() - began)))
        report_without_a_signal(day, photo(tmp_path / "before.jpg", 640, seed=1), timedelta(hours=DUE_HOURS) - left)
        day.happened("wang", "reported", "attached", chen="reported", sun="reported")
        # The department sees it from the first: the rules give it to them, though nobody has assigned it yet.
        waits = {"pressing": 1}
        day.look_in_time(
            Stand("REPORTED", "handling", (5, 1, 4, 1, 1), (2, 1, 1, 0, 0), chen={"accept": 2}, zhao=waits)
        )

        together(day, "chen", "accept", "Accept")
        day.happened("chen", "accepted", wang="accepted")
        together(day, "chen", "file", "File")
        day.happened("chen", "filed", wang="filed")
        day.look_in_time(Stand("FILED", "handling", (5, 1, 4, 1, 1), (2, 1, 1, 0, 0), chen={"dispatch": 1}, zhao=waits))

        together(day, "chen", "dispatch", "Dispatch")
        both = "assigned dispatched"
        day.happened("chen", "assigned", "dispatched", zhao=both, wang=both, sun=both)
        waits |= {"begin": 1}
        day.look_in_time(Stand("DISPATCHED", "handling", (5, 1, 4, 1, 1), (2, 1, 1, 0, 0), zhao=waits))

        day.wait_until_due()  # nobody does anything: the pages that are open say so by themselves
        day.look(Stand("DISPATCHED", "overdue", (5, 1, 4, 2, 1), (2, 1, 1, 1, 0), chen={"overdue": 2}, zhao=waits))

        together(day, "chen", "overdue", "Extend")
        day.happened("chen", "extended", zhao="extended", wang="extended", sun="extended")
        extended = {"extended": 1}
        day.look(Stand("DISPATCHED", "handling", (5, 1, 4, 1, 1), (2, 1, 1, 0, 0), zhao={"begin": 1}, **extended))

        together(day, "zhao", "begin", "Begin")
        day.happened("zhao", "handling", chen="handling", wang="handling", sun="handling")
        day.look(Stand("HANDLING", "handling", (5, 1, 4, 1, 1), (2, 1, 1, 0, 0), zhao={"handling": 1}, **extended))

        rectified_on_the_phone(
            day, "zhao phone", "a new cover is in place", photo(tmp_path / "after.jpg", 640, seed=2), sent=1
        )
        day.happened("zhao", "rectified", "attached", chen="rectified", wang="rectified", sun="rectified")
        day.look(Stand("VERIFYING", "verifying", (5, 1, 4, 1, 2), (2, 1, 1, 0, 1), **extended))

        from_the_inbox(day, "sun", "Not rectified: return", Reason="the cover still rattles")
        day.happened("sun", "rework", zhao="rework", chen="rework", wang="rework")
        again = {"rework": 1, **extended}
        day.look(Stand("DISPATCHED", "handling", (5, 1, 4, 1, 1), (2, 1, 1, 0, 0), zhao={"returned": 1}, **again))

        together(day, "zhao", "returned", "Begin")
        day.happened("zhao", "handling", chen="handling", wang="handling", sun="handling")
        rectified_on_the_phone(
            day, "zhao phone", "bedded in mortar", photo(tmp_path / "again.jpg", 640, seed=3), sent=2
        )
        day.happened("zhao", "rectified", "attached", chen="rectified", wang="rectified", sun="rectified")
        day.look(Stand("VERIFYING", "verifying", (5, 1, 4, 1, 2), (2, 1, 1, 0, 1), **again))

        day.comes("sun phone", "/street?lang=en&tab=list", size=PHONE).wait_for_function(READY)
        verified_on_the_phone(day, "sun phone", "firm and flush")
        day.happened("sun", "closed", zhao="closed", chen="closed", wang="closed")
        day.look(Stand("CLOSED", "closed", (5, 2, 3, 1, 1), (2, 2, 0, 0, 0), **again))

        from_the_inbox(day, "chen", "Reopen", Reason="it has sunk overnight")
        day.happened("chen", "reopened", zhao="reopened", wang="reopened", sun="reopened")
        again |= {"reopened": 1}
        day.look(Stand("DISPATCHED", "handling", (5, 1, 4, 1, 1), (2, 1, 1, 0, 0), zhao={"returned": 1}, **again))
