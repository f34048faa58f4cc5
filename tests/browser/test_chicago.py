"""The same program in front of another city: Chicago's areas and complaints, no roads layer, no synthetic badge."""

from __future__ import annotations

import pytest

from tests.browser.map_frame import map_frame, shown

AREAS = 77


@pytest.mark.parametrize("path", ["/map", "/wall", "/", "/explore", "/points"])
def test_chicago_is_drawn(chicago_app, visitor, path):
    summary = chicago_app.get("/api/summary")
    assert summary["synthetic"] is False
    with visitor(language="en") as seen:
        seen.page.goto(f"{chicago_app.url}{path}?lang=en")
        state = shown(map_frame(seen.page))
        assert state["areasDrawn"] == AREAS
        assert state["n"] == summary["issues"]["total"]
        assert seen.page.locator("[data-testid=stException]").count() == 0


def test_every_complaint_with_a_place_is_there(chicago_app):
    summary = chicago_app.get("/api/summary")
    density = chicago_app.get("/api/density/subdistricts")
    assert summary["issues"]["total"] + summary["issues"]["rejected"] == 74_401 - 24
    assert sum(row["count"] for row in density["rows"]) + density["outside"] == density["total"]
    assert len(density["rows"]) == AREAS


def test_without_roads_the_answer_says_why(chicago_app):
    density = chicago_app.get("/api/density/roads")
    assert density["rows"] == []
    assert density["unsnapped"] == density["total"]
    assert density["reason"]
