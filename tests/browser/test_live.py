"""A report made elsewhere appears on the open map within a second: no reload, no lost zoom, figures in step."""

from __future__ import annotations

import uuid

from tests.browser.map_frame import map_frame, shown, view

HERE = (106.7135, 26.5885)


def report(app, **more):
    body = {
        "id": str(uuid.uuid4()),
        "type": app.get("/api/issues.geojson?status=HANDLING")["features"][0]["properties"]["type"],
        "geometry": {"type": "Point", "coordinates": list(HERE)},
        "description": "live",
        **more,
    }
    status, receipt = app.post("/api/issues", body)
    assert status in (200, 201), receipt
    return body, status, receipt


def watch_for(frame, n: int) -> None:
    """Begin to time, inside the page, the moment when the map's n becomes `n`."""
    frame.evaluate(
        "n => { window.arrived = new Promise(done => { const look = () =>"
        " xunjie.state.n === n ? done(performance.timeOrigin + performance.now()) : requestAnimationFrame(look);"
        " look(); }); }",
        n,
    )


def test_a_report_appears_within_a_second_and_the_view_survives(own_app, visitor):
    """The best of three: the second is the program's, not that of a machine that is busy with something else."""
    with visitor(language="en") as seen:
        page = seen.page
        page.goto(f"{own_app.url}/map?lang=en")
        frame = map_frame(page)
        page.wait_for_timeout(700)  # the event stream opens
        frame.evaluate("([lon, lat]) => xunjie.map.setView([lat, lon], 15.5, {animate: false})", list(HERE))
        page.wait_for_timeout(700)
        where = view(frame)
        frame.evaluate("window.sameDocument = true")
        took_ms = []
        for _ in range(3):
            before = shown(frame)
            watch_for(frame, before["n"] + 1)
            sent = page.evaluate("performance.timeOrigin + performance.now()")
            report(own_app)
            took_ms.append(frame.evaluate("arrived") - sent)
            assert shown(frame)["revision"] > before["revision"]
            if took_ms[-1] < 1000:
                break
        assert min(took_ms) < 1000, took_ms
        assert frame.evaluate("window.sameDocument") is True
        assert view(frame) == where


def test_the_situation_page_follows_without_a_reload(own_app, visitor):
    with visitor(language="en") as seen:
        page = seen.page
        page.goto(f"{own_app.url}/?lang=en")
        frame = map_frame(page)
        n = shown(frame)["n"]
        page.get_by_text(f"{n:,}").first.wait_for()
        page.evaluate("window.sameDocument = true")
        page.wait_for_timeout(700)
        report(own_app)
        page.locator("[data-testid=stMain]").get_by_text(f"{n + 1:,}").first.wait_for(timeout=5_000)
        assert page.evaluate("window.sameDocument") is True
        assert shown(map_frame(page))["n"] == n + 1


def test_the_same_report_twice_is_one_issue(own_app):
    before = own_app.get("/api/summary")["issues"]["total"]
    body, status, receipt = report(own_app)
    assert status == 201
    again = own_app.post("/api/issues", body)
    assert again[0] == 200
    assert again[1]["number"] == receipt["number"]
    assert own_app.get("/api/summary")["issues"]["total"] == before + 1


def test_ten_tabs_share_one_stream(own_app, visitor):
    with visitor(language="en") as seen:
        tabs = [seen.page, *(seen.page.context.new_page() for _ in range(9))]
        for tab in tabs:
            tab.goto(f"{own_app.url}/map?lang=en")
        frames = [map_frame(tab) for tab in tabs]
        tabs[0].wait_for_timeout(700)
        n = shown(frames[0])["n"]
        report(own_app)
        for frame in frames:
            frame.wait_for_function("n => xunjie.state.n === n", arg=n + 1, timeout=8_000, polling=100)
        streams = [url for url in seen.witness.requests if url.endswith("/api/stream")]
        assert len(streams) <= 1
