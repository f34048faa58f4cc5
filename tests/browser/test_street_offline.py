"""Without a signal: reports and changes are kept, survive a closed page, and arrive exactly once, in order."""

from __future__ import annotations

import os
import random
import signal
import time
import uuid

import pytest
from playwright.sync_api import expect

from data.city_folder.load import load_city
from geo.checklist import Answer, score_of
from tests.browser.app_server import ROOT, free_port
from tests.browser.demo_app import running_demo
from tests.browser.street_page import (
    HERE,
    LOOK,
    entries,
    issues_called,
    leave_room,
    open_street,
    photo,
    reopen,
    report,
    stand_at,
    states,
    wait_until_sent,
)


def test_a_report_without_a_signal_is_kept_and_arrives_when_there_is_one(own_app, visitor):
    with visitor(**LOOK) as seen:
        page, phone = seen.page, seen.page.context
        open_street(page, own_app)
        phone.set_offline(True)
        report(page, "无信号的报告 一")
        assert states(page) == ["waiting"]
        assert page.locator(".status").inner_text() == "离线 · 1 条待发送"
        assert issues_called(own_app, "无信号的报告") == []
        page = reopen(page)
        assert states(page) == ["waiting"]
        assert page.locator(".status").inner_text() == "离线 · 1 条待发送"
        phone.set_offline(False)
        wait_until_sent(page, 1)
        [issue] = issues_called(own_app, "无信号的报告")
        [entry] = entries(page)
        assert (issue["id"], issue["number"]) == (entry["issue"], entry["number"])
        assert (issue["source_x"], issue["source_y"], issue["source_datum"]) == (*HERE, "wgs84")


def test_what_is_being_written_survives_a_closed_page(own_app, visitor):
    with visitor(**LOOK) as seen:
        page = seen.page
        open_street(page, own_app)
        page.context.set_offline(True)
        page.locator(".tab-report .locate").click()
        page.locator("[data-type]").nth(2).click()
        page.locator("#description").fill("写了一半")
        page = reopen(page)
        assert page.locator("#description").input_value() == "写了一半"
        assert page.locator("[data-type]").nth(2).get_attribute("aria-pressed") == "true"
        assert page.locator(".pin").count() == 1
        page.context.set_offline(False)


def test_an_answer_that_was_lost_makes_no_second_report(own_app, visitor):
    """The server writes the report, and the phone never hears of it: it sends the same again and is told so."""
    with visitor(**LOOK, calm=False) as seen:
        page = seen.page
        open_street(page, own_app)
        lost = []

        def lose(route):
            lost.append(route.fetch().status)
            route.abort("connectionreset")

        page.context.route("**/api/issues", lose, times=1)
        report(page, "丢了回执")
        wait_until_sent(page, 1)
        assert lost == [201]
        assert len(issues_called(own_app, "丢了回执")) == 1
        assert entries(page)[0]["steps"][0]["answer"]["created"] is False
        seen.witness.assert_calm(but=["ERR_CONNECTION_RESET"])


RETURNED = """async (id) => {
  await xunjie.today.refresh();
  return xunjie.today.issues().some((one) => one.id === id && one.returned);
}"""


def test_two_steps_of_one_case_without_a_signal_arrive_in_their_order(own_app, visitor):
    with visitor(**LOOK) as seen:
        page, phone = seen.page, seen.page.context
        open_street(page, own_app, "?tab=list")
        issue = next(one for one in own_app.get("/api/my-list")["issues"] if one["status"] == "DISPATCHED")
        phone.set_offline(True)
        row = page.locator(f"[data-id='{issue['id']}']")
        row.locator(".act").click()
        page.locator("dialog .stack .primary").click()
        page.locator("dialog").wait_for(state="detached")
        row.locator(".act").click()
        page.locator("#act-evidence").fill("已清理完毕")
        page.locator("dialog .stack .primary").click()
        page.locator("dialog").wait_for(state="detached")
        assert [entry["status"] for entry in entries(page)] == ["HANDLING", "VERIFYING"]
        phone.set_offline(False)
        wait_until_sent(page, 2)
        record = own_app.get(f"/api/issues/{issue['id']}")
        assert [step["status"] for step in record["history"]][-2:] == ["HANDLING", "VERIFYING"]
        assert record["history"][-1]["evidence"] == "已清理完毕"
        step(own_app, page, issue, record["version"], "DISPATCHED", note="未净")
        page.wait_for_function(RETURNED, arg=issue["id"])  # not with an answer that was on its way already
        expect(row).to_contain_text("退回返工", timeout=20_000)  # in the words of the page of work
        row.locator(".case-main").click()
        page.locator("dialog .history").get_by_text("退回返工").wait_for()
        closed = {**record, "status": "CLOSED", "closed_at": record["due_at"]}
        said = page.evaluate("(one) => xunjie.caseFacts.facts(one).textContent", closed)
        assert ("期限" in said, "结案" in said) == (False, True), "what is over has no deadline"


