"""Documents: checked at the door, made exactly once, every version kept, and the past answered from them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.backup.backup_file import backup_read
from data.backup.restoring import check_backup, restore_backup
from data.backup.taking import take_backup
from data.campaign_clock import campaign_now
from data.catching_up import read_snapshot
from data.documents.checking import DocumentPut, checked_put
from data.documents.collections import CHECKERS
from data.feed import Change
from data.records import CityRecords
from data.runtime import Runtime, demo_batch
from data.store.database import open_store, read_events
from data.store.projection import cut, project
from data.store.putting import DocumentReceipt
from data.store.verify import problems, verify_store
from geo.city import City
from geo.clock import from_us, to_us
from geo.errors import BadValueError, ConflictError, NotFoundError, StaleError, StoreError
from tests.data.conftest import runtime_of
from tests.data.store.test_damaged_store import altered, found
from tests.data.test_runtime import draft
from tests.small_city import CLOCK, small_city
from tests.stores import Stores, fresh_store, made_store


def checked_unit(content: Mapping[str, object], city: City) -> Mapping[str, object]:
    """A unit has a name and may have areas of the city."""
    if not isinstance(content.get("name"), str):
        raise BadValueError("name", content.get("name"), "text")
    return {"areas": [], **content}


@pytest.fixture(autouse=True, scope="module")
def collections() -> Iterator[None]:
    """Two collections that only these tests know."""
    CHECKERS.update({"test.units": checked_unit, "test.notes": lambda content, _city: content})
    yield
    for name in ("test.units", "test.notes"):
        del CHECKERS[name]


def put(live: Runtime, identity: str = "u1", version: int = 0, **options: object) -> DocumentReceipt:
    given = {"content": {"name": "城管局"}, "client_uuid": str(uuid.uuid4()), "actor": "a-1"} | options
    return live.put_document(given.pop("collection", "test.units"), identity, given.pop("content"), version, **given)


def test_a_document_is_there_when_its_receipt_is(live: Runtime) -> None:
    heard: list[Change] = []
    live.subscribe(heard.append)
    receipt = put(live)
    assert receipt == DocumentReceipt("test.units", "u1", 1, 1, created=True)
    document = live.document("test.units", "u1")
    assert document is live.documents("test.units")["u1"]
    assert (document.version, document.actor, document.at, document.retired) == (1, "a-1", CLOCK, False)
    assert document.content == {"name": "城管局", "areas": []}, "as the checker made it"
    assert heard == [Change(1, (), ("test.units",))]
    assert live.documents("test.notes") == {}
    with live.store.reading() as connection:
        assert problems(connection, live.city) == []


def test_every_version_is_kept_and_a_retired_one_is_out_of_use(live: Runtime) -> None:
    put(live)
    put(live, version=1, content={"name": "综合执法局"}, actor="a-2")
    put(live, version=2, content={"name": "综合执法局"}, retired=True)
    assert [(d.version, d.content["name"], d.actor, d.retired) for d in live.document_history("test.units", "u1")] == [
        (1, "城管局", "a-1", False),
        (2, "综合执法局", "a-2", False),
        (3, "综合执法局", "a-1", True),
    ]
    assert live.documents("test.units") == {}
    assert live.documents("test.units", with_retired=True)["u1"].version == 3
    assert live.document("test.units", "u1").retired
    put(live, version=3)
    assert live.documents("test.units")["u1"].version == 4


def test_a_stale_version_is_told_the_difference_field_by_field(live: Runtime) -> None:
    put(live, content={"name": "a", "areas": ["A"], "phone": 7})
    put(live, version=1, content={"name": "b", "areas": ["A"]}, actor="first")
    with pytest.raises(StaleError, match=r"the document in test\.units u1 is at version 2") as stale:
        put(live, version=1, content={"name": "c", "areas": ["A", "B"]}, retired=True)
    error = stale.value
    assert (error.issue, error.expected, error.version, error.changed_by) == ("u1", 1, 2, "first")
    assert error.difference == {"name": ("c", "b"), "areas": ('["A","B"]', '["A"]'), "retired": ("true", "false")}
    with pytest.raises(StaleError):
        put(live)
    with pytest.raises(NotFoundError):
        put(live, "u2", 1)
    assert live.snapshot.revision == 2


def test_the_same_put_again_has_the_same_receipt(city: City, opened: Callable[[City], Runtime]) -> None:
    runtime = opened(city)
    known = str(uuid.uuid4())
    receipt = put(runtime, client_uuid=known)
    put(runtime, version=1)
    for turn in range(2):
        live = opened(city) if turn else runtime
        again = put(live, client_uuid=known.upper())
        assert again == DocumentReceipt(receipt.collection, "u1", 1, receipt.revision, created=False)
        with pytest.raises(ConflictError, match="other content"):
            put(live, client_uuid=known, content={"name": "x"})
        assert live.snapshot.revision == 2


def test_of_many_who_saw_one_version_one_puts_the_next(live: Runtime) -> None:
    put(live)

    def try_it(n: int) -> bool:
        try:
            return put(live, version=1, actor=f"editor {n}").created
        except StaleError:
            return False

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(try_it, range(64))) == 1
    assert [document.version for document in live.document_history("test.units", "u1")] == [1, 2]


def test_several_are_put_together_or_not_at_all(live: Runtime) -> None:
    put(live)
    wish = [DocumentPut("test.units", f"u{n}", {"name": str(n)}, str(uuid.uuid4())) for n in (2, 1)]
    with pytest.raises(StaleError):
        live.put_documents(wish, actor="a")
    assert list(live.documents("test.units")) == ["u1"]
    wish[1] = DocumentPut("test.units", "u2", {"name": "again"}, str(uuid.uuid4()), 1)
    assert [receipt.version for receipt in live.put_documents(wish, actor="a")] == [1, 2]
    assert live.documents("test.units")["u2"].content["name"] == "again"
    assert live.snapshot.revision == 2, "one transaction"


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"collection": "test.unknown"}, "collection"),
        ({"content": {}}, "name"),
        ({"content": ["name"]}, "content"),
        ({"content": {"name": "a", "n": 2**70}}, "content"),
        ({"content": {"name": "\ud800"}}, "content"),
        ({"content": {"name": "a", "at": CLOCK}}, "content"),
        ({"content": {"name": "x" * 256_000}}, "content"),
        ({"identity": ""}, "id"),
        ({"identity": " u"}, "id"),
        ({"identity": "u\0"}, "id"),
        ({"version": -1}, "version"),
        ({"version": True}, "version"),
        ({"actor": ""}, "actor"),
        ({"client_uuid": "7"}, "client_uuid"),
        ({"retired": 1}, "retired"),
        ({"at": CLOCK + timedelta(days=2)}, "at"),
    ],
)
def test_what_cannot_be_taken_is_named_and_nothing_is_written(
    live: Runtime, options: dict[str, object], key: str
) -> None:
    with pytest.raises(BadValueError) as bad:
        put(live, **options)
    assert bad.value.key == key
    assert live.snapshot.revision == 0


def test_reports_and_documents_of_one_moment_do_not_disturb_each_other(live: Runtime) -> None:
    heard: list[Change] = []
    live.subscribe(heard.append)
    with ThreadPoolExecutor(8) as pool:
        reports = [pool.submit(live.submit, [draft()], actor="a") for _ in range(20)]
        puts = [pool.submit(put, live, f"u{n}") for n in range(20)]
        assert all(task.result() for task in (*reports, *puts))
    assert (len(live.snapshot.issues), len(live.documents("test.units"))) == (20, 20)
    assert sum(len(change.ids) for change in heard) == 20
    with live.store.reading() as connection:
        assert problems(connection, live.city) == []


def test_a_demo_brings_dated_documents_and_its_log_has_no_wall_time(live: Runtime) -> None:
    june = CLOCK - timedelta(days=80)
    wish = DocumentPut("test.notes", "meeting", {"held": 1}, "00000000-0000-4000-8000-00000000000a", at=june)
    live._writer.write(demo_batch(live.city, CityRecords(documents=[wish], bulk=False)))
    live.catch_up()
    assert live.document("test.notes", "meeting").at == june
    with live.store.reading() as connection:
        [event] = read_events(connection)
        assert (event.at, event.actor) == ("2021-06-05T10:00:00.000000Z", "demo")
        assert '"recorded_at":"2021-06-05T10:00:00.000000Z"' in event.payload
        assert problems(connection, live.city) == []
    assert live.documents_as_of("test.notes", june - timedelta(seconds=1)) == {}


def test_documents_are_backed_up_and_restored(live: Runtime, city: City, tmp_path: Path) -> None:
    put(live)
    put(live, version=1, content={"name": "b"})
    take_backup(live.store, tmp_path / "b.zip")
    target = open_store(f"sqlite:///{tmp_path / 'restored.db'}", city)
    with backup_read(tmp_path / "b.zip") as backup:
        check_backup(backup, city)
        restore_backup(backup, target)
    target.close()
    restored = runtime_of(city, f"sqlite:///{tmp_path / 'restored.db'}")
    assert restored.document_history("test.units", "u1") == live.document_history("test.units", "u1")
    restored.close()
    assert verify_store(f"sqlite:///{tmp_path / 'restored.db'}", city).events == 2


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("UPDATE document SET content = replace(content, '局', '所') WHERE version = 2", "document has content"),
        ("UPDATE document SET retired = true WHERE version = 2", "document has retired"),
        ("UPDATE document SET actor = 'b' WHERE version = 1", "document has actor"),
        ("UPDATE document SET at_us = at_us + 1 WHERE version = 1", "document has at_us"),
        ("UPDATE document SET change = 'x' WHERE version = 1", "the table document has 1 row, the log makes 2"),
        ("DELETE FROM document WHERE version = 1", "the table document has 1 row, the log makes 2"),
        (
            "INSERT INTO document SELECT collection, 'u9', 1, at_us, recorded_us, actor, content, retired, revision, "
            "'y', hash FROM document WHERE version = 1",
            "the table document has 3 rows, the log makes 2",
        ),
    ],
)
def test_a_row_that_is_not_what_the_log_makes_is_found(url: str, city: City, script: str, said: str) -> None:
    live = runtime_of(city, url)
    put(live)
    put(live, version=1, content={"name": "公园局"})
    live.close()
    altered(url, script)
    assert said in found(url, city)


def test_another_process_is_followed_by_the_log(stores: Stores, city: City) -> None:
    """As where two programs share a server: what the other one wrote is shown without reading everything anew."""
    with fresh_store(stores) as url:
        live = runtime_of(city, url)
        put(live)
        shelf = live.documents("test.units")
        if url.startswith("sqlite"):
            with pytest.raises(StoreError):
                runtime_of(city, url)
        else:
            other = runtime_of(city, url)
            put(other, version=1, content={"name": "b"})
            live.catch_up()
            assert live.documents("test.units")["u1"].content["name"] == "b"
            other.close()
        assert shelf["u1"].content["name"] == "城管局", "an older reading stays as it was"
        live.close()


CITY = small_city()
PUTS = st.lists(
    st.tuples(
        st.sampled_from(["test.units", "test.notes"]),
        st.sampled_from(["a", "b", "甲"]),
        st.integers(0, 3),
        st.dictionaries(st.sampled_from(["name", "x"]), st.text(st.characters(codec="utf-8"), max_size=5)),
        st.booleans(),
        st.none() | st.integers(0, 100),
    ),
    max_size=12,
)


@settings(max_examples=settings().max_examples // 2)
@given(PUTS, st.integers(-1, 101))
def test_laws_of_documents(stores: Stores, puts: list, days: int) -> None:
    """Rows are the replay; the snapshot that followed is the one read anew; the past is the log cut there."""
    with made_store(stores, CITY) as url:
        live = runtime_of(CITY, url)
        for collection, identity, version, content, retired, age in puts:
            at = None if age is None else CLOCK - timedelta(days=age)
            wish = {"collection": collection, "content": {"name": "n", **content}, "retired": retired, "at": at}
            with suppress(StaleError, NotFoundError):
                put(live, identity, version, **wish)
        assert live.snapshot.documents == read_snapshot(live.store, CITY).documents
        moment = CLOCK - timedelta(days=days)
        with live.store.reading() as connection:
            assert problems(connection, CITY) == []
            rows = project(cut(read_events(connection), to_us(moment))).documents
        for collection in ("test.units", "test.notes"):
            then = {row["id"]: row for row in rows if row["collection"] == collection}
            in_use = {identity: row["version"] for identity, row in then.items() if not row["retired"]}
            shown = live.documents_as_of(collection, moment)
            assert {identity: document.version for identity, document in shown.items()} == in_use
            assert all(document.at <= moment for document in shown.values())
            assert list(shown) == sorted(shown)
            assert list(live.documents(collection)) == sorted(live.documents(collection))
        live.close()


def test_what_a_checker_gives_is_what_comes_back_to_the_last_sign(city: City) -> None:
    wish = DocumentPut("test.notes", "n", {"z": [1.5, -0.0, None, True, {"b": "\0", "a": 2**63}]}, str(uuid.uuid4()))
    assert checked_put(wish, city, actor="a").content == wish.content
    assert from_us(to_us(campaign_now(city.campaign()))) == CLOCK
