"""Webhooks: signed, in order, at least once under one id, retried with back-off, replayed, and to no other address."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.notices import posting
from data.notices.courier import AT_ONCE, FIRST_WAIT_S, GIVE_UP_US, HOLD_US, LONGEST_WAIT_S, Courier, back_off_s
from data.notices.posting import PostingError, checked_url, is_refused, post
from data.notices.webhooks import Webhook, add_webhook, change_webhook, hold, let_go, must_have
from data.runtime import Runtime
from geo.access import WHOLE, Scope
from geo.city import City
from geo.errors import BadValueError, ConflictError, NotFoundError
from geo.notices import Code
from tests.data.conftest import runtime_of
from tests.data.notices.conftest import Clock, Receiver, fresh, listening, report
from tests.data.test_connection_loss import within
from tests.data.test_runtime import HERE
from tests.data.test_several_processes import another
from tests.postgres_server import PostgresServer

DAY_S = 86_400


class Town:
    """A store with a courier that a test moves by hand: the runtime's own has nothing to do with it."""

    def __init__(self, live: Runtime, clock: Clock) -> None:
        live.notices.courier.close()
        self.live, self.clock = live, clock

    def courier(self, send: Callable[[str, bytes, Mapping[str, str]], None] = post) -> Courier:
        writing = self.live._writer.between_groups
        return Courier(self.live.store, writing, lambda: self.live.snapshot, self.clock, send=send, share=lambda: 0.0)

    def add(self, url: str, codes: frozenset[Code] | None = None, scope: Scope = WHOLE) -> tuple[str, str]:
        with self.live._writer.between_groups() as connection:
            made, secret = add_webhook(connection, url=url, codes=codes, scope=scope, now_us=self.clock())
        return made.id, secret

    def change(self, identity: str, **changes: Any) -> Webhook:
        with self.live._writer.between_groups() as connection:
            return change_webhook(connection, identity, **changes)

    def state(self, identity: str) -> Webhook:
        with self.live.store.reading() as connection:
            return must_have(connection, identity)


@pytest.fixture
def town(live: Runtime, clock: Clock) -> Town:
    return Town(live, clock)


def drain(courier: Courier) -> float:
    """Rounds until nothing more may go at once; the wait then."""
    for _ in range(100):
        wait = courier.round()
        if wait > 0:
            return wait
    raise AssertionError("the courier never rests")


def test_what_happens_is_sent_in_order_signed_and_without_personal_data(town: Town, receiver: Receiver) -> None:
    town.live.submit([], actor="a-1")
    before = report(town.live, description="before the webhook")
    identity, secret = town.add(receiver.url)
    issue = report(town.live, description="CANARYTEXT", address="CANARYPLACE", reporter="CANARYNAME")
    town.live.change(issue, 1, "ACCEPTED", actor="CANARYACTOR", client_uuid=fresh(), note="CANARYNOTE")
    town.live.amend(issue, 2, "assign", {"department": "D01"}, actor="c", client_uuid=fresh())
    drain(town.courier())
    assert [body["code"] for body in receiver.bodies] == ["reported", "accepted", "assigned"]
    assert receiver.seqs == sorted(receiver.seqs)
    assert receiver.bodies[2] == {
        "delivery": receiver.got[2][0]["x-xunjie-delivery"],
        "seq": receiver.seqs[2],
        "code": "assigned",
        "kind": "issue_amended",
        "at": receiver.bodies[2]["at"],
        "issue": {"id": issue, "number": "SC-00002"},
        "type": "C0101",
        "subdistrict": receiver.bodies[2]["subdistrict"],
        "department": "D01",
        "status": "ACCEPTED",
    }
    for headers, body in receiver.got:
        assert b"CANARY" not in body
        assert before.encode() not in body
        signed = headers["x-xunjie-timestamp"].encode() + b"." + body
        assert headers["x-xunjie-signature"] == "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        assert headers["content-type"] == "application/json"
    state = town.state(identity)
    assert (state.seq, state.delivered, state.error) == (town.live.snapshot.seq, 3, "")
    assert "secret" not in Webhook.__dataclass_fields__


