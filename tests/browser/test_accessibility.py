"""axe finds nothing serious or critical in our markup; what the framework itself brings is listed by rule, no more."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.map_frame import map_frame
from tests.browser.streamlit_page import open_page

# Rules that elements of Streamlit itself break, seen with 1.67; nothing of ours may hide behind them.
FRAMEWORK_RULES: dict[str, str] = {}

PAGES = [
    *("/", "/explore", "/points", "/inspections?point=P100", "/report", "/inbox", "/organisation", "/record", "/about"),
    *("/reviews?tab=week", "/organisation?edit=rules", "/inspections?edit=checklists"),
    *("/record?book=bikes_towed", "/record?book=exposures", "/work?queue=overdue", "/case?issue=YY-02122"),
]
WITH_MAP = {"/", "/explore", "/points"}
LOOKS = [("zh-CN", "light", (1920, 1080)), ("en", "dark", (390, 844))]

OURS = """selector => {
  const found = document.querySelector(selector);
  return found === null || found.closest("[data-testid=stHtml], [data-testid^=stBidi]") !== null;
}"""


def serious(frame) -> list[tuple[str, str, str]]:
    """(rule, selector, html) of every serious or critical finding in one document."""
    response = Axe().run(frame).response
    return [
        (violation["id"], node["target"][0], node["html"][:200] + " | " + node.get("failureSummary", "")[:300])
        for violation in response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def is_ours(page, selector) -> bool:
    """Whether the element is our markup: inside st.html, or inside a component (whose selector axe gives as a path)."""
    return not isinstance(selector, str) or page.evaluate(OURS, selector)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[0]}-{look[1]}-{look[2][0]}")
@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_serious_finding(app, visitor, path, look):
    language, theme, size = look
    with visitor(language=language, theme=theme, size=size, reduced_motion="reduce") as seen:
        open_page(seen.page, f"{app.url}{path}{'&' if '?' in path else '?'}lang={language}")
        frame = map_frame(seen.page) if path in WITH_MAP else None
        seen.page.wait_for_timeout(400)
        findings = serious(seen.page.main_frame)
        ours = [finding for finding in findings if is_ours(seen.page, finding[1])]
        framework = {finding[0] for finding in findings} - {finding[0] for finding in ours}
        assert not ours, "\n".join(map(str, ours))
        assert framework <= FRAMEWORK_RULES.keys(), [finding for finding in findings if finding[0] in framework]
        if frame is not None:
            assert not serious(frame)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    ["/map?layer=subdistricts", "/map?layer=roads&show=open,points", "/map?layer=heat", "/map?layer=plain", "/wall"],
)
def test_the_map_has_no_serious_finding(app, visitor, path, theme):
    with visitor(language="en", theme=theme, reduced_motion="reduce") as seen:
        seen.page.goto(f"{app.url}{path}{'&' if '?' in path else '?'}lang=en&theme={theme}")
        findings = serious(map_frame(seen.page))
        assert not findings, "\n".join(map(str, findings))
