"""The digest: the figures of the routes, once a unit and day, tried again where it failed, safe in every header."""

from __future__ import annotations

import smtplib
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.city_folder.load import load_city
from data.commands.cli import main
from data.notices.addresses import checked_address
from data.notices.digest import digests
from data.notices.digest_sending import STALE_US, DigestPost, Outcome, claim
from data.notices.digest_text import Letter, letter
from data.notices.mail import MailError, message_of, send
from data.notices.mail_settings import MailSettings
from data.overdue_list import overdue_issues
from data.runtime import Runtime, open_runtime
from data.settings import DEFAULT_CITY, Settings
from data.unit_work import unit_work
from geo.clock import from_us
from geo.errors import BadValueError, ConflictError, NotFoundError, SettingsError
from geo.filter import IssueFilter
from geo.text import Text
from tests.data.notices.certificates import Authority
from tests.data.notices.conftest import Clock
from tests.data.notices.post_office import Post, post_office
from tests.ready_stores import put_demo

TODAY = date(2021, 8, 24)
AT = from_us(1_700_000_000_000_000)


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as opened:
        yield opened


@pytest.fixture(scope="module")
def yunyan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """The demo: only for reading, besides the tables of notices."""
    opened = open_runtime(Settings(database_url=put_demo(tmp_path_factory.mktemp("digest") / "demo.db")))
    yield opened
    opened.close()


def settings_for(post: Post) -> MailSettings:
    found = MailSettings.from_environment(
        {"XUNJIE_SMTP_URL": f"smtp://127.0.0.1:{post.port}", "XUNJIE_MAIL_FROM": "xunjie@office.example"}
    )
    assert found is not None
    return found


def desk(live: Runtime, mail: MailSettings, clock: Clock, **more: Any) -> DigestPost:
    return DigestPost(live.store, live._writer.between_groups, mail, clock, **more)


def test_the_figures_are_those_of_the_routes_at_that_moment(yunyan: Runtime) -> None:
    """Of every unit and register: what /api/organisation and /api/overdue are made of, for the same filter."""
    snapshot, campaign = yunyan.snapshot, yunyan.city.campaign()
    found = digests(snapshot)
    assert found[0].as_of == yunyan.now()
    registers = {register.code for digest in found for register in (part.register for part in digest.registers)}
    assert campaign.default_register in registers
    for register in campaign.registers:
        chosen = IssueFilter(campaign.code, register.code, yunyan.now())
        work = unit_work(snapshot, chosen)
        for digest in found:
            at = next(n for n, unit in enumerate(_units(yunyan)) if unit.code == digest.unit.code)
            part = next((part for part in digest.registers if part.register.code == register.code), None)
            if part is None:
                assert not work.figures.open[at]
                assert not work.figures.closed[at]
                continue
            figures = work.figures
            assert (part.open, part.overdue, part.closed) == (figures.open[at], figures.overdue[at], figures.closed[at])
            assert (part.due_soon, *part.levels) == tuple(figures.by_level[at])
            assert part.zero_since_us == figures.zero_since_us[at]
            assert sum(part.levels) == part.overdue
            listed, total = overdue_issues(snapshot, chosen, work, most=20, soon=True, unit=digest.unit.code)
            assert part.first == tuple(listed)
            assert part.due_soon + part.overdue == total


def _units(live: Runtime) -> Any:
    from data.duties import duties_in_force

    return duties_in_force(live.snapshot).organisation.units


def test_what_the_days_brought_adds_up_to_what_there_is(yunyan: Runtime) -> None:
    """New, returned and closed of every day of a week, by issue from the log's own steps."""
    snapshot, campaign = yunyan.snapshot, yunyan.city.campaign()
    for back in range(3):
        day = TODAY - timedelta(days=back)
        found = digests(snapshot, day=day)
        parts = [
            part for digest in found for part in digest.registers if part.register.code == campaign.default_register
        ]
        chosen = IssueFilter(campaign.code, campaign.default_register, found[0].as_of)
        work, stages = unit_work(snapshot, chosen), snapshot.stages(chosen)
        told = {"reported": 0, "returned": 0, "ended": 0}
        for row in np.flatnonzero((stages >= 0) & (stages < 4) & (work.unit >= 0)).tolist():
            steps = [step for step in snapshot.events(row) if step.at <= found[0].as_of]
            days = [(step.at + timedelta(hours=8)).date() for step in steps]
            told["reported"] += days[0] == day
            told["returned"] += sum(
                when == day and first.status.name == "VERIFYING" and second.status.name == "DISPATCHED"
                for first, second, when in zip(steps, steps[1:], days[1:], strict=False)
            )
            told["ended"] += steps[-1].status.name == "CLOSED" and days[-1] == day
        assert told == {name: sum(getattr(part, name) for part in parts) for name in told}
        assert told["reported"] > 0
        assert told["ended"] > 0


