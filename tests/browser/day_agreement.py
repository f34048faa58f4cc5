"""What holds after each step of a day, and one look at every place that must say so: routes, pages, map, exports."""

from __future__ import annotations

import csv
import io
import time
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tests.browser.day import answer, sign_in, until
from tests.browser.day_views import drawn_case, drawn_figures, drawn_map, queue_figure, rows_of
from tests.browser.street_page import HERE, stand_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Frame, Page

    from tests.browser.app_server import App
    from tests.browser.day import Person
    from tests.browser.day_views import Figures

UNIT: Final = "District Municipal Facilities Office"  # of the rule for manhole covers: D02
STATES: Final = {
    "REPORTED": "Reported",
    "ACCEPTED": "Accepted",
    "FILED": "Filed",
    "DISPATCHED": "Dispatched",
    "HANDLING": "In handling",
    "VERIFYING": "In verification",
    "CLOSED": "Closed",
}
HAPPENS: Final = {  # what can happen, as the log and as people say it
    "reported": ("REPORTED", "Reported"),
    "accepted": ("ACCEPTED", "Accepted"),
    "filed": ("FILED", "Filed"),
    "assigned": ("assign", "Assigned"),
    "dispatched": ("DISPATCHED", "Dispatched"),
    "extended": ("extend", "Deadline extended"),
    "handling": ("HANDLING", "Handling has begun"),
    "rectified": ("VERIFYING", "Rectified, to be verified"),
    "attached": ("attach", "Photo attached"),
    "rework": ("DISPATCHED", "Verification failed"),
    "closed": ("CLOSED", "Closed"),
    "reopened": ("DISPATCHED", "Reopened"),
}
NONE_OF_ZHAO: Final = {"begin": 0, "returned": 0, "handling": 0, "pressing": 0}
NONE_OF_CHEN: Final = {"accept": 1, "file": 0, "dispatch": 0, "overdue": 1}


@dataclass(frozen=True)
class Stand:
    """What holds after a step, written by hand. `all` and `of_unit` are the figures of the campaign and of what the
    department D02 sees; `chen` and `zhao` what waits in the queues of headquarters and of the department."""

    status: str
    stage: str
    all: Figures
    of_unit: Figures
    chen: dict[str, int] = field(default_factory=dict)
    zhao: dict[str, int] = field(default_factory=dict)
    rework: int = 0
    reopened: int = 0
    extended: int = 0


