"""Viewers and staff over the synthetic city, as `make bench` has them, in small: every answer comes and is right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench import staff, viewers
from data.city_folder.load import load_city
from data.demo.wuhan_issues import WuhanIssues
from data.store.bulk_load import load_blocks
from data.store.database import open_store
from tests.browser.app_server import App, running_app

pytestmark = pytest.mark.slow
ISSUES = 20_000


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("load")
    city = load_city(viewers.WUHAN)
    url = f"sqlite:///{folder / 'wuhan.db'}"
    store = open_store(url, city)
    load_blocks(store, city, WuhanIssues(city).blocks(ISSUES), actor="test")
    store.close()
    with running_app(folder, city=str(viewers.WUHAN), url=url) as running:
        yield running


def test_every_viewer_sees_every_report_and_ends_with_the_right_answers(app: App, soak: bool) -> None:
    watched = viewers.watch(app, viewers=100 if soak else 20, seconds=30 if soak else 8)
    assert watched.errors == []
    assert watched.equal
    assert len(watched.waits_ms) == (100 * 150 if soak else 20 * 40)
    assert watched.load.peak_mb < 1_500
    assert watched.pictures > 0


def test_every_click_of_staff_is_answered_while_reports_come_in(app: App, soak: bool) -> None:
    answered = staff.work(app, sessions=30 if soak else 9, seconds=60 if soak else 20)
    assert answered.errors == []
    assert all(len(waits) >= 3 for waits in answered.waits_ms.values())
    assert answered.followed_a_second > 0