def test_a_day_ahead_and_an_unknown_unit_are_refused(yunyan: Runtime) -> None:
    with pytest.raises(BadValueError, match="day"):
        digests(yunyan.snapshot, day=TODAY + timedelta(days=1))
    with pytest.raises(BadValueError, match="unit"):
        digests(yunyan.snapshot, unit="nowhere")


def test_a_letter_says_both_languages_and_escapes_what_it_says(yunyan: Runtime) -> None:
    digest = next(one for one in digests(yunyan.snapshot) if any(part.first for part in one.registers))
    written = letter(yunyan.snapshot, digest)
    part = next(part for part in digest.registers if part.first)
    for words in ("每日摘要", "daily digest", "超期合计", f"Overdue in all: {part.overdue}"):
        assert words in written.text
    number = yunyan.snapshot.records.of(np.array([part.first[0].row])).number[0]
    assert written.text.count(str(number)) == written.html.count(str(number)) == 2
    evil = "<script>alert(1)</script>\r\nBcc: everyone@else.example\x00"
    hostile = letter(yunyan.snapshot, replace(digest, unit=replace(digest.unit, name=Text(evil, evil))))
    assert "<script>" not in hostile.html
    assert "&lt;script&gt;" in hostile.html
    message = message_of(hostile, sender="a@b.example", recipients=["c@d.example"], identity="x", at=AT)  # type: ignore[arg-type]
    again = message_from_bytes(message.as_bytes(), policy=default)
    assert set(again.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"),
    }
    assert "Bcc: everyone" in again["Subject"]


@given(st.text(max_size=200))
def test_no_subject_ends_its_header(subject: str) -> None:
    message = message_of(Letter(subject, "t", "<p>h</p>"), sender="a@b.example", recipients=["c@d.example"],
                         identity="x", at=AT)  # type: ignore[arg-type]  # fmt: skip
    again = message_from_bytes(message.as_bytes(), policy=default)
    assert len(again.keys()) == 8
    assert again["To"] == "c@d.example"
    assert again.get_body(("plain",)).get_content().strip() == "t"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "address",
    [
        *("", "a", "a@", "@b.c", "a@b.c, d@e.f", "a@b.c\r\nBcc: d@e.f", "A <a@b.c>", "a b@c.d", "a@b..c", "é@b.c"),
        *("a@b_c.d", "a@b.c\n", "a" * 251 + "@b.c", '"a"@b.c', "a@[127.0.0.1]", ".a@b.c", "a@-b.c"),
        *("a@b.c;d@e.f", "a@b.c\0"),
    ],
)  # fmt: skip
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(BadValueError, match="address"):
        checked_address(address)
    with pytest.raises(BadValueError):
        message_of(Letter("s", "t", "h"), sender="a@b.example", recipients=[address], identity="x", at=AT)  # type: ignore[arg-type]


def test_each_unit_gets_its_own_once_a_day(yunyan: Runtime, post: Post, clock: Clock) -> None:
    live = yunyan
    live.notices.add_address("D01", "one@d01.example", by="a-admin")
    live.notices.add_address("D01", "two@d01.example", by="a-admin")
    live.notices.add_address("D01", "two@d01.example", by="a-admin")
    live.notices.add_address("D02", "duty@d02.example", by="a-admin")
    run = desk(live, settings_for(post), clock)
    by_unit = {outcome.unit: outcome.state for outcome in run.run(live.snapshot)}
    assert (by_unit.pop("D01"), by_unit.pop("D02")) == ("sent", "sent")
    assert set(by_unit.values()) == {"no_address"}
    assert [recipients for recipients, _ in post.letters] == [
        ["one@d01.example", "two@d01.example"],
        ["duty@d02.example"],
    ]
    first = post.messages[0]
    assert first["From"] == "xunjie@office.example"
    assert first["Auto-Submitted"] == "auto-generated"
    assert "每日摘要" in first["Subject"]
    assert "2021-08-24" in first["Subject"]
    assert [outcome.state for outcome in run.run(live.snapshot, unit="D01")] == ["already"]
    assert len(post.letters) == 2
    yesterday = TODAY - timedelta(days=1)
    assert [o.state for o in run.run(live.snapshot, unit="D01", day=yesterday)] == ["sent"]
    assert len({message["Message-ID"] for message in post.messages}) == 3
    live.notices.remove_address("D01", "one@d01.example", by="a-admin")
    assert live.notices.addresses() == {"D01": ["two@d01.example"], "D02": ["duty@d02.example"]}
    with live.store.reading() as connection:
        dump = [str(row) for row in connection.exec_driver_sql("SELECT * FROM unit_address")]
    assert not any("one@d01" in row for row in dump), "erased"
    with pytest.raises(NotFoundError):
        live.notices.remove_address("D01", "one@d01.example", by="a-admin")
    with pytest.raises(BadValueError, match="unit"):
        live.notices.add_address("nowhere", "a@b.example", by="a-admin")