class Day:
    """The people with their browsers, and what has happened so far to the issue of the day."""

    def __init__(self, app: App, people: dict[str, Person], visit: Callable[..., Page]) -> None:
        self.app, self.people, self._visit = app, people, visit
        self.pages: dict[str, Page] = {}
        self.issue, self.number = "", ""
        self.entries: list[tuple[str, str]] = []
        self.told: dict[str, list[str]] = {login: [] for login in people}
        self.map: Frame | None = None
        self.longest_s = 2.0

    def comes(self, name: str, path: str, **size: tuple[int, int]) -> Page:
        """A person (the first word of `name`) signs in in a browser of their own, and goes to `path`."""
        page = self.pages[name] = self._visit(**size)
        if size:
            stand_at(page.context, *HERE)
        sign_in(page, self.app, self.people[name.split()[0]], path)
        return page

    def ask(self, login: str, path: str) -> Any:
        """What that person is answered."""
        return answer(self.pages[login], self.app, path)

    def happened(self, who: str, *what: str, **told: str) -> None:
        """`who` did `what`; each of `told` finds notices of these codes in their inbox, one after the other."""
        self.entries += [(one, who) for one in what]
        for login, code in told.items():
            self.told[login] += code.split()

    def look(self, stand: Stand) -> None:
        """Wait until every place has heard of the step, and see that all of them say what `stand` says."""
        began = time.monotonic()
        due = self._exported(stand)
        self._routes(stand)
        self._inboxes(stand)
        self._situation(stand)
        self._case(stand, due)
        self._queues(stand)
        self._others_see_nothing()
        self.longest_s = max(self.longest_s, time.monotonic() - began)

    def look_in_time(self, stand: Stand) -> None:
        """The same while its time runs; left out where a slow machine might not be done with it before that is over."""
        due = datetime.fromisoformat(self.ask("chen", f"/api/issues/{self.issue}")["due_at"])
        if (due - datetime.now(UTC)).total_seconds() > 2 * self.longest_s:
            self.look(stand)
        else:
            warnings.warn(f"{stand.status} was not looked at: too little time was left", stacklevel=2)

    def wait_until_due(self) -> None:
        """Until headquarters' summary counts it among the overdue."""
        page = self.pages["chen"]
        until(page, lambda: self.ask("chen", "/api/summary")["issues"]["overdue"], 2, "overdue", within_s=90)

    def _exported(self, stand: Stand) -> datetime:
        """The record, the row of both exports as headquarters gets them, and the row of the department's."""
        record = self.ask("chen", f"/api/issues/{self.issue}")
        assert (record["status"], record["version"], record["rework"]) == (
            *(stand.status, len(self.entries), stand.rework),
        )
        whole = self.ask("chen", "/api/issues.geojson")
        [feature] = [one for one in whole["features"] if one["properties"]["id"] == self.issue]
        assert feature["properties"] == {key: record[key] for key in feature["properties"]}
        assert (feature["properties"]["stage"], feature["properties"]["overdue"]) == (
            *(stand.stage, stand.stage == "overdue"),
        )
        assert len(whole["features"]) == stand.all[0]
        table = self.pages["chen"].request.get(f"{self.app.url}/api/issues.csv").body().decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(table)))
        assert len(rows) == stand.all[0]
        [row] = [one for one in rows if one["id"] == self.issue]
        told = ("number", "status", "stage", "department", "due_at", "reported_at", "closed_at")
        assert [row[key] for key in told] == ["" if record[key] is None else str(record[key]) for key in told]
        assert record["department"] == ("D02" if self.is_dispatched else None)
        assert (record["closed_at"] is not None) == (stand.status == "CLOSED")
        of_unit = [one["properties"] for one in self.ask("zhao", "/api/issues.geojson")["features"]]
        assert len(of_unit) == stand.of_unit[0]
        assert [one for one in of_unit if one["id"] == self.issue] == [feature["properties"]]
        return datetime.fromisoformat(record["due_at"])

    def _routes(self, stand: Stand) -> None:
        """Summary, densities, overdue list and log at one revision."""
        summary = self.ask("chen", "/api/summary")
        assert figures_of(summary) == stand.all
        assert figures_of(self.ask("zhao", "/api/summary")) == stand.of_unit
        density = self.ask("chen", "/api/density/subdistricts")
        assert density["revision"] == summary["revision"]
        assert sum(row["count"] for row in density["rows"]) == stand.all[0]
        assert sum(row["open"] for row in density["rows"]) == stand.all[2]
        for login, figures in (("chen", stand.all), ("zhao", stand.of_unit)):
            late = self.ask(login, "/api/overdue")
            assert late["total"] == len(late["rows"]) == figures[3]
            mine = [row["unit"]["code"] for row in late["rows"] if row["id"] == self.issue]
            assert mine == (["D02"] if stand.stage == "overdue" else [])
        entries = self.ask("he", f"/api/issues/{self.issue}/history")["entries"]
        assert [(entry["act"] or entry["status"], entry["actor"]) for entry in entries] == [
            (HAPPENS[what][0], self.people[who].account) for what, who in self.entries
        ]

    def _inboxes(self, stand: Stand) -> None:
        """Everybody has the notices that are theirs, the newest first, and nobody another."""
        for login, codes in self.told.items():
            found = self.ask(login, "/api/inbox")
            mine = [row["code"] for row in found["notices"] if row["issue"]["id"] == self.issue]
            assert mine == codes[::-1], login
            assert found["unread"] == len(codes), login
        page, expected = self.pages["sun"], [HAPPENS[code][1] for code in self.told["sun"][::-1]]
        until(page, lambda: notices_of(page, self.number), expected, "sun's inbox as drawn")
        for login, late in (("chen", stand.all[3]), ("zhao", stand.of_unit[3]), ("qian", 0), ("he", 0)):

            def overdue(login: str = login) -> int:
                return self.ask(login, "/api/inbox")["waiting"]["overdue"]

            until(page, overdue, late, f"{login}: overdue beside the inbox")

    def _situation(self, stand: Stand) -> None:
        """The cards and the map of headquarters' screen, the offer to export, as drawn."""
        page, (total, _, doing, late, _) = self.pages["chen screen"], stand.all
        until(page, lambda: drawn_figures(page), stand.all, "Situation's cards")
        shown = {
            "figures": list(stand.all),
            "n": total,
            "mark": None if stand.status == "CLOSED" else [stand.stage, True],
            "said": f"{total} issues, {doing} in rectification, {late} overdue;",
        }
        frame = self.map

        def read() -> dict[str, Any]:
            found = drawn_map(frame, self.issue, HERE)
            return found | {"said": found["said"].partition(" densest")[0]}

        until(page, read, shown, "the map")
        offer = page.locator("a[href*='/api/issues.geojson']").first
        assert offer.text_content() == f"Export GeoJSON · {total}"

    def _case(self, stand: Stand, due: datetime) -> None:
        """The case as the auditor has it open."""
        page = self.pages["he"]
        state = STATES[stand.status] + (" · Overdue" if stand.stage == "overdue" else "")
        story = [[HAPPENS[what][1], self.people[who].name] for what, who in self.entries]

        facts: dict[str, str] = {}

        def read() -> tuple[str, str, list[list[str]]]:
            found = drawn_case(page)
            facts.clear()
            facts.update(found["facts"])
            return found["number"], found["state"], found["story"]

        until(page, read, (self.number, state, story), "the case")
        assert facts["Department"].startswith(UNIT)
        assert ("proposed" in facts["Department"]) == (not self.is_dispatched)
        assert facts["Deadline"].startswith(f"{due.day} {due:%b %Y %H:%M}")
        assert ("extended 1×" in facts["Deadline"]) == bool(stand.extended)
        assert facts["Rework, reopened"] == f"{stand.rework} rework · {stand.reopened} reopened"
        assert ("Told to" in facts) == (stand.stage == "overdue")

    def _queues(self, stand: Stand) -> None:
        """What waits for whom, as drawn at the desks and as the street's list says it."""
        for login, usual, expected in (("chen", NONE_OF_CHEN, stand.chen), ("zhao", NONE_OF_ZHAO, stand.zhao)):
            page = self.pages[login]
            if not page.url.startswith(f"{self.app.url}/work"):
                continue
            for queue, figure in (usual | expected).items():
                until(page, lambda page=page, queue=queue: queue_figure(page, queue), figure, f"{login}: {queue}")
                assert self.ask(login, f"/api/my-list?queue={queue}")["total"] == figure, (login, queue)
        waits = [one["id"] for one in self.ask("sun", "/api/my-list?queue=verify")["issues"]]
        assert waits == ([self.issue] if stand.status == "VERIFYING" else [])

    def _others_see_nothing(self) -> None:
        """Who is bound to another department or place neither sees it nor counts it."""
        for login, total in (("qian", 2), ("zhou", 2)):
            assert self.pages[login].request.get(f"{self.app.url}/api/issues/{self.issue}").status == 404
            assert self.ask(login, "/api/summary")["issues"]["total"] == total

    @property
    def is_dispatched(self) -> bool:
        """Whether the department has it."""
        return ("assigned", "chen") in self.entries


def figures_of(summary: dict[str, Any]) -> Figures:
    names = ("total", "rectified", "in_progress", "overdue", "verifying")
    return tuple(summary["issues"][name] for name in names)


def notices_of(page: Page, number: str) -> list[str]:
    """What the inbox that is open says of an issue, the newest first."""
    rows = [row for row in rows_of(page, "panel-news") if number in row[1]]
    return [row[0].removesuffix("new") for row in rows]