READ_LATE = """async () => {
  const { entries } = xunjie.outbox;
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  xunjie.outbox.entries = async () => { const read = await entries(); await held; return read; };
  const earlier = xunjie.pending.load();
  xunjie.outbox.entries = entries;
  const [first] = await entries();
  await xunjie.outbox.discard(first);
  await xunjie.pending.load();
  const before = xunjie.pending.all().length;
  release();
  await earlier;
  return [before, xunjie.pending.all().length];
}"""


def test_what_was_read_of_the_outbox_earlier_never_takes_the_place_of_the_later(own_app, visitor):
    """Two writes close after each other: the row would stay as it was before the second, until the next."""
    with visitor(**LOOK) as seen:
        page = seen.page
        open_street(page, own_app)
        page.context.set_offline(True)
        report(page, "先读后写")
        assert page.evaluate(READ_LATE) == [0, 0]
        page.context.set_offline(False)


def test_what_was_fixed_on_sight_waits_for_its_verifier_at_once(own_app, visitor):
    with visitor(**LOOK) as seen:
        page = seen.page
        open_street(page, own_app)
        page.context.set_offline(True)
        page.locator(".actions .second").click()
        page.locator(".tab-report .locate").click()
        page.locator("[data-type]").first.click()
        page.locator("#description").fill("当场改了")
        page.locator(".actions .primary").click()
        assert "整改后照片" in page.locator(".report > .wrong").inner_text(), "it needs a photo or a finding"
        page.locator("#finding").fill("井盖已复位")
        page.locator(".actions .primary").click()
        page.wait_for_function("() => xunjie.pending.all().length === 1")
        page.context.set_offline(False)
        wait_until_sent(page, 1)
        [issue] = issues_called(own_app, "当场改了")
        history = own_app.get(f"/api/issues/{issue['id']}")["history"]
        assert [(step["status"], step["evidence"]) for step in history] == [
            ("REPORTED", ""),
            ("VERIFYING", "井盖已复位"),
        ]


def test_a_rectification_brings_its_photos_to_the_case(own_app, visitor, tmp_path):
    with visitor(**LOOK) as seen:
        page, phone = seen.page, seen.page.context
        open_street(page, own_app, "?tab=list")
        issue = next(one for one in own_app.get("/api/my-list")["issues"] if one["status"] == "HANDLING")
        phone.set_offline(True)
        page.locator(f"[data-id='{issue['id']}'] .act").click()
        files = [photo(tmp_path / f"after{i}.jpg", 200, seed=100 + i) for i in range(2)]
        page.locator("dialog input[data-as=after]").last.set_input_files(files)
        page.wait_for_function("() => document.querySelectorAll('dialog .shot').length === 2")
        page.locator("dialog .stack .primary").click()
        page.locator("dialog").wait_for(state="detached")
        phone.set_offline(False)
        wait_until_sent(page, 1)
        record = own_app.get(f"/api/issues/{issue['id']}")
        names = [step["answer"]["photo"] for step in entries(page)[0]["steps"] if step["kind"] == "upload"]
        assert record["status"] == "VERIFYING"
        assert record["history"][-1]["evidence"] == "\n".join(f"photo:{name}" for name in names)
        kept = own_app.get(f"/api/issues/{issue['id']}/photos")["photos"]
        assert [(one["photo"], one["kind"]) for one in kept] == [(name, "after") for name in names]
        page.locator(f"[data-id='{issue['id']}'] .case-main").click()
        shown = page.locator(".case-photos .shot img")
        shown.first.wait_for()
        assert [image.get_attribute("src") for image in shown.all()] == [f"/api/photos/{name}/thumb" for name in names]
        shown.first.scroll_into_view_if_needed()
        page.wait_for_function("() => document.querySelector('.case-photos img').naturalWidth > 0")
        assert "（照片）" in page.locator("dialog .history").inner_text()