def test_what_failed_is_tried_again_under_the_same_id(yunyan: Runtime, post: Post, clock: Clock) -> None:
    live = yunyan
    live.notices.add_address("D03", "duty@d03.example", by="a-admin")
    run = desk(live, settings_for(post), clock)
    day = TODAY - timedelta(days=3)
    post.refuse = "451 later"
    assert run.run(live.snapshot, unit="D03", day=day) == [Outcome("D03", day, "failed", "the server answered 451")]
    post.refuse = ""
    next_day = day + timedelta(days=1)
    outcomes = run.run(live.snapshot, unit="D03", day=next_day)
    assert outcomes == [Outcome("D03", day, "sent"), Outcome("D03", next_day, "sent")]
    assert [message["Subject"].count("2021-08-21") for message in post.messages] == [1, 0]
    assert [o.state for o in run.run(live.snapshot, unit="D03", day=next_day)] == ["already"]


def test_a_server_that_is_not_there_is_said_and_nothing_is_lost(yunyan: Runtime, clock: Clock) -> None:
    with post_office() as gone:
        mail = settings_for(gone)
    yunyan.notices.add_address("D04", "duty@d04.example", by="a-admin")
    [outcome] = desk(yunyan, mail, clock).run(yunyan.snapshot, unit="D04")
    assert (outcome.state, outcome.error) == ("failed", "the server cannot be used: ConnectionRefusedError")
    assert "d04.example" not in str(outcome)


def test_what_a_server_that_is_not_trusted_did_not_get_is_sent_once_it_is(
    yunyan: Runtime, clock: Clock, tmp_path: Path
) -> None:
    """The office's authority was not named at first: the letter waits, and goes out when it is."""
    authority = Authority(tmp_path)
    yunyan.notices.add_address("D07", "duty@d07.example", by="a-admin")
    with post_office(ssl_context=authority.server("127.0.0.1")) as post:
        mail = replace(settings_for(post), tls=True)
        [outcome] = desk(yunyan, mail, clock).run(yunyan.snapshot, unit="D07")
        assert outcome.state == "failed"
        assert "certificate is not trusted" in outcome.error
        assert post.letters == []
        trusting = replace(mail, authority=authority.file)
        assert [one.state for one in desk(yunyan, trusting, clock).run(yunyan.snapshot, unit="D07")] == ["sent"]
        assert [recipients for recipients, _ in post.letters] == [["duty@d07.example"]]


def test_many_runs_at_once_send_once(yunyan: Runtime, post: Post, clock: Clock) -> None:
    yunyan.notices.add_address("D05", "duty@d05.example", by="a-admin")
    states: list[str] = []

    def run() -> None:
        states.extend(one.state for one in desk(yunyan, settings_for(post), clock).run(yunyan.snapshot, unit="D05"))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(post.letters) == 1
    assert states.count("sent") == 1
    assert set(states) <= {"sent", "already", "busy"}


def test_a_run_that_was_broken_off_is_taken_over_after_a_while(yunyan: Runtime, post: Post, clock: Clock) -> None:
    yunyan.notices.add_address("D06", "duty@d06.example", by="a-admin")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk(yunyan, settings_for(post), clock, send=die).run(yunyan.snapshot, unit="D06")
    run = desk(yunyan, settings_for(post), clock)
    assert [one.state for one in run.run(yunyan.snapshot, unit="D06")] == ["busy"]
    clock.us += STALE_US
    assert [one.state for one in run.run(yunyan.snapshot, unit="D06")] == ["sent"]
    assert len(post.letters) == 1


