"""Backups: one revision under load, equal hashes after a restore, and one sentence for every one that cannot be."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.backup import restoring
from data.backup.backup_file import backup_read
from data.backup.manifest import Manifest
from data.backup.restoring import check_backup, restore_backup
from data.backup.rows import hashes
from data.backup.taking import take_backup
from data.runtime import Runtime
from data.store.database import open_store
from data.store.schema import SCHEMA_VERSION
from data.store.verify import problems
from geo.city import City
from geo.errors import BadValueError, StoreError
from geo.issue import IssueDraft
from tests.data.conftest import runtime_of
from tests.small_city import small_city
from tests.stores import Stores, fresh_store
from tests.strategies import issue_drafts

CITY = small_city()
ROOT = Path(__file__).resolve().parents[3]
SCHEMA = b'"schema_version": %d' % SCHEMA_VERSION
Forge = Callable[[dict[str, bytes]], None]


def drafts(city: City, *names: str) -> list[IssueDraft]:
    kind, place = city.catalogue.types[0].code, shapely.Point(106.705, 26.605)
    return [IssueDraft(city.campaign().default_register, kind, place, description=name) for name in names]


def backed_up(live: Runtime, path: Path) -> Manifest:
    return take_backup(live.store, path)


def restored(path: Path, city: City, into: Path) -> dict[str, tuple[int, str]]:
    """The hashes of a new store that was made from the backup, and found sound."""
    store = open_store(f"sqlite:///{into}", city)
    try:
        with backup_read(path) as backup:
            check_backup(backup, city)
            restore_backup(backup, store)
        with store.reading() as connection:
            assert problems(connection, city) == []
            return hashes(connection)
    finally:
        store.close()


def hashes_of(live: Runtime) -> dict[str, tuple[int, str]]:
    with live.store.reading() as connection:
        return hashes(connection)


@pytest.fixture
def backup(live: Runtime, city: City, tmp_path: Path) -> Path:
    live.submit(drafts(city, "甲", "'", "c"), actor="a")
    backed_up(live, tmp_path / "backup.zip")
    return tmp_path / "backup.zip"


@given(batches=st.lists(st.tuples(st.lists(issue_drafts(CITY), max_size=4), st.booleans()), max_size=3))
@settings(max_examples=settings().max_examples // 4)
def test_a_restored_store_has_the_hashes_of_the_one_that_was_backed_up(
    tmp_path_factory: pytest.TempPathFactory, batches: Sequence[tuple[list[IssueDraft], bool]]
) -> None:
    folder = tmp_path_factory.mktemp("law")
    live = runtime_of(CITY, f"sqlite:///{folder / 'law.db'}")
    try:
        for content, imported in batches:
            try:
                live.submit(content, actor="law", imported=imported)
            except BadValueError:  # a draft that intake refuses: the store is as it was
                continue
        manifest = backed_up(live, folder / "b.zip")
        assert manifest.hashes == hashes_of(live) == restored(folder / "b.zip", CITY, folder / "restored.db")
    finally:
        live.close()


def test_backups_under_load_are_of_one_revision_each(live: Runtime, city: City, tmp_path: Path, soak: bool) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            live.submit(drafts(city, "x"), actor="load")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while live.snapshot.revision < 5:
            pass
        made = [backed_up(live, tmp_path / f"{k}.zip") for k in range(30 if soak else 5)]
        went_on = live.snapshot.revision
        while live.snapshot.revision <= went_on:  # the writer was not stopped by any of it
            assert writer.is_alive()
    finally:
        stop.set()
        writer.join()
    assert made[0].revision < made[-1].revision
    for k, manifest in enumerate(made):
        rows = {table.name: table.rows for table in manifest.tables}
        assert rows["issue"] == rows["event"] == rows["transition"] == manifest.revision == manifest.events
        assert restored(tmp_path / f"{k}.zip", city, tmp_path / f"{k}.db") == manifest.hashes


def test_another_process_backs_up_what_this_one_writes(tmp_path: Path, demo_city_store: Path) -> None:
    environment = {"XUNJIE_DATABASE_URL": f"sqlite:///{demo_city_store}"}
    command = [sys.executable, "-m", "data", "backup", str(tmp_path)]
    outcome = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stderr
    (path,) = tmp_path.glob("xunjie-yunyan-*-r*.zip")
    assert hashlib.sha256(path.read_bytes()[:-64]).hexdigest() in outcome.stdout


@pytest.fixture
def demo_city_store(tmp_path: Path) -> Iterator[Path]:
    from data.city_folder.load import load_city
    from data.settings import DEFAULT_CITY

    live = runtime_of(replace(load_city(DEFAULT_CITY), demo=None), f"sqlite:///{tmp_path / 'yunyan.db'}")
    yield tmp_path / "yunyan.db"
    live.close()


def test_a_backup_is_a_zip_archive_that_says_what_it_holds(backup: Path, city: City, live: Runtime) -> None:
    with zipfile.ZipFile(backup) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        rows = [json.loads(line) for line in archive.read("issue.jsonl").splitlines()]
    assert (manifest["city"], manifest["schema_version"]) == (city.code, SCHEMA_VERSION)
    assert (manifest["revision"], manifest["events"]) == (1, 3)
    issue = next(table for table in manifest["tables"] if table["name"] == "issue")
    described = dict(zip(issue["columns"], rows[0], strict=True))
    assert (described["description"], described["is_point"]) == ("甲", True)
    assert shapely.from_wkb(bytes.fromhex(described["wkb"])) == shapely.Point(106.705, 26.605)
    assert sum(int(hashlib.sha256(json_line(row)).hexdigest(), 16) for row in rows) % 2**256 == int(issue["hash"], 16)
    assert backup.stat().st_mode & 0o077 == 0, "it holds what only the administrator may read"


def json_line(row: list[object]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


def refused(path: Path, city: City, into: Path, said: str) -> None:
    with pytest.raises(StoreError) as caught:
        restored(path, city, into)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_only_an_empty_store_takes_a_backup(backup: Path, city: City, live: Runtime, tmp_path: Path) -> None:
    other = runtime_of(city, f"sqlite:///{tmp_path / 'other.db'}")
    other.submit(drafts(city, "mine"), actor="a")
    before = hashes_of(other)
    other.close()
    refused(backup, city, tmp_path / "other.db", "is not empty")
    again = runtime_of(city, f"sqlite:///{tmp_path / 'other.db'}")
    assert hashes_of(again) == before
    again.close()


def test_a_backup_of_another_city_is_refused(backup: Path, city: City, tmp_path: Path) -> None:
    refused(backup, replace(city, code="elsewhere"), tmp_path / "x.db", "backup of the city '520103'")


def test_a_backup_of_a_file_is_restored_into_whatever_database_there_is(
    stores: Stores, city: City, tmp_path: Path
) -> None:
    live = runtime_of(city, f"sqlite:///{tmp_path / 'file.db'}")
    live.submit(drafts(city, "甲", "\u2028", "z"), actor="a")
    manifest = backed_up(live, tmp_path / "file.zip")
    live.close()
    with fresh_store(stores) as url:
        store = open_store(url, city)
        try:
            with backup_read(tmp_path / "file.zip") as backup:
                check_backup(backup, city)
                restore_backup(backup, store)
            with store.reading() as connection:
                assert hashes(connection) == manifest.hashes
                assert problems(connection, city) == []
        finally:
            store.close()


def test_nothing_has_the_place_of_an_older_backup(backup: Path, live: Runtime) -> None:
    before = backup.read_bytes()
    with pytest.raises(StoreError, match="exists already"):
        backed_up(live, backup)
    assert backup.read_bytes() == before


def test_a_folder_that_is_not_there_is_one_sentence(live: Runtime, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        backed_up(live, tmp_path / "missing" / "b.zip")


def test_a_broken_log_is_not_backed_up(backup: Path, live: Runtime, tmp_path: Path) -> None:
    with live.store.writing() as connection:
        connection.exec_driver_sql("INSERT INTO event VALUES (4, NULL, 't', 'a', 'k', '{}', 'p', 'h')")
    with pytest.raises(StoreError, match="event log is broken"):
        backed_up(live, tmp_path / "b.zip")
    assert not list(tmp_path.glob("*b.zip*"))[1:]


def test_what_fails_in_the_middle_leaves_nothing(
    backup: Path, city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "hashes", lambda _connection: {"issue": (0, "")})
    refused(backup, city, tmp_path / "x.db", "nothing was restored")
    monkeypatch.undo()
    assert restored(backup, city, tmp_path / "x.db")["issue"][0] == 3, "the store is still empty"


def forged(path: Path, change: Forge, *, signed: bool = True) -> Path:
    """The backup with other content; `signed` with a hash that fits, as only someone with our code could."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    change(content)
    fake = path.with_name("forged.zip")
    with zipfile.ZipFile(fake, "w") as archive:
        archive.comment = b"0" * 64
        for name, text in content.items():
            archive.writestr(name, text)
    if signed:
        whole = fake.read_bytes()
        fake.write_bytes(whole[:-64] + hashlib.sha256(whole[:-64]).hexdigest().encode())
    return fake