def test_a_visit_is_filled_in_without_a_signal_and_arrives_once_with_the_score_of_the_server(own_app, visitor):
    stops = own_app.get("/api/plans/proposal?k=2")["stops"]
    mine, contested = (stop["point"] for stop in stops)
    plan = {"group": "P03", "day": "2021-08-24", "stops": [{key: stop[key] for key in STOP} for stop in stops]}
    assert own_app.post("/api/plans", {"id": str(uuid.uuid4()), **plan})[0] == 201
    with visitor(**LOOK, calm=False) as seen:
        page, phone = seen.page, seen.page.context
        open_street(page, own_app, "?tab=list")
        page.locator("[data-view=points]").click()
        page.wait_for_function("() => xunjie.checklists.known() && document.querySelector('[data-point]')")
        scores_are_the_server_s(page)
        phone.set_offline(True)
        page.locator(f"[data-point={mine}] .act").click()
        page.locator(".items .unmet").nth(1).click()
        page.locator("#visit-note").fill("无信号的督查")
        page = reopen(page)  # what was answered is still there
        page.locator("[data-view=points]").click()
        page.locator(f"[data-point={mine}] .act").click()
        page.locator(".items .unmet[aria-pressed=true]").wait_for()
        page.locator("dialog .primary").click()
        assert "项没有答" in page.locator("dialog .wrong").inner_text()
        page.locator("dialog .second").click()
        page.locator("dialog .primary").click()
        page.locator(f"[data-point={mine}] .tag").get_by_text("已填，待发送").wait_for()
        page.locator(f"[data-point={contested}] .act").click()
        page.locator("dialog .second").click()
        page.locator("dialog .primary").click()
        page.locator("dialog").wait_for(state="detached")
        page = reopen(page)
        own_app.post("/api/visits", {**entries(page)[1]["steps"][0]["content"], "id": new_id(page), "note": "另一组"})
        phone.set_offline(False)
        page.wait_for_function("() => xunjie.pending.all().map((one) => one.state).join() === 'sent,conflict'")
        found, receipt = entries(page)[0]["found"], entries(page)[0]["steps"][0]["answer"]
        assert {key: receipt[key] for key in found} == found
        [visit] = [one for one in own_app.get(f"/api/points/{mine}")["visits"] if one["note"] == "无信号的督查"]
        assert (visit["score"], visit["compliant"]) == (found["score"], found["compliant"])
        page.locator(".status").click()
        assert page.locator(".difference legend").all_inner_texts() == ["备注"]
        page.locator(".differences .primary").click()
        wait_until_sent(page, 2)
        notes = [one["note"] for one in own_app.get(f"/api/points/{contested}")["visits"]]
        assert sorted(notes[-2:]) == ["", "另一组"]
        seen.witness.assert_calm(but=["status of 409", "answered 409"])


STOP = ("point", "reason", "leg_m")
SCORES = "([list, answers]) => answers.map((one) => xunjie.checklists.score(list, one))"


def scores_are_the_server_s(page) -> None:
    """Of every checklist, with answers at random."""
    draw = random.Random(20211124)
    book = load_city(ROOT / "data" / "cities" / "yunyan").checklists
    for checklist in (book.versions(code)[0] for code in book.site_classes):
        sheets = [
            {i.code: draw.choice([*Answer] if i.may_not_apply else [*Answer][:2]) for i in checklist.items}
            for _ in range(20)
        ]
        items = [{"code": i.code, "weight": i.weight, "critical": i.critical} for i in checklist.items]
        found = page.evaluate(SCORES, [{"items": items, "pass_mark": checklist.pass_mark}, sheets])
        for one, sheet in zip(found, sheets, strict=True):
            score = score_of(checklist, sheet)
            expected = (score.value, score.compliant, [*score.failed], [*score.failed_critical])
            assert tuple(one.values()) == expected