def test_a_webhook_gets_the_kinds_and_places_it_asked_for(town: Town, receiver: Receiver, city: City) -> None:
    issue = report(town.live)
    row = int(town.live.snapshot.issues.subdistrict[town.live.snapshot.row(issue)])
    here = city.areas.codes[row]
    elsewhere = next(code for code in city.areas.codes if code != here)
    town.add(receiver.url, frozenset({Code.ACCEPTED}), Scope(subdistricts=frozenset({here})))
    town.add(receiver.url + "/else", None, Scope(subdistricts=frozenset({elsewhere})))
    town.add(receiver.url + "/unit", None, Scope(departments=frozenset({"D02"})))
    town.live.change(issue, 1, "ACCEPTED", actor="c", client_uuid=fresh())
    town.live.amend(issue, 2, "assign", {"department": "D01"}, actor="c", client_uuid=fresh())
    drain(town.courier())
    assert receiver.asked == ["/hook"]


def test_a_failing_receiver_is_asked_again_later_and_later_and_loses_nothing(town: Town, receiver: Receiver) -> None:
    identity, _ = town.add(receiver.url)
    for _ in range(3):
        report(town.live)
    receiver.answer = lambda body: (500, {}) if body["seq"] == 2 else (200, {})
    courier = town.courier()
    waits = []
    for _ in range(14):
        drain(courier)
        state = town.state(identity)
        assert (state.seq, state.error) == (1, "answered 500: not 2xx")
        assert state.next_us is not None
        waits.append((state.next_us - town.clock()) / 1e6)
        asked = len(receiver.asked)
        drain(courier)
        assert len(receiver.asked) == asked, "not before its time"
        town.clock.pass_s(waits[-1])
    assert waits == [min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**n) for n in range(14)]
    receiver.answer = lambda _: (200, {})
    drain(courier)
    assert receiver.seqs == [1, 2, 3]
    assert (town.state(identity).attempts, town.state(identity).failing_since_us) == (0, None)


def test_after_three_days_it_is_paused_until_an_administrator_lets_it_go_on(town: Town, receiver: Receiver) -> None:
    identity, _ = town.add(receiver.url)
    report(town.live)
    receiver.answer = lambda _: (503, {})
    courier = town.courier()
    drain(courier)
    assert courier.check() is None
    town.clock.pass_s(GIVE_UP_US / 1e6)
    drain(courier)
    courier.round()
    assert town.state(identity).paused_us == town.clock()
    reason = courier.check()
    assert reason is not None
    assert (reason.code, reason.values) == ("webhook_paused", {"n": 1})
    asked = len(receiver.asked)
    town.clock.pass_s(30 * DAY_S)
    drain(courier)
    assert len(receiver.asked) == asked
    receiver.answer = lambda _: (200, {})
    town.change(identity, active=True)
    drain(courier)
    assert receiver.seqs == [1]
    courier.round()
    assert courier.check() is None


def test_a_replay_sends_again_under_the_same_ids(town: Town, receiver: Receiver) -> None:
    identity, _ = town.add(receiver.url)
    for _ in range(4):
        report(town.live)
    courier = town.courier()
    drain(courier)
    first = {body["seq"]: body["delivery"] for body in receiver.bodies}
    receiver.got.clear()
    town.change(identity, replay_from=3)
    drain(courier)
    assert receiver.seqs == [3, 4]
    assert {body["seq"]: body["delivery"] for body in receiver.bodies}.items() <= first.items()
    assert len(set(first.values())) == 4
    for wrong in (0, -1, 6):
        with pytest.raises(BadValueError, match="replay_from"):
            town.change(identity, replay_from=wrong)
    with pytest.raises(NotFoundError):
        town.change("w-none", active=True)


