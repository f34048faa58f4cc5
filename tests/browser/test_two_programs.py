"""Two programs on one PostGIS before a browser: what one is told the other's map shows; a lost database is said."""

from __future__ import annotations

import uuid

import pytest

from tests.browser.app_server import running_app
from tests.browser.map_frame import map_frame, shown
from tests.browser.test_live import HERE, report, watch_for
from tests.postgres_server import running_postgres
from tests.ready_stores import make_demo

pytestmark = [pytest.mark.postgis, pytest.mark.slow]


@pytest.fixture(scope="module")
def database():
    """A server of our own, which may be stopped."""
    with running_postgres() as own:
        yield own


@pytest.fixture(scope="module")
def programs(database, tmp_path_factory):
    """Two programs with one store, which holds the demo."""
    url = database.copied_database("demo", make_demo)
    with (
        running_app(tmp_path_factory.mktemp("one"), url=url) as one,
        running_app(tmp_path_factory.mktemp("two"), url=url) as two,
    ):
        yield one, two


def test_a_report_to_one_program_appears_on_the_map_of_the_other(programs, visitor):
    """The best of five: the second is the program's, not that of a machine that is busy with something else."""
    one, two = programs
    with visitor(language="en") as seen:
        page = seen.page
        page.goto(f"{one.url}/map?lang=en")
        frame = map_frame(page)
        page.wait_for_timeout(700)  # the event stream opens
        frame.evaluate("([lon, lat]) => xunjie.map.setView([lat, lon], 15.5, {animate: false})", list(HERE))
        page.wait_for_timeout(700)
        took_ms = []
        for _ in range(5):
            watch_for(frame, shown(frame)["n"] + 1)
            sent = page.evaluate("performance.timeOrigin + performance.now()")
            report(two)
            took_ms.append(frame.evaluate("arrived") - sent)
            if took_ms[-1] < 1000:
                break
        assert min(took_ms) < 1000, took_ms
        assert one.get("/healthz")["revision"] == two.get("/healthz")["revision"]


def test_a_lost_database_is_said_on_the_map_and_heals(database, programs, visitor):
    one, two = programs
    with visitor(language="en") as seen:
        page = seen.page
        page.goto(f"{one.url}/map?lang=en")
        frame = map_frame(page)
        page.wait_for_timeout(700)
        stale = page.get_by_text("reconnecting")
        n = shown(frame)["n"]
        database.stop()
        stale.wait_for(timeout=3_000)
        assert one.get("/healthz")["status"] == "degraded"
        assert shown(frame)["n"] == n, "the picture stays"
        body = {"id": str(uuid.uuid4()), "type": "E0501", "geometry": {"type": "Point", "coordinates": list(HERE)}}
        assert two.post("/api/issues", body)[0] == 503
        database.start()
        stale.wait_for(state="detached", timeout=10_000)
        watch_for(frame, n + 1)
        report(two)
        frame.evaluate("arrived")