def in_manifest(old: bytes, new: bytes) -> Forge:
    def change(content: dict[str, bytes]) -> None:
        assert old in content["manifest.json"]
        content["manifest.json"] = content["manifest.json"].replace(old, new)

    return change


def without_last_event(content: dict[str, bytes]) -> None:
    content["event.jsonl"] = b"".join(content["event.jsonl"].splitlines(keepends=True)[:-1])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (in_manifest(SCHEMA, b'"schema_version": 99'), "use a newer release"),
        (in_manifest(SCHEMA, b'"schema_version": 0'), "then start this one"),
        (in_manifest(b'"format": 1', b'"format": 2'), "use the release that made it"),
        (in_manifest(b'"description"', b'"beschreibung"'), "has other tables"),
        (in_manifest(b'"events": 3', b'"events": 4'), "its log does not end where its manifest says"),
        (in_manifest(b'"revision"', b'"revisiom"'), "manifest is damaged"),
        (lambda content: content.update({"manifest.json": b"{"}), "manifest is damaged"),
        (lambda content: content.pop("manifest.json"), "not a backup of Xunjie"),
        (lambda content: content.pop("visit.jsonl"), "not a backup of Xunjie"),
        (without_last_event, "the hash of its table event does not fit"),
        (lambda content: content.update({"issue.jsonl": content["issue.jsonl"] * 2}), "its table issue does not fit"),
    ],
)
def test_a_forged_backup_is_refused_before_anything_is_written(
    backup: Path, city: City, tmp_path: Path, change: Forge, said: str
) -> None:
    refused(forged(backup, change), city, tmp_path / "x.db", said)
    store = open_store(f"sqlite:///{tmp_path / 'x.db'}", city)
    with store.reading() as connection:
        assert {name: rows for name, (rows, _) in hashes(connection).items() if rows} == {"meta": 6}
    store.close()


@pytest.mark.parametrize("content", [b"", b"PK", b"x" * 63, b"x" * 5000])
def test_a_file_that_is_no_backup_is_one_sentence(tmp_path: Path, city: City, content: bytes) -> None:
    (tmp_path / "letter").write_bytes(content)
    refused(tmp_path / "letter", city, tmp_path / "x.db", "no")


def test_a_forged_hash_must_fit_the_file(backup: Path, city: City, tmp_path: Path) -> None:
    refused(forged(backup, lambda _: None, signed=False), city, tmp_path / "x.db", "its hash does not fit")