def test_one_that_is_switched_off_is_not_served(town: Town, receiver: Receiver) -> None:
    identity, _ = town.add(receiver.url)
    report(town.live)
    town.change(identity, active=False)
    drain(town.courier())
    assert not receiver.asked
    town.change(identity, active=True)
    drain(town.courier())
    assert receiver.seqs == [1]


def test_a_redirect_is_not_followed(town: Town, receiver: Receiver) -> None:
    identity, _ = town.add(receiver.url)
    report(town.live)
    with listening() as other:
        receiver.answer = lambda _: (307, {"Location": other.url})
        drain(town.courier())
        assert not other.asked
    receiver.answer = lambda _: (302, {"Location": "http://169.254.169.254/latest/meta-data/"})
    town.clock.pass_s(DAY_S)
    drain(town.courier())
    assert town.state(identity).error == "answered 302: a redirect, which is not followed"
    assert receiver.asked == ["/hook", "/hook"]


def test_one_that_is_gone_is_tried_again_when_it_is_back(town: Town) -> None:
    with listening() as gone:
        url = gone.url
    identity, _ = town.add(url)
    report(town.live)
    drain(town.courier())
    assert town.state(identity).error.startswith("cannot be reached")


def test_one_that_says_nothing_is_not_waited_for_longer_than_agreed(
    town: Town, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "ANSWER_S", 0.2)
    monkeypatch.setattr(posting, "CONNECT_S", 0.2)
    hung = threading.Event()
    receiver.answer = lambda _: (hung.wait(5), (204, {}))[1]
    identity, _ = town.add(receiver.url)
    report(town.live)
    began = time.monotonic()
    drain(town.courier())
    assert time.monotonic() - began < 3
    hung.set()
    assert town.state(identity).error == "no answer in time"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"", "closed without an answer"),
        (b"SSH-2.0-OpenSSH_9\r\n", "what answers is no HTTP/1 server"),
        (b"HTTP/1.1 200", None),
        (b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 204 No\r\n\r\n", None),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "closed without an answer"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 40_000, "its answer has no end of its head"),
        (b"HTTP/1.1 2x0 OK\r\n\r\n", "what answers is no HTTP/1 server"),
    ],
)
def test_whatever_answers_is_read_with_care(said: bytes, error: str | None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                while b"\r\n\r\n{}" not in (got := connection.recv(65_536)):
                    assert got
                connection.sendall(said)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        if error is None:
            post(url, b"{}", {})
        else:
            with pytest.raises(PostingError, match=error):
                post(url, b"{}", {})
        thread.join(5)


def test_proxies_of_the_environment_are_not_asked(
    town: Town, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        town.add(receiver.url)
        report(town.live)
        drain(town.courier())
        assert not proxy.asked
    assert receiver.seqs == [1]


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://a.example/", "file:///etc/passwd", "http://", "//a.example/x", "http://u:p@a.example/", "a.example"),
        *("http://a.example/\r\nX: y", "http://a.example/ x", "http://a.example/#f", "http://a.example:99999/"),
        *("http://169.254.169.254/latest/", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/", "http://0.0.0.0/"),
        *(
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://[2002:a9fe:a9fe::1]/",
            "http://100.100.100.200/",
            "http://224.0.0.1/",
        ),
        *("http://[fd00:ec2::254]/", "http://[::169.254.169.254]/", "http://[::]/", "http://a.example\\@b.example/"),
        "http://" + "a" * 600,
    ],
)
def test_an_address_that_nothing_may_be_sent_to_is_refused_at_once(url: str) -> None:
    with pytest.raises(BadValueError, match="url"):
        checked_url(url)


@pytest.mark.parametrize("text", ["127.0.0.1", "::1", "10.0.0.5", "192.168.1.9", "172.16.0.1", "fd12:3::1", "8.8.8.8"])
def test_an_intranet_may_be_sent_to(text: str) -> None:
    assert not is_refused(ipaddress.ip_address(text))


@given(st.ip_addresses(v=4, network="169.254.0.0/16"))
def test_no_writing_of_a_link_local_address_gets_through(address: ipaddress.IPv4Address) -> None:
    inner = int(address)
    for wrapped in (
        address,
        ipaddress.IPv6Address((0xFFFF << 32) | inner),
        ipaddress.IPv6Address(inner),
        ipaddress.IPv6Address((0x0064FF9B << 96) | inner),
        ipaddress.IPv6Address((0x2002 << 112) | (inner << 80) | 1),
    ):
        assert is_refused(wrapped)


def test_a_name_that_leads_to_a_refused_address_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked up once: what was checked is what is connected to, whatever the name says a moment later."""
    looked_up: list[str] = []
    answers = iter([["10.9.8.7", "169.254.169.254"], ["127.0.0.1"], ["169.254.169.254"]])

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        looked_up.append(host)
        kind = socket.SOCK_STREAM
        return [(socket.AF_INET, kind, 0, "", (address, port)) for address in next(answers)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(PostingError, match="to which nothing is sent"):
        post("http://rebound.example/", b"{}", {})
    with listening() as receiver:
        post(receiver.url.replace("127.0.0.1", "rebound.example"), b'{"seq":1}', {})
        assert receiver.seqs == [1]
        assert receiver.got[0][0]["host"].startswith("rebound.example:")
    assert looked_up == ["rebound.example"] * 2


def test_a_courier_that_was_broken_off_leaves_nothing_out(town: Town, receiver: Receiver) -> None:
    """Killed between a delivery and its note: what came since the last note comes twice, under its ids."""
    town.add(receiver.url)
    for _ in range(AT_ONCE + 5):
        report(town.live)
    courier = town.courier()

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    courier._standing = die  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        courier.round()
    assert len(receiver.got) == AT_ONCE
    another = town.courier()
    drain(another)
    assert len(receiver.got) == AT_ONCE, "the other's hold is still good"
    town.clock.pass_s(HOLD_US / 1e6 + 1)
    drain(another)
    assert set(receiver.seqs) == set(range(1, AT_ONCE + 6))
    assert len({body["delivery"] for body in receiver.bodies}) == AT_ONCE + 5


def test_two_couriers_on_one_store_deliver_once(town: Town, receiver: Receiver) -> None:
    town.add(receiver.url)
    for _ in range(30):
        report(town.live)
    couriers = [town.courier() for _ in range(3)]
    threads = [threading.Thread(target=drain, args=(courier,)) for courier in couriers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for courier in couriers:
        drain(courier)
    assert receiver.seqs == list(range(1, 31))


# A process of its own with a courier of its own, which says whose each delivery is. Holds are short, so that what a
# killed one held is soon free.
PROGRAM = """
import sys
from data.notices import courier
from tests.data.conftest import runtime_of
from tests.data.notices.conftest import report
from tests.small_city import small_city

post = courier.post
courier.HOLD_US, courier.LOOK_S = 2_000_000, 0.2
courier.Courier.__init__.__kwdefaults__["send"] = lambda url, body, headers: post(
    url, body, {**headers, "X-Sent-By": sys.argv[2]}
)
live = runtime_of(small_city(), sys.argv[1])
print("open", flush=True)
for line in sys.stdin:
    for _ in range(int(line)):
        report(live)
    print("written", flush=True)
live.close()
"""


def told_to(receiver: Receiver, count: int) -> None:
    within(40, lambda: len(set(receiver.seqs)) >= count)


def test_couriers_of_several_processes_deliver_each_notice_once_and_in_order(
    postgres: PostgresServer, receiver: Receiver, city: City
) -> None:
    with postgres.database() as url:
        here = runtime_of(city, url)
        here.notices.courier.close()
        receiver.answer = lambda _: (time.sleep(0.003), (204, {}))[1]
        with another(url, "one", PROGRAM) as one, another(url, "two", PROGRAM) as two:
            here.notices.add_webhook(by="a-admin", url=receiver.url, codes=None, scope=WHOLE)
            count = 0
            for _ in range(10):
                for process in (one, two):
                    process.ask(20)
                for _ in range(20):
                    report(here)
                count += 60
                told_to(receiver, count)
                if {headers["x-sent-by"] for headers, _ in receiver.got} == {"one", "two"}:
                    break
        here.close()
    assert {headers["x-sent-by"] for headers, _ in receiver.got} == {"one", "two"}, "both had a part in it"
    assert receiver.seqs == list(range(1, count + 1)), "each once, in the order of the log"
    assert len({body["delivery"] for body in receiver.bodies}) == count


def test_what_a_killed_process_was_at_is_delivered_by_another_under_the_same_ids(
    postgres: PostgresServer, receiver: Receiver, city: City
) -> None:
    count = 2 * AT_ONCE + 5
    with postgres.database() as url:
        here = runtime_of(city, url)
        here.notices.courier.close()
        for _ in range(count):
            report(here)
        with another(url, "one", PROGRAM) as one:
            killed = threading.Event()

            def answer(body: dict[str, Any]) -> tuple[int, dict[str, str]]:
                if body["seq"] == AT_ONCE + 7 and not killed.is_set():
                    one.kill()  # it never hears that this one was taken
                    killed.set()
                return 204, {}

            receiver.answer = answer
            made, _ = here.notices.add_webhook(by="a-admin", url=receiver.url, codes=None, scope=WHOLE)
            here.notices.change_webhook(made.id, by="a-admin", replay_from=1)
            within(30, killed.is_set)
        with another(url, "two", PROGRAM):
            told_to(receiver, count)
            within(20, lambda: here.notices.webhooks()[0].seq == count)
        here.close()
    first = [body["seq"] for headers, body in zip(*_parted(receiver), strict=True) if headers["x-sent-by"] == "one"]
    second = [body["seq"] for headers, body in zip(*_parted(receiver), strict=True) if headers["x-sent-by"] == "two"]
    assert first == list(range(1, AT_ONCE + 8))
    assert second == list(range(AT_ONCE + 1, count + 1)), "from the last that was written down"
    ids = {(body["seq"], body["delivery"]) for body in receiver.bodies}
    assert len(ids) == len({seq for seq, _ in ids}) == count, "what comes twice has one id"


def _parted(receiver: Receiver) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    return [headers for headers, _ in receiver.got], receiver.bodies


def test_a_hold_is_one_process_s_alone_and_a_change_takes_it_away(town: Town) -> None:
    identity, secret = town.add("http://127.0.0.1:9/")
    writing = town.live._writer.between_groups
    with writing() as connection:
        held = hold(connection, identity, "one", now_us=100, until_us=200)
        assert held is not None
        assert held[1] == secret
        assert hold(connection, identity, "two", now_us=150, until_us=250) is None
        assert hold(connection, identity, "two", now_us=200, until_us=300) is not None
        assert not let_go(connection, identity, "one", seq=99)
    town.change(identity, active=True)
    with writing() as connection:
        assert not let_go(connection, identity, "two", seq=99)
    assert town.state(identity).seq == 0


def test_there_are_not_more_than_the_thread_can_serve(town: Town) -> None:
    for n in range(20):
        town.add(f"http://127.0.0.1:9/{n}")
    with pytest.raises(ConflictError, match="remove one first"):
        town.add("http://127.0.0.1:9/one-more")


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_the_wait_is_bounded_and_never_nothing(attempts: int, share: float) -> None:
    wait = back_off_s(attempts, share)
    assert FIRST_WAIT_S / 2 <= wait <= LONGEST_WAIT_S
    assert back_off_s(attempts + 1, share) >= wait


def test_the_runtime_s_own_courier_follows_commits_and_ends_with_it(live: Runtime, receiver: Receiver) -> None:
    live.notices.add_webhook(by="a-admin", url=receiver.url, codes=None, scope=WHOLE)
    for _ in range(3):
        report(live, geometry=HERE)
    ends = time.monotonic() + 20
    while len(receiver.got) < 3 and time.monotonic() < ends:
        time.sleep(0.02)
    assert receiver.seqs == [1, 2, 3]
    live.close()
    assert not live.notices.courier._thread.is_alive()


def test_a_store_without_webhooks_calls_nobody(live: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("called out")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    report(live)
    assert live.notices.courier.round() > 0


def test_a_backup_holds_no_webhook_and_what_is_restored_calls_nobody() -> None:
    from data.backup.rows import TABLES

    names = {table.name for table in TABLES}
    assert "webhook" not in names
    assert {"notice_seen", "unit_address", "digest_sent"} <= names


def test_a_store_that_is_opened_again_goes_on_where_it_was(url: str, city: City, receiver: Receiver) -> None:
    """Closed in the middle, with a receiver that was away: the next program delivers the rest, in order, once."""
    first = runtime_of(city, url)
    receiver.answer = lambda body: (200, {}) if body["seq"] < 3 else (503, {})
    first.notices.add_webhook(by="a-admin", url=receiver.url, codes=None, scope=WHOLE)
    for _ in range(4):
        report(first)
    ends = time.monotonic() + 20
    while not first.notices.webhooks()[0].attempts and time.monotonic() < ends:
        time.sleep(0.02)
    first.close()
    assert receiver.seqs == [1, 2]
    receiver.answer = lambda _: (200, {})
    second = runtime_of(city, url)
    try:
        second.notices.change_webhook(second.notices.webhooks()[0].id, by="a-admin", active=True)
        ends = time.monotonic() + 20
        while len(receiver.got) < 4 and time.monotonic() < ends:
            time.sleep(0.02)
        assert receiver.seqs == [1, 2, 3, 4]
    finally:
        second.close()


@pytest.mark.postgis
@pytest.mark.slow
def test_two_programs_on_one_database_deliver_once(postgres: PostgresServer, city: City, receiver: Receiver) -> None:
    """Both hear of every commit; the hold in the webhook's row lets one of them carry."""
    url = postgres.fresh_database()
    one, two = runtime_of(city, url), runtime_of(city, url)
    try:
        one.notices.add_webhook(by="a-admin", url=receiver.url, codes=None, scope=WHOLE)
        for n in range(30):
            report((one, two)[n % 2])
        ends = time.monotonic() + 60
        while len(receiver.got) < 30 and time.monotonic() < ends:
            time.sleep(0.05)
        time.sleep(1.0)
        assert receiver.seqs == list(range(1, 31))
    finally:
        one.close()
        two.close()
        postgres.drop(url)


def test_a_file_whose_program_was_killed_is_free_at_the_next_start(url: str, city: City, receiver: Receiver) -> None:
    """With SQLite nobody else can be at it: there is no waiting until the hold of the dead has run out."""
    first = runtime_of(city, url)
    first.notices.courier.close()
    first.notices.add_webhook(by="a-admin", url=receiver.url, codes=None, scope=WHOLE)
    report(first)
    [webhook] = first.notices.webhooks()
    if first.store.file is None:
        first.close()
        pytest.skip("several processes may be at it")
    with first._writer.between_groups() as connection:
        assert hold(connection, webhook.id, "dead", now_us=0, until_us=2**62) is not None
    first.close()
    second = runtime_of(city, url)
    try:
        ends = time.monotonic() + 20
        while not receiver.got and time.monotonic() < ends:
            time.sleep(0.02)
        assert receiver.seqs == [1]
    finally:
        second.close()
