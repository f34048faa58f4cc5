"""What each page of a day says of the campaign and of one issue, read from the page as it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

Figures = tuple[int, int, int, int, int]
"""Total, rectified, in progress, overdue, in verification."""

_FIGURES: Final = """() => {
  const [issues, overdue] = document.querySelectorAll(".xj-kpi");
  const texts = (node) => [...node.childNodes].filter((one) => one.nodeType === 3);
  const own = (node) => texts(node).map((one) => one.textContent).join(" ");
  const number = (text) => Number((/[0-9][0-9,]*/.exec(text) || ["-1"])[0].replaceAll(",", ""));
  return [
    number(own(issues.querySelector(".v"))),
    number(issues.querySelector(".v em").textContent),
    number(issues.querySelector(".s b").textContent),
    number(own(overdue.querySelector(".v"))),
    number(own(issues.querySelector(".s"))),
  ];
}"""
_CASE: Final = """() => ({
  number: document.querySelector(".xj-casehead h1").textContent.split(" ")[0],
  state: document.querySelector(".xj-state b").textContent,
  facts: Object.fromEntries([...document.querySelectorAll(".xj-casefacts > div")].map(
    (one) => [one.querySelector("dt").textContent, one.querySelector("dd").textContent])),
  story: [...document.querySelectorAll(".xj-story > li")].map(
    (one) => [one.querySelector("b").textContent, one.querySelector(".who").textContent]).reverse(),
})"""
_MAP: Final = """([id, lon, lat]) => {
  const { summary, open } = xunjie.feed.data;
  const { total, rectified, in_progress, overdue, verifying } = summary.issues;
  const mark = open.issues.find((one) => one.id === id);
  return {
    figures: [total, rectified, in_progress, overdue, verifying],
    n: xunjie.state.n,
    mark: mark ? [mark.stage, Math.hypot(mark.lon - lon, mark.lat - lat) < 1e-4] : null,
    said: document.querySelector(".twin p").textContent,
  };
}"""
_ROWS: Final = """(table) => [...table.querySelectorAll("tbody tr")].map(
  (row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent))"""


def drawn_figures(page: Page) -> Figures:
    """The figures of Situation's first two cards."""
    return tuple(page.evaluate(_FIGURES))


def drawn_case(page: Page) -> dict[str, Any]:
    """Number, state, facts by their names, and the story as (what, who), the oldest first."""
    return page.evaluate(_CASE)


def drawn_map(frame: Frame, issue: str, place: tuple[float, float]) -> dict[str, Any]:
    """The map's figures, the stage that the issue's mark has and whether it stands at `place` (null: no mark), and the
    sentence for who cannot see."""
    return frame.evaluate(_MAP, [issue, *place])


def rows_of(page: Page, panel: str) -> list[list[str]]:
    """The texts of every cell of the table in a panel; none where it says that there is nothing."""
    table = page.locator(f".st-key-{panel} table")
    return table.first.evaluate(_ROWS) if table.count() else []


def queue_figure(page: Page, queue: str) -> int:
    """The figure beside a queue of the page Work."""
    words = page.locator(f".st-key-open-{queue} button").text_content() or ""
    return int("".join(sign for sign in words.split()[-1] if sign.isdigit()) or -1)