@given(st.lists(st.sampled_from(["claim", "fail", "send", "wait"]), max_size=20))
def test_a_digest_is_claimed_by_one_and_sent_once(yunyan: Runtime, steps: list[str]) -> None:
    """Whatever the order of claims, failures and time: nobody may send what somebody has sent or is sending."""
    unit, now, state, since = uuid.uuid4().hex, 10**15, "none", 0
    for step in steps:
        with yunyan._writer.between_groups() as connection:
            if step == "claim":
                got = claim(connection, unit, "2021-08-24", "h", now)
                free = state in ("none", "failed") or (state == "sending" and now - since >= STALE_US)
                assert got == (None if free else "already" if state == "sent" else "busy")
                state, since = ("sending", now) if free else (state, since)
            elif step in ("fail", "send") and state == "sending":
                state = "failed" if step == "fail" else "sent"
                connection.exec_driver_sql(f"UPDATE digest_sent SET state = '{state}' WHERE unit = '{unit}'")
            elif step == "wait":
                now += STALE_US // 2


def test_a_unit_has_no_more_addresses_than_agreed(yunyan: Runtime) -> None:
    for n in range(20):
        yunyan.notices.add_address("D09", f"n{n}@d09.example", by="a-admin")
    with pytest.raises(ConflictError, match="remove one first"):
        yunyan.notices.add_address("D09", "more@d09.example", by="a-admin")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", MailSettings("mail.example", 25, "a@b.example")),
        ("smtps://u:p%40@mail.example", MailSettings("mail.example", 465, "a@b.example", True, False, "u", "p@")),
        ("smtp://u:p@mail.example?starttls=1", MailSettings("mail.example", 587, "a@b.example", False, True, "u", "p")),
        ("smtp://u:p@127.0.0.1:2525", MailSettings("127.0.0.1", 2525, "a@b.example", False, False, "u", "p")),
    ],
)
def test_the_settings_are_read(url: str, expected: MailSettings) -> None:
    found = MailSettings.from_environment({"XUNJIE_SMTP_URL": url, "XUNJIE_MAIL_FROM": "a@b.example"})
    assert found == expected
    assert "p@" not in repr(found)


@pytest.mark.parametrize(
    "url",
    [
        *("http://mail.example", "smtp://", "smtp://u:secret@mail.example", "smtps://mail.example?starttls=1"),
        *("smtp://u@mail.example", "smtp://mail.example/x", "smtp://mail.example?x=1", "smtp://mail.example:99999"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"XUNJIE_SMTP_URL": url, "XUNJIE_MAIL_FROM": "a@b.example"})
    assert "secret" not in str(refused.value)


def test_settings_lack_nothing() -> None:
    assert Settings.from_environment({}).mail is None
    for sender in ("", "a b", "a@b.example\nBcc: c@d.example"):
        with pytest.raises(SettingsError, match="XUNJIE_MAIL_FROM"):
            Settings.from_environment({"XUNJIE_SMTP_URL": "smtp://mail.example", "XUNJIE_MAIL_FROM": sender})


def test_a_server_that_breaks_off_is_an_error_in_few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise smtplib.SMTPServerDisconnected("by CANARY")

    monkeypatch.setattr(smtplib, "SMTP", broken)
    message = message_of(Letter("s", "t", "h"), sender="a@b.example", recipients=["c@d.example"], identity="x", at=AT)  # type: ignore[arg-type]
    with pytest.raises(MailError) as refused:
        send(MailSettings("127.0.0.1", 9, "a@b.example"), message)
    assert "CANARY" not in str(refused.value)


def test_the_command_prints_beside_a_running_program_and_sends_when_it_is_alone(
    post: Post, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = put_demo(tmp_path / "store.db")
    environ = {"XUNJIE_DATABASE_URL": url}
    opened = open_runtime(Settings(database_url=url))
    opened.notices.add_address("D01", "duty@d01.example", by="a-admin")
    assert main(["digest", "--unit", "D01", "--day", "2021-08-24"], environ) == 0
    printed = capsys.readouterr().out
    expected = letter(opened.snapshot, digests(opened.snapshot, unit="D01")[0]).text
    assert expected.strip() in printed
    assert main(["digest", "--unit", "nowhere"], environ) == 1
    assert main(["digest", "--day", "24.8."], environ) == 2
    opened.close()
    assert main(["digest", "--send"], environ) == 2, "no server is set"
    environ |= {"XUNJIE_SMTP_URL": f"smtp://127.0.0.1:{post.port}", "XUNJIE_MAIL_FROM": "xunjie@office.example"}
    post.refuse = "550 no"
    assert main(["digest", "--send"], environ) == 3
    post.refuse = ""
    assert main(["digest", "--send"], environ) == 0
    assert main(["digest", "--send"], environ) == 0
    assert len(post.letters) == 1
    assert load_city(DEFAULT_CITY).code