@pytest.mark.slow
@pytest.mark.parametrize("with_photos", [False, True], ids=["texts", "photos"])
def test_many_reports_arrive_exactly_once_though_page_is_closed_and_server_killed(tmp_path, visitor, soak, with_photos):
    many = 50 if soak else 12
    port = free_port()
    files = [photo(tmp_path / f"{i}.jpg", 160, seed=i) for i in range(many)] if with_photos else []
    with visitor(**LOOK, calm=False) as seen:
        page, phone = seen.page, seen.page.context
        with running_demo(tmp_path, port=port) as app:
            attached = attachments(phone)
            open_street(page, app)
            phone.set_offline(True)
            for i in range(many):
                stand_at(phone, HERE[0] + i * 1e-4, HERE[1])
                report(page, f"批量 {i:02}", photos=files[i : i + 1])
            page = reopen(page)
            assert states(page) == ["waiting"] * many
            phone.set_offline(False)
            arrived = killed_in_the_middle(page, app, many)
        with running_demo(tmp_path, port=port) as app:
            wait_until_sent(page, many, timeout_ms=120_000)
            found = issues_called(app, "批量")
            if with_photos:
                photos_must_be_theirs(app, found, files, attached)
        assert 0 < arrived < many
        assert sorted(issue["description"] for issue in found) == [f"批量 {i:02}" for i in range(many)]
        assert {issue["id"] for issue in found} == {entry["issue"] for entry in entries(page)}
        order = [issue["description"] for issue in sorted(found, key=lambda issue: issue["number"])]
        assert order == sorted(order)
        assert page.evaluate("async () => (await xunjie.database.all('photos')).length") == 0, (
            "the phone is empty again"
        )
        seen.witness.assert_calm(may=[CUT])  # page or worker was sending: only a page's trouble is heard of


def photos_must_be_theirs(app, found, files, attached):
    """Every photo arrived, was attached once in effect, and to its own report; told by hash.

    The server names a photo by what is left of it once it is cleaned: the same file has the same name again.
    """
    again = [app.send("/api/photos", file.read_bytes(), "image/jpeg") for file in files]
    assert all(status == 200 for status, _ in again), "each photo had arrived"
    photo_of = {issue["id"]: again[int(issue["description"][-2:])][1]["photo"] for issue in found}
    assert len(set(photo_of.values())) == len(files)
    assert {(identity, name, "before") for identity, name in photo_of.items()} == set(attached)
    for identity, name in photo_of.items():
        kept = app.get(f"/api/issues/{identity}/photos")["photos"]
        assert [(one["photo"], one["kind"]) for one in kept] == [(name, "before")]


CUT = "ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_SOCKET_NOT_CONNECTED"


def attachments(phone):
    """(issue, photo, kind) of every photo that the phone attaches to an issue, as they are sent."""
    sent = []

    def note(request):
        if request.url.endswith("/amendments"):
            body = request.post_data_json
            sent.append((request.url.split("/")[-2], body["set"]["photo"], body["set"]["kind"]))

    phone.on("request", note)
    return sent


def killed_in_the_middle(page, app, many: int) -> int:
    """Kill the server as soon as a third of the reports have arrived; how many had by then, as far as one saw."""
    deadline = time.monotonic() + 60
    arrived = 0
    while arrived < many / 3:
        assert time.monotonic() < deadline, f"only {arrived} reports arrived: {states(page)}"
        page.wait_for_timeout(10)
        arrived = len(issues_called(app, "批量"))
    os.kill(app.pid, signal.SIGKILL)
    return arrived


