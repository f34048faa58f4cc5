"""The town of a day: a city on the wall clock with issues of its own, and accounts with roles and scopes."""

from __future__ import annotations

import re
import shutil
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from unittest import mock
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Error
from shapely import Point

from data.access import passwords
from data.runtime import Runtime, open_runtime
from data.settings import Settings
from geo.access import WHOLE, Role, Scope
from geo.issue import IssueDraft
from tests.browser.app_server import ROOT
from tests.browser.street_page import HERE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from playwright.sync_api import Page

    from geo.city import City
    from tests.browser.app_server import App

PASSWORD: Final = "a horse, a kingdom"
ELSEWHERE: Final = (106.6955, 26.5905)


@dataclass(frozen=True)
class Person:
    """An account: its login, the name that pages show, and the reference that the log keeps."""

    login: str
    name: str
    account: str


def living_city(folder: Path) -> Path:
    """Yunyan's folder without its demo, in a campaign that goes on now."""
    city = folder / "city"
    shutil.copytree(ROOT / "data" / "cities" / "yunyan", city)
    text = (city / "city.toml").read_text(encoding="utf-8")
    today = datetime.now(UTC).date()
    for was, now in (
        (r"\[demo\]\nloader = .*\n", ""),
        (r"clock = .*\n", ""),
        (r"start = 2021-06-03", f"start = {today - timedelta(days=30)}"),
        (r"end = 2021-08-24", f"end = {today + timedelta(days=60)}"),
    ):
        text, found = re.subn(was, now, text)
        assert found == 1, was
    (city / "city.toml").write_text(text, encoding="utf-8")
    return city


def area_of(city: City, place: tuple[float, float]) -> str:
    """The code of the subdistrict in which a place lies."""
    inside = [area.contains(Point(place)) for area in city.areas.geometry]
    return city.areas.codes[inside.index(True)]


def accounts_of(city: City) -> dict[str, tuple[str, Role, Scope]]:
    """Who takes part: two inspectors of the place, one of another; two departments; headquarters; an auditor."""
    here = Scope(subdistricts=frozenset({area_of(city, HERE)}))
    elsewhere = Scope(subdistricts=frozenset({area_of(city, ELSEWHERE)}))
    assert here != elsewhere
    return {
        "wang": ("王督查", Role.INSPECTOR, here),
        "sun": ("孙督查", Role.INSPECTOR, here),
        "zhou": ("周督查", Role.INSPECTOR, elsewhere),
        "zhao": ("赵工", Role.DEPARTMENT, Scope(departments=frozenset({"D02"}))),
        "qian": ("钱工", Role.DEPARTMENT, Scope(departments=frozenset({"D01"}))),
        "chen": ("陈指挥", Role.COMMANDER, WHOLE),
        "he": ("何审计", Role.AUDITOR, WHOLE),
    }


def settle(settings: dict[str, str]) -> dict[str, Person]:
    """Fill the store: the accounts, and what has happened until this morning, which everybody has read."""
    opened = open_runtime(Settings.from_environment(settings))
    cheap = passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    try:
        found = {}
        for login, (name, role, scope) in accounts_of(opened.city).items():
            with mock.patch.object(passwords, "_HASHER", cheap):  # they sign in often
                made = opened.access.add_account(
                    by="operator", login=login, name=name, roles=frozenset({role}), scope=scope, password=PASSWORD
                )
            found[login] = Person(login, name, made.id)
        _until_this_morning(opened)
        for person in found.values():
            opened.notices.see(person.account, opened.snapshot.seq)
        return found
    finally:
        opened.close()


def _until_this_morning(opened: Runtime) -> None:
    """Four issues: one that D01 handles and one that it has handed in, one of D02 that is closed, one that nobody has
    accepted and that is overdue. Two of them near the place of the day, two elsewhere."""
    near, far = (HERE[0] + 0.004, HERE[1] + 0.003), ELSEWHERE
    to_handling = ("ACCEPTED", "FILED", "D01", "DISPATCHED", "HANDLING")
    _lived(opened, "E0501", near, 2, to_handling)
    _lived(opened, "E0201", far, 5, (*to_handling, "VERIFYING"))
    _lived(opened, "C0101", far, 72, ("ACCEPTED", "FILED", "D02", "DISPATCHED", "HANDLING", "VERIFYING", "CLOSED"))
    _lived(opened, "E0102", near, 30, ())


def _lived(opened: Runtime, kind: str, place: tuple[float, float], hours: int, life: Sequence[str]) -> None:
    """An issue that was found so many hours ago, and what was done to it since."""
    draft = IssueDraft(
        register=opened.city.campaign().default_register,
        type=kind,
        geometry=Point(place),
        reported_at=datetime.now(UTC) - timedelta(hours=hours),
        description=f"{kind} 既有问题",
    )
    [receipt] = opened.submit([draft], actor="ledger")
    version = 1
    for step in life:
        told: dict[str, Any] = {"actor": "ledger" if step != "CLOSED" else "other", "client_uuid": str(uuid.uuid4())}
        if step.startswith("D0"):
            version = opened.amend(receipt.id, version, "assign", {"department": step}, **told).version
        else:
            version = opened.change(receipt.id, version, step, evidence="见台账", **told).version


def sign_in(page: Page, app: App, person: Person, path: str) -> None:
    """Come in by the form, and go on to `path`."""
    page.goto(f"{app.url}/sign-in?{urlencode({'next': path, 'lang': 'en'})}")
    page.locator("#login").fill(person.login)
    page.locator("#password").fill(PASSWORD)
    page.locator("form button").click()
    page.wait_for_url(lambda url: urlsplit(url).path == urlsplit(path).path)


def until(page: Page, read: Callable[[], Any], expected: object, what: str, *, within_s: float = 25) -> None:
    """Wait until `read` gives what is expected. AssertionError with what it gave last; a page that is being drawn anew
    may lack what is read."""
    deadline = time.monotonic() + within_s
    got: Any = None
    while got != expected:
        assert time.monotonic() < deadline, f"{what}: {got!r}, expected {expected!r}"
        if got is not None:
            page.wait_for_timeout(60)
        try:
            got = read()
        except Error as error:
            got = error


def answer(page: Page, app: App, path: str) -> Any:
    """What the person of that browser is answered by a route, as JSON."""
    got = page.request.get(app.url + path)
    assert got.ok, f"{path} answered {got.status}: {got.text()[:300]}"
    return got.json()