def test_the_worker_sends_what_waits_with_no_page_open(own_app, visitor):
    """The browser calls it when there is a signal (Background Sync); here the devtools do."""
    with visitor(**LOOK) as seen:
        page, phone = seen.page, seen.page.context
        open_street(page, own_app)
        phone.set_offline(True)
        report(page, "后台发送")
        other = phone.new_page()
        page.close()
        devtools = phone.new_cdp_session(other)
        registrations = []
        devtools.on(
            "ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"])
        )
        devtools.send("ServiceWorker.enable")
        phone.set_offline(False)
        while not registrations:
            other.wait_for_timeout(20)
        origin, registration = own_app.url, registrations[0]["registrationId"]
        call = {"origin": origin, "registrationId": registration, "tag": "outbox", "lastChance": False}
        deadline = time.monotonic() + 30
        while not issues_called(own_app, "后台发送"):
            assert time.monotonic() < deadline, "it was not sent"
            devtools.send("ServiceWorker.dispatchSyncEvent", call)  # as a browser does: again where it failed
            other.wait_for_timeout(1_000)
        other.goto(f"{own_app.url}/street")
        wait_until_sent(other, 1)


def step(app, page, issue, version, status, *, actor="另一位", **more):
    """Somebody else changes the issue at the desk."""
    body = {"id": new_id(page), "version": version, "status": status, "actor": actor, **more}
    code, answer = app.post(f"/api/issues/{issue['id']}/changes", body)
    assert code == 201, answer


@pytest.mark.parametrize("way", ["theirs", "mine"])
def test_a_conflict_is_shown_field_by_field_and_its_author_chooses(own_app, visitor, way):
    """While the verifier is without a signal the case goes back, is handled once more and waits for them again."""
    with visitor(**LOOK, calm=False) as seen:
        page, phone = seen.page, seen.page.context
        open_street(page, own_app, "?tab=list")
        # One that this phone's person has not handled: nobody verifies their own work.
        issue = [one for one in own_app.get("/api/my-list")["issues"] if one["status"] == "VERIFYING"][-1]
        phone.set_offline(True)
        page.locator(f"[data-id='{issue['id']}'] .act").click()
        page.locator(".verdict.pass").click()
        page.locator("#act-evidence").fill("<b>现场</b>干净")
        page.locator(".verdicts form:not([hidden]) .primary").click()
        page.locator("dialog").wait_for(state="detached")
        step(own_app, page, issue, issue["version"], "DISPATCHED", note="围挡没拆")
        step(own_app, page, issue, issue["version"] + 1, "HANDLING", actor="责任单位")
        step(own_app, page, issue, issue["version"] + 2, "VERIFYING", actor="责任单位", evidence="围挡已拆")
        phone.set_offline(False)
        page.wait_for_function("() => xunjie.pending.all()[0].state === 'conflict'")
        assert page.locator(".status").inner_text() == "1 条要您处理"
        page.locator(".status").click()
        conflict = page.locator(".differences")
        assert "责任单位 在 8月24日 18:00 先改了这件" in conflict.inner_text()
        sides = {
            field.get_attribute("data-field"): [side.inner_text() for side in field.locator("label span").all()]
            for field in conflict.locator("fieldset").all()
        }
        assert sides == {"status": ["已结案", "待核查"], "evidence": ["<b>现场</b>干净", "围挡已拆"]}
        conflict.get_by_text("都用现在的" if way == "theirs" else "都用我的").click()
        conflict.locator(".primary").click()
        if way == "mine":
            wait_until_sent(page, 1)
        else:
            page.wait_for_function("() => xunjie.pending.all().length === 0")
        last = own_app.get(f"/api/issues/{issue['id']}")["history"][-1]
        expected = ("CLOSED", "<b>现场</b>干净") if way == "mine" else ("VERIFYING", "围挡已拆")
        assert (last["status"], last["evidence"]) == expected
        seen.witness.assert_calm(but=["status of 409", "answered 409"])


def test_a_step_that_somebody_else_has_taken_is_shown_and_let_go(own_app, visitor):
    with visitor(**LOOK, calm=False) as seen:
        page, phone = seen.page, seen.page.context
        open_street(page, own_app, "?tab=list")
        issue = next(one for one in own_app.get("/api/my-list")["issues"] if one["status"] == "DISPATCHED")
        phone.set_offline(True)
        page.locator(f"[data-id='{issue['id']}'] .act").click()
        page.locator("#act-note").fill("马上到")
        page.locator("dialog .stack .primary").click()
        page.locator("dialog").wait_for(state="detached")
        step(own_app, page, issue, issue["version"], "HANDLING", note="已到")
        phone.set_offline(False)
        page.wait_for_function("() => xunjie.pending.all()[0].state === 'conflict'")
        page.locator(".status").click()
        conflict = page.locator(".differences")
        assert conflict.locator("label span").all_inner_texts() == ["马上到", "已到"]
        assert "同一步已由对方完成" in conflict.inner_text()
        conflict.locator(".primary").click()
        page.wait_for_function("() => xunjie.pending.all().length === 0")
        assert own_app.get(f"/api/issues/{issue['id']}")["history"][-1]["note"] == "已到"
        seen.witness.assert_calm(but=["status of 409", "answered 409"])


def test_more_time_is_asked_for_without_a_signal_and_its_answer_is_seen(own_app, visitor):
    """Asked once, though the case was changed meanwhile and its author had to say so again; then it is refused."""
    with visitor(**LOOK, calm=False) as seen:
        page, phone = seen.page, seen.page.context
        sent = []
        phone.on("request", lambda request: sent.append(request.method) if "/amendments" in request.url else None)
        open_street(page, own_app, "?tab=list")
        issue = next(one for one in own_app.get("/api/my-list")["issues"] if one["status"] == "HANDLING")
        path = f"/api/issues/{issue['id']}"
        phone.set_offline(True)
        page.locator(f"[data-id='{issue['id']}'] .case-main").click()
        page.locator(".todo .second").click()
        page.locator("#ask-days").fill("0")
        page.locator(".todo form .primary").click()
        assert page.locator(".todo .wrong").inner_text() == "请填 1 至 365 天。"
        page.locator("#ask-days").fill("5")
        page.locator("#ask-reason").fill("<b>等配件</b>")
        said = page.locator(".todo form .hint").inner_text()
        page.locator(".todo form .primary").click()
        page.locator("dialog").wait_for(state="detached")
        page.locator(f"[data-id='{issue['id']}'] .case-main").click()
        page.locator(".todo .note").wait_for()
        assert page.locator(".todo .second").count() == 0, "one request at a time"
        page.keyboard.press("Escape")
        wish = {"id": new_id(page), "version": issue["version"], "act": "correct", "actor": "另一位"}
        code, _ = own_app.post(f"{path}/amendments", wish | {"set": {"address": "改正"}, "note": "路名"})
        assert code == 201
        phone.set_offline(False)
        page.wait_for_function("() => xunjie.pending.all()[0].state === 'conflict'")
        page.locator(".status").click()
        assert "您的申请还没有送出" in page.locator(".differences").inner_text()
        page.locator(".differences .primary").click()
        wait_until_sent(page, 1)
        page.keyboard.press("Escape")
        [asked] = own_app.get(path)["asked"]
        assert (asked["act"], asked["note"], asked["version"]) == (
            "ask_extension",
            "<b>等配件</b>",
            issue["version"] + 2,
        )
        page.locator(f"[data-id='{issue['id']}'] .case-main").click()
        page.locator(".facts dt", has_text="延期申请").wait_for()
        facts, history = page.locator(".facts").inner_text(), page.locator(".history")
        assert said in facts
        assert "待答复 · <b>等配件</b>" in facts
        assert "申请延期，待答复" in history.inner_text()
        assert page.locator(".todo .second").count() == 0
        page.keyboard.press("Escape")
        wish = {
            "id": new_id(page),
            "version": asked["version"],
            "act": "refuse_extension",
            "actor": "指挥部",
            "note": "不可",
        }
        assert own_app.post(f"{path}/amendments", wish)[0] == 201
        page.locator(f"[data-id='{issue['id']}'] .case-main").click()
        page.locator(".history li", has_text="不同意延期").wait_for()
        assert "不同意延期 · 不可" in page.locator(".facts").inner_text()
        assert f"答复第 {asked['version']} 版的延期申请。" in history.inner_text()
        page.locator(".todo .second").wait_for()
        assert sent == ["POST", "POST"], "the stale one, and the one that was taken"
        seen.witness.assert_calm(but=["status of 409", "answered 409"])


def test_a_report_that_is_refused_says_why_and_can_be_put_right(own_app, visitor):
    with visitor(**LOOK, calm=False) as seen:
        page = seen.page
        open_street(page, own_app)
        page.locator(".place-line .plain").click()
        page.locator("#pair").fill("39.9042, 116.4074")  # Beijing
        page.locator("dialog form .primary").click()
        assert page.locator(".place-line strong").inner_text() == "在城区边界之外"
        report(page, "位置不对", find=False)
        page.wait_for_function("() => xunjie.pending.all()[0].state === 'refused'")
        page.locator(".status").click()
        assert "位置不在本城范围内" in page.locator(".refusal .wrong").inner_text()
        page.locator(".refusal .second").first.click()
        page.wait_for_function("() => document.querySelector('#description').value === '位置不对'")
        page.locator(".tab-report .locate").click()
        page.wait_for_function("() => document.querySelector('.place-line strong').textContent.includes('普陀路')")
        page.locator(".actions .primary").click()
        wait_until_sent(page, 1)
        assert len(issues_called(own_app, "位置不对")) == 1
        seen.witness.assert_calm(but=["status of 400", "answered 400"])


def test_what_waits_can_be_put_right_or_taken_back(own_app, visitor, tmp_path):
    with visitor(**LOOK) as seen:
        page, phone = seen.page, seen.page.context
        open_street(page, own_app)
        phone.set_offline(True)
        report(page, "写错了")
        report(page, "不要了")
        report(page, "留着")
        page.locator(".status").click()
        page.locator(".take-back button", has_text="修改").first.click()
        page.wait_for_function("() => document.querySelector('#description').value === '写错了'")
        phone.set_offline(False)
        page.wait_for_function("() => xunjie.pending.all().filter((one) => one.state === 'sent').length === 2")
        assert issues_called(own_app, "写错了") == [], "it is in hand and not sent"
        phone.set_offline(True)
        page.locator("#description").fill("改好了")
        page.locator(".actions .primary").click()
        page.wait_for_function("() => xunjie.pending.all()[0].state === 'waiting'")
        report(page, "也不要了")
        page.locator(".status").click()
        page.locator(".entry.waiting").last.locator(".take-back button", has_text="删除").click()
        page.locator("[data-sheet=discard] .danger").click()
        page.wait_for_function("() => xunjie.pending.all().length === 3")
        phone.set_offline(False)
        wait_until_sent(page, 3)
        assert [len(issues_called(own_app, text)) for text in ("写错了", "改好了", "也不要了", "留着")] == [0, 1, 0, 1]


def test_a_full_phone_loses_nothing_and_says_what_to_do(own_app, visitor, tmp_path):
    with visitor(**LOOK) as seen:
        page, phone = seen.page, seen.page.context
        open_street(page, own_app)
        phone.set_offline(True)
        leave_room(page, 300_000)
        report(page, "存得下")
        large = photo(tmp_path / "large.png", 500, noise=True)
        assert large.stat().st_size > 500_000
        page.locator(".tab-report .locate").click()
        page.locator("[data-type]").first.click()
        page.locator("#description").fill("存不下 照片太大")
        page.locator(".tab-report input[data-as=before]").last.set_input_files([large])
        page.locator(".alarm", has_text="手机空间已满").wait_for()
        assert page.locator(".tab-report .shot").count() == 1, "the photo is still on the screen"
        page.locator(".alarm button").click()
        page.locator(".actions .primary").click()
        page.locator(".alarm", has_text="手机空间已满").wait_for()
        assert page.locator("#description").input_value() == "存不下 照片太大"
        assert page.locator(".tab-report .shot").count() == 1
        assert states(page) == ["waiting"], "nothing was half kept"
        page.locator(".alarm button").click()
        page.locator(".tab-report .shot").click()
        page.locator("[data-sheet=photo] .danger").click()
        page.locator("dialog").wait_for(state="detached")
        page.locator(".actions .primary").click()
        page.wait_for_function("() => xunjie.pending.all().length === 2")
        phone.set_offline(False)
        wait_until_sent(page, 2)
        assert len(issues_called(own_app, "存")) == 2


def new_id(page) -> str:
    return page.evaluate("() => xunjie.outbox.uuid()")
